// Tested by tests/engine/cel/checker_test.cc.
#include "engine/cel/checker.h"

#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "engine/cel/program.h"

namespace leadgrade::cel {
namespace {

Type TypeOfConstant(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return Type(TypeKind::kNull);
    case Kind::kBool:
      return Type(TypeKind::kBool);
    case Kind::kInt:
      return Type(TypeKind::kInt);
    case Kind::kUint:
      return Type(TypeKind::kUint);
    case Kind::kDouble:
      return Type(TypeKind::kDouble);
    case Kind::kString:
      return Type(TypeKind::kString);
    case Kind::kBytes:
      return Type(TypeKind::kBytes);
    default:
      return Type();
  }
}

bool IsLiteral(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble:
    case Kind::kString:
    case Kind::kBytes:
      return true;
    default:
      return false;
  }
}

}  // namespace

Type Checker::Fail(Expr& at, std::string code, std::string message, std::string hint) {
  if (mode_ == Mode::kUnchecked) {
    at.kind = ExprKind::kError;
    at.text = std::move(message);
    at.operands.clear();
    return Type();
  }
  issues_->push_back({std::move(code), at.name_range, std::move(message), std::move(hint)});
  return Type(TypeKind::kError);
}

Type Checker::Mismatch(const Expr& at, absl::string_view expected, const Type& got) {
  if (mode_ == Mode::kUnchecked) return Type();
  if (got.kind() == TypeKind::kError) return got;
  issues_->push_back({"type-mismatch", at.range,
                      absl::StrCat("expected ", expected, ", but this is `", got.ToString(), "`"),
                      ""});
  return Type(TypeKind::kError);
}

Type Checker::Visit(Expr& expr, const std::optional<Type>& expected) {
  expr.type = VisitKind(expr, expected);
  if (mode_ == Mode::kUnchecked) expr.type = Type();
  return expr.type;
}

Type Checker::VisitKind(Expr& expr, const std::optional<Type>& expected) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      // Of one that was resolved before the type stands.
      return IsLiteral(expr.constant) ? TypeOfConstant(expr.constant) : expr.type;
    case ExprKind::kIdent:
      return Ident(expr, expected);
    case ExprKind::kSelect:
      return Select(expr);
    case ExprKind::kCall:
      return Call(expr, expected);
    case ExprKind::kList:
      return List(expr, expected);
    case ExprKind::kMap:
      return Map(expr);
    case ExprKind::kStruct:
      return Struct(expr);
    case ExprKind::kComprehension:
      return Fold(expr);
    case ExprKind::kError:
      break;
  }
  return Type();
}

Type Checker::Entry(const Expr& expr, size_t entry, const Expr& value, const Type& type) {
  if (expr.optional.empty() || !expr.optional[entry] || IsDynamic(type)) return type;
  if (type.IsOptional()) return type.parameter(0);
  return Mismatch(value, "an optional after `?`", type);
}

Type Checker::List(Expr& expr, const std::optional<Type>& expected) {
  std::optional<Type> element_hint;
  if (expected.has_value() && expected->kind() == TypeKind::kList) {
    element_hint = expected->parameter(0);
  }
  std::optional<Type> element;
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    Expr& operand = *expr.operands[i];
    const Type type = Entry(expr, i, operand, Visit(operand, element_hint));
    const std::optional<Type> both = element.has_value() ? Join(*element, type) : type;
    element = both.value_or(Type());  // a list of mixed kinds is a list of dyn
  }
  return Type::List(element.value_or(Type::Param("@element")));
}

Type Checker::Map(Expr& expr) {
  std::optional<Type> key, value;
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    std::optional<Type>& slot = i % 2 == 0 ? key : value;
    Type type = Visit(*expr.operands[i]);
    if (i % 2 == 1) type = Entry(expr, i / 2, *expr.operands[i], type);
    slot = (slot.has_value() ? Join(*slot, type) : type).value_or(Type());
  }
  return Type::Map(key.value_or(Type::Param("@key")), value.value_or(Type::Param("@value")));
}

