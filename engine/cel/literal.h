// Numbers, strings and bytes as they are written.
#pragma once

#include "engine/cel/ast.h"
#include "engine/cel/lexer.h"

namespace leadgrade::cel {

// Makes `expr` the constant that `token`, a literal, stands for, negative where there is a sign
// before it: the smallest int can't be written without. False where the number is out of range.
bool ReadLiteral(const Token& token, bool negative, Expr* expr);

}  // namespace leadgrade::cel
