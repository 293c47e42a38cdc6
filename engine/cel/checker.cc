// Tested by tests/engine/cel/checker_test.cc.
#include "engine/cel/checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/issue.h"
#include "engine/cel/program.h"

namespace leadgrade::cel {
namespace {

Type Substitute(const Type& type, const absl::flat_hash_map<std::string, Type>& bindings) {
  switch (type.kind()) {
    case TypeKind::kTypeParam: {
      const auto it = bindings.find(type.ToString());
      return it == bindings.end() ? Type() : it->second;
    }
    case TypeKind::kList:
      return Type::List(Substitute(type.parameter(0), bindings));
    case TypeKind::kMap:
      return Type::Map(Substitute(type.parameter(0), bindings),
                       Substitute(type.parameter(1), bindings));
    default:
      return type;
  }
}

std::string Signature(const Overload& overload) {
  const auto types = absl::MakeConstSpan(overload.parameters);
  const auto joined = [](absl::Span<const Type> list) {
    return absl::StrJoin(list, ", ",
                         [](std::string* out, const Type& type) { out->append(type.ToString()); });
  };
  if (overload.member) {
    return absl::StrCat("`", types[0].ToString(), ".", overload.name, "(", joined(types.subspan(1)),
                        ")`");
  }
  return absl::StrCat("`", overload.name, "(", joined(types), ")`");
}

// "a.b.c" for a chain of plain selections from an identifier, "" for anything else.
std::string DottedName(const Expr& expr) {
  if (expr.kind == ExprKind::kIdent) return expr.name;
  if (expr.kind != ExprKind::kSelect || expr.test_only) return "";
  const std::string base = DottedName(*expr.operands[0]);
  return base.empty() ? "" : absl::StrCat(base, ".", expr.name);
}

}  // namespace

Type ElementOf(const Type& list) {
  // An empty list's elements may be of any type.
  return list.parameter(0).kind() == TypeKind::kTypeParam ? Type() : list.parameter(0);
}

bool IsDynamic(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kError;
}

bool IsNumeric(const Type& type) {
  const TypeKind kind = type.WithoutNull().kind();
  return kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kDouble;
}

bool Assignable(const Type& from, const Type& to,
                absl::flat_hash_map<std::string, Type>* bindings) {
  if (IsDynamic(from) || IsDynamic(to)) return true;
  if (to.kind() == TypeKind::kTypeParam) {
    const auto [it, fresh] = bindings->try_emplace(to.ToString(), from);
    if (fresh) return true;
    const std::optional<Type> both = Join(it->second, from);
    if (both.has_value()) it->second = *both;
    return both.has_value();
  }
  if (from.kind() == TypeKind::kTypeParam) return true;  // an empty list's element
  if (to.kind() == TypeKind::kNullable) {
    return from.kind() == TypeKind::kNull ||
           Assignable(from.WithoutNull(), to.parameter(0), bindings);
  }
  if (from.kind() == TypeKind::kNullable) return Assignable(from.parameter(0), to, bindings);
  if (from.kind() != to.kind()) return false;
  switch (to.kind()) {
    case TypeKind::kEnum:
      return to.enum_type() == nullptr || from.enum_type() == to.enum_type();
    case TypeKind::kList:
      return Assignable(from.parameter(0), to.parameter(0), bindings);
    case TypeKind::kMap:
      return Assignable(from.parameter(0), to.parameter(0), bindings) &&
             Assignable(from.parameter(1), to.parameter(1), bindings);
    default:
      return true;
  }
}

std::optional<Type> Join(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.kind() == TypeKind::kError) return a;
  if (b.kind() == TypeKind::kError) return b;
  if (IsDynamic(a) || IsDynamic(b)) return Type();
  if (a.kind() == TypeKind::kTypeParam) return b;
  if (b.kind() == TypeKind::kTypeParam) return a;
  if (a.kind() == TypeKind::kNull) return Type::Nullable(b);
  if (b.kind() == TypeKind::kNull) return Type::Nullable(a);
  if (a.kind() == TypeKind::kNullable || b.kind() == TypeKind::kNullable) {
    const std::optional<Type> inner = Join(a.WithoutNull(), b.WithoutNull());
    if (!inner.has_value()) return std::nullopt;
    return Type::Nullable(*inner);
  }
  if (a.kind() == TypeKind::kList && b.kind() == TypeKind::kList) {
    const std::optional<Type> element = Join(a.parameter(0), b.parameter(0));
    if (element.has_value()) return Type::List(*element);
  }
  return std::nullopt;
}

