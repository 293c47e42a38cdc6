// The variables of a lead, and what holds of them. See model.h.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/analysis/model.h"
#include "engine/facts/attributes.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::analysis {

using cel::Type;
using cel::TypeKind;
using facts::Aggregate;

namespace {

absl::int128 Year(int year) {
  return ToNanos(absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone()));
}

class InputMaker {
 public:
  InputMaker(Model::World* world, std::string prefix)
      : world_(*world),
        terms_(world->terms),
        encoder_(&world->terms, &world->calendar, &no_slots_, nullptr),
        prefix_(std::move(prefix)) {}

  Inputs Make() {
    Inputs inputs;
    inputs.now = terms_.Variable(Sort::kInt, absl::StrCat(prefix_, "now"));
    Between(terms_.Int(Year(kFirstYear)), inputs.now, terms_.Int(Year(kLastYear)));
    const facts::Schema& schema = world_.bundle.schema;
    for (const Aggregate& aggregate : schema.aggregates) {
      inputs.aggregates.push_back(Take(aggregate, inputs.now));
    }
    for (size_t i = 0; i < schema.aggregates.size(); ++i) {
      for (size_t j = 0; j < schema.aggregates.size(); ++j) RelateAggregates(i, j, inputs);
    }
    for (const facts::Fact& fact : schema.facts) {
      inputs.stated.push_back(
          terms_.Variable(Sort::kBool, absl::StrCat(prefix_, "stated ", fact.name)));
      inputs.facts.push_back(Fact(fact));
    }
    for (const facts::FactAttribute& attribute : schema.attributes) {
      inputs.attributes.push_back(Attribute(attribute, inputs.stated[attribute.fact]));
    }
    RelateConflicts(inputs);
    return inputs;
  }

  Symbol Fact(const facts::Fact& fact) {
    Symbol symbol = Free(fact.type, absl::StrCat(prefix_, fact.name));
    if (symbol.value == nullptr) return symbol;
    const auto bound = [&](double number) {
      return symbol.value->sort == Sort::kDouble ? terms_.Double(number)
                                                 : terms_.Int(static_cast<int64_t>(number));
    };
    if (fact.minimum.has_value()) AtLeast(bound(*fact.minimum), symbol.value);
    if (fact.maximum.has_value()) AtMost(symbol.value, bound(*fact.maximum));
    return symbol;
  }

 private:
  void Assume(Term term) { world_.assumptions.push_back(term); }

  // Said to the solver, and then known to terms as well.
  void AtLeast(Term low, Term value) {
    Assume(terms_.LessEqual(low, value));
    if (value->sort == Sort::kInt) terms_.SetBounds(value, low->low, kUnbounded);
  }
  void AtMost(Term value, Term high) {
    Assume(terms_.LessEqual(value, high));
    if (value->sort == Sort::kInt) terms_.SetBounds(value, -kUnbounded, high->high);
  }
  void Between(Term low, Term value, Term high) {
    AtLeast(low, value);
    AtMost(value, high);
  }

  // Known; null only where its type has that.
  Symbol Free(const Type& type, const std::string& name) {
    Symbol symbol = encoder_.Known(encoder_.Fresh(type, name));
    if (type.kind() == TypeKind::kNullable) {
      symbol.null = terms_.Variable(Sort::kBool, absl::StrCat(name, " null"));
    }
    if (symbol.value == nullptr) return symbol;
    switch (type.WithoutNull().kind()) {
      case TypeKind::kInt:
      case TypeKind::kDuration:
        Between(terms_.Int(INT64_MIN), symbol.value, terms_.Int(INT64_MAX));
        break;
      case TypeKind::kUint:
        Between(terms_.Int(0), symbol.value, terms_.Int(UINT64_MAX));
        break;
      case TypeKind::kEnum: {
        const size_t count = type.WithoutNull().enum_type()->values.size();
        Between(terms_.Int(0), symbol.value, terms_.Int(static_cast<int64_t>(count) - 1));
        break;
      }
      case TypeKind::kTimestamp:
        Between(terms_.Int(Year(kFirstStatedYear)), symbol.value, terms_.Int(Year(kLastYear)));
        break;
      case TypeKind::kDouble: {
        constexpr double kMost = std::numeric_limits<double>::max();
        Between(terms_.Double(-kMost), symbol.value, terms_.Double(kMost));
        break;
      }
      default:
        break;
    }
    return symbol;
  }

