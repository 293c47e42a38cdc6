#include "engine/cel/type.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::cel {

struct Type::Node {
  TypeKind kind;
  std::vector<Type> parameters;
  std::shared_ptr<const EnumType> enum_type;
  std::string name;
};

namespace {

constexpr std::array<const char*, 19> kNames = {
    "dyn",    "error", "null",      "bool",     "int",   "uint", "double",
    "string", "bytes", "timestamp", "duration", "type",  "enum", "nullable",
    "list",   "map",   "param",     "message",  "opaque"};

}  // namespace

std::optional<int> EnumType::OrdinalOf(absl::string_view value) const {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == value) return numbers.empty() ? static_cast<int>(i) : numbers[i];
  }
  return std::nullopt;
}

absl::string_view EnumType::NameOf(int ordinal) const {
  if (numbers.empty()) {
    const bool known = ordinal >= 0 && ordinal < static_cast<int>(values.size());
    return known ? absl::string_view(values[static_cast<size_t>(ordinal)]) : "";
  }
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == ordinal) return values[i];
  }
  return "";
}

bool EnumType::Has(int64_t ordinal) const {
  if (numbers.empty()) return ordinal >= 0 && ordinal < static_cast<int64_t>(values.size());
  return ordinal >= INT32_MIN && ordinal <= INT32_MAX;
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

Type Type::Of(Type type) {
  return Type(std::make_shared<Node>(Node{TypeKind::kType, {std::move(type)}, nullptr, ""}));
}

Type Type::Message(std::string name) {
  return Type(std::make_shared<Node>(Node{TypeKind::kMessage, {}, nullptr, std::move(name)}));
}

Type Type::Opaque(std::string name, std::vector<Type> parameters) {
  return Type(std::make_shared<Node>(
      Node{TypeKind::kOpaque, std::move(parameters), nullptr, std::move(name)}));
}

TypeKind Type::kind() const { return node_->kind; }
const Type& Type::parameter(int i) const { return node_->parameters[i]; }
const std::vector<Type>& Type::parameters() const { return node_->parameters; }
const std::string& Type::name() const { return node_->name; }
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
    case TypeKind::kType:
      return node_->parameters.empty() ? "type"
                                       : absl::StrCat("type(", parameter(0).ToString(), ")");
    case TypeKind::kTypeParam:
      return node_->name[0] == '@' ? "dyn" : node_->name;  // open: nothing is known of it
    case TypeKind::kMessage:
      return node_->name;
    case TypeKind::kOpaque: {
      if (node_->parameters.empty()) return node_->name;
      return absl::StrCat(
          node_->name, "(",
          absl::StrJoin(node_->parameters, ", ",
                        [](std::string* out, const Type& type) { out->append(type.ToString()); }),
          ")");
    }
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
