#include "engine/cel/program_parts.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

bool Accepts(const Type& parameter, const Value& value) {
  switch (parameter.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kTypeParam:
      return true;
    case TypeKind::kNull:
      return value.is_null();
    case TypeKind::kBool:
      return value.kind() == Kind::kBool;
    case TypeKind::kInt:
      return value.kind() == Kind::kInt;
    case TypeKind::kUint:
      return value.kind() == Kind::kUint;
    case TypeKind::kDouble:
      return value.kind() == Kind::kDouble;
    case TypeKind::kString:
      return value.kind() == Kind::kString;
    case TypeKind::kBytes:
      return value.kind() == Kind::kBytes;
    case TypeKind::kTimestamp:
      return value.kind() == Kind::kTimestamp;
    case TypeKind::kDuration:
      return value.kind() == Kind::kDuration;
    case TypeKind::kType:
      return value.kind() == Kind::kType;
    case TypeKind::kEnum:
      return value.kind() == Kind::kEnum;
    case TypeKind::kList:
      return value.kind() == Kind::kList;
    case TypeKind::kMap:
      return value.kind() == Kind::kMap;
    case TypeKind::kNullable:
      return value.is_null() || Accepts(parameter.parameter(0), value);
    case TypeKind::kOpaque:
      if (parameter.IsOptional()) return value.kind() == Kind::kOptional;
      [[fallthrough]];
    case TypeKind::kMessage:
      return value.kind() == Kind::kObject && value.object().type_name() == parameter.name();
    case TypeKind::kError:
      break;
  }
  return false;
}

Value CheckKey(EvalContext& context, const Value& key) {
  if (IsKey(key)) return key;
  return context.arena->MakeError(absl::StrCat("unsupported key type: ", TypeNameOf(key)));
}

using Values = absl::InlinedVector<Value, 16>;

// What an entry adds to `out`, `operands` being all of it with its value last: itself, or where it
// is optional what that holds, if anything. An error where it is no optional.
Value AddEntry(EvalContext& context, absl::Span<const Value> operands, bool optional, Values* out) {
  Value value = operands.back();
  if (optional) {
    if (value.kind() != Kind::kOptional) return NoOverload(context);
    if (value.content() == nullptr) return Value();
    value = *value.content();
  }
  for (const Value& before : operands.subspan(0, operands.size() - 1)) out->push_back(before);
  out->push_back(value);
  return Value();
}

bool IsOptional(const std::vector<char>* optional, size_t entry) {
  return optional != nullptr && (*optional)[entry];
}

// A map that grows, in the place that the accumulator's value points to.
struct GrowingMap {
  MapRep map;
  uint32_t capacity = 0;  // in pairs
};

GrowingMap* Growing(EvalContext& context, Value* accumulator) {
  // The first insertion meets the constant that the fold began with.
  if (accumulator->map().size > 0) {
    return reinterpret_cast<GrowingMap*>(const_cast<MapRep*>(&accumulator->map()));
  }
  void* memory = context.arena->Allocate(sizeof(GrowingMap));
  if (memory == nullptr) return nullptr;
  auto* growing = new (memory) GrowingMap();
  growing->map.entries = nullptr;
  growing->map.size = 0;
  *accumulator = Value::Map(&growing->map);
  return growing;
}

// Room for one more pair, with half of the cells empty.
bool Reserve(EvalContext& context, GrowingMap* growing) {
  MapRep& map = growing->map;
  if (map.size < growing->capacity) return true;
  const uint32_t capacity = std::max<uint32_t>(8, 2 * growing->capacity);
  auto* entries = static_cast<Value*>(context.arena->Allocate(2 * capacity * sizeof(Value)));
  auto* cells = static_cast<uint32_t*>(context.arena->Allocate(2 * capacity * sizeof(uint32_t)));
  if (entries == nullptr || cells == nullptr) return false;
  std::copy_n(map.entries, 2 * map.size, entries);
  std::fill_n(cells, 2 * capacity, 0);
  map.entries = entries;
  map.cells = cells;
  map.mask = 2 * capacity - 1;
  growing->capacity = capacity;
  for (uint32_t i = 0; i < map.size; ++i) map.Place(i);
  return true;
}

Value InsertPair(EvalContext& context, Value* accumulator, const Value& key, const Value& value) {
  if (const Value checked = CheckKey(context, key); checked.is_error()) return checked;
  if (accumulator->map().Find(key) != nullptr) {
    return context.arena->MakeError(absl::StrCat("duplicate map key: ", Shortened(ToString(key))));
  }
  GrowingMap* growing = Growing(context, accumulator);
  if (growing == nullptr || !Reserve(context, growing)) return OutOfMemory();
  MapRep& map = growing->map;
  auto* entries = const_cast<Value*>(map.entries);
  entries[2 * map.size] = key;
  entries[2 * map.size + 1] = value;
  map.Place(map.size++);
  return *accumulator;
}

}  // namespace

bool IsKey(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kString:
    case Kind::kEnum:
      return true;
    default:
      return false;
  }
}

Value Blocking(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_unknown() && b.is_unknown()) return context.arena->MergeUnknown(a, b);
  if (a.is_unknown()) return a;
  if (b.is_unknown()) return b;
  return a.is_error() ? a : b;
}