  Symbol Take(const Aggregate& aggregate, Term now) {
    const std::string name = absl::StrCat(prefix_, aggregate.name);
    Symbol symbol = Free(aggregate.type, name);
    if (aggregate.take == Aggregate::Take::kCount) {
      Between(terms_.Int(0), symbol.value, terms_.Int(std::numeric_limits<int32_t>::max()));
    }
    if (aggregate.type.WithoutNull().kind() != TypeKind::kTimestamp) return symbol;
    const bool due = aggregate.value == Aggregate::Value::kDue;
    Between(terms_.Int(Year(kFirstYear)), symbol.value, due ? terms_.Int(Year(kLastYear)) : now);
    return symbol;
  }

  // Of something that happened at `time`, not after `now`: whether the window still has it.
  Term InWindow(const Aggregate::Window& window, Term time, Term now) {
    if (window.days == 0) {
      return terms_.Less(terms_.Apply(Op::kSubtract, {now, time}),
                         terms_.Int(absl::ToInt64Nanoseconds(window.duration)));
    }
    const Term days =
        terms_.Apply(Op::kSubtract, {world_.calendar.DayOf(now), world_.calendar.DayOf(time)});
    return terms_.Less(days, terms_.Int(window.days));
  }

  // An instant at which something counts for the aggregate; null where it tells none.
  static Term InstantOf(const Aggregate& aggregate, const Symbol& symbol) {
    const bool tells =
        aggregate.value == Aggregate::Value::kTime &&
        (aggregate.take == Aggregate::Take::kFirst || aggregate.take == Aggregate::Take::kLast);
    return tells ? symbol.value : nullptr;
  }

  // Whether what is in `a`'s window is in `b`'s.
  static bool IsInWindow(const Aggregate& a, const Aggregate& b) {
    if (!b.within.has_value()) return true;
    if (!a.within.has_value() || (a.within->days == 0) != (b.within->days == 0)) return false;
    return a.within->days <= b.within->days && a.within->duration <= b.within->duration;
  }

  // Whether all that counts for `a` counts for `b`, but for windows.
  static bool IsPart(const Aggregate& a, const Aggregate& b) {
    const auto within = [](const std::vector<std::string>& some,
                           const std::vector<std::string>& all) {
      if (all.empty()) return true;
      return !some.empty() && std::all_of(some.begin(), some.end(), [&](const std::string& each) {
        return std::find(all.begin(), all.end(), each) != all.end();
      });
    };
    return a.of == b.of && within(a.event_types, b.event_types) && within(a.rules, b.rules) &&
           within(a.grades, b.grades) &&
           (a.value == Aggregate::Value::kDue || b.value != Aggregate::Value::kDue);
  }

  // A formula for "something counts"; null where the aggregate does not tell.
  Term Counts(const Aggregate& aggregate, const Symbol& symbol) {
    switch (aggregate.take) {
      case Aggregate::Take::kCount:
        return terms_.Less(terms_.Int(0), symbol.value);
      case Aggregate::Take::kSum:
        return nullptr;
      default:
        return terms_.Not(symbol.null);
    }
  }

