// Formulas over bools, integers, doubles and text: what a bundle means, written so that a solver
// can reason about it. Knows nothing of rules, and nothing of the solver.
//
// Terms are values in a table, each there once: equal terms are the same pointer. Building one
// simplifies it where that is cheap, so that what does not depend on a variable is a constant.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"

namespace leadgrade::analysis {

enum class Sort : uint8_t {
  kBool,
  kInt,     // unbounded; what has bounds says so in formulas
  kDouble,  // IEEE 754 binary64, not a number included
  kText,    // code points
};

enum class Op : uint8_t {
  kConstant,
  kVariable,
  kNot,
  kAnd,  // any number, two or more
  kOr,
  kIf,     // condition, then, else; of any sort
  kEqual,  // of two of a sort; doubles as IEEE 754 has it
  kLess,   // of ints, doubles or text, which has the order of its code points
  kLessEqual,
  kAdd,  // of two ints or doubles
  kSubtract,
  kMultiply,
  kDivide,  // ints: toward zero; of no meaning for a divisor of 0
  kModulo,  // ints: has the dividend's sign
  kConcatenate,
  kContains,    // text, part
  kStartsWith,  // text, part
  kEndsWith,    // text, part
  kLength,      // in code points
};

// The sort follows from the alternative. Times are nanoseconds, which 64 bits do not hold for all
// years that CEL knows.
using Constant = std::variant<bool, absl::int128, double, std::string>;

// Farther than any value of CEL.
inline constexpr absl::int128 kUnbounded = absl::MakeInt128(int64_t{1} << 56, 0);

struct TermNode {
  Op op = Op::kConstant;
  Sort sort = Sort::kBool;
  int id = 0;        // counts the terms of a table from 0
  Constant value;    // kConstant
  std::string name;  // kVariable: for people to read
  std::vector<const TermNode*> operands;
  // Sort::kInt: the value is never outside of them, as far as is known without a solver.
  absl::int128 low = -kUnbounded;
  absl::int128 high = kUnbounded;

  bool is_constant() const { return op == Op::kConstant; }
  bool is_true() const { return is_constant() && sort == Sort::kBool && std::get<bool>(value); }
  bool is_false() const { return is_constant() && sort == Sort::kBool && !std::get<bool>(value); }
};

using Term = const TermNode*;

// Owns its terms. Not thread safe.
class TermTable {
 public:
  TermTable();

  Term True() const { return true_; }
  Term False() const { return false_; }
  Term Bool(bool value) const { return value ? true_ : false_; }
  Term Int(absl::int128 value);
  Term Double(double value);
  Term Text(absl::string_view value);
  // A new one each time.
  Term Variable(Sort sort, std::string name);

  // From now on it is taken for granted of the variable, an int, that it is not outside of these:
  // terms that are made of it are simplified by it.
  void SetBounds(Term variable, absl::int128 low, absl::int128 high);

  Term Not(Term a);
  Term And(std::vector<Term> terms);
  Term Or(std::vector<Term> terms);
  Term And(Term a, Term b) { return And(std::vector<Term>{a, b}); }
  Term Or(Term a, Term b) { return Or(std::vector<Term>{a, b}); }
  Term Implies(Term a, Term b) { return Or(Not(a), b); }
  Term Iff(Term a, Term b) { return Equal(a, b); }
  Term If(Term condition, Term then, Term otherwise);
  Term Equal(Term a, Term b);
  Term Less(Term a, Term b);
  Term LessEqual(Term a, Term b);
  // kAdd to kModulo, kConcatenate to kLength.
  Term Apply(Op op, std::vector<Term> operands);

  const std::vector<Term>& variables() const { return variables_; }
  size_t size() const { return nodes_.size(); }

 private:
  Term Make(Op op, Sort sort, std::vector<Term> operands);
  Term MakeConstant(Constant value, Sort sort);
  Term Junction(Op op, std::vector<Term> terms);
  Term Comparison(Op op, Term a, Term b);

  std::deque<TermNode> nodes_;
  absl::flat_hash_map<std::string, Term> known_;  // by what they are made of
  std::vector<Term> variables_;
  Term true_ = nullptr;
  Term false_ = nullptr;
};

// Values of variables, by the variable's id; those without one are false, 0 and "".
using Assignment = absl::flat_hash_map<int, Constant>;

// The value of terms under an assignment, each computed once. Keeps a pointer to the assignment.
class TermValues {
 public:
  explicit TermValues(const Assignment& assignment) : assignment_(assignment) {}
  // Valid as long as this is.
  const Constant& Of(Term term);
  bool Holds(Term term) { return std::get<bool>(Of(term)); }

 private:
  const Assignment& assignment_;
  absl::node_hash_map<int, Constant> values_;
};

// What an operator other than kVariable and kConstant makes of constants.
Constant Calculate(Op op, const std::vector<const Constant*>& operands);

// As s-expressions: for tests and debugging.
std::string ToString(Term term);

}  // namespace leadgrade::analysis
