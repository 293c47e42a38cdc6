// Names: variables, constants, enumeration values, types, and the fields behind a dot.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/issue.h"
#include "engine/cel/checker.h"

namespace leadgrade::cel {
namespace {

// The name of a type as a value (see TypeNameOf in value.h).
absl::string_view NameAsValue(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
      return "null_type";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kUint:
      return "uint";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "string";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kTimestamp:
      return "google.protobuf.Timestamp";
    case TypeKind::kDuration:
      return "google.protobuf.Duration";
    case TypeKind::kType:
      return "type";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kEnum:
      return type.enum_type()->name;
    case TypeKind::kMessage:
    case TypeKind::kOpaque:
      return type.name();
    case TypeKind::kNullable:
      return NameAsValue(type.parameter(0));
    case TypeKind::kDyn:
    case TypeKind::kError:
    case TypeKind::kTypeParam:
      break;
  }
  return "dyn";
}

}  // namespace

const Type* Checker::Local(absl::string_view name) const {
  for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
    if (it->first == name) return &it->second;
  }
  return nullptr;
}

bool Checker::StartsWithLocal(absl::string_view dotted) const {
  return Local(dotted.substr(0, dotted.find('.'))) != nullptr;
}

bool Checker::ResolveName(Expr& expr, const std::string& name) {
  for (const std::string& candidate : env_.CandidatesFor(name)) {
    if (ResolveFullName(expr, candidate)) return true;
  }
  return false;
}

bool Checker::ResolveFullName(Expr& expr, const std::string& name) {
  const auto become = [&](ExprKind kind, Type type) {
    expr.kind = kind;
    expr.name_range = expr.range;
    expr.operands.clear();
    expr.name = name;
    expr.type = std::move(type);
    return true;
  };
  if (const Variable* variable = env_.FindVariable(name)) {
    expr.slot = variable->slot;
    return become(ExprKind::kIdent, variable->type);
  }
  if (const Env::Constant* constant = env_.FindConstant(name)) {
    expr.constant = constant->value;
    return become(ExprKind::kConstant, constant->type);
  }
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    for (const auto& type : env_.enums()) {
      const std::optional<int> ordinal = type->OrdinalOf(name.substr(dot + 1));
      if (type->name == name.substr(0, dot) && ordinal.has_value()) {
        expr.constant = Value::Enum(type.get(), *ordinal);
        return become(ExprKind::kConstant, Type::Enum(type));
      }
    }
    if (env_.types() != nullptr) {
      if (const auto constant = env_.types()->FindEnumValue(name); constant.has_value()) {
        expr.constant = constant->value;
        return become(ExprKind::kConstant, constant->type);
      }
    }
  }
  if (const std::optional<Type> type = env_.FindType(name); type.has_value()) {
    expr.text = std::string(NameAsValue(*type));
    expr.constant = Value::TypeNamed(expr.text);
    return become(ExprKind::kConstant, Type::Of(*type));
  }
  return false;
}

std::vector<const EnumType*> Checker::EnumsWith(const std::string& name) const {
  std::vector<const EnumType*> found;
  for (const auto& type : env_.enums()) {
    if (type->OrdinalOf(name).has_value()) found.push_back(type.get());
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

Type Checker::UnknownName(Expr& expr, const std::string& name) {
  std::vector<std::string> names = env_.NamesInScope();
  for (const auto& [local, type] : scope_) {
    if (!absl::StrContains("@#", local.substr(0, 1))) names.push_back(local);
  }
  return Fail(expr, "unknown-name", absl::StrCat("`", name, "` is not known here"),
              base::DidYouMean(name, names));
}

Type Checker::Ident(Expr& expr, const std::optional<Type>& expected) {
  if (const Type* local = Local(expr.name)) return *local;
  if (ResolveName(expr, expr.name)) return expr.type;
  const std::string name = expr.name[0] == '.' ? expr.name.substr(1) : expr.name;

  const Type wanted = expected.value_or(Type()).WithoutNull();
  std::vector<const EnumType*> candidates = EnumsWith(name);
  if (wanted.kind() == TypeKind::kEnum && wanted.enum_type() != nullptr) {
    const EnumType& type = *wanted.enum_type();
    if (type.OrdinalOf(name).has_value()) candidates = {&type};
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
  if (candidates.empty()) return UnknownName(expr, name);
  if (candidates.size() > 1) {
    return Fail(expr, "ambiguous-name",
                absl::StrCat("`", name, "` is a value of `", candidates[0]->name, "` and of `",
                             candidates[1]->name, "`"),
                absl::StrCat("write `", candidates[0]->name, ".", name, "`"));
  }
  ResolveFullName(expr, absl::StrCat(candidates[0]->name, ".", name));
  return expr.type;
}

bool Checker::ResolveQualified(Expr& expr) {
  const std::string name = QualifiedName(expr);
  return !name.empty() && !StartsWithLocal(name) && ResolveName(expr, name);
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
  if (type.kind() == TypeKind::kError) return type;
  const std::optional<Type> field = Field(expr, type, expr.name);
  if (!field.has_value()) return Type(TypeKind::kError);
  return expr.test_only ? Type(TypeKind::kBool) : *field;
}

std::optional<Type> Checker::Field(const Expr& at, const Type& of, const std::string& field) {
  const Type type = of.WithoutNull();
  if (IsDynamic(type)) return Type();
  if (type.kind() == TypeKind::kMap) return type.parameter(1);
  if (type.IsOptional()) {
    const std::optional<Type> inner = Field(at, type.parameter(0), field);
    if (!inner.has_value()) return std::nullopt;
    return Type::Optional(*inner);
  }
  if (type.kind() == TypeKind::kMessage && env_.types() != nullptr) {
    if (auto found = env_.types()->FindField(type.name(), field); found.has_value()) return found;
  }
  issues_->push_back({"no-field", at.name_range,
                      absl::StrCat("a `", of.ToString(), "` has no field `", field, "`"), ""});
  return std::nullopt;
}

}  // namespace leadgrade::cel