Type Checker::Fail(const Expr& at, std::string code, std::string message, std::string hint) {
  issues_->push_back({std::move(code), at.name_range, std::move(message), std::move(hint)});
  return Type(TypeKind::kError);
}

Type Checker::Mismatch(const Expr& at, absl::string_view expected, const Type& got) {
  if (got.kind() == TypeKind::kError) return got;
  issues_->push_back({"type-mismatch", at.range,
                      absl::StrCat("expected ", expected, ", but this is `", got.ToString(), "`"),
                      ""});
  return Type(TypeKind::kError);
}

Type Checker::Visit(Expr& expr, const std::optional<Type>& expected) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      switch (expr.constant.kind()) {
        case Kind::kNull:
          expr.type = Type(TypeKind::kNull);
          break;
        case Kind::kBool:
          expr.type = Type(TypeKind::kBool);
          break;
        case Kind::kInt:
          expr.type = Type(TypeKind::kInt);
          break;
        case Kind::kUint:
          expr.type = Type(TypeKind::kUint);
          break;
        case Kind::kDouble:
          expr.type = Type(TypeKind::kDouble);
          break;
        case Kind::kString:
          expr.type = Type(TypeKind::kString);
          break;
        case Kind::kBytes:
          expr.type = Type(TypeKind::kBytes);
          break;
        default:
          break;  // resolved before: its type stands
      }
      break;
    case ExprKind::kIdent:
      expr.type = Ident(expr, expected);
      break;
    case ExprKind::kSelect:
      expr.type = Select(expr);
      break;
    case ExprKind::kCall:
      expr.type = Call(expr, expected);
      break;
    case ExprKind::kList:
      expr.type = List(expr, expected);
      break;
    case ExprKind::kMap:
      expr.type = Map(expr);
      break;
    case ExprKind::kStruct:
      expr.type = Fail(expr, "unsupported", "messages can't be made in a rule",
                       "write a map such as {\"key\": value}");
      break;
    case ExprKind::kComprehension:
      expr.type = Fold(expr);
      break;
  }
  return expr.type;
}

const Type* Checker::Local(absl::string_view name) const {
  for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
    if (it->first == name) return &it->second;
  }
  return nullptr;
}

bool Checker::ResolveName(Expr& expr, const std::string& name) {
  const auto become = [&](ExprKind kind) {
    expr.kind = kind;
    expr.name_range = expr.range;
    expr.operands.clear();
    expr.name = name;
  };
  if (const Variable* variable = env_.FindVariable(name)) {
    become(ExprKind::kIdent);
    expr.type = variable->type;
    return true;
  }
  if (const Env::Constant* constant = env_.FindConstant(name)) {
    become(ExprKind::kConstant);
    expr.constant = constant->value;
    expr.type = constant->type;
    return true;
  }
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  for (const auto& type : env_.enums()) {
    const int ordinal = type->Find(name.substr(dot + 1));
    if (type->name == name.substr(0, dot) && ordinal >= 0) {
      become(ExprKind::kConstant);
      expr.constant = Value::Enum(type.get(), ordinal);
      expr.type = Type::Enum(type);
      return true;
    }
  }
  return false;
}

std::vector<const EnumType*> Checker::EnumsWith(const std::string& name) const {
  std::vector<const EnumType*> found;
  for (const auto& type : env_.enums()) {
    if (type->Find(name) >= 0) found.push_back(type.get());
  }
  return found;
}

bool Checker::IsBareEnumName(const Expr& expr) const {
  if (expr.kind == ExprKind::kList) {
    return std::any_of(expr.operands.begin(), expr.operands.end(),
                       [this](const ExprPtr& element) { return IsBareEnumName(*element); });
  }
  if (expr.kind != ExprKind::kIdent || Local(expr.name) != nullptr) return false;
  return env_.FindVariable(expr.name) == nullptr && env_.FindConstant(expr.name) == nullptr;
}

