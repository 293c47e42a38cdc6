// Recursive descent over the grammar of the CEL language definition:
//
//   Expr           = ConditionalOr ["?" ConditionalOr ":" Expr]
//   ConditionalOr  = ConditionalAnd {"||" ConditionalAnd}
//   ConditionalAnd = Relation {"&&" Relation}
//   Relation       = Addition {Relop Addition}
//   Addition       = Multiplication {("+" | "-") Multiplication}
//   Multiplication = Unary {("*" | "/" | "%") Unary}
//   Unary          = Member | "!" {"!"} Member | "-" {"-"} Member
//   Member         = Primary {"." IDENT ["(" Exprs ")"] | "[" Expr "]"} | ... "{" fields "}"
//
// Tested by tests/engine/cel/parser_test.cc.
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/ast.h"
#include "engine/cel/lexer.h"
#include "engine/cel/parser_macros.h"

namespace leadgrade::cel {
namespace {

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::vector<ExprIssue>* issues)
      : tokens_(std::move(tokens)), issues_(issues) {}

  ExprPtr Run() {
    ExprPtr expr = Expression();
    if (expr == nullptr) return nullptr;
    if (Peek().kind != TokenKind::kEnd) return Unexpected("the end of the expression");
    return expr;
  }

 private:
  using Level = ExprPtr (Parser::*)();

  const Token& Peek() const { return tokens_[position_]; }
  const Token& Last() const { return tokens_[position_ == 0 ? 0 : position_ - 1]; }
  Token Take() { return tokens_[position_ + 1 < tokens_.size() ? position_++ : position_]; }
  bool TakeIf(absl::string_view punctuation) {
    if (!Peek().Is(punctuation)) return false;
    ++position_;
    return true;
  }

  ExprPtr Fail(Range range, std::string code, std::string message, std::string hint = "") {
    if (issues_->empty()) {
      issues_->push_back({std::move(code), range, std::move(message), std::move(hint)});
    }
    return nullptr;
  }

  ExprPtr Unexpected(absl::string_view expected) {
    const Token& token = Peek();
    Range range = token.range;
    if (token.kind == TokenKind::kEnd) {
      // Points at the last thing written, which is where the author looks.
      range = Last().range;
      return Fail(range, "syntax",
                  absl::StrCat("the expression ends too early: expected ", expected));
    }
    if (token.kind == TokenKind::kReserved) {
      return Fail(range, "syntax", absl::StrCat("`", token.text, "` is a reserved word"));
    }
    std::string hint;
    if (token.text == "and" || token.text == "AND") hint = "write `&&`";
    if (token.text == "or" || token.text == "OR") hint = "write `||`";
    if (token.text == "not" || token.text == "NOT" || Last().text == "NOT" ||
        Last().text == "not") {
      hint = "write `!`";
    }
    if (token.Is("<") && Last().Is("<")) hint = "CEL has no shift operators";
    return Fail(range, "syntax",
                absl::StrCat("expected ", expected, ", found `", Shown(token), "`"), hint);
  }

  static std::string Shown(const Token& token) {
    if (token.kind == TokenKind::kString) return absl::StrCat("\"", token.text, "\"");
    return token.text;
  }

  // Bounds nodes and tree depth at every node made.
  ExprPtr Made(ExprPtr expr) {
    if (expr == nullptr) return nullptr;
    if (++nodes_ > base::kMaxExpressionNodes) {
      return Fail(
          expr->name_range, "limit",
          absl::StrCat("the expression has more than ", base::kMaxExpressionNodes, " parts"));
    }
    if (expr->depth > base::kMaxTreeDepth) {
      return Fail(expr->name_range, "limit",
                  absl::StrCat("the expression is a chain of more than ", base::kMaxTreeDepth,
                               " operations"),
                  "split it into derived facts");
    }
    return expr;
  }

  ExprPtr Expression() {
    if (++depth_ > base::kMaxExpressionDepth) {
      return Fail(Peek().range, "limit",
                  absl::StrCat("the expression is nested deeper than ", base::kMaxExpressionDepth,
                               " levels"),
                  "split it into derived facts");
    }
    ExprPtr expr = Conditional();
    --depth_;
    return expr;
  }

