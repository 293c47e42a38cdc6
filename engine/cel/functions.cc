#include "engine/cel/functions.h"

#include "engine/cel/extensions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

int64_t CountCodePoints(absl::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

Value Size(EvalContext& context, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kString:
      return Value::Int(CountCodePoints(a[0].text()));
    case Kind::kBytes:
      return Value::Int(static_cast<int64_t>(a[0].text().size()));
    case Kind::kList:
      return Value::Int(static_cast<int64_t>(a[0].elements().size()));
    case Kind::kMap:
      return Value::Int(a[0].map().size);
    default:
      return NoOverload(context);
  }
}

Value TypeOf(EvalContext&, Arguments a) { return Value::TypeNamed(TypeNameOf(a[0])); }

// The greatest or least of a list's or of all arguments; `sign` 1 or -1.
Value Extreme(EvalContext& context, Arguments a, int sign) {
  if (a.empty()) return context.arena->MakeError("the list is empty");
  Value best = a[0];
  for (const Value& value : a.subspan(1)) {
    const int order = Compare(value, best);
    if (order == 2) return NoOverload(context);
    if (order * sign > 0) best = value;
  }
  return best;
}

Value Greatest(EvalContext& context, Arguments a) {
  return Extreme(context, a.size() == 1 && a[0].kind() == Kind::kList ? a[0].elements() : a, 1);
}
Value Least(EvalContext& context, Arguments a) {
  return Extreme(context, a.size() == 1 && a[0].kind() == Kind::kList ? a[0].elements() : a, -1);
}

void Add(Env* env, std::string name, bool member, std::vector<Type> parameters, Type result,
         HostFunction function) {
  // Names and types are ours: a failure here is a bug that every test would show.
  (void)env->AddFunction(
      {std::move(name), member, std::move(parameters), std::move(result), function, false});
}

}  // namespace

Value NoOverload(EvalContext& context) { return context.arena->MakeError("no such overload"); }

void AddStandardFunctions(Env* env) {
  const Type a = Type::Param("A"), b = Type::Param("B");
  const Type integer(TypeKind::kInt);
  for (const Type& sized :
       {Type(TypeKind::kString), Type(TypeKind::kBytes), Type::List(a), Type::Map(a, b)}) {
    Add(env, "size", false, {sized}, integer, Size);
    Add(env, "size", true, {sized}, integer, Size);
  }
  for (const TypeKind kind : {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble,
                              TypeKind::kTimestamp, TypeKind::kDuration}) {
    const Type type(kind);
    Add(env, "greatest", false, {Type::List(type)}, type, Greatest);
    Add(env, "greatest", false, {type, type}, type, Greatest);
    Add(env, "greatest", false, {type, type, type}, type, Greatest);
    Add(env, "least", false, {Type::List(type)}, type, Least);
    Add(env, "least", false, {type, type}, type, Least);
    Add(env, "least", false, {type, type, type}, type, Least);
  }
  for (const auto& [name, type] : std::initializer_list<std::pair<const char*, Type>>{
           {"null_type", Type(TypeKind::kNull)},
           {"bool", Type(TypeKind::kBool)},
           {"int", integer},
           {"uint", Type(TypeKind::kUint)},
           {"double", Type(TypeKind::kDouble)},
           {"string", Type(TypeKind::kString)},
           {"bytes", Type(TypeKind::kBytes)},
           {"list", Type::List(Type())},
           {"map", Type::Map(Type(), Type())},
           {"type", Type(TypeKind::kType)},
           {"google.protobuf.Timestamp", Type(TypeKind::kTimestamp)},
           {"google.protobuf.Duration", Type(TypeKind::kDuration)}}) {
    (void)env->AddType(name, type);
  }
  Add(env, "type", false, {a}, Type::Of(a), TypeOf);
  AddConversions(env);
  AddTextFunctions(env);
  AddCalendarFunctions(env);
  AddOptionalFunctions(env);
  AddStringExtension(env);
  AddMathExtension(env);
  AddEncoderExtension(env);
  AddListExtension(env);
  AddNetworkExtension(env);
}

}  // namespace leadgrade::cel
