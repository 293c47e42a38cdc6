// Expansion of CEL's macros (has, all, exists, ...) into selections and comprehensions, as the
// language definition gives them.
#pragma once

#include <optional>
#include <string>

#include "engine/cel/ast.h"

namespace leadgrade::cel {

// Expands `call` when it is a macro. nullopt: it is an ordinary call. An empty pointer inside: it
// is a macro with wrong arguments, and one issue was added. `call` is consumed only when expanded.
std::optional<ExprPtr> ExpandMacro(ExprPtr& call, std::vector<ExprIssue>* issues);

// A call node over `operands`, with its depth.
ExprPtr MakeCall(std::string name, Range range, Range name_range, std::vector<ExprPtr> operands);

}  // namespace leadgrade::cel