  void RelateAggregates(size_t i, size_t j, const Inputs& inputs) {
    const Aggregate& a = world_.bundle.schema.aggregates[i];
    const Aggregate& b = world_.bundle.schema.aggregates[j];
    const Symbol& x = inputs.aggregates[i];
    const Symbol& y = inputs.aggregates[j];
    const Term instant = InstantOf(a, x);
    if (i == j) {
      if (instant == nullptr || !a.within.has_value()) return;
      return Assume(terms_.Or(x.null, InWindow(*a.within, instant, inputs.now)));
    }
    if (!IsPart(a, b)) return;
    Term some_x = Counts(a, x);
    if (a.within.has_value() && !b.within.has_value() && b.take == Aggregate::Take::kLast &&
        b.value == Aggregate::Value::kTime && some_x != nullptr) {
      // The last of all is not before one that is in the window.
      Assume(terms_.Implies(some_x, InWindow(*a.within, y.value, inputs.now)));
    }
    const Term some_y = Counts(b, y);
    if (!IsInWindow(a, b)) {
      // Of what counts for `a` only what is in the window counts for `b`, and of one we know when.
      if (instant == nullptr) return;
      some_x = terms_.And(some_x, InWindow(*b.within, instant, inputs.now));
    }
    if (some_x != nullptr && some_y != nullptr) Assume(terms_.Implies(some_x, some_y));
    if (a.take == Aggregate::Take::kSum) {
      // Nothing adds up to nothing.
      if (some_y != nullptr) {
        Assume(terms_.Or(some_y, terms_.Equal(x.value, terms_.Double(0))));
      }
      return;
    }
    if (a.take == Aggregate::Take::kCount && b.take == Aggregate::Take::kCount) {
      Assume(terms_.LessEqual(x.value, y.value));
    }
    if (instant == nullptr || b.value != Aggregate::Value::kTime) return;
    // Of all that counts for b, the first is not after, and the last not before, any of a.
    if (b.take == Aggregate::Take::kFirst) {
      Assume(terms_.Implies(some_x, terms_.LessEqual(y.value, x.value)));
    } else if (b.take == Aggregate::Take::kLast) {
      Assume(terms_.Implies(some_x, terms_.LessEqual(x.value, y.value)));
    }
  }

  Symbol Attribute(const facts::FactAttribute& attribute, Term stated) {
    const std::string name = absl::StrCat(prefix_, facts::NameOf(attribute, world_.bundle.schema));
    Symbol symbol = Free(attribute.type, name);
    switch (attribute.what) {
      case facts::Provenance::kConfirmed:
        // What the solver does not care about is confirmed, as most of what is stated.
        symbol.value = terms_.Not(symbol.value);
        Assume(terms_.Implies(symbol.value, stated));
        break;
      case facts::Provenance::kConflicted:
        break;
      case facts::Provenance::kAge:
        symbol.unknown = terms_.Not(stated);
        Between(terms_.Int(0), symbol.value, terms_.Int(Year(kLastYear)));
        break;
      case facts::Provenance::kSourceRole:
        Assume(terms_.Or(stated, symbol.null));
        break;
    }
    return symbol;
  }

  // A claim that is contradicted counts only where its source has more say.
  void RelateConflicts(const Inputs& inputs) {
    const auto& attributes = world_.bundle.schema.attributes;
    const auto find = [&](int fact, facts::Provenance what) -> const Symbol* {
      for (size_t i = 0; i < attributes.size(); ++i) {
        if (attributes[i].fact == fact && attributes[i].what == what) return &inputs.attributes[i];
      }
      return nullptr;
    };
    for (size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].what != facts::Provenance::kConflicted) continue;
      const int fact = attributes[i].fact;
      const Symbol* confirmed = find(fact, facts::Provenance::kConfirmed);
      const Symbol* role = find(fact, facts::Provenance::kSourceRole);
      if (confirmed == nullptr) continue;
      Assume(terms_.Or({terms_.Not(inputs.attributes[i].value), confirmed->value,
                        terms_.Not(inputs.stated[fact]),
                        role == nullptr ? terms_.False() : terms_.Not(role->null)}));
    }
  }

  Model::World& world_;
  TermTable& terms_;
  const std::vector<Symbol> no_slots_;
  Encoder encoder_;
  const std::string prefix_;
};

