#include "engine/cel/literal.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

template <typename Int>
bool ReadInt(const std::string& token, const std::string& digits, Int* value) {
  const bool hex = token.size() > 2 && (token[1] == 'x' || token[1] == 'X');
  return hex ? absl::SimpleHexAtoi(digits, value) : absl::SimpleAtoi(digits, value);
}

}  // namespace

bool ReadLiteral(const Token& token, bool negative, Expr* expr) {
  const std::string digits = absl::StrCat(negative ? "-" : "", token.text);
  bool good = true;
  switch (token.kind) {
    case TokenKind::kInt: {
      int64_t value = 0;
      good = ReadInt(token.text, digits, &value);
      expr->constant = Value::Int(value);
      break;
    }
    case TokenKind::kUint: {
      uint64_t value = 0;
      good = ReadInt(token.text, digits, &value);
      expr->constant = Value::Uint(value);
      break;
    }
    case TokenKind::kDouble: {
      double value = 0;
      good = absl::SimpleAtod(digits, &value) && std::isfinite(value);
      expr->constant = Value::Double(value);
      break;
    }
    default:
      expr->text = token.text;
      expr->constant =
          token.kind == TokenKind::kBytes ? Value::Bytes(expr->text) : Value::String(expr->text);
  }
  return good;
}

}  // namespace leadgrade::cel
