// CEL types: what the checker knows of an expression before it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::cel {

enum class TypeKind : uint8_t {
  kDyn,    // checked at run time
  kError,  // the checker's own: an issue was reported below; silences follow-ups
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kType,      // parameter 0, where it has one: the type that the value is
  kEnum,      // an ordered enumeration declared by the environment
  kNullable,  // T or null, as CEL's wrapper types; parameter 0 is T
  kList,      // parameter 0: element
  kMap,       // parameters 0, 1: key, value
  kTypeParam,
  kMessage,  // a protobuf message, by its full name
  kOpaque,   // a type of a name, with any number of parameters: optional_type(T), net.IP
};

// An ordered enumeration: `values` from worst to best; a value's ordinal is its index.
struct EnumType {
  std::string name;
  std::vector<std::string> values;
  // Of an enumeration that is open, as protobuf's are: the ordinals of `values`, beside which any
  // other int32 is one without a name. Empty for all others.
  std::vector<int32_t> numbers = {};

  // The ordinal of `value`; nullopt where there is none of that name.
  std::optional<int> OrdinalOf(absl::string_view value) const;
  // "" where it has no name.
  absl::string_view NameOf(int ordinal) const;
  bool Has(int64_t ordinal) const;
};

// An immutable handle, cheap to copy; equality is structural (enums by identity of the EnumType).
class Type {
 public:
  Type() : Type(TypeKind::kDyn) {}
  explicit Type(TypeKind scalar);
  static Type Enum(std::shared_ptr<const EnumType> type);
  static Type Nullable(Type of);
  static Type List(Type element);
  static Type Map(Type key, Type value);
  static Type Param(std::string name);
  static Type Of(Type type);  // type(T)
  static Type Message(std::string name);
  static Type Opaque(std::string name, std::vector<Type> parameters = {});
  static Type Optional(Type of) { return Opaque("optional_type", {std::move(of)}); }

  TypeKind kind() const;
  // Type parameter i of a list, map, nullable, type or opaque type. Requires that it has one.
  const Type& parameter(int i) const;
  const std::vector<Type>& parameters() const;
  // Of a message, an opaque type or a type parameter; "" for others.
  const std::string& name() const;
  bool IsOptional() const { return kind() == TypeKind::kOpaque && name() == "optional_type"; }
  // Null unless kind() is kEnum.
  const std::shared_ptr<const EnumType>& enum_type() const;
  // As an author writes it: "int", "list(string)", "KpLevel", "timestamp?" for a nullable.
  std::string ToString() const;
  // `T?` gives T, everything else itself.
  Type WithoutNull() const;

  friend bool operator==(const Type& a, const Type& b);
  friend bool operator!=(const Type& a, const Type& b) { return !(a == b); }

 private:
  struct Node;
  explicit Type(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace leadgrade::cel