  ExprPtr Conditional() {
    ExprPtr condition = Logical("||", "_||_", &Parser::And);
    if (condition == nullptr || !Peek().Is("?")) return condition;
    const Token question = Take();
    ExprPtr yes = Logical("||", "_||_", &Parser::And);
    if (yes == nullptr) return nullptr;
    if (!TakeIf(":")) return Unexpected("`:` and the other value of `?`");
    ExprPtr no = Expression();
    if (no == nullptr) return nullptr;
    const Range range{condition->range.begin, no->range.end};
    std::vector<ExprPtr> operands;
    operands.push_back(std::move(condition));
    operands.push_back(std::move(yes));
    operands.push_back(std::move(no));
    return Made(MakeCall("_?_:_", range, question.range, std::move(operands)));
  }

  ExprPtr And() { return Logical("&&", "_&&_", &Parser::Relation); }

  // Chains are balanced, so that long ones stay shallow; && and || are associative.
  ExprPtr Logical(absl::string_view op, const char* name, Level operand) {
    std::vector<ExprPtr> operands;
    std::vector<Range> places;
    operands.push_back((this->*operand)());
    while (operands.back() != nullptr && Peek().Is(op)) {
      places.push_back(Take().range);
      operands.push_back((this->*operand)());
    }
    if (operands.back() == nullptr) return nullptr;
    return Balance(operands, places, name, 0, operands.size());
  }

  ExprPtr Balance(std::vector<ExprPtr>& operands, const std::vector<Range>& places,
                  const char* name, size_t begin, size_t end) {
    if (end - begin == 1) return std::move(operands[begin]);
    const size_t middle = begin + (end - begin + 1) / 2;
    ExprPtr left = Balance(operands, places, name, begin, middle);
    ExprPtr right = Balance(operands, places, name, middle, end);
    if (left == nullptr || right == nullptr) return nullptr;
    return Binary(name, places[middle - 1], std::move(left), std::move(right));
  }

  ExprPtr Binary(std::string name, Range place, ExprPtr left, ExprPtr right) {
    const Range range{left->range.begin, right->range.end};
    std::vector<ExprPtr> operands;
    operands.push_back(std::move(left));
    operands.push_back(std::move(right));
    return Made(MakeCall(std::move(name), range, place, std::move(operands)));
  }

  ExprPtr LeftAssociative(std::initializer_list<absl::string_view> operators, Level operand) {
    ExprPtr left = (this->*operand)();
    while (left != nullptr) {
      const auto op = std::find_if(operators.begin(), operators.end(),
                                   [&](absl::string_view o) { return Peek().Is(o); });
      if (op == operators.end()) break;
      const Token token = Take();
      ExprPtr right = (this->*operand)();
      if (right == nullptr) return nullptr;
      const std::string name = *op == "in" ? "@in" : absl::StrCat("_", *op, "_");
      left = Binary(name, token.range, std::move(left), std::move(right));
    }
    return left;
  }

  ExprPtr Relation() {
    return LeftAssociative({"==", "!=", "<=", ">=", "<", ">", "in"}, &Parser::Addition);
  }
  ExprPtr Addition() { return LeftAssociative({"+", "-"}, &Parser::Multiplication); }
  ExprPtr Multiplication() { return LeftAssociative({"*", "/", "%"}, &Parser::Unary); }

  ExprPtr Unary() {
    std::vector<Token> operators;
    while (Peek().Is("!") || Peek().Is("-")) {
      if (!operators.empty() && operators.back().text != Peek().text) break;
      operators.push_back(Take());
    }
    if (!operators.empty() && (Peek().Is("!") || Peek().Is("-"))) {
      return Unexpected("a value");
    }
    if (operators.size() > static_cast<size_t>(base::kMaxTreeDepth)) {
      return Fail(operators[0].range, "limit", "too many operators in a row");
    }
    ExprPtr expr;
    const bool number = Peek().kind == TokenKind::kInt || Peek().kind == TokenKind::kDouble;
    if (!operators.empty() && operators.back().text == "-" && number) {
      // The sign belongs to the literal, so that the smallest int can be written.
      const Token sign = operators.back();
      operators.pop_back();
      expr = Members(Literal(Take(), &sign));
    } else {
      expr = Members(Primary());
    }
    while (expr != nullptr && !operators.empty()) {
      const Token op = operators.back();
      operators.pop_back();
      const Range range{op.range.begin, expr->range.end};
      std::vector<ExprPtr> operands;
      operands.push_back(std::move(expr));
      expr = Made(MakeCall(absl::StrCat(op.text, "_"), range, op.range, std::move(operands)));
    }
    return expr;
  }

