// Which answers to a fact can make a difference to the grade.
//
// For a bool or an enumeration: all of them. For a number or an instant that rules only compare
// with constants: the constants, and one value in each gap between them, since there no rule can
// tell one value from another.
#include "engine/rules/answers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"

namespace leadgrade::rules {
namespace {

using cel::Kind;
using cel::Type;
using cel::TypeKind;
using cel::Value;
using facts::Fact;

constexpr size_t kMaxAnswers = 64;
// A control character: no rule file may hold one, so it equals no constant.
constexpr absl::string_view kOtherText = "\x01";

void VisitPrograms(const RuleSet& set, const std::function<void(const cel::Program&)>& visit) {
  const auto each = [&](const std::shared_ptr<const cel::Program>& program) {
    if (program != nullptr) visit(*program);
  };
  for (const Rule& rule : set.rules) {
    each(rule.when);
    for (const auto& value : rule.then) each(value);
  }
  for (const auto& value : set.defaults) each(value);
}

std::vector<int> GradeRuleSets(const Bundle& bundle) {
  if (!bundle.grade) return {};
  std::set<int> needed = {bundle.grade.rule_set};
  // In reverse evaluation order a set is seen after all that read it.
  const auto& order = bundle.evaluation_order;
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (!needed.contains(*it)) continue;
    VisitPrograms(bundle.rule_sets[*it], [&](const cel::Program& program) {
      for (int32_t slot : program.slots()) {
        for (size_t i = 0; i < bundle.rule_sets.size(); ++i) {
          for (const Output& output : bundle.rule_sets[i].outputs) {
            if (output.slot == slot) needed.insert(static_cast<int>(i));
          }
        }
      }
    });
  }
  std::vector<int> sets;
  std::copy_if(order.begin(), order.end(), std::back_inserter(sets),
               [&](int set) { return needed.contains(set); });
  return sets;
}

Value Beside(const Value& value, int step) {
  switch (value.kind()) {
    case Kind::kInt: {
      int64_t beside = value.int_value();
      if (__builtin_add_overflow(beside, step, &beside)) return value;
      return Value::Int(beside);
    }
    case Kind::kTimestamp:
      return Value::Timestamp(value.timestamp() + absl::Nanoseconds(step));
    case Kind::kDuration:
      return Value::Duration(value.duration() + absl::Nanoseconds(step));
    default:
      return value;
  }
}

bool InRange(const Fact& fact, const Value& value) {
  if (value.kind() != Kind::kInt && value.kind() != Kind::kDouble) return true;
  const double number =
      value.kind() == Kind::kInt ? static_cast<double>(value.int_value()) : value.double_value();
  return (!fact.minimum.has_value() || number >= *fact.minimum) &&
         (!fact.maximum.has_value() || number <= *fact.maximum);
}

// A value of the type where no rule compares it with anything.
Value AnyValue(const Fact& fact, TypeKind kind) {
  const double number = fact.minimum.value_or(fact.maximum.value_or(0));
  switch (kind) {
    case TypeKind::kInt:
      return Value::Int(static_cast<int64_t>(number));
    case TypeKind::kDouble:
      return Value::Double(number);
    case TypeKind::kTimestamp:
      return Value::Timestamp(absl::UnixEpoch());
    case TypeKind::kDuration:
      return Value::Duration(absl::ZeroDuration());
    default:
      return Value::String("");
  }
}

// The fact that a slot, or the attribute in it, is of; -1 for all others.
int FactOfSlot(const facts::Schema& schema, int32_t slot) {
  const int32_t first = schema.facts.empty() ? 0 : schema.facts.front().slot;
  if (slot >= first && slot < first + static_cast<int32_t>(schema.facts.size())) {
    return slot - first;
  }
  if (schema.attributes.empty() || slot < schema.attributes.front().slot) return -1;
  return schema.attributes[slot - schema.attributes.front().slot].fact;
}

std::vector<int> Indexes(const std::vector<bool>& set) {
  std::vector<int> indexes;
  for (size_t i = 0; i < set.size(); ++i) {
    if (set[i]) indexes.push_back(static_cast<int>(i));
  }
  return indexes;
}

// Fills grade_facts and grade_attributes.
void FindGradeFacts(Bundle* out) {
  const Bundle& bundle = *out;
  const auto& facts = bundle.schema.facts;
  const auto& attributes = bundle.schema.attributes;
  std::vector<bool> read(facts.size(), false);
  std::vector<bool> attribute_read(attributes.size(), false);
  const auto note = [&](const cel::Program& program) {
    for (int32_t slot : program.slots()) {
      if (const int fact = FactOfSlot(bundle.schema, slot); fact >= 0) read[fact] = true;
      if (!attributes.empty() && slot >= attributes.front().slot) {
        attribute_read[slot - attributes.front().slot] = true;
      }
    }
  };
  for (int set : bundle.grade_rule_sets) VisitPrograms(bundle.rule_sets[set], note);
  // In reverse derivation order a fact is seen after all that are derived from it.
  const auto& order = bundle.schema.derivation_order;
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (read[*it]) note(*facts[*it].derivation);
  }
  out->grade_facts = Indexes(read);
  out->grade_attributes = Indexes(attribute_read);
}

