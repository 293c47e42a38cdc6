// The tokens of an expression as a parser takes them, and what it says where they are not as
// expected.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/ast.h"
#include "engine/cel/lexer.h"

namespace leadgrade::cel {

class TokenReader {
 public:
  // `tokens` ends with a kEnd.
  TokenReader(std::vector<Token> tokens, std::vector<ExprIssue>* issues)
      : tokens_(std::move(tokens)), issues_(issues) {}

 protected:
  const Token& Peek() const { return tokens_[position_]; }
  const Token& Last() const { return tokens_[position_ == 0 ? 0 : position_ - 1]; }
  Token Take() { return tokens_[position_ + 1 < tokens_.size() ? position_++ : position_]; }
  bool TakeIf(absl::string_view punctuation);
  bool AtBegin() const { return position_ == 0; }
  std::string LastShown() const;  // the last token as it is quoted in a message

  // Each adds an issue and gives null. Between an issue and the place where parsing goes on, others
  // would only echo it, and are left out.
  ExprPtr Fail(Range range, std::string code, std::string message, std::string hint = "");
  ExprPtr Unexpected(absl::string_view expected);
  // A limit is passed: there is no going on.
  ExprPtr Refuse(Range range, std::string message, std::string hint = "");

  // Skips to the next of `stops` that is in no bracket opened behind here, where parsing goes on;
  // false, and nothing is skipped, where a bracket closes or the expression ends before.
  bool SkipTo(std::initializer_list<absl::string_view> stops);
  // Parsing goes on here.
  void Resume() { lost_ = false; }
  // Stands where an expression has an issue. The whole is given up in the end.
  ExprPtr Placeholder() const;
  ExprPtr Whole(ExprPtr expr) const { return issues_->empty() ? std::move(expr) : nullptr; }

 private:
  std::vector<Token> tokens_;
  std::vector<ExprIssue>* issues_;
  size_t position_ = 0;
  bool lost_ = false;     // an issue was found, and parsing has not gone on yet
  bool refused_ = false;  // there is no going on
};

}  // namespace leadgrade::cel
