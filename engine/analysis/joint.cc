#include "engine/analysis/joint.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::analysis {

using cel::Type;
using cel::TypeKind;
using facts::Aggregate;
using facts::Fact;
using facts::FactAttribute;

namespace {

// Of two enumerations: with the same values in the same order.
bool SameType(const Type& a, const Type& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case TypeKind::kEnum:
      return a.enum_type()->values == b.enum_type()->values;
    case TypeKind::kNullable:
    case TypeKind::kList:
      return SameType(a.parameter(0), b.parameter(0));
    default:
      return true;
  }
}

// Whether a value may be of both: null or not, and values of enumerations, aside.
bool Alike(const Type& a, const Type& b) {
  const Type x = a.WithoutNull(), y = b.WithoutNull();
  return (x.kind() == TypeKind::kEnum && y.kind() == TypeKind::kEnum) || SameType(x, y);
}

bool SameWindow(const Aggregate& a, const Aggregate& b) {
  if (a.within.has_value() != b.within.has_value()) return false;
  return !a.within.has_value() ||
         (a.within->days == b.within->days && a.within->duration == b.within->duration);
}

bool SameAggregate(const Aggregate& a, const Aggregate& b) {
  const auto sorted = [](std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
  };
  return a.of == b.of && a.take == b.take && a.value == b.value && SameType(a.type, b.type) &&
         SameWindow(a, b) && sorted(a.event_types) == sorted(b.event_types) &&
         sorted(a.rules) == sorted(b.rules) && sorted(a.grades) == sorted(b.grades);
}

std::string RangeText(const Fact& fact) {
  if (!fact.minimum.has_value() && !fact.maximum.has_value()) return "any";
  const auto bound = [](const std::optional<double>& number) {
    return number.has_value() ? absl::StrCat(*number) : std::string("…");
  };
  return absl::StrCat(bound(fact.minimum), " to ", bound(fact.maximum));
}

std::string ValuesText(const Type& type) {
  return absl::StrJoin(type.WithoutNull().enum_type()->values, ", ");
}

class Joiner {
 public:
  Joiner(const rules::Bundle& before, const rules::Bundle& after) : bundles_{&before, &after} {}

  Joint Run() {
    rules::Bundle& bundle = joint_.bundle;
    bundle.time_zone = bundles_[1]->time_zone;
    bundle.grade_enum = bundles_[1]->grade_enum;
    bundle.schema.source_roles = bundles_[1]->schema.source_roles;
    if (bundle.schema.source_roles == nullptr) {
      bundle.schema.source_roles = bundles_[0]->schema.source_roles;
    }
    TakeEventTypes();
    for (const int side : {1, 0}) TakeFacts(side);
    for (const int side : {1, 0}) TakeAggregates(side);
    for (const int side : {1, 0}) TakeAttributes(side);
    GiveSlots();
    return std::move(joint_);
  }

 private:
  // Those that both take; all, where one of them takes any.
  void TakeEventTypes() {
    std::vector<std::string>& types = joint_.bundle.schema.event_types;
    types = bundles_[1]->schema.event_types;
    const auto& others = bundles_[0]->schema.event_types;
    if (types.empty()) types = others;
    if (others.empty()) return;
    types.erase(std::remove_if(types.begin(), types.end(),
                               [&](const std::string& type) {
                                 return std::find(others.begin(), others.end(), type) ==
                                        others.end();
                               }),
                types.end());
  }

  void TakeFacts(int side) {
    facts::Schema& schema = joint_.bundle.schema;
    for (const Fact& fact : bundles_[side]->schema.facts) {
      const auto it = schema.fact_index.find(fact.name);
      if (it == schema.fact_index.end()) {
        joint_.sides[side].facts.push_back(Add(fact));
        // Of the new side all are met before any of the old one's.
        const bool other = bundles_[1 - side]->schema.fact_index.contains(fact.name);
        if (!other) NoteOnly(side, fact);
        continue;
      }
      if (!Alike(fact.type, schema.facts[it->second].type)) {
        Note(SchemaChange::Kind::kChanged, fact.name,
             absl::StrCat("is of type ", schema.facts[it->second].type.ToString(), ", was of type ",
                          fact.type.ToString(), ": leads of which it is stated are not compared"),
             true);
        joint_.apart[it->second] = true;
        Fact old = fact;
        absl::StrAppend(&old.name, " (before)");
        joint_.sides[side].facts.push_back(Add(old));
        joint_.apart.back() = true;
        continue;
      }
      joint_.sides[side].facts.push_back(it->second);
      Merge(fact, &schema.facts[it->second]);
    }
  }

  int Add(const Fact& fact) {
    facts::Schema& schema = joint_.bundle.schema;
    const int index = static_cast<int>(schema.facts.size());
    schema.fact_index[fact.name] = index;
    Fact& added = schema.facts.emplace_back(fact);
    added.derivation = nullptr;
    added.timed = nullptr;
    joint_.apart.push_back(false);
    return index;
  }

