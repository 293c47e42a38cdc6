// The type checker's inner face: names, scopes, overloads. Its outer face is Check in program.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/cel/ast.h"
#include "engine/cel/env.h"

namespace leadgrade::cel {

// Checks one expression. A type of kind kError stands for a part that has an issue already, and is
// accepted everywhere, so that one mistake is reported once. Recursion is bounded by the tree's
// depth, which the parser bounds.
class Checker {
 public:
  Checker(const Env& env, std::vector<ExprIssue>* issues) : env_(env), issues_(issues) {}

  // `expected` resolves bare enum names; it is not enforced here.
  Type Visit(Expr& expr, const std::optional<Type>& expected = std::nullopt);

 private:
  using Bindings = absl::flat_hash_map<std::string, Type>;

  Type Ident(Expr& expr, const std::optional<Type>& expected);
  Type Select(Expr& expr);
  Type Call(Expr& expr, const std::optional<Type>& expected);
  Type List(Expr& expr, const std::optional<Type>& expected);
  Type Map(Expr& expr);
  Type Fold(Expr& expr);
  Type Known(Expr& expr);

  // checker_operators.cc
  std::optional<Type> Operator(Expr& expr, const std::optional<Type>& expected);
  Type Conditional(Expr& expr, const std::optional<Type>& expected);
  Type Logical(Expr& expr);
  Type Comparison(Expr& expr);
  Type Membership(Expr& expr);
  Type Indexing(Expr& expr);
  Type Arithmetic(Expr& expr);
  Type Negation(Expr& expr);
  // Visits two operands of which either may be a bare enum name that only the other explains.
  std::pair<Type, Type> VisitPair(Expr& a, Expr& b);

  Type Function(Expr& expr);
  // Replaces `a.b` by the variable, constant or enum value of that name, if there is one.
  bool ResolveQualified(Expr& expr);
  bool ResolveName(Expr& expr, const std::string& name);
  // The enumerations that have `name` as a value.
  std::vector<const EnumType*> EnumsWith(const std::string& name) const;
  bool IsBareEnumName(const Expr& expr) const;
  const Type* Local(absl::string_view name) const;

  Type Fail(const Expr& at, std::string code, std::string message, std::string hint = "");
  Type Mismatch(const Expr& at, absl::string_view expected, const Type& got);

  const Env& env_;
  std::vector<ExprIssue>* issues_;
  std::vector<std::pair<std::string, Type>> scope_;  // comprehension variables, innermost last
};

// May a value of type `from` stand where `to` is wanted? Binds type parameters of `to`.
bool Assignable(const Type& from, const Type& to, absl::flat_hash_map<std::string, Type>* bindings);
// The type of a value that is one or the other; nullopt where they don't go together.
std::optional<Type> Join(const Type& a, const Type& b);
bool IsDynamic(const Type& type);  // dyn or error
Type ElementOf(const Type& list);  // of an index into it or of a variable that runs over it
bool IsNumeric(const Type& type);

}  // namespace leadgrade::cel
