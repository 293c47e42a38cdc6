// What CEL expressions mean, as formulas: with errors, unknowns and nulls as the language has them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/analysis/calendar.h"
#include "engine/analysis/symbol.h"
#include "engine/analysis/term.h"
#include "engine/cel/ast.h"
#include "engine/cel/type.h"

namespace leadgrade::analysis {

// Of a loop over a list, how many elements are gone through one by one.
inline constexpr size_t kMaxUnrolled = 64;

// What has no formula becomes a value that may be any of its type, an error or null: formulas then
// allow more than can be, so that what is proved of them holds, and what is not may hold. Which
// expressions those were is told by beyond(). Not thread safe; keeps its pointers.
class Encoder {
 public:
  // `slots`: the variables' symbols by slot, read as they are when an expression is encoded; `now`
  // is the clock in nanoseconds.
  Encoder(TermTable* terms, Calendar* calendar, const std::vector<Symbol>* slots, Term now)
      : terms_(*terms), calendar_(*calendar), slots_(*slots), now_(now) {}

  // `expr` is a checked and folded tree (Program::expr).
  Symbol Encode(const cel::Expr& expr);

  // What has no formula, in words: "`matches()`"; each once, in order of meeting.
  const std::vector<std::string>& beyond() const { return beyond_; }

  // The variables that stand for it.
  const std::vector<Term>& loose() const { return loose_; }

  Symbol Known(Term value) const;
  Symbol KnownNull() const;
  Symbol Failed() const;
  // `then` where `condition`, which is a formula, holds.
  Symbol Choose(Term condition, const Symbol& then, const Symbol& otherwise) const;
  // Neither unknown, nor an error, and the bool itself.
  Term IsTrue(const Symbol& symbol) const;
  Term IsFalse(const Symbol& symbol) const;
  // Neither unknown nor an error.
  Term IsSettled(const Symbol& symbol) const;
  // Both settled and the same, null included; numbers as CEL's == has it. Not for two without an
  // order.
  Symbol Equals(const Symbol& a, const Symbol& b);
  // Whether there is a formula for how the two compare: not for an int and a double unless one of
  // them is a constant.
  bool HaveOrder(const Symbol& a, const Symbol& b);
  // The bounds of CEL's ints; the years 1 to 9999.
  Term IsInt64(Term number) const;
  Term IsTimestamp(Term nanos) const;
  // Adds two numbers as CEL does, by the type they have.
  Symbol Add(const cel::Type& type, const Symbol& a, const Symbol& b);
  // Of a value that may be anything of its type: the bounds that the type has.
  Term WithinType(const cel::Type& type, Term value) const;
  // Any value of the type, error or null as well, unless it must be unknown.
  Symbol Anything(const cel::Type& type, Term unknown, const std::string& what);
  // A new variable of the type's sort; null pointer where it has none.
  Term Fresh(const cel::Type& type, const std::string& name);

 private:
  using Operands = absl::Span<const cel::ExprPtr>;

  Symbol Constant(const cel::Value& value);
  Symbol Ident(const cel::Expr& expr);
  Symbol Call(const cel::Expr& expr);
  Symbol List(const cel::Expr& expr);
  Symbol Fold(const cel::Expr& expr);
  // `&&` with decisive = false, `||` with decisive = true.
  Symbol Logical(const cel::Expr& expr, bool decisive);
  Symbol Conditional(const cel::Expr& expr);
  Symbol Comparison(const cel::Expr& expr);
  Symbol Arithmetic(const cel::Expr& expr);
  Symbol Membership(const cel::Expr& expr);
  Symbol Function(const cel::Expr& expr);
  Symbol Text(const cel::Expr& expr, const std::vector<Symbol>& arguments);
  Symbol Days(const cel::Expr& expr, const std::vector<Symbol>& arguments);
  Symbol Extreme(const cel::Expr& expr, const std::vector<Symbol>& arguments);
  Symbol Beyond(const cel::Expr& expr);

  // kEqual, kLess or kLessEqual of two values; null pointer where there is no formula.
  Term Ordered(Op op, Term a, Term b);
  // The strict rule: unknown where an operand is, else an error where one is, or where `fails`.
  // A null operand is an error.
  Symbol Strict(const std::vector<Symbol>& operands, Term value, Term fails);
  void NoteBeyond(std::string what);
  // Of all variables that the tree reads: whether any is unknown.
  Term AnyUnknown(const cel::Expr& expr) const;

  TermTable& terms_;
  Calendar& calendar_;
  const std::vector<Symbol>& slots_;
  const Term now_;
  std::vector<std::pair<std::string, Symbol>> locals_;
  std::vector<std::string> beyond_;
  std::vector<Term> loose_;
};

}  // namespace leadgrade::analysis
