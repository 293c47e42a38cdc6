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
  kConstant,      // push constants[a]
  kSlot,          // push slots[a]
  kLocal,         // push locals[a]
  kKnown,         // push whether slots[a] is known
  kCompareSlot,   // push slots[a] <sub> constants[b]
  kCompareLocal,  // push locals[a] <sub> constants[b]
  kCompare,       // <sub>
  kArithmetic,    // <sub>
  kNegate,
  kNot,
  kIn,
  kInSet,  // whether it is a key of the map constants[a]
  kIndex,
  kOptionalIndex,
  kSelect,          // field constants[a]
  kHas,             // field constants[a]
  kOptionalSelect,  // field constants[a]
  kCall,            // overload set a, b arguments
  kCallOne,         // the one overload of set a, which the arguments' types fit; b arguments
  kMatches,         // regexes[a], compiled beforehand
  kList,            // a elements; entries[b] says which are optional, none for b < 0
  kMap,             // a operands; entries[b] as above
  kStruct,          // structs[a]

  // A chain a && b && c: the value so far, which is not false, is on the stack. Each joins operands
  // to it; where one is false that is left as the result, and c is where to go on.
  kAnd,       // takes an operand
  kAndTests,  // the operands are tests[a] to tests[a + b - 1]; with <sub> the chain begins here
  kOr,        // the same of a chain a || b || c, whose value so far is not true
  kOrTests,
  kJumpIfFalse,  // to c, leaving the value; else falls through with it: a chain's first operand
  kJumpIfTrue,

  kBranch,      // takes a bool: true falls through, false goes to a; an error or unknown is
                // left as the result and goes to c
  kJump,        // to c
  kLoopBegin,   // takes a range into locals[a]; on error or unknown leaves it and goes to c
  kLoopNext,    // binds the next element to locals[a + 2..3] or goes to c
  kStoreLocal,  // takes a value into locals[a]
  kLoopWhile,   // takes a bool: false goes to c
  kLoopAnd,     // takes the operand of locals[a] && x: false goes to c, else to b
  kLoopOr,      // takes the operand of locals[a] || x: true goes to c, else to b
  kAppend,      // takes an element, adds it to the list locals[a], pushes that
  kMapInsert,   // takes b values (a map, or a key and its value), adds them to the map locals[a],
                // pushes that
  kLoopTest,    // takes a range, pushes whether all (or with <sub> some) of its elements pass
                // tests[a], whose slot is the element
  kReturn,      // takes the result
};

// The most frequent operands of a chain, for which there is no need to dispatch: a variable that is
// a bool, its comparison with a constant, or whether it is in a constant list.
struct SlotTest {
  static constexpr Kind kNoShortWay{0xFF};  // no value is of this kind

  int32_t slot = 0;
  int32_t constant = -1;  // constants[constant]; -1 for the variable itself
  Comparison op = Comparison::kEqual;
  bool membership = false;  // `in`, and `op` does not count
  // Where the slot is of this kind, it passes if bit n of `passing` is set: of an enum n is its
  // ordinal; of a bool or an int it is 0, 1 or 2, as that is less than, equal to or greater than
  // `number`.
  Kind kind = kNoShortWay;
  uint64_t passing = 0;
  int64_t number = 0;
};

struct Instruction {
  Op op;
  uint8_t sub = 0;
  int32_t a = 0;
  int32_t b = 0;
  int32_t c = 0;
};
static_assert(sizeof(Instruction) == 16);

// The locals of a comprehension, from the first on.
enum LoopLocal { kRange, kPosition, kFirst, kSecond, kAccumulator, kCapacity, kLoopLocals };

struct StructShape {
  std::string name;
  std::vector<std::string> fields;
  std::vector<absl::string_view> views;  // of `fields`
  int optional = -1;                     // as kList's b
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
  double cost() const override { return cost_; }
  std::string Dump() const override;

 private:
  friend class Compiler;
  friend class CompiledProgramBuilder;
  Value EvalOnStack(EvalContext& context) const;
  void AppendTest(int i, std::string* out) const;
  class Machine;

  ExprPtr expr_;
  std::string source_;
  Arena folded_;               // what folding made; never touched after compilation
  std::vector<ExprPtr> kept_;  // literals whose text folded constants point to
  std::vector<Instruction> code_;
  std::vector<Value> constants_;
  std::vector<SlotTest> tests_;
  std::vector<std::vector<Overload>> overloads_;
  std::vector<std::unique_ptr<RE2>> regexes_;
  std::vector<std::vector<char>> entries_;
  std::vector<std::unique_ptr<StructShape>> structs_;
  std::vector<int32_t> slots_;
  std::vector<VariableUse> uses_;
  const TypeProvider* types_ = nullptr;
  int max_stack_ = 0;
  int locals_ = 0;
  double cost_ = 0;
  bool reads_clock_ = false;
};

// What `expr`, checked and folded, reads; in order of slot (uses.cc).
std::vector<VariableUse> FindUses(const Expr& expr);

}  // namespace leadgrade::cel
