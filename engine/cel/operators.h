// CEL's operators on values, with the errors of the language definition. Arguments are never errors
// or unknowns.
#pragma once

#include <cstdint>

#include "engine/cel/env.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

enum class Arithmetic : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };
enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// `time`, or an error outside the years 1 to 9999 (UTC) that CEL's timestamps have.
Value CheckedTime(EvalContext& context, absl::Time time);
Value Calculate(EvalContext& context, Arithmetic op, const Value& a, const Value& b);
Value Negate(EvalContext& context, const Value& a);
// An ordering of kinds that have none is the error "no such overload"; equality is always defined.
Value CompareValues(EvalContext& context, Comparison op, const Value& a, const Value& b);
Value In(EvalContext& context, const Value& element, const Value& container);
Value Index(EvalContext& context, const Value& container, const Value& index);
// A map's field; `name` missing is the error "no such key".
Value Select(EvalContext& context, const Value& container, absl::string_view name);
Value Has(EvalContext& context, const Value& container, absl::string_view name);

}  // namespace leadgrade::cel
