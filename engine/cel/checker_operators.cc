#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "engine/cel/checker.h"

namespace leadgrade::cel {
namespace {

constexpr std::array<absl::string_view, 6> kComparisons = {"_==_", "_!=_", "_<_",
                                                           "_<=_", "_>_",  "_>=_"};
constexpr std::array<absl::string_view, 5> kArithmetic = {"_+_", "_-_", "_*_", "_/_", "_%_"};

template <size_t n>
bool IsOneOf(const std::array<absl::string_view, n>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The operator as written: "_<=_" → "<=".
absl::string_view Written(absl::string_view name) {
  while (!name.empty() && (name.front() == '_' || name.front() == '@')) name.remove_prefix(1);
  while (!name.empty() && name.back() == '_') name.remove_suffix(1);
  return name;
}

bool HasOrder(const Type& type) {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kEnum:
      return true;
    default:
      return false;
  }
}

// The result of arithmetic on two types, nullopt where there is none.
std::optional<Type> Result(absl::string_view op, const Type& a, const Type& b) {
  using enum TypeKind;
  const TypeKind x = a.WithoutNull().kind(), y = b.WithoutNull().kind();
  const bool add = op == "_+_", subtract = op == "_-_";
  if (IsDynamic(a) || IsDynamic(b)) return Type();
  if (x == y && (x == kInt || x == kUint)) return a.WithoutNull();
  if (x == y && x == kDouble && op != "_%_") return a.WithoutNull();
  if (add && x == y && (x == kString || x == kBytes || x == kDuration)) return a.WithoutNull();
  if (add && x == kList && y == kList) return Join(a, b);
  if (x == kTimestamp && y == kDuration && (add || subtract)) return Type(kTimestamp);
  if (x == kDuration && y == kTimestamp && add) return Type(kTimestamp);
  if (x == kTimestamp && y == kTimestamp && subtract) return Type(kDuration);
  if (x == kDuration && y == kDuration && subtract) return Type(kDuration);
  return std::nullopt;
}

// What an index finds in a container; nullopt where it can't be looked for.
std::optional<Type> Found(const Type& container, const Type& index) {
  if (IsDynamic(container)) return Type();
  if (container.kind() == TypeKind::kList) {
    if (index.WithoutNull().kind() != TypeKind::kInt && !IsDynamic(index)) return std::nullopt;
    return container.parameter(0);
  }
  if (container.kind() == TypeKind::kMap && Comparable(index, container.parameter(0))) {
    return container.parameter(1);
  }
  return std::nullopt;
}

// Why two types may have met in a comparison; "" where nothing comes to mind.
std::string MismatchHint(const Expr& expr, const Type& a, const Type& b) {
  const TypeKind x = a.WithoutNull().kind(), y = b.WithoutNull().kind();
  const auto either = [&](TypeKind kind) { return x == kind || y == kind; };
  const Expr& left = *expr.operands[0];
  if (IsOneOf(kComparisons, left.name) && left.kind == ExprKind::kCall) {
    return "compare twice, joined by `&&`";
  }
  const Expr& right = *expr.operands[1];
  for (const auto& [type, other] : {std::pair(&a, &right), std::pair(&b, &left)}) {
    const auto& values = type->WithoutNull().enum_type();
    if (values != nullptr && other->kind == ExprKind::kIdent &&
        values->OrdinalOf(other->name).has_value()) {
      return absl::StrCat("`", other->name, "` is a fact here; write `", values->name, ".",
                          other->name, "`");
    }
  }
  if (either(TypeKind::kString) && either(TypeKind::kEnum)) {
    return "an enum value is written without quotes";
  }
  if (either(TypeKind::kTimestamp)) return "write `timestamp(\"2026-03-01T00:00:00+08:00\")`";
  if (either(TypeKind::kDuration)) return "write `duration(\"36h\")`";
  return "";
}

}  // namespace

std::optional<Type> Checker::Operator(Expr& expr, const std::optional<Type>& expected) {
  const std::string& name = expr.name;
  if (name == "_?_:_") return Conditional(expr, expected);
  if (name == "_&&_" || name == "_||_" || name == "!_" || name == "@not_strictly_false") {
    return Logical(expr);
  }
  if (IsOneOf(kComparisons, name)) return Comparison(expr);
  if (name == "@in") return Membership(expr);
  if (name == "_[_]" || name == "_[?_]") return Indexing(expr);
  if (name == "_?._") return OptionalSelect(expr);
  if (name == "cel.@mapInsert") return MapInsert(expr);
  if (name == "-_") return Negation(expr);
  if (IsOneOf(kArithmetic, name)) return Arithmetic(expr);
  return std::nullopt;
}

Type Checker::Logical(Expr& expr) {
  for (const ExprPtr& operand : expr.operands) {
    const Type type = Visit(*operand);
    const TypeKind kind = type.WithoutNull().kind();
    if (kind != TypeKind::kBool && !IsDynamic(type)) {
      if (expr.name == "@not_strictly_false") return Type(TypeKind::kError);
      Mismatch(*operand, absl::StrCat("a bool for `", Written(expr.name), "`"), type);
    }
  }
  // Its type is certain even where an operand has an issue.
  return Type(TypeKind::kBool);
}

Type Checker::Conditional(Expr& expr, const std::optional<Type>& expected) {
  const Type condition = Visit(*expr.operands[0]);
  if (condition.kind() != TypeKind::kBool && !IsDynamic(condition)) {
    Mismatch(*expr.operands[0], "a bool before `?`", condition);
  }
  std::pair<Type, Type> types;
  if (expected.has_value()) {
    types = {Visit(*expr.operands[1], expected), Visit(*expr.operands[2], expected)};
  } else {
    types = VisitPair(*expr.operands[1], *expr.operands[2]);
  }
  const std::optional<Type> both = Join(types.first, types.second);
  if (both.has_value()) return *both;
  return Fail(expr, "type-mismatch",
              absl::StrCat("the two values of `?` differ in type: `", types.first.ToString(),
                           "` and `", types.second.ToString(), "`"));
}

std::pair<Type, Type> Checker::VisitPair(Expr& a, Expr& b) {
  if (IsBareEnumName(a) && !IsBareEnumName(b)) {
    Type second = Visit(b);
    Type first = Visit(a, second);
    return {first, second};
  }
  Type first = Visit(a);
  Type second = Visit(b, first);
  return {first, second};
}

Type Checker::Comparison(Expr& expr) {
  const auto [a, b] = VisitPair(*expr.operands[0], *expr.operands[1]);
  const Type boolean(TypeKind::kBool);
  if (a.kind() == TypeKind::kError || b.kind() == TypeKind::kError) return boolean;
  if (!Comparable(a, b)) {
    Fail(expr, "type-mismatch",
         absl::StrCat("`", Written(expr.name), "` cannot compare `", a.ToString(), "` with `",
                      b.ToString(), "`"),
         MismatchHint(expr, a, b));
    return boolean;
  }
  const bool equality = expr.name == "_==_" || expr.name == "_!=_";
  for (const Type& type : {a, b}) {
    if (!equality && !HasOrder(type) && !IsDynamic(type)) {
      Fail(expr, "type-mismatch",
           absl::StrCat("`", Written(expr.name), "` cannot order `", type.ToString(), "`"));
      break;
    }
  }
  return boolean;
}

Type Checker::Membership(Expr& expr) {
  Expr& element = *expr.operands[0];
  Expr& container = *expr.operands[1];
  Type in, of;
  if (IsBareEnumName(element)) {
    of = Visit(container);
    in = Visit(element, of.kind() == TypeKind::kList ? of.parameter(0) : Type());
  } else {
    in = Visit(element);
    of = Visit(container, Type::List(in.WithoutNull()));
  }
  const Type boolean(TypeKind::kBool);
  if (IsDynamic(of) || in.kind() == TypeKind::kError) return boolean;
  if (of.kind() != TypeKind::kList && of.kind() != TypeKind::kMap) {
    Mismatch(container, "a list or a map after `in`", of);
    return boolean;
  }
  if (of.parameter(0).kind() != TypeKind::kError && !Comparable(in, of.parameter(0))) {
    const bool quoted =
        in.WithoutNull().kind() == TypeKind::kEnum && of.parameter(0).kind() == TypeKind::kString;
    Fail(expr, "type-mismatch",
         absl::StrCat("`in` cannot look for `", in.ToString(), "` in `", of.ToString(), "`"),
         quoted ? "an enum value is written without quotes" : "");
  }
  return boolean;
}

Type Checker::Indexing(Expr& expr) {
  const Type container = Visit(*expr.operands[0]);
  const Type index = Visit(*expr.operands[1]);
  if (container.kind() == TypeKind::kError) return container;
  if (index.kind() == TypeKind::kError) return index;
  const Type of = container.WithoutNull();
  const bool optional = expr.name == "_[?_]" || of.IsOptional();
  const Type in = of.IsOptional() ? of.parameter(0).WithoutNull() : of;
  const std::optional<Type> found = Found(in, index);
  if (found.has_value()) return optional ? Type::Optional(*found) : *found;
  if (in.kind() == TypeKind::kList) return Mismatch(*expr.operands[1], "an int", index);
  if (in.kind() == TypeKind::kMap) {
    return Mismatch(*expr.operands[1],
                    absl::StrCat("a key of type `", in.parameter(0).ToString(), "`"), index);
  }
  return Mismatch(*expr.operands[0], "a list or a map before `[`", container);
}

Type Checker::OptionalSelect(Expr& expr) {
  const Type target = Visit(*expr.operands[0]);
  Expr& name = *expr.operands[1];
  Visit(name);
  if (target.kind() == TypeKind::kError) return target;
  const std::optional<Type> field = Field(name, target, name.text);
  if (!field.has_value()) return Type(TypeKind::kError);
  return field->IsOptional() && target.WithoutNull().IsOptional() ? *field : Type::Optional(*field);
}

Type Checker::MapInsert(Expr& expr) {
  const Type map = Visit(*expr.operands[0]);
  std::vector<Type> entry;
  for (size_t i = 1; i < expr.operands.size(); ++i) entry.push_back(Visit(*expr.operands[i]));
  if (entry.size() == 2) return Join(map, Type::Map(entry[0], entry[1])).value_or(map);
  if (entry[0].kind() == TypeKind::kError) return entry[0];
  if (IsDynamic(entry[0])) return map;
  if (entry[0].kind() != TypeKind::kMap) {
    return Mismatch(*expr.operands[1], "a map of the entries to add", entry[0]);
  }
  return Join(map, entry[0]).value_or(Type::Map(Type(), Type()));
}

Type Checker::Arithmetic(Expr& expr) {
  const Type a = Visit(*expr.operands[0]);
  const Type b = Visit(*expr.operands[1]);
  if (a.kind() == TypeKind::kError) return a;
  if (b.kind() == TypeKind::kError) return b;
  if (std::optional<Type> result = Result(expr.name, a, b); result.has_value()) return *result;
  std::string hint;
  if (IsNumeric(a) && IsNumeric(b)) {
    hint = a.WithoutNull() == b.WithoutNull() ? "it is for whole numbers"
                                              : "convert one side with `int(…)` or `double(…)`";
  }
  return Fail(expr, "no-overload",
              absl::StrCat("`", Written(expr.name), "` does not take `", a.ToString(), "` and `",
                           b.ToString(), "`"),
              hint);
}

Type Checker::Negation(Expr& expr) {
  const Type type = Visit(*expr.operands[0]);
  const TypeKind kind = type.WithoutNull().kind();
  if (IsDynamic(type) || kind == TypeKind::kInt || kind == TypeKind::kDouble) {
    return type.WithoutNull();
  }
  return Mismatch(*expr.operands[0], "an int or a double after `-`", type);
}

}  // namespace leadgrade::cel
