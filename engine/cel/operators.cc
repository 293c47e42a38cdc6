#include "engine/cel/operators.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

bool IsNumber(const Value& value) {
  return value.kind() == Kind::kInt || value.kind() == Kind::kUint || value.kind() == Kind::kDouble;
}

Value Overflow(EvalContext& context) { return context.arena->MakeError("integer overflow"); }

template <typename Int>
Value Integer(EvalContext& context, Arithmetic op, Int a, Int b, Value (*make)(Int)) {
  Int result = 0;
  switch (op) {
    case Arithmetic::kAdd:
      return __builtin_add_overflow(a, b, &result) ? Overflow(context) : make(result);
    case Arithmetic::kSubtract:
      return __builtin_sub_overflow(a, b, &result) ? Overflow(context) : make(result);
    case Arithmetic::kMultiply:
      return __builtin_mul_overflow(a, b, &result) ? Overflow(context) : make(result);
    case Arithmetic::kDivide:
    case Arithmetic::kModulo:
      break;
  }
  const bool divide = op == Arithmetic::kDivide;
  if (b == 0) return context.arena->MakeError(divide ? "division by zero" : "modulus by zero");
  if constexpr (std::is_signed_v<Int>) {
    if (b == -1) {
      if (!divide) return make(0);
      return a == INT64_MIN ? Overflow(context) : make(-a);
    }
  }
  return make(divide ? a / b : a % b);
}

Value Real(EvalContext& context, Arithmetic op, double a, double b) {
  switch (op) {
    case Arithmetic::kAdd:
      return Value::Double(a + b);
    case Arithmetic::kSubtract:
      return Value::Double(a - b);
    case Arithmetic::kMultiply:
      return Value::Double(a * b);
    case Arithmetic::kDivide:
      return Value::Double(a / b);
    case Arithmetic::kModulo:
      break;
  }
  return NoOverload(context);
}

Value Concatenate(EvalContext& context, const Value& a, const Value& b) {
  if (a.kind() == Kind::kList) {
    const auto x = a.elements(), y = b.elements();
    auto* all = static_cast<Value*>(context.arena->Allocate((x.size() + y.size()) * sizeof(Value)));
    if (all == nullptr) return context.arena->MakeError("evaluation needs too much memory");
    std::uninitialized_copy(x.begin(), x.end(), all);
    std::uninitialized_copy(y.begin(), y.end(), all + x.size());
    return Value::List({all, x.size() + y.size()});
  }
  return context.arena->Concatenate(a.kind(), a.text(), b.text());
}

Value AddTimes(EvalContext& context, Arithmetic op, const Value& a, const Value& b) {
  const bool add = op == Arithmetic::kAdd;
  if (!add && op != Arithmetic::kSubtract) return NoOverload(context);
  const auto is = [&](Kind x, Kind y) { return a.kind() == x && b.kind() == y; };
  if (is(Kind::kTimestamp, Kind::kDuration)) {
    return CheckedTime(context, add ? a.timestamp() + b.duration() : a.timestamp() - b.duration());
  }
  if (is(Kind::kDuration, Kind::kTimestamp) && add) {
    return CheckedTime(context, b.timestamp() + a.duration());
  }
  if (is(Kind::kTimestamp, Kind::kTimestamp) && !add) {
    return CheckedDuration(context, a.timestamp() - b.timestamp());
  }
  if (is(Kind::kDuration, Kind::kDuration)) {
    return CheckedDuration(context,
                           add ? a.duration() + b.duration() : a.duration() - b.duration());
  }
  return NoOverload(context);
}

Value FindKey(EvalContext& context, const Value& map, const Value& key, bool test) {
  const Value* value = map.map().Find(key);
  if (test) return Value::Bool(value != nullptr);
  if (value != nullptr) return *value;
  return context.arena->MakeError(absl::StrCat("no such key: ", Shortened(ToString(key))));
}

}  // namespace

Value CheckedDuration(EvalContext& context, absl::Duration duration) {
  const bool in_range = absl::AbsDuration(duration) <= absl::Nanoseconds(INT64_MAX);
  return in_range ? Value::Duration(duration) : context.arena->MakeError("duration out of range");
}

Value CheckedTime(EvalContext& context, absl::Time time) {
  const bool in_range =
      time >= absl::FromUnixSeconds(-62135596800) && time < absl::FromUnixSeconds(253402300800);
  return in_range ? Value::Timestamp(time) : context.arena->MakeError("timestamp out of range");
}

Value Calculate(EvalContext& context, Arithmetic op, const Value& a, const Value& b) {
  if (a.kind() == b.kind()) {
    switch (a.kind()) {
      case Kind::kInt:
        return Integer<int64_t>(context, op, a.int_value(), b.int_value(), &Value::Int);
      case Kind::kUint:
        return Integer<uint64_t>(context, op, a.uint_value(), b.uint_value(), &Value::Uint);
      case Kind::kDouble:
        return Real(context, op, a.double_value(), b.double_value());
      case Kind::kString:
      case Kind::kBytes:
      case Kind::kList:
        return op == Arithmetic::kAdd ? Concatenate(context, a, b) : NoOverload(context);
      default:
        break;
    }
  }
  return AddTimes(context, op, a, b);
}

