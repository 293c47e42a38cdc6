// How much work an expression may be, before it runs.
#pragma once

#include <string>

#include "engine/cel/ast.h"

namespace leadgrade::cel {

// The most steps that evaluating `expr`, checked and folded, can take: one for each operation, one
// for each element that a loop visits, and one for each element, and for
// each few bytes of text, that an operation has to look at. Lists, maps and texts of variables are
// taken to be as large as a fact may be (limits.h). Infinity where it passes all bounds.
double WorstCost(const Expr& expr);

// "1,234,567", "about 2e+12".
std::string DescribeCost(double cost);

}  // namespace leadgrade::cel
