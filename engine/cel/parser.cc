// Recursive descent over the grammar of the CEL language definition:
//
//   Expr           = ConditionalOr ["?" ConditionalOr ":" Expr]
//   ConditionalOr  = ConditionalAnd {"||" ConditionalAnd}
//   ConditionalAnd = Relation {"&&" Relation}
//   Relation       = Addition {Relop Addition}
//   Addition       = Multiplication {("+" | "-") Multiplication}
//   Multiplication = Unary {("*" | "/" | "%") Unary}
//   Unary          = Member | "!" {"!"} Member | "-" {"-"} Member
//   Member         = Primary {"." ["?"] IDENT ["(" Exprs ")"] | "[" ["?"] Expr "]"}
//                  | ... "{" fields "}"
//
// Tested by tests/engine/cel/parser_test.cc.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/ast.h"
#include "engine/cel/lexer.h"
#include "engine/cel/literal.h"
#include "engine/cel/parser_macros.h"
#include "engine/cel/token_reader.h"

namespace leadgrade::cel {
namespace {

class Parser : TokenReader {
 public:
  using TokenReader::TokenReader;

  ExprPtr Run() {
    for (;;) {
      ExprPtr expr = Expression();
      if (expr != nullptr && Peek().kind == TokenKind::kEnd) return Whole(std::move(expr));
      if (expr != nullptr) Unexpected("the end of the expression");
      if (!SkipTo({"&&", "||"})) return nullptr;
      Take();
    }
  }

 private:
  using Level = ExprPtr (Parser::*)();

  // Bounds nodes and tree depth at every node made.
  ExprPtr Made(ExprPtr expr) {
    if (expr == nullptr) return nullptr;
    if (++nodes_ > base::kMaxExpressionNodes) {
      return Refuse(expr->name_range, absl::StrCat("the expression has more than ",
                                                   base::kMaxExpressionNodes, " parts"));
    }
    if (expr->depth > base::kMaxTreeDepth) {
      return Refuse(expr->name_range,
                    absl::StrCat("the expression is a chain of more than ", base::kMaxTreeDepth,
                                 " operations"),
                    "split it into derived facts");
    }
    return expr;
  }