Type Checker::Ident(Expr& expr, const std::optional<Type>& expected) {
  if (const Type* local = Local(expr.name)) return *local;
  const std::string name = expr.name[0] == '.' ? expr.name.substr(1) : expr.name;
  if (ResolveName(expr, name)) return expr.type;

  const Type wanted = expected.value_or(Type()).WithoutNull();
  std::vector<const EnumType*> candidates = EnumsWith(name);
  if (wanted.kind() == TypeKind::kEnum && wanted.enum_type() != nullptr) {
    const EnumType& type = *wanted.enum_type();
    if (type.Find(name) >= 0) candidates = {&type};
    if (candidates.empty()) {
      return Fail(expr, "unknown-name",
                  absl::StrCat("`", name, "` is no value of `", type.name, "`"), [&] {
                    const std::string near = base::DidYouMean(name, type.values);
                    return !near.empty() || type.values.empty()
                               ? near
                               : absl::StrCat("its values are ", absl::StrJoin(type.values, ", "));
                  }());
    }
  }
  if (candidates.empty()) {
    std::vector<std::string> names = env_.NamesInScope();
    for (const auto& [local, type] : scope_) names.push_back(local);
    return Fail(expr, "unknown-name", absl::StrCat("`", name, "` is not known here"),
                base::DidYouMean(name, names));
  }
  if (candidates.size() > 1) {
    return Fail(expr, "ambiguous-name",
                absl::StrCat("`", name, "` is a value of `", candidates[0]->name, "` and of `",
                             candidates[1]->name, "`"),
                absl::StrCat("write `", candidates[0]->name, ".", name, "`"));
  }
  ResolveName(expr, absl::StrCat(candidates[0]->name, ".", name));
  return expr.type;
}

bool Checker::ResolveQualified(Expr& expr) {
  const std::string name = DottedName(expr);
  if (name.empty() || Local(name.substr(0, name.find('.'))) != nullptr) return false;
  return ResolveName(expr, name[0] == '.' ? name.substr(1) : name);
}

Type Checker::Select(Expr& expr) {
  if (!expr.test_only && ResolveQualified(expr)) return expr.type;
  Expr& target = *expr.operands[0];
  if (target.kind == ExprKind::kIdent && Local(target.name) == nullptr) {
    const auto type = std::find_if(env_.enums().begin(), env_.enums().end(),
                                   [&](const auto& e) { return e->name == target.name; });
    if (type != env_.enums().end()) {
      return Fail(expr, "unknown-name",
                  absl::StrCat("`", expr.name, "` is no value of `", target.name, "`"),
                  base::DidYouMeanOrAll(expr.name, (*type)->values));
    }
    const std::string dotted = absl::StrCat(target.name, ".", expr.name);
    std::vector<std::string> names;
    for (const std::string& name : env_.NamesInScope()) {
      if (name.find('.') != std::string::npos) names.push_back(name);
    }
    const bool known = env_.FindVariable(target.name) || env_.FindConstant(target.name);
    if (const std::string hint = base::DidYouMean(dotted, names); !known && !hint.empty()) {
      expr.name_range = expr.range;
      return Fail(expr, "unknown-name", absl::StrCat("`", dotted, "` is not known here"), hint);
    }
  }
  const Type type = Visit(target);
  if (type.kind() == TypeKind::kMap) {
    return expr.test_only ? Type(TypeKind::kBool) : type.parameter(1);
  }
  if (IsDynamic(type)) {
    if (type.kind() == TypeKind::kError) return type;
    return expr.test_only ? Type(TypeKind::kBool) : Type();
  }
  return Fail(expr, "no-field",
              absl::StrCat("a `", type.ToString(), "` has no field `", expr.name, "`"));
}

Type Checker::List(Expr& expr, const std::optional<Type>& expected) {
  std::optional<Type> element_hint;
  if (expected.has_value() && expected->kind() == TypeKind::kList) {
    element_hint = expected->parameter(0);
  }
  std::optional<Type> element;
  for (const ExprPtr& operand : expr.operands) {
    const Type type = Visit(*operand, element_hint);
    const std::optional<Type> both = element.has_value() ? Join(*element, type) : type;
    element = both.value_or(Type());  // a list of mixed kinds is a list of dyn
  }
  return Type::List(element.value_or(Type::Param("@element")));
}

Type Checker::Map(Expr& expr) {
  std::optional<Type> key, value;
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    std::optional<Type>& slot = i % 2 == 0 ? key : value;
    const Type type = Visit(*expr.operands[i]);
    slot = (slot.has_value() ? Join(*slot, type) : type).value_or(Type());
  }
  return Type::Map(key.value_or(Type()), value.value_or(Type()));
}

