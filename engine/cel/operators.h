// CEL's operators on values, with the errors of the language definition. Arguments are never errors
// or unknowns.
#pragma once

#include <cstdint>

#include "engine/cel/env.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

enum class Arithmetic : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };
enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// What a comparison of two scalars gives.
template <typename T>
constexpr bool Holds(Comparison op, T a, T b) {
  switch (op) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kNotEqual:
      return a != b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessEqual:
      return a <= b;
    case Comparison::kGreater:
      return a > b;
    case Comparison::kGreaterEqual:
      return a >= b;
  }
  return false;
}

// `time`, or an error outside the years 1 to 9999 (UTC) that CEL's timestamps have.
Value CheckedTime(EvalContext& context, absl::Time time);
// `duration`, or an error where its nanoseconds are more than an int64 holds (some 292 years),
// which is the bound of the reference implementation.
Value CheckedDuration(EvalContext& context, absl::Duration duration);
Value Calculate(EvalContext& context, Arithmetic op, const Value& a, const Value& b);
Value Negate(EvalContext& context, const Value& a);
// An ordering of kinds that have none is the error "no such overload"; equality is always defined.
Value CompareValues(EvalContext& context, Comparison op, const Value& a, const Value& b);
Value In(EvalContext& context, const Value& element, const Value& container);
Value Index(EvalContext& context, const Value& container, const Value& index);
// `container[?index]` and `container.?name`: an optional, none where there is no such element.
Value OptionalIndex(EvalContext& context, const Value& container, const Value& index);
Value OptionalSelect(EvalContext& context, const Value& container, absl::string_view name);
// A field of a map, an object, or of what an optional holds (and then an optional); `name` missing
// is the error "no such key" or "no such field".
Value Select(EvalContext& context, const Value& container, absl::string_view name);
Value Has(EvalContext& context, const Value& container, absl::string_view name);

}  // namespace leadgrade::cel
