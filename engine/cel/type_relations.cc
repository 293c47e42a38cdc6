#include "engine/cel/type_relations.h"

#include <vector>

namespace leadgrade::cel {
namespace {

// `type` with `change` made of its parameters.
template <typename Change>
Type WithParameters(const Type& type, Change change) {
  switch (type.kind()) {
    case TypeKind::kNullable:
      return Type::Nullable(change(type.parameter(0)));
    case TypeKind::kList:
      return Type::List(change(type.parameter(0)));
    case TypeKind::kMap:
      return Type::Map(change(type.parameter(0)), change(type.parameter(1)));
    case TypeKind::kType:
      return type.parameters().empty() ? type : Type::Of(change(type.parameter(0)));
    case TypeKind::kOpaque: {
      if (type.parameters().empty()) return type;
      std::vector<Type> parameters;
      for (const Type& parameter : type.parameters()) parameters.push_back(change(parameter));
      return Type::Opaque(type.name(), std::move(parameters));
    }
    default:
      return type;
  }
}

}  // namespace

bool IsDynamic(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kError ||
         type.kind() == TypeKind::kTypeParam;
}

bool IsNumeric(const Type& type) {
  const TypeKind kind = type.WithoutNull().kind();
  return kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kDouble;
}

Type Substitute(const Type& type, const Bindings& bindings) {
  if (type.kind() == TypeKind::kTypeParam) {
    const auto it = bindings.find(type.name());
    return it == bindings.end() ? Type::Param("@open") : it->second;
  }
  return WithParameters(type, [&](const Type& part) { return Substitute(part, bindings); });
}

Type Closed(const Type& type) {
  if (type.kind() == TypeKind::kTypeParam) return Type();
  return WithParameters(type, Closed);
}

bool Assignable(const Type& from, const Type& to, Bindings* bindings) {
  if (to.kind() == TypeKind::kTypeParam) {
    const auto [it, fresh] = bindings->try_emplace(to.name(), from);
    if (fresh) return true;
    const std::optional<Type> both = Join(it->second, from);
    if (both.has_value()) it->second = *both;
    return both.has_value();
  }
  if (IsDynamic(from) || IsDynamic(to)) return true;
  if (to.kind() == TypeKind::kNullable) {
    return from.kind() == TypeKind::kNull ||
           Assignable(from.WithoutNull(), to.parameter(0), bindings);
  }
  if (from.kind() == TypeKind::kNullable) return Assignable(from.parameter(0), to, bindings);
  if (from.kind() == TypeKind::kNull && to.kind() == TypeKind::kMessage) return true;
  if (from.kind() != to.kind()) return false;
  switch (to.kind()) {
    case TypeKind::kEnum:
      return to.enum_type() == nullptr || from.enum_type() == to.enum_type();
    case TypeKind::kMessage:
      return from.name() == to.name();
    case TypeKind::kType:
      // Types as values may be of any types: `type(x) == int` asks which.
      if (from.parameters().empty() || to.parameters().empty()) return true;
      Assignable(from.parameter(0), to.parameter(0), bindings);
      return true;
    case TypeKind::kOpaque:
      if (from.name() != to.name()) return false;
      [[fallthrough]];
    case TypeKind::kList:
    case TypeKind::kMap: {
      if (from.parameters().size() != to.parameters().size()) return false;
      for (size_t i = 0; i < to.parameters().size(); ++i) {
        const int parameter = static_cast<int>(i);
        if (!Assignable(from.parameter(parameter), to.parameter(parameter), bindings)) {
          return false;
        }
      }
      return true;
    }
    default:
      return true;
  }
}

std::optional<Type> Join(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.kind() == TypeKind::kError) return a;
  if (b.kind() == TypeKind::kError) return b;
  if (a.kind() == TypeKind::kTypeParam) return b;
  if (b.kind() == TypeKind::kTypeParam) return a;
  if (IsDynamic(a) || IsDynamic(b)) return Type();
  if (a.kind() == TypeKind::kNull) return Type::Nullable(b);
  if (b.kind() == TypeKind::kNull) return Type::Nullable(a);
  if (a.kind() == TypeKind::kNullable || b.kind() == TypeKind::kNullable) {
    const std::optional<Type> inner = Join(a.WithoutNull(), b.WithoutNull());
    if (!inner.has_value()) return std::nullopt;
    return Type::Nullable(*inner);
  }
  if (a.kind() != b.kind() || a.name() != b.name() ||
      a.parameters().size() != b.parameters().size() || a.parameters().empty()) {
    return std::nullopt;
  }
  size_t i = 0;
  bool fit = true;
  const Type joined = WithParameters(a, [&](const Type& part) {
    const std::optional<Type> both = Join(part, b.parameter(static_cast<int>(i++)));
    fit = fit && both.has_value();
    return both.value_or(Type());
  });
  if (!fit) return std::nullopt;
  return joined;
}

bool Comparable(const Type& a, const Type& b) {
  Bindings bindings;
  return (IsNumeric(a) && IsNumeric(b)) || Assignable(a, b, &bindings) ||
         Assignable(b, a, &bindings);
}

}  // namespace leadgrade::cel
