// A CEL value in formulas.
#pragma once

#include <memory>
#include <vector>

#include "engine/analysis/term.h"

namespace leadgrade::analysis {

struct Element;

// At most one of `unknown`, `error` and `null` holds; where none does, it is `value`: of a bool
// itself, of an int, enumeration, timestamp or duration a number (ordinals; nanoseconds), of a
// double or a string the like.
struct Symbol {
  Term unknown = nullptr;
  Term error = nullptr;
  Term null = nullptr;
  Term value = nullptr;  // null pointer: of a type that has no formula
  // Of a list whose elements are known one by one.
  std::shared_ptr<const std::vector<Element>> elements;
};

struct Element {
  Term present = nullptr;  // whether the list has it
  Symbol symbol;
};

}  // namespace leadgrade::analysis