class AnswerFinder {
 public:
  AnswerFinder(const Fact& fact, Answers* answers) : fact_(fact), answers_(answers) {}

  void AddUse(const cel::VariableUse& use) {
    opaque_ |= use.opaque;
    answers_->known_asked |= use.known;
    constants_.insert(constants_.end(), use.compared_with.begin(), use.compared_with.end());
  }

  void Finish() {
    const Type type = fact_.type.WithoutNull();
    if (fact_.type.kind() == TypeKind::kNullable) Add(Value::Null());
    switch (type.kind()) {
      case TypeKind::kBool:
        Add(Value::Bool(false));
        Add(Value::Bool(true));
        return;
      case TypeKind::kEnum:
        for (size_t i = 0; i < type.enum_type()->values.size(); ++i) {
          Add(Value::Enum(type.enum_type().get(), static_cast<int>(i)));
        }
        return;
      case TypeKind::kInt:
      case TypeKind::kTimestamp:
      case TypeKind::kDuration:
        AddAround(type.kind());
        break;
      case TypeKind::kDouble:
        AddDoubles();
        break;
      case TypeKind::kString:
        AddTexts();
        break;
      default:
        answers_->exhaustive = false;
        return;
    }
    if (opaque_ || answers_->values.size() > kMaxAnswers) answers_->exhaustive = false;
  }

 private:
  void Add(const Value& value) {
    auto& values = answers_->values;
    const auto same = [&](const Value& other) {
      return other.kind() == value.kind() && cel::Equal(other, value);
    };
    if (std::none_of(values.begin(), values.end(), same)) values.push_back(value);
  }

  void AddAround(TypeKind kind) {
    for (const Value& constant : Comparable(kind)) {
      for (int step : {-1, 0, 1}) {
        const Value value = Beside(constant, step);
        if (InRange(fact_, value)) Add(value);
      }
    }
    const bool none = std::all_of(answers_->values.begin(), answers_->values.end(),
                                  [](const Value& value) { return value.is_null(); });
    if (none) Add(AnyValue(fact_, kind));
  }

  void AddDoubles() {
    std::vector<double> points;
    for (const Value& constant : Comparable(TypeKind::kDouble)) {
      if (InRange(fact_, constant)) points.push_back(constant.double_value());
    }
    if (points.empty()) {
      Add(AnyValue(fact_, TypeKind::kDouble));
      return;
    }
    const double infinity = std::numeric_limits<double>::infinity();
    AddDouble(std::nextafter(points.front(), -infinity));
    for (size_t i = 0; i < points.size(); ++i) {
      if (i > 0) AddDouble(points[i - 1] / 2 + points[i] / 2);
      AddDouble(points[i]);
    }
    AddDouble(std::nextafter(points.back(), infinity));
  }