Value Blocking(EvalContext& context, absl::Span<const Value> values) {
  Value blocking;
  for (const Value& value : values) {
    if (!IsSettled(value)) blocking = Blocking(context, blocking, value);
  }
  return blocking;
}

Value Absorb(EvalContext& context, const Value& a, const Value& b, bool decisive) {
  const auto decides = [decisive](const Value& v) { return decisive ? v.is_true() : v.is_false(); };
  if (decides(a) || decides(b)) return Value::Bool(decisive);
  if (!IsSettled(a) || !IsSettled(b)) return Blocking(context, a, b);
  if (a.kind() != Kind::kBool || b.kind() != Kind::kBool) return NoOverload(context);
  return Value::Bool(!decisive);
}

Value CallOverload(EvalContext& context, const std::vector<Overload>& overloads,
                   absl::Span<const Value> arguments) {
  if (const Value blocking = Blocking(context, arguments); !IsSettled(blocking)) return blocking;
  for (const Overload& overload : overloads) {
    bool fits = true;
    for (size_t i = 0; i < arguments.size() && fits; ++i) {
      const size_t last = overload.parameters.size() - 1;
      fits = Accepts(overload.parameters[std::min(i, last)], arguments[i]);
    }
    if (fits) return overload.implementation(context, arguments);
  }
  return NoOverload(context);
}

Value MakeList(EvalContext& context, absl::Span<const Value> operands,
               const std::vector<char>* optional) {
  if (const Value blocking = Blocking(context, operands); !IsSettled(blocking)) return blocking;
  if (optional == nullptr) return context.arena->MakeList(operands);
  Values elements;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Value bad = AddEntry(context, operands.subspan(i, 1), IsOptional(optional, i), &elements);
    if (bad.is_error()) return bad;
  }
  return context.arena->MakeList(elements);
}

Value MakeMap(EvalContext& context, absl::Span<const Value> operands,
              const std::vector<char>* optional) {
  if (const Value blocking = Blocking(context, operands); !IsSettled(blocking)) return blocking;
  Values entries;
  for (size_t i = 0; i < operands.size(); i += 2) {
    if (const Value key = CheckKey(context, operands[i]); key.is_error()) return key;
    const Value bad =
        AddEntry(context, operands.subspan(i, 2), IsOptional(optional, i / 2), &entries);
    if (bad.is_error()) return bad;
  }
  const Value map = context.arena->MakeMap(entries);
  for (size_t i = 0; map.kind() == Kind::kMap && i < entries.size(); i += 2) {
    // Looking a key up finds the first of its pairs.
    if (map.map().Find(entries[i]) != &map.map().entries[i + 1]) {
      return context.arena->MakeError(
          absl::StrCat("duplicate map key: ", Shortened(ToString(entries[i]))));
    }
  }
  return map;
}

Value MakeStruct(EvalContext& context, const TypeProvider* types, const StructShape& shape,
                 absl::Span<const Value> operands, const std::vector<char>* optional) {
  if (const Value blocking = Blocking(context, operands); !IsSettled(blocking)) return blocking;
  if (optional == nullptr) return types->Make(context, shape.name, shape.views, operands);
  std::vector<absl::string_view> fields;
  Values values;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Value bad = AddEntry(context, operands.subspan(i, 1), IsOptional(optional, i), &values);
    if (bad.is_error()) return bad;
    if (values.size() > fields.size()) fields.push_back(shape.views[i]);
  }
  return types->Make(context, shape.name, fields, values);
}

Value Append(EvalContext& context, Value* accumulator, Value* capacity, const Value& element) {
  if (!IsSettled(*accumulator) || !IsSettled(element)) {
    return Blocking(context, *accumulator, element);
  }
  const auto elements = accumulator->elements();
  const auto size = static_cast<int64_t>(elements.size());
  auto* data = const_cast<Value*>(elements.data());
  if (size == 0 || size >= capacity->int_value()) {
    *capacity = Value::Int(std::max<int64_t>(8, 2 * size));
    const auto bytes = static_cast<size_t>(capacity->int_value()) * sizeof(Value);
    data = static_cast<Value*>(context.arena->Allocate(bytes));
    if (data == nullptr) return OutOfMemory();
    std::copy(elements.begin(), elements.end(), data);
  }
  data[size] = element;
  return Value::List({data, static_cast<size_t>(size) + 1});
}

Value Insert(EvalContext& context, Value* accumulator, absl::Span<const Value> entry) {
  const Value added = Blocking(context, entry);
  if (!IsSettled(*accumulator) || !IsSettled(added)) {
    return Blocking(context, *accumulator, added);
  }
  if (entry.size() == 2) return InsertPair(context, accumulator, entry[0], entry[1]);
  if (entry[0].kind() != Kind::kMap) return NoOverload(context);
  const MapRep map = entry[0].map();
  Value result = *accumulator;
  for (uint32_t i = 0; i < map.size && !result.is_error(); ++i) {
    result = InsertPair(context, accumulator, map.entries[2 * i], map.entries[2 * i + 1]);
  }
  return result;
}

}  // namespace leadgrade::cel
