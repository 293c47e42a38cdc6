// An expression's tree in the debug text of cel-go (common/debug, with the kinds of the nodes),
// which is how the public vectors give what an expression parses to.
#pragma once

#include <string>

#include "engine/cel/ast.h"

namespace leadgrade::cel {

std::string DebugString(const Expr& expr);

}  // namespace leadgrade::cel
