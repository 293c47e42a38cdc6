// The compiler's inner face. Its outer face is Compile in program.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/cel/compiled_program.h"
#include "engine/cel/env.h"

namespace leadgrade::cel {

// From a checked tree to instructions. The tree is folded on the way: what does not depend on
// variables or the clock is replaced by its value.
class Compiler {
 public:
  // Not `checked`: what could be told to be wrong beforehand fails when it is reached.
  Compiler(const Env& env, CompiledProgram* program, bool checked, std::vector<ExprIssue>* issues)
      : env_(env), program_(*program), checked_(checked), issues_(issues) {
    program_.types_ = env.types();
  }

  void Run(Expr& expr) {
    Fold(expr);
    Program(expr);
  }

 private:
  // compiler_folding.cc
  void Fold(Expr& expr);
  void FoldConditional(Expr& expr);
  void FoldLogical(Expr& expr);
  void Become(Expr& expr, ExprPtr other);

  // `expr` is folded.
  void Program(const Expr& expr);
  int Add(Op op, int stack, Instruction in = {});
  int Here() const { return static_cast<int>(program_.code_.size()); }
  int Constant(Value value);
  int Entries(const Expr& expr);
  // Notes that the slot is read; gives it.
  int Read(int32_t slot);
  int FindLocal(absl::string_view name) const;

  void Emit(const Expr& expr);
  void EmitAll(const std::vector<ExprPtr>& operands);
  void EmitIdent(const Expr& expr);
  void EmitStruct(const Expr& expr);
  void EmitCall(const Expr& expr);
  void EmitOperator(const Expr& expr);
  // A chain of one of `&&` and `||`.
  void EmitLogical(const Expr& expr, bool conjunction);
  // A test of a variable, where `operand` is one.
  std::optional<SlotTest> AsTest(const Expr& operand);
  std::optional<SlotTest> AsMembershipTest(const Expr& operand);
  // `variable` is compared with `constant`, or where that is null is a bool itself.
  SlotTest MakeTest(const Expr& variable, const Expr* constant, Comparison op);
  void EmitConditional(const Expr& expr);
  void EmitComparison(const Expr& expr, Comparison op);
  void EmitMembership(const Expr& expr);
  void EmitFunction(const Expr& expr);
  // Of a constant pattern. False, and nothing is emitted, where it is none and that is no issue
  // yet.
  bool EmitMatches(const Expr& expr);

  // compiler_folds.cc
  void EmitFold(const Comprehension& c);
  void EmitBind(const Comprehension& c);
  // What a comprehension's step does to its accumulator, where it is one of the known ways.
  bool EmitQuantifier(const Comprehension& c, int base, int next);
  // The whole loop, where all it does is to compare each element with a constant.
  bool EmitLoopTest(const Comprehension& c);
  void EmitStep(const Expr& step, const Comprehension& c, int base);

  // A comparison of a variable with a constant.
  struct ConstantComparison {
    const Expr* variable = nullptr;
    const Expr* constant = nullptr;
    Comparison op = Comparison::kEqual;
  };
  // `variable` is null where `expr` is none.
  ConstantComparison AsConstantComparison(const Expr& expr) const;

  const Env& env_;
  CompiledProgram& program_;
  const bool checked_;
  std::vector<ExprIssue>* issues_;
  std::vector<std::pair<std::string, int>> locals_;
  int stack_ = 0;
};

}  // namespace leadgrade::cel
