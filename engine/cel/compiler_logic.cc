// Chains of `&&` and `||`, and the tests of variables that most of their operands are.
#include "engine/cel/compiler.h"

namespace leadgrade::cel {
namespace {

// The operands of a chain of one operator, in order. The parser balances chains: the recursion is
// shallow.
void Flatten(const Expr& expr, absl::string_view name, std::vector<const Expr*>* out) {
  if (!IsCall(expr, name)) {
    out->push_back(&expr);
    return;
  }
  for (const ExprPtr& operand : expr.operands) Flatten(*operand, name, out);
}

bool IsVariable(const Expr& expr) { return expr.kind == ExprKind::kIdent && expr.slot >= 0; }

// Does each value of the enumeration have a bit in SlotTest::passing?
bool HasBits(const EnumType& type) { return type.values.size() <= 64; }

}  // namespace

void Compiler::Program(const Expr& expr) {
  if (const std::optional<SlotTest> test = AsTest(expr); test.has_value()) {
    program_.tests_.push_back(*test);
    Add(Op::kAndTests, 1, {.sub = 1, .a = 0, .b = 1, .c = 1});
  } else {
    Emit(expr);
  }
  Add(Op::kReturn, -1);
}

void Compiler::EmitLogical(const Expr& expr, bool conjunction) {
  std::vector<const Expr*> operands;
  Flatten(expr, expr.name, &operands);
  std::vector<int> leaving;
  for (size_t i = 0; i < operands.size();) {
    const auto first = static_cast<int>(program_.tests_.size());
    const bool begins = i == 0;
    while (i < operands.size()) {
      const std::optional<SlotTest> test = AsTest(*operands[i]);
      if (!test.has_value()) break;
      program_.tests_.push_back(*test);
      ++i;
    }
    if (const int count = static_cast<int>(program_.tests_.size()) - first; count > 0) {
      leaving.push_back(Add(conjunction ? Op::kAndTests : Op::kOrTests, begins ? 1 : 0,
                            {.sub = begins, .a = first, .b = count}));
      continue;
    }
    Emit(*operands[i++]);
    leaving.push_back(begins ? Add(conjunction ? Op::kJumpIfFalse : Op::kJumpIfTrue, 0)
                             : Add(conjunction ? Op::kAnd : Op::kOr, -1));
  }
  for (const int at : leaving) program_.code_[at].c = Here();
}

std::optional<SlotTest> Compiler::AsTest(const Expr& operand) {
  // What is not known to be a bool has to be looked at for that.
  const auto is_bool = [](const Expr& expr) {
    return IsVariable(expr) && expr.type.kind() == TypeKind::kBool;
  };
  if (is_bool(operand)) return MakeTest(operand, nullptr, Comparison::kEqual);
  if (IsCall(operand, "!_") && is_bool(*operand.operands[0])) {
    Expr no;
    no.constant = Value::Bool(false);
    return MakeTest(*operand.operands[0], &no, Comparison::kEqual);
  }
  if (auto test = AsMembershipTest(operand); test.has_value()) return test;
  const ConstantComparison test = AsConstantComparison(operand);
  if (test.variable == nullptr || !IsVariable(*test.variable)) return std::nullopt;
  return MakeTest(*test.variable, test.constant, test.op);
}

SlotTest Compiler::MakeTest(const Expr& variable, const Expr* constant, Comparison op) {
  SlotTest test;
  if (IsVariable(variable)) test.slot = Read(variable.slot);
  test.op = op;
  const Value value = constant == nullptr ? Value::Bool(true) : constant->constant;
  if (constant != nullptr) test.constant = Constant(value);
  const EnumType* type = variable.type.WithoutNull().enum_type().get();
  if (value.kind() == Kind::kBool || value.kind() == Kind::kInt) {
    test.kind = value.kind();
    test.number = value.int_value();
    for (int order = -1; order <= 1; ++order) {
      if (Holds(op, order, 0)) test.passing |= uint64_t{1} << (order + 1);
    }
  } else if (value.kind() == Kind::kEnum && value.enum_type() == type && HasBits(*type)) {
    test.kind = Kind::kEnum;
    for (int ordinal = 0; ordinal < static_cast<int>(type->values.size()); ++ordinal) {
      if (Holds(op, ordinal, value.ordinal())) test.passing |= uint64_t{1} << ordinal;
    }
  }
  return test;
}

std::optional<SlotTest> Compiler::AsMembershipTest(const Expr& operand) {
  if (!IsCall(operand, "@in")) return std::nullopt;
  const Expr& variable = *operand.operands[0];
  const Value& list = operand.operands[1]->constant;
  const EnumType* type = variable.type.WithoutNull().enum_type().get();
  if (type == nullptr || !HasBits(*type) || !IsVariable(variable) ||
      operand.operands[1]->kind != ExprKind::kConstant || list.kind() != Kind::kList) {
    return std::nullopt;
  }
  SlotTest test;
  test.slot = Read(variable.slot);
  test.constant = Constant(list);
  test.membership = true;
  test.kind = Kind::kEnum;
  for (const Value& element : list.elements()) {
    if (element.kind() == Kind::kEnum && element.enum_type() == type) {
      test.passing |= uint64_t{1} << element.ordinal();
    }
  }
  return test;
}

}  // namespace leadgrade::cel
