// The type checker's inner face: names, scopes, overloads. Its outer face is Check in program.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/cel/ast.h"
#include "engine/cel/env.h"
#include "engine/cel/type_relations.h"

namespace leadgrade::cel {

// Checks one expression. A type of kind kError stands for a part that has an issue already, and is
// accepted everywhere, so that one mistake is reported once. Recursion is bounded by the tree's
// depth, which the parser bounds.
class Checker {
 public:
  enum class Mode {
    kChecked,
    // Names are resolved, all types are dyn, and there are no issues: a part that has one becomes
    // an ExprKind::kError.
    kUnchecked,
  };
  Checker(const Env& env, Mode mode, std::vector<ExprIssue>* issues)
      : env_(env), mode_(mode), issues_(issues) {}

  // `expected` resolves bare enum names; it is not enforced here.
  Type Visit(Expr& expr, const std::optional<Type>& expected = std::nullopt);

 private:
  Type VisitKind(Expr& expr, const std::optional<Type>& expected);
  Type List(Expr& expr, const std::optional<Type>& expected);
  Type Map(Expr& expr);
  Type Struct(Expr& expr);
  Type Fold(Expr& expr);
  // What an entry of type `type` adds, where it may be optional: `?e` adds T for optional_type(T).
  Type Entry(const Expr& expr, size_t entry, const Expr& value, const Type& type);

  // checker_names.cc
  Type Ident(Expr& expr, const std::optional<Type>& expected);
  Type Select(Expr& expr);
  // The type of `field` of a value of type `of`, nullopt with an issue where it has none.
  std::optional<Type> Field(const Expr& at, const Type& of, const std::string& field);
  // Replaces `a.b` by the variable, constant or enum value of that name, if there is one.
  bool ResolveQualified(Expr& expr);
  bool ResolveName(Expr& expr, const std::string& name);
  // `name` is a full one.
  bool ResolveFullName(Expr& expr, const std::string& name);
  // The enumerations that have `name` as a value.
  std::vector<const EnumType*> EnumsWith(const std::string& name) const;
  bool IsBareEnumName(const Expr& expr) const;
  const Type* Local(absl::string_view name) const;
  bool StartsWithLocal(absl::string_view dotted) const;
  Type UnknownName(Expr& expr, const std::string& name);

  // checker_calls.cc
  Type Call(Expr& expr, const std::optional<Type>& expected);
  Type Known(Expr& expr);
  // A call of an attribute, or of `claimed`, which is made of two; nullopt for any other.
  std::optional<Type> Attribute(Expr& expr);
  Type Function(Expr& expr);
  // `Level(x)`, where Level is an enumeration: the value of the name or number x.
  std::optional<Type> EnumConversion(Expr& expr);
  // Null where `name` is none.
  std::shared_ptr<const EnumType> FindEnum(const std::string& name) const;
  // Gives a call the full name of its function: `math.abs(x)` is no member call.
  void ResolveFunction(Expr& expr);

  // checker_operators.cc
  std::optional<Type> Operator(Expr& expr, const std::optional<Type>& expected);
  Type Conditional(Expr& expr, const std::optional<Type>& expected);
  Type Logical(Expr& expr);
  Type Comparison(Expr& expr);
  Type Membership(Expr& expr);
  Type Indexing(Expr& expr);
  Type OptionalSelect(Expr& expr);
  Type Arithmetic(Expr& expr);
  Type Negation(Expr& expr);
  Type MapInsert(Expr& expr);
  // Visits two operands of which either may be a bare enum name that only the other explains.
  std::pair<Type, Type> VisitPair(Expr& a, Expr& b);

  Type Fail(Expr& at, std::string code, std::string message, std::string hint = "");
  // Of the whole of `at`, which in unchecked mode stays what it is.
  Type Mismatch(const Expr& at, absl::string_view expected, const Type& got);

  const Env& env_;
  const Mode mode_;
  std::vector<ExprIssue>* issues_;
  std::vector<std::pair<std::string, Type>> scope_;  // comprehension variables, innermost last
};

}  // namespace leadgrade::cel