Value Negate(EvalContext& context, const Value& a) {
  if (a.kind() == Kind::kDouble) return Value::Double(-a.double_value());
  if (a.kind() != Kind::kInt) return NoOverload(context);
  return a.int_value() == INT64_MIN ? Overflow(context) : Value::Int(-a.int_value());
}

Value CompareValues(EvalContext& context, Comparison op, const Value& a, const Value& b) {
  if (op == Comparison::kEqual) return Value::Bool(Equal(a, b));
  if (op == Comparison::kNotEqual) return Value::Bool(!Equal(a, b));
  const int order = Compare(a, b);
  if (order == 2) {
    // Only NaN is unordered among values that compare at all.
    return IsNumber(a) && IsNumber(b) ? Value::Bool(false) : NoOverload(context);
  }
  switch (op) {
    case Comparison::kLess:
      return Value::Bool(order < 0);
    case Comparison::kLessEqual:
      return Value::Bool(order <= 0);
    case Comparison::kGreater:
      return Value::Bool(order > 0);
    default:
      return Value::Bool(order >= 0);
  }
}

Value In(EvalContext& context, const Value& element, const Value& container) {
  if (container.kind() == Kind::kMap) return FindKey(context, container, element, true);
  if (container.kind() != Kind::kList) return NoOverload(context);
  for (const Value& each : container.elements()) {
    if (Equal(each, element)) return Value::Bool(true);
  }
  return Value::Bool(false);
}

Value Index(EvalContext& context, const Value& container, const Value& index) {
  if (container.kind() == Kind::kMap) return FindKey(context, container, index, false);
  if (container.kind() == Kind::kOptional) return OptionalIndex(context, container, index);
  if (container.kind() != Kind::kList) return NoOverload(context);
  int64_t at = -1;
  if (index.kind() == Kind::kInt) {
    at = index.int_value();
  } else if (index.kind() == Kind::kUint) {
    if (index.uint_value() <= INT64_MAX) at = index.int_value();
  } else if (index.kind() == Kind::kDouble) {
    const double number = index.double_value();
    if (number == std::trunc(number) && std::fabs(number) < 1e9) at = static_cast<int64_t>(number);
  } else {
    return NoOverload(context);
  }
  if (at < 0 || at >= static_cast<int64_t>(container.elements().size())) {
    return context.arena->MakeError(absl::StrCat("index out of bounds: ", ToString(index)));
  }
  return container.elements()[static_cast<size_t>(at)];
}

namespace {

Value None() { return Value::Optional(nullptr); }

// `found` of what an optional holds, as an optional.
Value Wrapped(EvalContext& context, const Value& found) {
  return found.is_error() || found.kind() == Kind::kOptional ? found
                                                             : context.arena->MakeOptional(found);
}

}  // namespace

Value OptionalIndex(EvalContext& context, const Value& container, const Value& index) {
  switch (container.kind()) {
    case Kind::kOptional:
      if (container.content() == nullptr) return None();
      return OptionalIndex(context, *container.content(), index);
    case Kind::kMap: {
      const Value* found = container.map().Find(index);
      return found == nullptr ? None() : context.arena->MakeOptional(*found);
    }
    case Kind::kList: {
      const bool number = index.kind() == Kind::kInt || index.kind() == Kind::kUint ||
                          index.kind() == Kind::kDouble;
      if (!number) return NoOverload(context);
      const Value found = Index(context, container, index);
      return found.is_error() ? None() : context.arena->MakeOptional(found);
    }
    default:
      return NoOverload(context);
  }
}

Value OptionalSelect(EvalContext& context, const Value& container, absl::string_view name) {
  switch (container.kind()) {
    case Kind::kOptional:
      if (container.content() == nullptr) return None();
      return OptionalSelect(context, *container.content(), name);
    case Kind::kMap:
      return OptionalIndex(context, container, Value::String(name));
    case Kind::kObject: {
      const Value has = container.object().Has(context, name);
      if (has.is_error()) return has;
      return has.is_true() ? Wrapped(context, container.object().Get(context, name)) : None();
    }
    default:
      return NoOverload(context);
  }
}

Value Select(EvalContext& context, const Value& container, absl::string_view name) {
  switch (container.kind()) {
    case Kind::kMap:
      return FindKey(context, container, Value::String(name), false);
    case Kind::kObject:
      return container.object().Get(context, name);
    case Kind::kOptional:
      return OptionalSelect(context, container, name);
    default:
      return NoOverload(context);
  }
}

Value Has(EvalContext& context, const Value& container, absl::string_view name) {
  switch (container.kind()) {
    case Kind::kMap:
      return FindKey(context, container, Value::String(name), true);
    case Kind::kObject:
      return container.object().Has(context, name);
    case Kind::kOptional:
      return container.content() == nullptr ? Value::Bool(false)
                                            : Has(context, *container.content(), name);
    default:
      return NoOverload(context);
  }
}

}  // namespace leadgrade::cel
