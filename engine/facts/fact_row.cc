#include "engine/facts/fact_row.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/facts/aggregates.h"
#include "engine/facts/statements.h"

namespace leadgrade::facts {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;

// nullopt: not of this type.
std::optional<Value> ToCelValue(const Type& type, const FactValue& fact, cel::Arena& arena) {
  switch (type.kind()) {
    case TypeKind::kNullable:
      if (std::holds_alternative<std::monostate>(fact.value)) return Value::Null();
      return ToCelValue(type.parameter(0), fact, arena);
    case TypeKind::kBool:
      if (const bool* v = std::get_if<bool>(&fact.value)) return Value::Bool(*v);
      return std::nullopt;
    case TypeKind::kInt:
      if (const int64_t* v = std::get_if<int64_t>(&fact.value)) return Value::Int(*v);
      return std::nullopt;
    case TypeKind::kDouble:
      if (const double* v = std::get_if<double>(&fact.value)) return Value::Double(*v);
      // A record from before the fact's type widened from int.
      if (const int64_t* v = std::get_if<int64_t>(&fact.value)) {
        return Value::Double(static_cast<double>(*v));
      }
      return std::nullopt;
    case TypeKind::kString:
      if (const std::string* v = std::get_if<std::string>(&fact.value)) return Value::String(*v);
      return std::nullopt;
    case TypeKind::kEnum: {
      const std::string* v = std::get_if<std::string>(&fact.value);
      const int ordinal = v == nullptr ? -1 : type.enum_type()->OrdinalOf(*v).value_or(-1);
      if (ordinal < 0) return std::nullopt;
      return Value::Enum(type.enum_type().get(), ordinal);
    }
    case TypeKind::kTimestamp:
      if (const absl::Time* v = std::get_if<absl::Time>(&fact.value)) return Value::Timestamp(*v);
      return std::nullopt;
    case TypeKind::kDuration:
      if (const absl::Duration* v = std::get_if<absl::Duration>(&fact.value)) {
        return Value::Duration(*v);
      }
      return std::nullopt;
    case TypeKind::kList: {
      const FactList* list = std::get_if<FactList>(&fact.value);
      if (list == nullptr) return std::nullopt;
      std::vector<Value> elements;
      elements.reserve(list->size());
      for (const FactValue& element : *list) {
        const std::optional<Value> value = ToCelValue(type.parameter(0), element, arena);
        if (!value.has_value()) return std::nullopt;
        elements.push_back(*value);
      }
      return arena.MakeList(elements);
    }
    default:
      return std::nullopt;
  }
}

Value Attribute(const FactAttribute& attribute, const Fact& fact, const Belief& belief,
                cel::EvalContext& context) {
  switch (attribute.what) {
    case Provenance::kConfirmed:
      return Value::Bool(belief.status == FactStatus::kConfirmed);
    case Provenance::kConflicted:
      return Value::Bool(belief.conflicted);
    case Provenance::kAge:
      if (belief.by == nullptr || belief.by->observed_time == absl::InfinitePast()) {
        return context.arena->MakeUnknown({fact.slot});
      }
      return Value::Duration(context.now - belief.by->observed_time);
    case Provenance::kSourceRole: {
      const cel::EnumType* roles = attribute.type.WithoutNull().enum_type().get();
      const int role = belief.by == nullptr ? -1 : roles->OrdinalOf(belief.by->role).value_or(-1);
      return role < 0 ? Value::Null() : Value::Enum(roles, role);
    }
  }
  return Value::Null();
}

void FillAttributes(const Schema& schema, const Lead& lead, const StatedMask& stated,
                    cel::EvalContext& context, absl::Span<Value> slots) {
  for (const FactAttribute& attribute : schema.attributes) {
    if (attribute.slot >= static_cast<int32_t>(slots.size())) return;
    const Fact& fact = schema.facts[attribute.fact];
    Belief belief = BeliefIn(lead, fact.name, schema.source_roles.get(), context.now);
    // A value that can't be read is none.
    if (!stated[attribute.fact])
      belief = {nullptr, FactStatus::kUnknown, nullptr, belief.conflicted};
    slots[attribute.slot] = Attribute(attribute, fact, belief, context);
  }
}

}  // namespace

StatedMask FillRow(const Schema& schema, const Lead& lead, cel::EvalContext& context,
                   absl::Span<Value> slots, RowNotes* notes) {
  slots[kNowSlot] = Value::Timestamp(context.now);
  for (const Aggregate& aggregate : schema.aggregates) {
    slots[aggregate.slot] = EvaluateAggregate(aggregate, lead, context);
  }
  StatedMask stated(schema.facts.size(), false);
  for (const auto& [name, statements] : lead.facts) {
    const auto it = schema.fact_index.find(name);
    // A fact that this bundle does not know, stated under another one.
    if (it == schema.fact_index.end()) continue;
    const Fact& fact = schema.facts[it->second];
    const Belief belief = Resolve(statements, schema.source_roles.get(), context.now);
    if (belief.conflicted && notes != nullptr) notes->conflicted.push_back(it->second);
    if (belief.value == nullptr) continue;
    const std::optional<Value> value = ToCelValue(fact.type, *belief.value, *context.arena);
    if (value.has_value()) {
      slots[fact.slot] = *value;
      stated[it->second] = true;
    } else if (notes != nullptr) {
      notes->unreadable.push_back(
          {name, absl::StrCat("the stated value is no `", fact.type.ToString(), "`")});
    }
  }
  if (notes != nullptr) std::sort(notes->conflicted.begin(), notes->conflicted.end());
  for (size_t i = 0; i < schema.facts.size(); ++i) {
    const Fact& fact = schema.facts[i];
    if (!stated[i] && fact.derivation == nullptr) {
      slots[fact.slot] = context.arena->MakeUnknown({fact.slot});
    }
  }
  FillAttributes(schema, lead, stated, context, slots);
  Rederive(schema, stated, context, slots);
  return stated;
}

void Rederive(const Schema& schema, const StatedMask& stated, cel::EvalContext& context,
              absl::Span<Value> slots) {
  for (int index : schema.derivation_order) {
    if (stated[index]) continue;
    const Fact& fact = schema.facts[index];
    slots[fact.slot] = fact.derivation->Eval(context);
  }
}

std::optional<FactValue> ToFactValue(const Value& value) {
  switch (value.kind()) {
    case cel::Kind::kNull:
      return FactValue{std::monostate()};
    case cel::Kind::kBool:
      return FactValue{value.bool_value()};
    case cel::Kind::kInt:
      return FactValue{value.int_value()};
    case cel::Kind::kDouble:
      return FactValue{value.double_value()};
    case cel::Kind::kString:
      return FactValue{std::string(value.text())};
    case cel::Kind::kEnum:
      return FactValue{value.enum_type()->values[value.ordinal()]};
    case cel::Kind::kTimestamp:
      return FactValue{value.timestamp()};
    case cel::Kind::kDuration:
      return FactValue{value.duration()};
    case cel::Kind::kList: {
      FactList list;
      for (const Value& element : value.elements()) {
        std::optional<FactValue> out = ToFactValue(element);
        if (!out.has_value()) return std::nullopt;
        list.push_back(*std::move(out));
      }
      return FactValue{std::move(list)};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace leadgrade::facts
