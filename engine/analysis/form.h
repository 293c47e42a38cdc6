// Conditions in a form in which those that say the same look the same.
//
// Negations stand at the leaves, `&&` and `||` are sorted and without repeats, what is compared
// stands left of its constant, and bounds of whole numbers are inclusive: `!(10 <= n)` and `n < 10`
// are both `n <= 9`. Two conditions of one form mean the same; that of two forms it is not said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/cel/ast.h"

namespace leadgrade::analysis {

enum class Relation : uint8_t { kEqual, kNotEqual, kLess, kAtMost, kMore, kAtLeast };

struct Form {
  enum class Kind : uint8_t {
    kAll,         // of parts; of none: always true
    kAny,         // of parts; of none: never
    kComparison,  // subject, relation, constant
    kOther,       // anything else that is true or false, as `text`
  };
  Kind kind = Kind::kOther;
  std::vector<Form> parts;  // sorted by text, without repeats, none of this form's own kind

  std::string subject;  // kComparison: what is compared, as its text
  cel::Type type;       // of the subject, without null
  Relation relation = Relation::kEqual;
  cel::Value constant;  // points to what the expression points to

  cel::Range range;  // kComparison, kOther: where it is written
  std::string text;  // the whole form, to be compared
};

// Of an expression of type bool, checked. As deep as the expression, which limits.h bounds.
Form FormOf(const cel::Expr& condition);

// An expression of any type as text that is the same where the expression is.
std::string TextOf(const cel::Expr& expr);

// Sets `text`, and the order of the parts, anew from the parts or the comparison.
void Rewrite(Form* form);

// A number, an instant or a duration: of which bounds leave no gap or a single value.
bool HasBounds(const cel::Type& type);

// What a comparison is of values: `value` <relation> `constant`.
bool Holds(const cel::Value& value, Relation relation, const cel::Value& constant);

}  // namespace leadgrade::analysis