  ExprPtr Expression() {
    if (++depth_ > base::kMaxExpressionDepth) {
      return Refuse(Peek().range,
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

  // An expression and the bracket behind it. Where it has an issue, what is left of it is skipped.
  ExprPtr Closed(absl::string_view bracket) {
    ExprPtr expr = Expression();
    if (expr != nullptr && TakeIf(bracket)) return expr;
    if (expr != nullptr) Unexpected(absl::StrCat("`", bracket, "`"));
    if (!SkipTo({bracket})) return nullptr;
    Take();
    return Placeholder();
  }

  // Chains are balanced, so that long ones stay shallow; && and || are associative.
  ExprPtr Logical(absl::string_view op, const char* name, Level operand) {
    std::vector<ExprPtr> operands;
    std::vector<Range> places;
    const auto next = [&] {
      operands.push_back((this->*operand)());
      if (operands.back() != nullptr) return true;
      operands.back() = Placeholder();
      return SkipTo({"&&", "||"});
    };
    if (!next()) return nullptr;
    while (Peek().Is(op)) {
      places.push_back(Take().range);
      if (!next()) return nullptr;
    }
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
      return Refuse(operators[0].range, "too many operators in a row");
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
        const bool optional = TakeIf("?");
        ExprPtr index = Closed("]");
        if (index == nullptr) return nullptr;
        target =
            Binary(optional ? "_[?_]" : "_[_]", bracket.range, std::move(target), std::move(index));
        if (target != nullptr) target->range.end = Last().range.end;
      } else if (Peek().Is("{") && !QualifiedName(*target).empty()) {
        target = Struct(std::move(target));
      } else {
        break;
      }
    }
    return target;
  }

  // A reserved word can be a field's name, a keyword can't.
  bool AtFieldName() const {
    if (Peek().kind == TokenKind::kReserved) return true;
    const std::string& text = Peek().text;
    return Peek().kind == TokenKind::kIdent &&
           (Peek().quoted || (text != "true" && text != "false" && text != "null"));
  }

  ExprPtr Member(ExprPtr target) {
    const Token question = Peek();
    const bool optional = TakeIf("?");
    if (!AtFieldName()) return Unexpected("a field's or function's name after `.`");
    const Token name = Take();
    if (optional) {
      auto field = std::make_unique<Expr>();
      field->range = field->name_range = name.range;
      field->text = name.text;
      field->constant = Value::String(field->text);
      return Binary("_?._", question.range, std::move(target), Made(std::move(field)));
    }
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
    Take();  // the bracket
    if (!Expressions(")", &operands, nullptr)) return nullptr;
    ExprPtr call = MakeCall(name.text, {begin, Last().range.end}, name.range, std::move(operands));
    call->member_call = member;
    std::vector<ExprIssue> found;
    if (auto expanded = ExpandMacro(call, &found); expanded.has_value()) {
      if (*expanded != nullptr) return Made(std::move(*expanded));
      for (ExprIssue& issue : found) Fail(issue.range, issue.code, issue.message, issue.hint);
      Resume();  // the brackets are closed
      return Placeholder();
    }
    return Made(std::move(call));
  }

  // Comma separated, a trailing comma allowed, up to and including `close`. `optional`, where not
  // null, takes which of them have a `?` before.
  bool Expressions(absl::string_view close, std::vector<ExprPtr>* out,
                   std::vector<char>* optional) {
    return Entries(close, [&] {
      if (optional != nullptr) optional->push_back(TakeIf("?"));
      out->push_back(Expression());
      if (out->back() != nullptr) return true;
      out->back() = Placeholder();
      return false;
    });
  }

  // Calls `entry` for each; it is false where it has an issue, and parsing goes on behind the
  // comma.
  template <typename Entry>
  bool Entries(absl::string_view close, Entry entry) {
    while (!TakeIf(close)) {
      bool good = entry();
      if (good && !Peek().Is(",") && !Peek().Is(close)) {
        Unexpected(absl::StrCat("`,` or `", close, "`"));
        good = false;
      }
      if (!good && !SkipTo({",", close})) return false;
      TakeIf(",");
    }
    return true;
  }
  // Most have no optional entry, and then no list of them.
  static void Tidy(std::vector<char>* optional) {
    if (std::find(optional->begin(), optional->end(), true) == optional->end()) optional->clear();
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
      ExprPtr expr = Closed(")");
      if (expr == nullptr) return nullptr;
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
    return Unexpected(AtBegin() ? "a value" : absl::StrCat("a value after `", LastShown(), "`"));
  }

  ExprPtr Ident(std::string prefix) {
    Token name = Take();
    if (name.quoted) return Fail(name.range, "syntax", "only a field can be back-quoted");
    auto expr = std::make_unique<Expr>();
    expr->range = expr->name_range = name.range;
    if (Peek().Is("(")) {
      name.text = prefix + name.text;
      return Call(name, name.range.begin, {}, false);
    }
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
    if (!Expressions("]", &expr->operands, &expr->optional)) return nullptr;
    Tidy(&expr->optional);
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
    const bool closed = Entries("}", [&] {
      expr->optional.push_back(TakeIf("?"));
      for (int part = 0; part < 2; ++part) {
        if (part == 1 && !TakeIf(":")) return Unexpected("`:` after a map's key") != nullptr;
        ExprPtr operand = Expression();
        if (operand == nullptr) return false;
        expr->depth = std::max(expr->depth, operand->depth + 1);
        expr->operands.push_back(std::move(operand));
      }
      return true;
    });
    if (!closed) return nullptr;
    Tidy(&expr->optional);
    expr->range = {expr->name_range.begin, Last().range.end};
    return Made(std::move(expr));
  }

  ExprPtr Struct(ExprPtr target) {
    auto expr = std::make_unique<Expr>();
    expr->kind = ExprKind::kStruct;
    expr->name = QualifiedName(*target);
    expr->name_range = target->range;
    Take();
    const bool closed = Entries("}", [&] {
      expr->optional.push_back(TakeIf("?"));
      if (!AtFieldName()) return Unexpected("a field's name") != nullptr;
      expr->field_names.push_back(Take().text);
      if (!TakeIf(":")) return Unexpected("`:` after a field's name") != nullptr;
      ExprPtr operand = Expression();
      if (operand == nullptr) return false;
      expr->depth = std::max(expr->depth, operand->depth + 1);
      expr->operands.push_back(std::move(operand));
      return true;
    });
    if (!closed) return nullptr;
    Tidy(&expr->optional);
    expr->range = {target->range.begin, Last().range.end};
    return Made(std::move(expr));
  }

  ExprPtr Literal(const Token& token, const Token* sign) {
    auto expr = std::make_unique<Expr>();
    expr->range = {sign != nullptr ? sign->range.begin : token.range.begin, token.range.end};
    expr->name_range = expr->range;
    if (!ReadLiteral(token, sign != nullptr, expr.get())) {
      return Fail(expr->range, "syntax",
                  absl::StrCat("`", sign != nullptr ? "-" : "", token.text, "` is out of range"));
    }
    return Made(std::move(expr));
  }

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
