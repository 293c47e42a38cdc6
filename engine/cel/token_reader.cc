#include "engine/cel/token_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

constexpr size_t kMaxIssues = 10;

std::string Shown(const Token& token) {
  if (token.kind == TokenKind::kString) return absl::StrCat("\"", token.text, "\"");
  return token.text;
}

bool IsOneOf(const Token& token, std::initializer_list<absl::string_view> list) {
  return std::any_of(list.begin(), list.end(),
                     [&](absl::string_view punctuation) { return token.Is(punctuation); });
}

}  // namespace

bool TokenReader::TakeIf(absl::string_view punctuation) {
  if (!Peek().Is(punctuation)) return false;
  ++position_;
  return true;
}

std::string TokenReader::LastShown() const { return Shown(Last()); }

ExprPtr TokenReader::Fail(Range range, std::string code, std::string message, std::string hint) {
  if (!lost_ && issues_->size() < kMaxIssues) {
    issues_->push_back({std::move(code), range, std::move(message), std::move(hint)});
  }
  lost_ = true;
  refused_ = refused_ || issues_->size() == kMaxIssues;
  return nullptr;
}

ExprPtr TokenReader::Refuse(Range range, std::string message, std::string hint) {
  Fail(range, "limit", std::move(message), std::move(hint));
  refused_ = true;
  return nullptr;
}

ExprPtr TokenReader::Unexpected(absl::string_view expected) {
  const Token& token = Peek();
  if (token.kind == TokenKind::kEnd) {
    // Points at the last thing written, which is where the author looks.
    return Fail(Last().range, "syntax",
                absl::StrCat("the expression ends too early: expected ", expected));
  }
  if (token.kind == TokenKind::kReserved) {
    return Fail(token.range, "syntax", absl::StrCat("`", token.text, "` is a reserved word"));
  }
  std::string hint;
  if (token.text == "and" || token.text == "AND") hint = "write `&&`";
  if (token.text == "or" || token.text == "OR") hint = "write `||`";
  if (token.text == "not" || token.text == "NOT" || Last().text == "NOT" || Last().text == "not") {
    hint = "write `!`";
  }
  if (token.Is("<") && Last().Is("<")) hint = "CEL has no shift operators";
  return Fail(token.range, "syntax",
              absl::StrCat("expected ", expected, ", found `", Shown(token), "`"), hint);
}

bool TokenReader::SkipTo(std::initializer_list<absl::string_view> stops) {
  int open = 0;
  for (size_t at = position_; !refused_ && tokens_[at].kind != TokenKind::kEnd; ++at) {
    if (open == 0 && IsOneOf(tokens_[at], stops)) {
      position_ = at;
      lost_ = false;
      return true;
    }
    if (IsOneOf(tokens_[at], {"(", "[", "{"})) ++open;
    if (IsOneOf(tokens_[at], {")", "]", "}"}) && --open < 0) break;
  }
  return false;
}

ExprPtr TokenReader::Placeholder() const {
  auto expr = std::make_unique<Expr>();
  expr->range = expr->name_range = Last().range;
  return expr;
}

}  // namespace leadgrade::cel