Type Checker::Struct(Expr& expr) {
  const TypeProvider* types = env_.types();
  std::optional<Type> made;
  if (types != nullptr) {
    for (const std::string& name : env_.CandidatesFor(expr.name)) {
      made = types->FindType(name);
      if (!made.has_value()) continue;
      expr.name = name;
      break;
    }
  }
  for (const ExprPtr& operand : expr.operands) Visit(*operand);
  if (!made.has_value()) {
    if (types == nullptr) {
      return Fail(expr, "unsupported", "messages can't be made in a rule",
                  "write a map such as {\"key\": value}");
    }
    return Fail(expr, "unknown-name", absl::StrCat("`", expr.name, "` is no message type"));
  }
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    Expr& value = *expr.operands[i];
    const std::optional<Type> field = types->FindField(expr.name, expr.field_names[i]);
    if (!field.has_value()) {
      return Fail(expr, "no-field",
                  absl::StrCat("a `", expr.name, "` has no field `", expr.field_names[i], "`"));
    }
    const Type type = Entry(expr, i, value, value.type);
    // Null leaves a field unset that has no value of its own for it.
    const bool unset = type.kind() == TypeKind::kNull && (field->kind() == TypeKind::kTimestamp ||
                                                          field->kind() == TypeKind::kDuration);
    Bindings bindings;
    if (!unset && !Assignable(type, *field, &bindings)) {
      Mismatch(value, absl::StrCat("`", field->ToString(), "` for `", expr.field_names[i], "`"),
               type);
    }
  }
  return *made;
}

Type Checker::Fold(Expr& expr) {
  Comprehension& c = *expr.comprehension;
  const Type range = Visit(*c.range);
  const Type over = range.WithoutNull();
  Type first, second;
  if (over.kind() == TypeKind::kList) {
    first = c.iter_var2.empty() ? over.parameter(0) : Type(TypeKind::kInt);
    second = over.parameter(0);
  } else if (over.kind() == TypeKind::kMap) {
    first = over.parameter(0);
    second = over.parameter(1);
  } else if (!IsDynamic(range)) {
    return Mismatch(*c.range, "a list or a map", range);
  }
  // Of an empty list's elements nothing is known.
  if (IsDynamic(first)) first = Type();
  if (IsDynamic(second)) second = Type();
  const Type init = Visit(*c.init);
  const size_t outer = scope_.size();
  // The innermost name wins: a variable that is called as the accumulator can't be written.
  scope_.emplace_back(c.accu_var, init);
  scope_.emplace_back(c.iter_var, first);
  if (!c.iter_var2.empty()) scope_.emplace_back(c.iter_var2, second);
  const Type condition = Visit(*c.condition);
  const Type step = Visit(*c.step);
  // A list that starts empty learns its element type from the step.
  scope_[outer].second = Join(init, step).value_or(init);
  scope_.resize(outer + 1);
  const Type result = condition.kind() == TypeKind::kError ? condition
                      : step.kind() == TypeKind::kError    ? step
                                                           : Visit(*c.result);
  scope_.resize(outer);
  return result;
}

std::optional<Type> Check(Expr& expr, const Env& env, const std::optional<Type>& expected,
                          std::vector<ExprIssue>* issues) {
  const size_t before = issues->size();
  const Type type = Checker(env, Checker::Mode::kChecked, issues).Visit(expr, expected);
  if (issues->size() == before && expected.has_value()) {
    Bindings bindings;
    if (!Assignable(type, *expected, &bindings)) {
      issues->push_back({"type-mismatch", expr.range,
                         absl::StrCat("expected `", expected->ToString(), "`, but this is `",
                                      type.ToString(), "`"),
                         ""});
    }
  }
  if (issues->size() != before) return std::nullopt;
  expr.type = Closed(type);
  return expr.type;
}

}  // namespace leadgrade::cel
