// Comprehensions: loops over a list or a map, in as few instructions an element as their macro
// allows.
#include "engine/cel/compiler.h"

namespace leadgrade::cel {
namespace {

bool IsName(const Expr& expr, absl::string_view name) {
  return expr.kind == ExprKind::kIdent && expr.name == name;
}

bool IsConstantBool(const Expr& expr, bool value) {
  return expr.kind == ExprKind::kConstant &&
         (value ? expr.constant.is_true() : expr.constant.is_false());
}

// A fold over nothing, as cel.bind() makes it.
bool IsBind(const Comprehension& c) {
  const bool empty = (c.range->kind == ExprKind::kList && c.range->operands.empty());
  return empty && IsConstantBool(*c.condition, false);
}

// A step that ends the loop as soon as its value is decided: `all` and `exists` have no other.
bool IsQuantifier(const Comprehension& c, bool conjunction) {
  if (!IsCall(*c.step, conjunction ? "_&&_" : "_||_") ||
      !IsName(*c.step->operands[0], c.accu_var) || !IsName(*c.result, c.accu_var) ||
      !IsCall(*c.condition, "@not_strictly_false")) {
    return false;
  }
  const Expr& condition = *c.condition->operands[0];
  return conjunction ? IsName(condition, c.accu_var)
                     : IsCall(condition, "!_") && IsName(*condition.operands[0], c.accu_var);
}

}  // namespace

void Compiler::EmitFold(const Comprehension& c) {
  if (IsBind(c)) return EmitBind(c);
  if (EmitLoopTest(c)) return;
  const int base = program_.locals_;
  program_.locals_ += kLoopLocals;
  Emit(*c.range);
  const int begin = Add(Op::kLoopBegin, -1, {.a = base});
  Emit(*c.init);
  Add(Op::kStoreLocal, -1, {.a = base + kAccumulator});
  const int next = Add(Op::kLoopNext, 0, {.sub = !c.iter_var2.empty(), .a = base});
  const size_t scope = locals_.size();
  locals_.emplace_back(c.accu_var, base + kAccumulator);
  locals_.emplace_back(c.iter_var, base + kFirst);
  if (!c.iter_var2.empty()) locals_.emplace_back(c.iter_var2, base + kSecond);
  if (!EmitQuantifier(c, base, next)) {
    int leaving = -1;
    if (!IsConstantBool(*c.condition, true)) {
      Emit(*c.condition);
      leaving = Add(Op::kLoopWhile, -1);
    }
    EmitStep(*c.step, c, base);
    Add(Op::kStoreLocal, -1, {.a = base + kAccumulator});
    Add(Op::kJump, 0, {.c = next});
    if (leaving >= 0) program_.code_[leaving].c = Here();
  }
  program_.code_[next].c = Here();
  locals_.resize(scope + 1);  // the result sees the accumulator alone
  Emit(*c.result);
  locals_.resize(scope);
  program_.code_[begin].c = Here();
}

void Compiler::EmitBind(const Comprehension& c) {
  const int local = program_.locals_++;
  Emit(*c.init);
  Add(Op::kStoreLocal, -1, {.a = local});
  locals_.emplace_back(c.accu_var, local);
  Emit(*c.result);
  locals_.pop_back();
}

bool Compiler::EmitQuantifier(const Comprehension& c, int base, int next) {
  const bool conjunction = IsQuantifier(c, true);
  if (!conjunction && !IsQuantifier(c, false)) return false;
  Emit(*c.step->operands[1]);
  const int join =
      Add(conjunction ? Op::kLoopAnd : Op::kLoopOr, -1, {.a = base + kAccumulator, .b = next});
  program_.code_[join].c = Here();
  return true;
}

bool Compiler::EmitLoopTest(const Comprehension& c) {
  const bool conjunction = IsQuantifier(c, true);
  if ((!conjunction && !IsQuantifier(c, false)) || !c.iter_var2.empty()) return false;
  const ConstantComparison test = AsConstantComparison(*c.step->operands[1]);
  if (test.variable == nullptr || test.variable->slot >= 0 || test.variable->name != c.iter_var)
    return false;
  Emit(*c.range);
  program_.tests_.push_back(MakeTest(*test.variable, test.constant, test.op));
  Add(Op::kLoopTest, 0, {.sub = !conjunction, .a = static_cast<int>(program_.tests_.size()) - 1});
  return true;
}

void Compiler::EmitStep(const Expr& step, const Comprehension& c, int base) {
  const auto grows = [&](const Expr& expr) {
    return expr.kind == ExprKind::kCall && !expr.operands.empty() &&
           IsName(*expr.operands[0], c.accu_var);
  };
  if (IsCall(step, "_?_:_") && grows(*step.operands[1]) && IsName(*step.operands[2], c.accu_var)) {
    Emit(*step.operands[0]);
    const int branch = Add(Op::kBranch, -1);
    EmitStep(*step.operands[1], c, base);
    const int jump = Add(Op::kJump, -1);
    program_.code_[branch].a = Here();
    Emit(*step.operands[2]);
    program_.code_[branch].c = program_.code_[jump].c = Here();
  } else if (IsCall(step, "_+_") && grows(step) && step.operands[1]->kind == ExprKind::kList &&
             step.operands[1]->operands.size() == 1 && step.operands[1]->optional.empty()) {
    Emit(*step.operands[1]->operands[0]);
    Add(Op::kAppend, 0, {.a = base + kAccumulator});
  } else if (IsCall(step, "cel.@mapInsert") && grows(step)) {
    const int count = static_cast<int>(step.operands.size()) - 1;
    for (int i = 1; i <= count; ++i) Emit(*step.operands[i]);
    Add(Op::kMapInsert, 1 - count, {.a = base + kAccumulator, .b = count});
  } else {
    Emit(step);
  }
}

}  // namespace leadgrade::cel
