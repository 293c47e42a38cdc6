// Optional values: optional.of() and what can be asked of one. The syntax (`a.?b`, `a[?b]`, `[?a]`)
// and the macros optMap() and optFlatMap() are the parser's.
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

Value None() { return Value::Optional(nullptr); }

Value Of(EvalContext& context, Arguments a) { return context.arena->MakeOptional(a[0]); }
Value NoneFunction(EvalContext&, Arguments) { return None(); }

bool IsZero(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !value.bool_value();
    case Kind::kInt:
    case Kind::kUint:
      return value.int_value() == 0;
    case Kind::kDouble:
      return value.double_value() == 0;
    case Kind::kString:
    case Kind::kBytes:
      return value.text().empty();
    case Kind::kTimestamp:
      return value.timestamp() == absl::UnixEpoch();
    case Kind::kDuration:
      return value.duration() == absl::ZeroDuration();
    case Kind::kList:
      return value.elements().empty();
    case Kind::kMap:
      return value.map().size == 0;
    case Kind::kOptional:
      return value.content() == nullptr;
    case Kind::kObject:
      return value.object().IsZero();
    default:
      return false;
  }
}

Value OfNonZero(EvalContext& context, Arguments a) {
  return IsZero(a[0]) ? None() : context.arena->MakeOptional(a[0]);
}
Value HasValue(EvalContext&, Arguments a) { return Value::Bool(a[0].content() != nullptr); }
Value Content(EvalContext& context, Arguments a) {
  return a[0].content() != nullptr ? *a[0].content()
                                   : context.arena->MakeError("optional.none() dereference");
}
Value Or(EvalContext&, Arguments a) { return a[0].content() != nullptr ? a[0] : a[1]; }
Value OrValue(EvalContext&, Arguments a) {
  return a[0].content() != nullptr ? *a[0].content() : a[1];
}

Value Unwrap(EvalContext& context, Arguments a) {
  std::vector<Value> contents;
  for (const Value& element : a[0].elements()) {
    if (element.kind() != Kind::kOptional) return NoOverload(context);
    if (element.content() != nullptr) contents.push_back(*element.content());
  }
  return context.arena->MakeList(contents);
}

}  // namespace

void AddOptionalFunctions(Env* env) {
  const Type a = Type::Param("A"), optional = Type::Optional(a);
  const auto add = [env](const char* name, bool member, std::vector<Type> parameters, Type result,
                         HostFunction function) {
    (void)env->AddFunction({name, member, std::move(parameters), std::move(result), function});
  };
  add("optional.of", false, {a}, optional, Of);
  add("optional.ofNonZeroValue", false, {a}, optional, OfNonZero);
  add("optional.none", false, {}, optional, NoneFunction);
  add("optional.unwrap", false, {Type::List(optional)}, Type::List(a), Unwrap);
  add("unwrapOpt", true, {Type::List(optional)}, Type::List(a), Unwrap);
  add("hasValue", true, {optional}, Type(TypeKind::kBool), HasValue);
  add("value", true, {optional}, a, Content);
  add("or", true, {optional, optional}, optional, Or);
  add("orValue", true, {optional, a}, a, OrValue);
  (void)env->AddType("optional_type", Type::Optional(a));
}

}  // namespace leadgrade::cel
