#include "engine/cel/type.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace leadgrade::cel {

struct Type::Node {
  TypeKind kind;
  std::vector<Type> parameters;
  std::shared_ptr<const EnumType> enum_type;
  std::string name;
};

namespace {

constexpr std::array<const char*, 17> kNames = {
    "dyn",       "error",    "null", "bool", "int",      "uint", "double", "string", "bytes",
    "timestamp", "duration", "type", "enum", "nullable", "list", "map",    "param"};

}  // namespace

int EnumType::Find(const std::string& value) const {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == value) return static_cast<int>(i);
  }
  return -1;
}

Type::Type(TypeKind scalar) {
  static const auto* const nodes = [] {
    auto* all = new std::array<std::shared_ptr<const Node>, kNames.size()>();
    for (size_t i = 0; i < all->size(); ++i) {
      (*all)[i] = std::make_shared<Node>(Node{static_cast<TypeKind>(i), {}, nullptr, ""});
    }
    return all;
  }();
  node_ = (*nodes)[static_cast<size_t>(scalar)];
}

Type Type::Enum(std::shared_ptr<const EnumType> type) {
  return Type(std::make_shared<Node>(Node{TypeKind::kEnum, {}, std::move(type), ""}));
}

Type Type::Nullable(Type of) {
  if (of.kind() == TypeKind::kNullable || of.kind() == TypeKind::kNull ||
      of.kind() == TypeKind::kDyn) {
    return of;
  }
  return Type(std::make_shared<Node>(Node{TypeKind::kNullable, {std::move(of)}, nullptr, ""}));
}

Type Type::List(Type element) {
  return Type(std::make_shared<Node>(Node{TypeKind::kList, {std::move(element)}, nullptr, ""}));
}

Type Type::Map(Type key, Type value) {
  return Type(std::make_shared<Node>(
      Node{TypeKind::kMap, {std::move(key), std::move(value)}, nullptr, ""}));
}

Type Type::Param(std::string name) {
  return Type(std::make_shared<Node>(Node{TypeKind::kTypeParam, {}, nullptr, std::move(name)}));
}

TypeKind Type::kind() const { return node_->kind; }
const Type& Type::parameter(int i) const { return node_->parameters[i]; }
const std::shared_ptr<const EnumType>& Type::enum_type() const { return node_->enum_type; }

std::string Type::ToString() const {
  switch (kind()) {
    case TypeKind::kEnum:
      return node_->enum_type == nullptr ? "enum" : node_->enum_type->name;
    case TypeKind::kNullable:
      return absl::StrCat(parameter(0).ToString(), "?");
    case TypeKind::kList:
      return absl::StrCat("list(", parameter(0).ToString(), ")");
    case TypeKind::kMap:
      return absl::StrCat("map(", parameter(0).ToString(), ", ", parameter(1).ToString(), ")");
    case TypeKind::kTypeParam:
      return node_->name;
    default:
      return kNames[static_cast<size_t>(kind())];
  }
}

Type Type::WithoutNull() const { return kind() == TypeKind::kNullable ? parameter(0) : *this; }

bool operator==(const Type& a, const Type& b) {
  if (a.node_ == b.node_) return true;
  return a.kind() == b.kind() && a.node_->name == b.node_->name &&
         a.node_->enum_type == b.node_->enum_type && a.node_->parameters == b.node_->parameters;
}

}  // namespace leadgrade::cel
