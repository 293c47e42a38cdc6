// The instructions of a compiled expression, for the compiler and the interpreter.
//
// A stack machine: each instruction takes its operands from the top of the stack and leaves one
// value, unless said otherwise. Locals hold the variables of comprehensions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/cel/operators.h"
#include "engine/cel/program.h"
#include "re2/re2.h"

namespace leadgrade::cel {

enum class Op : uint8_t {
  kConstant,     // push constants[a]
  kSlot,         // push slots[a]
  kLocal,        // push locals[a]
  kKnown,        // push whether slots[a] is known
  kCompareSlot,  // push slots[a] <sub> constants[b]
  kCompare,      // <sub>
  kArithmetic,   // <sub>
  kNegate,
  kNot,
  kIn,
  kIndex,
  kSelect,   // field constants[a]
  kHas,      // field constants[a]
  kCall,     // overload set a, b arguments
  kMatches,  // regexes[a], compiled beforehand
  kList,     // a elements
  kMap,      // a operands
  kAnd,      // of two, with absorption
  kOr,
  kJumpIfFalse,  // to a, leaving the value; else falls through with it
  kJumpIfTrue,
  kBranch,      // takes a bool: true falls through, false goes to a; an error or unknown is
                // left as the result and goes to b
  kJump,        // to a
  kLoopBegin,   // takes a range into locals[a]; on error or unknown leaves it and goes to b
  kLoopNext,    // binds the next element to locals[a + 2..3] or goes to b
  kStoreLocal,  // takes a value into locals[a]
  kLoopWhile,   // takes a bool: false goes to a
};

struct Instruction {
  Op op;
  uint8_t sub = 0;
  int32_t a = 0;
  int32_t b = 0;
};

class CompiledProgram final : public Program {
 public:
  Value Eval(EvalContext& context) const override;
  const Type& type() const override { return expr_->type; }
  const Expr& expr() const override { return *expr_; }
  const std::string& source() const override { return source_; }
  const std::vector<int32_t>& slots() const override { return slots_; }
  bool reads_clock() const override { return reads_clock_; }
  const std::vector<VariableUse>& uses() const override { return uses_; }
  std::string Dump() const override;

 private:
  friend class Compiler;
  friend std::unique_ptr<const Program> CompileExpr(ExprPtr, std::string, const Env&,
                                                    const std::optional<Type>&,
                                                    std::vector<ExprIssue>*);
  struct Machine;

  ExprPtr expr_;
  std::string source_;
  Arena folded_;               // what folding made; never touched after compilation
  std::vector<ExprPtr> kept_;  // literals whose text folded constants point to
  std::vector<Instruction> code_;
  std::vector<Value> constants_;
  std::vector<std::vector<Overload>> overloads_;
  std::vector<std::unique_ptr<RE2>> regexes_;
  std::vector<int32_t> slots_;
  std::vector<VariableUse> uses_;
  int max_stack_ = 0;
  int locals_ = 0;
  bool reads_clock_ = false;
};

// What `expr`, checked and folded, reads; in order of slot (uses.cc).
std::vector<VariableUse> FindUses(const Expr& expr, const Env& env);

}  // namespace leadgrade::cel