  ExprPtr Members(ExprPtr target) {
    while (target != nullptr) {
      if (TakeIf(".")) {
        target = Member(std::move(target));
      } else if (Peek().Is("[")) {
        const Token bracket = Take();
        ExprPtr index = Expression();
        if (index == nullptr) return nullptr;
        if (!TakeIf("]")) return Unexpected("`]`");
        target = Binary("_[_]", bracket.range, std::move(target), std::move(index));
        if (target != nullptr) target->range.end = Last().range.end;
      } else if (Peek().Is("{") && !QualifiedName(*target).empty()) {
        target = Struct(std::move(target));
      } else {
        break;
      }
    }
    return target;
  }

  ExprPtr Member(ExprPtr target) {
    if (Peek().kind != TokenKind::kIdent && Peek().kind != TokenKind::kReserved) {
      return Unexpected("a field's or function's name after `.`");
    }
    const Token name = Take();
    if (Peek().Is("(") && !name.quoted) {
      std::vector<ExprPtr> operands;
      const int begin = target->range.begin;
      operands.push_back(std::move(target));
      return Call(name, begin, std::move(operands), true);
    }
    auto expr = std::make_unique<Expr>();
    expr->kind = ExprKind::kSelect;
    expr->range = {target->range.begin, name.range.end};
    expr->name_range = name.range;
    expr->name = name.text;
    expr->depth = target->depth + 1;
    expr->operands.push_back(std::move(target));
    return Made(std::move(expr));
  }

  ExprPtr Call(const Token& name, int begin, std::vector<ExprPtr> operands, bool member) {
    ++position_;  // the bracket
    if (!Expressions(")", &operands)) return nullptr;
    ExprPtr call = MakeCall(name.text, {begin, Last().range.end}, name.range, std::move(operands));
    call->member_call = member;
    if (auto expanded = ExpandMacro(call, issues_); expanded.has_value()) {
      return Made(std::move(*expanded));
    }
    return Made(std::move(call));
  }

  // Comma separated, a trailing comma allowed, up to and including `close`.
  bool Expressions(absl::string_view close, std::vector<ExprPtr>* out) {
    while (!TakeIf(close)) {
      ExprPtr expr = Expression();
      if (expr == nullptr) return false;
      out->push_back(std::move(expr));
      if (!TakeIf(",") && !Peek().Is(close)) {
        Unexpected(absl::StrCat("`,` or `", close, "`"));
        return false;
      }
    }
    return true;
  }

  ExprPtr Primary() {
    const Token& token = Peek();
    switch (token.kind) {
      case TokenKind::kInt:
      case TokenKind::kUint:
      case TokenKind::kDouble:
      case TokenKind::kString:
      case TokenKind::kBytes:
        return Literal(Take(), nullptr);
      case TokenKind::kIdent:
        return Ident("");
      case TokenKind::kPunctuation:
        break;
      default:
        return Unexpected("a value");
    }
    if (token.Is("(")) {
      const Token open = Take();
      ExprPtr expr = Expression();
      if (expr == nullptr) return nullptr;
      if (!TakeIf(")")) return Unexpected("`)`");
      expr->range = {open.range.begin, Last().range.end};
      return expr;
    }
    if (token.Is("[")) return List();
    if (token.Is("{")) return Map();
    if (token.Is(".")) {
      Take();
      if (Peek().kind != TokenKind::kIdent) return Unexpected("a name after `.`");
      return Ident(".");
    }
    return Unexpected(position_ == 0 ? "a value"
                                     : absl::StrCat("a value after `", Shown(Last()), "`"));
  }

  ExprPtr Ident(std::string prefix) {
    const Token name = Take();
    if (name.quoted) return Fail(name.range, "syntax", "only a field can be back-quoted");
    auto expr = std::make_unique<Expr>();
    expr->range = expr->name_range = name.range;
    if (prefix.empty() && Peek().Is("(")) return Call(name, name.range.begin, {}, false);
    if (prefix.empty() && (name.text == "true" || name.text == "false" || name.text == "null")) {
      if (name.text != "null") expr->constant = Value::Bool(name.text == "true");
      return Made(std::move(expr));
    }
    expr->kind = ExprKind::kIdent;
    expr->name = prefix + name.text;
    return Made(std::move(expr));
  }