Type Checker::Fold(Expr& expr) {
  Comprehension& c = *expr.comprehension;
  const Type range = Visit(*c.range);
  Type first, second;
  if (range.kind() == TypeKind::kList) {
    first = c.iter_var2.empty() ? ElementOf(range) : Type(TypeKind::kInt);
    second = ElementOf(range);
  } else if (range.kind() == TypeKind::kMap) {
    first = range.parameter(0);
    second = range.parameter(1);
  } else if (!IsDynamic(range)) {
    return Mismatch(*c.range, "a list or a map", range);
  }
  const Type init = Visit(*c.init);
  scope_.emplace_back(c.iter_var, first);
  if (!c.iter_var2.empty()) scope_.emplace_back(c.iter_var2, second);
  const size_t accumulator = scope_.size();
  scope_.emplace_back(c.accu_var, init);
  const Type condition = Visit(*c.condition);
  const Type step = Visit(*c.step);
  // A list that starts empty learns its element type from the step.
  scope_[accumulator].second = Join(init, step).value_or(init);
  const Type result = condition.kind() == TypeKind::kError ? condition
                      : step.kind() == TypeKind::kError    ? step
                                                           : Visit(*c.result);
  scope_.resize(accumulator + 1 - (c.iter_var2.empty() ? 2 : 3));
  return result;
}

Type Checker::Known(Expr& expr) {
  if (expr.operands.size() != 1) {
    return Fail(expr, "no-overload", "`known()` takes one fact's name");
  }
  Expr& operand = *expr.operands[0];
  const Type type = Visit(operand);
  if (type.kind() == TypeKind::kError) return type;
  if (operand.kind != ExprKind::kIdent || Local(operand.name) != nullptr) {
    return Fail(expr, "no-overload", "`known()` takes one fact's name");
  }
  return Type(TypeKind::kBool);
}

Type Checker::Call(Expr& expr, const std::optional<Type>& expected) {
  if (!expr.member_call) {
    if (expr.name == "known") return Known(expr);
    if (std::optional<Type> type = Operator(expr, expected); type.has_value()) return *type;
  }
  return Function(expr);
}

Type Checker::Function(Expr& expr) {
  const auto overloads = env_.FindFunction(expr.name);
  std::vector<Type> arguments;
  bool failed = false;
  for (const ExprPtr& operand : expr.operands) {
    arguments.push_back(Visit(*operand));
    failed = failed || arguments.back().kind() == TypeKind::kError;
  }
  if (overloads.empty()) {
    return Fail(expr, "unknown-function", absl::StrCat("there is no function `", expr.name, "`"),
                base::DidYouMean(expr.name, env_.FunctionNames()));
  }
  if (failed) return Type(TypeKind::kError);
  std::optional<Type> result;
  for (const Overload& overload : overloads) {
    if (overload.member != expr.member_call || overload.parameters.size() != arguments.size()) {
      continue;
    }
    Bindings bindings;
    bool fits = true;
    for (size_t i = 0; i < arguments.size() && fits; ++i) {
      fits = Assignable(arguments[i], overload.parameters[i], &bindings);
    }
    if (!fits) continue;
    const Type type = Substitute(overload.result, bindings);
    // Several fit only where an argument is dyn; then they must agree on the result.
    result = !result.has_value() || *result == type ? type : Type();
  }
  if (result.has_value()) return *result;
  std::vector<std::string> shown;
  for (const Overload& overload : overloads) shown.push_back(Signature(overload));
  return Fail(expr, "no-overload",
              absl::StrCat("`", expr.name, "` does not take (",
                           absl::StrJoin(arguments, ", ",
                                         [](std::string* out, const Type& type) {
                                           out->append(type.ToString());
                                         }),
                           ")"),
              absl::StrCat("there is ", absl::StrJoin(shown, ", ")));
}

std::optional<Type> Check(Expr& expr, const Env& env, const std::optional<Type>& expected,
                          std::vector<ExprIssue>* issues) {
  const size_t before = issues->size();
  const Type type = Checker(env, issues).Visit(expr, expected);
  if (issues->size() == before && expected.has_value()) {
    absl::flat_hash_map<std::string, Type> bindings;
    if (!Assignable(type, *expected, &bindings)) {
      issues->push_back({"type-mismatch", expr.range,
                         absl::StrCat("expected `", expected->ToString(), "`, but this is `",
                                      type.ToString(), "`"),
                         ""});
    }
  }
  if (issues->size() != before) return std::nullopt;
  return type;
}

}  // namespace leadgrade::cel
