// What the interpreter does out of line: the rules of errors and unknowns, and the making of lists,
// maps and messages.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "engine/cel/compiled_program.h"

namespace leadgrade::cel {

inline bool IsSettled(const Value& value) { return !value.is_error() && !value.is_unknown(); }

// The strict rule for an operation on `a` and `b`: unknowns before errors, the first error of two.
// Requires that one of them is not settled.
Value Blocking(EvalContext& context, const Value& a, const Value& b);
// The same of any number; a settled value where all are.
Value Blocking(EvalContext& context, absl::Span<const Value> values);

// `&&` with decisive = false, `||` with decisive = true: the decisive value beats unknown, unknown
// beats an error, an error beats the neutral value.
Value Absorb(EvalContext& context, const Value& a, const Value& b, bool decisive);

Value CallOverload(EvalContext& context, const std::vector<Overload>& overloads,
                   absl::Span<const Value> arguments);

// May it be a map's key?
bool IsKey(const Value& value);

// `optional` as Expr::optional; null where there is none.
Value MakeList(EvalContext& context, absl::Span<const Value> operands,
               const std::vector<char>* optional);
Value MakeMap(EvalContext& context, absl::Span<const Value> operands,
              const std::vector<char>* optional);
Value MakeStruct(EvalContext& context, const TypeProvider* types, const StructShape& shape,
                 absl::Span<const Value> operands, const std::vector<char>* optional);

// Adds to the list in `accumulator`, which no one else sees; `capacity` is its neighbour. Errors
// and unknowns stay.
Value Append(EvalContext& context, Value* accumulator, Value* capacity, const Value& element);
// The same of a map: `entry` is a map, or a key and its value.
Value Insert(EvalContext& context, Value* accumulator, absl::Span<const Value> entry);

}  // namespace leadgrade::cel