  ExprPtr List() {
    auto expr = std::make_unique<Expr>();
    expr->kind = ExprKind::kList;
    expr->name_range = Take().range;
    if (!Expressions("]", &expr->operands)) return nullptr;
    expr->range = {expr->name_range.begin, Last().range.end};
    for (const ExprPtr& element : expr->operands) {
      expr->depth = std::max(expr->depth, element->depth + 1);
    }
    return Made(std::move(expr));
  }

  ExprPtr Map() {
    auto expr = std::make_unique<Expr>();
    expr->kind = ExprKind::kMap;
    expr->name_range = Take().range;
    while (!TakeIf("}")) {
      for (int part = 0; part < 2; ++part) {
        ExprPtr operand = Expression();
        if (operand == nullptr) return nullptr;
        expr->depth = std::max(expr->depth, operand->depth + 1);
        expr->operands.push_back(std::move(operand));
        if (part == 0 && !TakeIf(":")) return Unexpected("`:` after a map's key");
      }
      if (!TakeIf(",") && !Peek().Is("}")) return Unexpected("`,` or `}`");
    }
    expr->range = {expr->name_range.begin, Last().range.end};
    return Made(std::move(expr));
  }

  ExprPtr Struct(ExprPtr target) {
    auto expr = std::make_unique<Expr>();
    expr->kind = ExprKind::kStruct;
    expr->name = QualifiedName(*target);
    expr->name_range = target->range;
    Take();
    while (!TakeIf("}")) {
      if (Peek().kind != TokenKind::kIdent) return Unexpected("a field's name");
      expr->field_names.push_back(Take().text);
      if (!TakeIf(":")) return Unexpected("`:` after a field's name");
      ExprPtr operand = Expression();
      if (operand == nullptr) return nullptr;
      expr->depth = std::max(expr->depth, operand->depth + 1);
      expr->operands.push_back(std::move(operand));
      if (!TakeIf(",") && !Peek().Is("}")) return Unexpected("`,` or `}`");
    }
    expr->range = {target->range.begin, Last().range.end};
    return Made(std::move(expr));
  }

  // "a.b.c" for a chain of selections from an identifier, "" for anything else.
  static std::string QualifiedName(const Expr& expr) {
    if (expr.kind == ExprKind::kIdent) return expr.name;
    if (expr.kind != ExprKind::kSelect || expr.test_only) return "";
    std::string base = QualifiedName(*expr.operands[0]);
    return base.empty() ? "" : absl::StrCat(base, ".", expr.name);
  }

  ExprPtr Literal(const Token& token, const Token* sign) {
    auto expr = std::make_unique<Expr>();
    expr->range = {sign != nullptr ? sign->range.begin : token.range.begin, token.range.end};
    expr->name_range = expr->range;
    const std::string digits = sign != nullptr ? "-" + token.text : token.text;
    bool good = true;
    switch (token.kind) {
      case TokenKind::kInt: {
        int64_t value = 0;
        good = token.text.size() > 2 && (token.text[1] == 'x' || token.text[1] == 'X')
                   ? absl::SimpleHexAtoi(digits, &value)
                   : absl::SimpleAtoi(digits, &value);
        expr->constant = Value::Int(value);
        break;
      }
      case TokenKind::kUint: {
        uint64_t value = 0;
        good = token.text.size() > 2 && (token.text[1] == 'x' || token.text[1] == 'X')
                   ? absl::SimpleHexAtoi(digits, &value)
                   : absl::SimpleAtoi(digits, &value);
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
    if (!good) {
      return Fail(expr->range, "syntax", absl::StrCat("`", digits, "` is out of range"));
    }
    return Made(std::move(expr));
  }

  std::vector<Token> tokens_;
  std::vector<ExprIssue>* issues_;
  size_t position_ = 0;
  int depth_ = 0;
  size_t nodes_ = 0;
};

}  // namespace

ExprPtr Parse(absl::string_view source, std::vector<ExprIssue>* issues) {
  std::vector<ExprIssue> found;
  ExprPtr expr;
  if (source.size() > base::kMaxExpressionBytes) {
    found.push_back(
        {"limit",
         {0, 1},
         absl::StrCat("the expression is longer than ", base::kMaxExpressionBytes, " bytes"),
         ""});
  } else {
    std::vector<Token> tokens = Lex(source, &found);
    if (found.empty()) expr = Parser(std::move(tokens), &found).Run();
    if (!found.empty()) expr = nullptr;
  }
  issues->insert(issues->end(), found.begin(), found.end());
  return expr;
}

}  // namespace leadgrade::cel