  // What a lead may have under both.
  void Merge(const Fact& before, Fact* fact) {
    if (before.minimum != fact->minimum || before.maximum != fact->maximum) {
      Note(SchemaChange::Kind::kChanged, fact->name,
           absl::StrCat("may be ", RangeText(*fact), ", before: ", RangeText(before)));
    }
    if (before.minimum.has_value()) {
      fact->minimum = std::max(fact->minimum.value_or(*before.minimum), *before.minimum);
    }
    if (before.maximum.has_value()) {
      fact->maximum = std::min(fact->maximum.value_or(*before.maximum), *before.maximum);
    }
    const bool nullable = fact->type.kind() == TypeKind::kNullable;
    if (nullable != (before.type.kind() == TypeKind::kNullable)) {
      Note(SchemaChange::Kind::kChanged, fact->name,
           nullable ? "may be null now" : "may not be null any more");
      fact->type = fact->type.WithoutNull();
    }
    if (!SameType(fact->type.WithoutNull(), before.type.WithoutNull())) {
      Note(SchemaChange::Kind::kChanged, fact->name,
           absl::StrCat("is one of ", ValuesText(fact->type), ", before: of ",
                        ValuesText(before.type)));
    }
  }

  void NoteOnly(int side, const Fact& fact) {
    if (side == 1) {
      Note(SchemaChange::Kind::kAdded, fact.name, "is new");
    } else {
      Note(SchemaChange::Kind::kRemoved, fact.name, "is gone");
    }
  }

  void Note(SchemaChange::Kind kind, const std::string& fact, std::string text,
            bool apart = false) {
    joint_.changes.push_back({kind, fact, std::move(text), apart});
  }

  void TakeAggregates(int side) {
    auto& all = joint_.bundle.schema.aggregates;
    const size_t there = all.size();
    for (const Aggregate& aggregate : bundles_[side]->schema.aggregates) {
      const auto same =
          std::find_if(all.begin(), all.begin() + static_cast<long>(there),
                       [&](const Aggregate& a) { return SameAggregate(a, aggregate); });
      const bool found = same != all.begin() + static_cast<long>(there);
      joint_.sides[side].aggregates.push_back(
          static_cast<int>(found ? same - all.begin() : std::ptrdiff_t(all.size())));
      if (!found) all.push_back(aggregate);
    }
  }

  void TakeAttributes(int side) {
    auto& all = joint_.bundle.schema.attributes;
    for (const FactAttribute& attribute : bundles_[side]->schema.attributes) {
      const int fact = joint_.sides[side].facts[static_cast<size_t>(attribute.fact)];
      const auto same = std::find_if(all.begin(), all.end(), [&](const FactAttribute& each) {
        return each.fact == fact && each.what == attribute.what;
      });
      joint_.sides[side].attributes.push_back(static_cast<int>(same - all.begin()));
      if (same != all.end()) continue;
      all.push_back(attribute);
      all.back().fact = fact;
    }
  }

  void GiveSlots() {
    int32_t slot = facts::kNowSlot;
    facts::Schema& schema = joint_.bundle.schema;
    for (Aggregate& aggregate : schema.aggregates) aggregate.slot = ++slot;
    for (Fact& fact : schema.facts) fact.slot = ++slot;
    for (FactAttribute& attribute : schema.attributes) attribute.slot = ++slot;
    joint_.bundle.slot_count = joint_.bundle.env_slot_count = slot + 1;
  }

  const std::array<const rules::Bundle*, 2> bundles_;
  Joint joint_;
};

}  // namespace

Joint Join(const rules::Bundle& before, const rules::Bundle& after) {
  return Joiner(before, after).Run();
}

Inputs InputsOf(const Joint& joint, int side, const rules::Bundle& bundle, const Inputs& inputs,
                Model::World* world) {
  TermTable& terms = world->terms;
  Inputs out;
  out.now = inputs.now;
  for (const int index : joint.sides[side].aggregates) {
    out.aggregates.push_back(inputs.aggregates[index]);
  }
  for (size_t i = 0; i < bundle.schema.facts.size(); ++i) {
    const int index = joint.sides[side].facts[i];
    out.stated.push_back(inputs.stated[index]);
    Symbol symbol = inputs.facts[index];
    const Type own = bundle.schema.facts[i].type.WithoutNull();
    const Type all = joint.bundle.schema.facts[index].type.WithoutNull();
    if (own.kind() == TypeKind::kEnum && !SameType(own, all)) {
      // By name, from the joint ordinal to the side's own.
      Term ordinal = terms.Int(0);
      std::vector<Term> known = {terms.Not(inputs.stated[index]), symbol.null};
      for (size_t k = 0; k < all.enum_type()->values.size(); ++k) {
        const auto here = own.enum_type()->OrdinalOf(all.enum_type()->values[k]);
        if (!here.has_value()) continue;
        const Term is = terms.Equal(symbol.value, terms.Int(static_cast<int64_t>(k)));
        known.push_back(is);
        ordinal = terms.If(is, terms.Int(*here), ordinal);
      }
      world->assumptions.push_back(terms.Or(std::move(known)));
      symbol.value = ordinal;
    }
    out.facts.push_back(std::move(symbol));
  }
  for (const int index : joint.sides[side].attributes) {
    out.attributes.push_back(inputs.attributes[index]);
  }
  return out;
}

}  // namespace leadgrade::analysis
