// CEL types: what the checker knows of an expression before it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  kType,
  kEnum,      // an ordered enumeration declared by the environment
  kNullable,  // T or null, as CEL's wrapper types; parameter 0 is T
  kList,      // parameter 0: element
  kMap,       // parameters 0, 1: key, value
  kTypeParam,
};

// An ordered enumeration: `values` from worst to best; a value's ordinal is its index.
struct EnumType {
  std::string name;
  std::vector<std::string> values;

  // The ordinal of `value`, or -1.
  int Find(const std::string& value) const;
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

  TypeKind kind() const;
  // Type parameter i of a list, map or nullable. Requires that it has one.
  const Type& parameter(int i) const;
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