// nullopt for a value without a formula.
std::optional<Constant> ToConstant(const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::kBool:
      return Constant(value.bool_value());
    case cel::Kind::kInt:
      return Constant(absl::int128(value.int_value()));
    case cel::Kind::kDouble:
      return Constant(value.double_value());
    case cel::Kind::kString:
      return Constant(std::string(value.text()));
    case cel::Kind::kTimestamp:
      return Constant(ToNanos(value.timestamp()));
    case cel::Kind::kDuration:
      return Constant(absl::int128(absl::ToInt64Nanoseconds(value.duration())));
    case cel::Kind::kEnum:
      return Constant(absl::int128(value.ordinal()));
    default:
      return std::nullopt;
  }
}

// Some value of the fact's type and range.
Constant FillerOf(const facts::Fact& fact) {
  switch (fact.type.WithoutNull().kind()) {
    case TypeKind::kBool:
      return false;
    case TypeKind::kDouble:
      return std::min(std::max(0., fact.minimum.value_or(0)), fact.maximum.value_or(HUGE_VAL));
    case TypeKind::kString:
      return std::string();
    case TypeKind::kInt: {
      const double least = fact.minimum.value_or(0);
      const double most = fact.maximum.value_or(HUGE_VAL);
      return absl::int128(
          static_cast<int64_t>(least > 0 ? std::ceil(least) : std::floor(std::min(most, 0.))));
    }
    default:
      return absl::int128(0);
  }
}

}  // namespace

Inputs Model::NewInputs(World* world, const std::string& prefix) {
  return InputMaker(world, prefix).Make();
}

void Model::Vary(World* world, int fact, Inputs* inputs) {
  inputs->facts[fact] = InputMaker(world, "other ").Fact(world->bundle.schema.facts[fact]);
}

Assignment AssignmentOf(const Model::World& world, const Inputs& inputs, const facts::Lead& lead,
                        absl::Time now) {
  const rules::Bundle& bundle = world.bundle;
  cel::Arena arena;
  std::vector<cel::Value> slots(bundle.env_slot_count);
  cel::EvalContext context;
  context.slots = slots;
  context.now = now;
  context.zone = bundle.time_zone;
  context.arena = &arena;
  const facts::StatedMask stated =
      facts::FillRow(bundle.schema, lead, context, absl::MakeSpan(slots), nullptr);
  Assignment assignment;
  assignment[inputs.now->id] = ToNanos(now);
  // What is null is like `filler`: within the bounds that its variable has.
  const auto assign = [&](const Symbol& symbol, const cel::Value& value, Constant filler) {
    if (symbol.null != nullptr && symbol.null->op == Op::kVariable) {
      assignment[symbol.null->id] = value.is_null();
    }
    std::optional<Constant> constant = ToConstant(value);
    if (value.is_null() && symbol.value != nullptr) constant = std::move(filler);
    if (symbol.value == nullptr || !constant.has_value()) return;
    if (symbol.value->op == Op::kNot) {
      assignment[symbol.value->operands[0]->id] = !std::get<bool>(*constant);
    } else {
      assignment[symbol.value->id] = *constant;
    }
  };
  for (size_t i = 0; i < inputs.aggregates.size(); ++i) {
    const Aggregate& aggregate = bundle.schema.aggregates[i];
    const bool instant = aggregate.type.WithoutNull().kind() == TypeKind::kTimestamp;
    assign(inputs.aggregates[i], slots[aggregate.slot], instant ? ToNanos(now) : absl::int128(0));
  }
  for (size_t i = 0; i < inputs.facts.size(); ++i) {
    const facts::Fact& fact = bundle.schema.facts[i];
    assignment[inputs.stated[i]->id] = static_cast<bool>(stated[i]);
    assign(inputs.facts[i], stated[i] ? slots[fact.slot] : cel::Value::Null(), FillerOf(fact));
  }
  for (size_t i = 0; i < inputs.attributes.size(); ++i) {
    assign(inputs.attributes[i], slots[bundle.schema.attributes[i].slot], absl::int128(0));
  }
  world.calendar.Complete(&assignment);
  return assignment;
}

}  // namespace leadgrade::analysis