  void AddDouble(double number) {
    if (std::isfinite(number) && InRange(fact_, Value::Double(number))) Add(Value::Double(number));
  }

  void AddTexts() {
    for (const Value& constant : constants_) {
      if (constant.kind() == Kind::kString) Add(constant);
    }
    Add(Value::String(kOtherText));
  }

  // The constants as values of the fact's own type, rising. An int fact compared with 2.5 changes
  // its outcome between 2 and 3.
  std::vector<Value> Comparable(TypeKind kind) const {
    std::vector<Value> out;
    for (const Value& constant : constants_) {
      const bool number = constant.kind() == Kind::kInt || constant.kind() == Kind::kDouble;
      const double real = constant.kind() == Kind::kInt ? static_cast<double>(constant.int_value())
                          : number                      ? constant.double_value()
                                                        : 0;
      if (kind == TypeKind::kInt && constant.kind() == Kind::kInt) {
        out.push_back(constant);
      } else if (kind == TypeKind::kInt && number && std::abs(real) < 9.2e18) {
        out.push_back(Value::Int(static_cast<int64_t>(real)));
      } else if (kind == TypeKind::kDouble && number) {
        out.push_back(Value::Double(real));
      } else if ((kind == TypeKind::kTimestamp && constant.kind() == Kind::kTimestamp) ||
                 (kind == TypeKind::kDuration && constant.kind() == Kind::kDuration)) {
        out.push_back(constant);
      }
    }
    std::sort(out.begin(), out.end(),
              [](const Value& a, const Value& b) { return cel::Compare(a, b) == -1; });
    return out;
  }

  const Fact& fact_;
  Answers* answers_;
  bool opaque_ = false;
  std::vector<Value> constants_;
};

}  // namespace

void FindAnswers(Bundle* bundle) {
  facts::Schema& schema = bundle->schema;
  bundle->grade_rule_sets = GradeRuleSets(*bundle);
  for (int set : bundle->grade_rule_sets) bundle->rule_sets[set].of_grade = true;
  FindGradeFacts(bundle);
  bundle->answers.assign(schema.facts.size(), Answers());
  std::vector<AnswerFinder> finders;
  for (size_t i = 0; i < schema.facts.size(); ++i) {
    finders.emplace_back(schema.facts[i], &bundle->answers[i]);
  }
  const int32_t first = schema.facts.empty() ? 0 : schema.facts.front().slot;
  const int32_t end = first + static_cast<int32_t>(schema.facts.size());
  const auto note = [&](const cel::Program& program) {
    for (const cel::VariableUse& use : program.uses()) {
      if (use.slot >= first && use.slot < end) finders[use.slot - first].AddUse(use);
    }
  };
  for (int set : bundle->grade_rule_sets) VisitPrograms(bundle->rule_sets[set], note);
  for (const Fact& fact : schema.facts) {
    if (fact.derivation != nullptr) note(*fact.derivation);
  }
  for (AnswerFinder& finder : finders) finder.Finish();
  for (size_t i = 0; i < schema.facts.size(); ++i) {
    std::vector<bool> moves(schema.facts.size(), false);
    moves[i] = true;
    for (int derived : schema.derivation_order) {
      for (int32_t slot : schema.facts[derived].derivation->slots()) {
        const int fact = FactOfSlot(schema, slot);
        if (fact >= 0 && moves[fact]) moves[derived] = true;
      }
      if (moves[derived] && derived != static_cast<int>(i)) {
        bundle->answers[i].dependents.push_back(derived);
      }
    }
    for (int derived : bundle->answers[i].dependents) {
      bundle->answers[i].known_asked |= bundle->answers[derived].known_asked;
    }
  }
}

bool StandsForOthers(const Value& answer) {
  return answer.kind() == Kind::kString && answer.text() == kOtherText;
}

}  // namespace leadgrade::rules
