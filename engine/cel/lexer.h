// Splits a CEL expression into tokens.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/ast.h"

namespace leadgrade::cel {

enum class TokenKind : uint8_t {
  kEnd,
  kIdent,  // text: the name; a back-quoted field name without its quotes
  kInt,    // text: digits as written, "0x" included
  kUint,   // the same without its `u`
  kDouble,
  kString,  // text: the value, escapes resolved
  kBytes,
  kPunctuation,  // text: the operator or bracket; also `in`
  kReserved,     // true, false and null are kIdent; words that CEL keeps for itself are this
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  Range range;
  bool quoted = false;  // kIdent written in back-quotes

  bool Is(absl::string_view punctuation) const {
    return kind == TokenKind::kPunctuation && text == punctuation;
  }
};

// All tokens, the last one kEnd. On failure adds one issue and gives what stands before it.
// Thread safe.
std::vector<Token> Lex(absl::string_view source, std::vector<ExprIssue>* issues);

}  // namespace leadgrade::cel
