// Calls of functions: which one a name means, and which of its overloads the arguments fit.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/issue.h"
#include "engine/cel/checker.h"

namespace leadgrade::cel {
namespace {

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

}  // namespace

Type Checker::Known(Expr& expr) {
  if (expr.operands.size() != 1) {
    return Fail(expr, "no-overload", "`known()` takes one fact's name");
  }
  Expr& operand = *expr.operands[0];
  const Type type = Visit(operand);
  if (type.kind() == TypeKind::kError) return type;
  if (operand.kind != ExprKind::kIdent || operand.slot < 0) {
    return Fail(expr, "no-overload", "`known()` takes one fact's name");
  }
  return Type(TypeKind::kBool);
}

std::optional<Type> Checker::Attribute(Expr& expr) {
  const AttributeProvider* attributes = env_.attributes();
  if (attributes == nullptr || !env_.FindFunction(expr.name).empty()) return std::nullopt;
  const bool claimed = expr.name == "claimed";
  const std::string name = claimed ? "confirmed" : expr.name;
  const std::vector<std::string> names = attributes->Names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::nullopt;
  const auto wrong = [&] {
    return Fail(expr, "no-overload", absl::StrCat("`", expr.name, "()` takes one fact's name"));
  };
  if (expr.operands.size() != 1) return wrong();
  Expr& operand = *expr.operands[0];
  const Type type = Visit(operand);
  if (type.kind() == TypeKind::kError) return type;
  if (operand.kind != ExprKind::kIdent || operand.slot < 0) return wrong();
  const auto variable = attributes->Find(name, {operand.name, type, operand.slot});
  if (!variable.ok()) {
    return Fail(expr, "no-overload", std::string(variable.status().message()));
  }
  const auto read = [&variable](Expr* out) {
    out->kind = ExprKind::kIdent;
    out->name = variable->name;
    out->slot = variable->slot;
    out->type = variable->type;
  };
  if (!claimed) {
    expr.operands.clear();
    read(&expr);
    return variable->type;
  }
  // known(x) && !confirmed(x)
  const auto call = [&expr](const char* function, ExprPtr operand) {
    auto out = std::make_unique<Expr>();
    out->kind = ExprKind::kCall;
    out->range = expr.range;
    out->name_range = expr.name_range;
    out->name = function;
    out->type = Type(TypeKind::kBool);
    out->depth = operand->depth + 1;
    out->operands.push_back(std::move(operand));
    return out;
  };
  auto confirmed = std::make_unique<Expr>();
  confirmed->range = confirmed->name_range = operand.range;
  read(confirmed.get());
  ExprPtr known = call("known", std::move(expr.operands[0]));
  expr.operands.clear();
  expr.operands.push_back(std::move(known));
  expr.operands.push_back(call("!_", std::move(confirmed)));
  expr.name = "_&&_";
  expr.depth = 3;
  return Type(TypeKind::kBool);
}

Type Checker::Call(Expr& expr, const std::optional<Type>& expected) {
  if (!expr.member_call) {
    if (expr.name == "known") return Known(expr);
    if (std::optional<Type> type = Attribute(expr); type.has_value()) return *type;
    if (std::optional<Type> type = Operator(expr, expected); type.has_value()) return *type;
  }
  ResolveFunction(expr);
  if (std::optional<Type> type = EnumConversion(expr); type.has_value()) return *type;
  return Function(expr);
}

std::optional<Type> Checker::EnumConversion(Expr& expr) {
  // The enumeration's name may be a dotted one, which looks like a member call.
  const size_t argument = expr.member_call ? 1 : 0;
  if (expr.operands.size() != argument + 1 || !env_.FindFunction(expr.name).empty()) {
    return std::nullopt;
  }
  std::string name = expr.name;
  if (expr.member_call) {
    const std::string target = QualifiedName(*expr.operands[0]);
    if (target.empty() || StartsWithLocal(target)) return std::nullopt;
    name = absl::StrCat(target, ".", name);
  }
  const std::shared_ptr<const EnumType> type = FindEnum(name);
  if (type == nullptr) return std::nullopt;
  // Any value says which enumeration is meant.
  auto meant = std::make_unique<Expr>();
  meant->range = meant->name_range = expr.name_range;
  meant->constant = Value::Enum(type.get(), 0);
  meant->type = Type::Enum(type);
  meant->depth = 1;
  ExprPtr value = std::move(expr.operands[argument]);
  const Type from = Visit(*value);
  const TypeKind kind = from.WithoutNull().kind();
  if (kind != TypeKind::kInt && kind != TypeKind::kString && !IsDynamic(from) &&
      from.WithoutNull() != Type::Enum(type)) {
    Mismatch(*value, absl::StrCat("a name or a number for `", type->name, "()`"), from);
  }
  expr.operands.clear();
  expr.operands.push_back(std::move(meant));
  expr.operands.push_back(std::move(value));
  expr.name = "@enum";
  expr.member_call = false;
  return Type::Enum(type);
}

std::shared_ptr<const EnumType> Checker::FindEnum(const std::string& name) const {
  for (const std::string& candidate : env_.CandidatesFor(name)) {
    for (const auto& type : env_.enums()) {
      if (type->name == candidate) return type;
    }
    const std::optional<Type> type = env_.FindType(candidate);
    if (type.has_value() && type->kind() == TypeKind::kEnum) return type->enum_type();
  }
  return nullptr;
}

void Checker::ResolveFunction(Expr& expr) {
  if (!expr.member_call) {
    for (const std::string& name : env_.CandidatesFor(expr.name)) {
      if (env_.FindFunction(name).empty()) continue;
      expr.name = name;
      return;
    }
    return;
  }
  const std::string target = QualifiedName(*expr.operands[0]);
  if (target.empty() || StartsWithLocal(target)) return;
  for (const std::string& name : env_.CandidatesFor(absl::StrCat(target, ".", expr.name))) {
    if (env_.FindFunction(name).empty()) continue;
    expr.name_range.begin = expr.operands[0]->range.begin;
    expr.name = name;
    expr.member_call = false;
    expr.operands.erase(expr.operands.begin());
    return;
  }
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
  // With an argument that may be anything several may fit, and then they must agree on the result.
  const bool certain = std::none_of(arguments.begin(), arguments.end(), IsDynamic);
  std::optional<Type> result;
  for (const Overload& overload : overloads) {
    if (overload.member != expr.member_call || !TakesCount(overload, arguments.size())) {
      continue;
    }
    Bindings bindings;
    bool fits = true;
    for (size_t i = 0; i < arguments.size() && fits; ++i) {
      const size_t last = overload.parameters.size() - 1;
      fits = Assignable(arguments[i], overload.parameters[std::min(i, last)], &bindings);
    }
    if (!fits) continue;
    const Type type = Substitute(overload.result, bindings);
    if (certain) return type;
    result = !result.has_value() || *result == type ? type : Type();
  }
  if (result.has_value()) return *result;
  if (mode_ == Mode::kUnchecked) return Type();  // "no such overload" when it is called
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

}  // namespace leadgrade::cel
