// Constant folding.
#include "absl/strings/match.h"
#include "engine/cel/compiler.h"

namespace leadgrade::cel {
namespace {

// The calendar functions depend on the clock or on the organisation's zone.
bool NeedsContext(const Expr& expr) {
  return expr.name == "days_since" || expr.name == "days_between" || expr.name == "start_of_day";
}

bool IsBool(const Expr& expr) {
  return expr.kind == ExprKind::kConstant && expr.constant.kind() == Kind::kBool;
}

}  // namespace

void Compiler::Become(Expr& expr, ExprPtr other) {
  if (other->kind == ExprKind::kConstant) {
    // Its text stays where it is: constants point to it.
    expr.kind = ExprKind::kConstant;
    expr.constant = other->constant;
    for (ExprPtr& operand : expr.operands) program_.kept_.push_back(std::move(operand));
    expr.operands.clear();
  } else {
    std::swap(expr, *other);
  }
  program_.kept_.push_back(std::move(other));
}

void Compiler::FoldConditional(Expr& expr) {
  const Expr& condition = *expr.operands[0];
  if (!IsBool(condition)) return;
  ExprPtr chosen = std::move(expr.operands[condition.constant.is_true() ? 1 : 2]);
  Become(expr, std::move(chosen));
}

void Compiler::FoldLogical(Expr& expr) {
  const bool decisive = expr.name == "_||_";
  for (const ExprPtr& operand : expr.operands) {
    if (!IsBool(*operand) || operand->constant.bool_value() != decisive) continue;
    program_.kept_.insert(program_.kept_.end(), std::make_move_iterator(expr.operands.begin()),
                          std::make_move_iterator(expr.operands.end()));
    expr.operands.clear();
    expr.kind = ExprKind::kConstant;
    expr.constant = Value::Bool(decisive);
    return;
  }
}

void Compiler::Fold(Expr& expr) {
  bool constant = expr.kind == ExprKind::kCall || expr.kind == ExprKind::kList ||
                  expr.kind == ExprKind::kMap || expr.kind == ExprKind::kSelect;
  for (const ExprPtr& operand : expr.operands) {
    if (expr.name != "known") Fold(*operand);
    constant = constant && operand->kind == ExprKind::kConstant;
  }
  if (expr.comprehension != nullptr) {
    Comprehension& c = *expr.comprehension;
    for (ExprPtr* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) Fold(**part);
  }
  if (expr.kind == ExprKind::kCall && !expr.member_call) {
    if (expr.name == "_?_:_") FoldConditional(expr);
    if (expr.name == "_&&_" || expr.name == "_||_") FoldLogical(expr);
    if (expr.kind != ExprKind::kCall) return;
  }
  // An empty list or map is the start of a fold and stays what it is. An expression whose constant
  // part fails is left alone: it may never be reached.
  if (!constant || expr.operands.empty() || NeedsContext(expr)) return;
  CompiledProgram part;
  Compiler compiler(env_, &part, checked_, issues_);
  compiler.Program(expr);
  EvalContext context{{}, absl::UnixEpoch(), absl::UTCTimeZone(), &program_.folded_};
  const Value value = part.Eval(context);
  if (value.is_error() || value.is_unknown()) return;
  expr.kind = ExprKind::kConstant;
  expr.constant = value;
  // Text may point into the operands.
  for (ExprPtr& operand : expr.operands) program_.kept_.push_back(std::move(operand));
  expr.operands.clear();
}

}  // namespace leadgrade::cel
