// A CEL value in 16 bytes, trivially copyable.
//
// Ownership: scalars stand alone. Strings, lists, maps, errors and unknown sets point to memory
// that someone else keeps: an Arena, a Program's constants, or the owner of a fact row. A Value
// never outlives that owner.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/cel/type.h"

namespace leadgrade::cel {

enum class Kind : uint8_t {
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
  kEnum,
  kList,
  kMap,
  kOptional,
  kObject,
  kError,
  kUnknown,
};

class Value;
class Arena;
class Object;
struct EvalContext;

// A run-time error: a message in the words of the CEL specification ("division by zero").
struct ErrorRep {
  absl::string_view message;
  int32_t offset = -1;  // byte offset into the expression's source; -1 where not known
};

// Which variables an unknown result depends on: strictly increasing slot numbers.
struct UnknownRep {
  const int32_t* slots;
  uint32_t size;
};

// Keys and values alternate: k0, v0, k1, v1, ...; keys are unique; insertion order.
struct MapRep {
  const Value* entries;
  uint32_t size;  // number of pairs
  // For a map too large to be looked through: `mask` + 1 cells, each the number of a pair plus one,
  // or 0; a key's search begins at the cell HashOf(key) & mask and goes on cell by cell.
  uint32_t* cells = nullptr;
  uint32_t mask = 0;

  // Enters pair `i` into the cells.
  void Place(uint32_t i);
  // The value of `key`; null where it has none.
  const Value* Find(const Value& key) const;
};

class Value {
 public:
  Value() = default;  // null

  static Value Null() { return Value(); }
  static Value Bool(bool v) { return Value(Kind::kBool, 0, v ? 1 : 0); }
  static Value Int(int64_t v) { return Value(Kind::kInt, 0, v); }
  static Value Uint(uint64_t v) { return Value(Kind::kUint, 0, static_cast<int64_t>(v)); }
  static Value Double(double v) { return Value(Kind::kDouble, 0, std::bit_cast<int64_t>(v)); }
  static Value String(absl::string_view v) { return Text(Kind::kString, v); }
  static Value Bytes(absl::string_view v) { return Text(Kind::kBytes, v); }
  // Truncated toward the infinite past to whole nanoseconds.
  static Value Timestamp(absl::Time v);
  static Value Duration(absl::Duration v);
  // `type` must outlive the value; the enumeration itself is known to the checker only.
  static Value Enum(const EnumType* type, int ordinal);
  static Value List(absl::Span<const Value> elements) {
    return Value(Kind::kList, static_cast<uint32_t>(elements.size()), Address(elements.data()));
  }
  static Value Map(const MapRep* map) { return Value(Kind::kMap, 0, Address(map)); }
  static Value Optional(const Value* content);  // null pointer: the optional that has none
  static Value Of(const Object* object);
  // A type as a value is known by its name alone: "int", "list", "google.protobuf.Timestamp".
  static Value TypeNamed(absl::string_view name) { return Text(Kind::kType, name); }
  static Value Error(const ErrorRep* error);
  static Value Unknown(const UnknownRep* unknown);

  Kind kind() const { return static_cast<Kind>(head_); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_error() const { return kind() == Kind::kError; }
  bool is_unknown() const { return kind() == Kind::kUnknown; }
  // True for a bool that is true; false for all else, errors and unknowns included.
  bool is_true() const { return kind() == Kind::kBool && payload_ != 0; }
  bool is_false() const { return kind() == Kind::kBool && payload_ == 0; }

  // Each requires the matching kind().
  bool bool_value() const { return payload_ != 0; }
  int64_t int_value() const { return payload_; }
  uint64_t uint_value() const { return static_cast<uint64_t>(payload_); }
  double double_value() const { return std::bit_cast<double>(payload_); }
  // Of kString, kBytes, and of kType the name.
  absl::string_view text() const { return {Pointer<char>(), aux()}; }
  absl::Time timestamp() const;
  absl::Duration duration() const;
  int ordinal() const { return static_cast<int>(aux()); }
  const EnumType* enum_type() const { return reinterpret_cast<const EnumType*>(payload_); }
  absl::Span<const Value> elements() const { return {Pointer<Value>(), aux()}; }
  const MapRep& map() const { return *reinterpret_cast<const MapRep*>(payload_); }
  // Null where the optional has no value.
  const Value* content() const { return reinterpret_cast<const Value*>(payload_); }
  const Object& object() const { return *reinterpret_cast<const Object*>(payload_); }
  const ErrorRep& error() const { return *reinterpret_cast<const ErrorRep*>(payload_); }
  absl::Span<const int32_t> unknown_slots() const;

 private:
  Value(Kind kind, uint32_t aux, int64_t payload)
      : head_(static_cast<uint64_t>(kind) | static_cast<uint64_t>(aux) << 32), payload_(payload) {}
  static Value Text(Kind kind, absl::string_view v) {
    return Value(kind, static_cast<uint32_t>(v.size()), Address(v.data()));
  }
  static int64_t Address(const void* pointer) {
    return static_cast<int64_t>(reinterpret_cast<intptr_t>(pointer));
  }
  template <typename T>
  const T* Pointer() const {
    return reinterpret_cast<const T*>(static_cast<intptr_t>(payload_));
  }
  // Text and list length, nanoseconds, enum ordinal.
  uint32_t aux() const { return static_cast<uint32_t>(head_ >> 32); }

  // The kind and aux(): one word, because a processor can't read at once what was written in parts.
  uint64_t head_ = static_cast<uint64_t>(Kind::kNull);
  int64_t payload_ = 0;
};
static_assert(sizeof(Value) == 16);

// A value whose meaning is not the language's own: a protobuf message, an IP address. Immutable.
// Lives in an arena (see Arena::Own) or as long as a program.
class Object {
 public:
  virtual ~Object() = default;

  virtual absl::string_view type_name() const = 0;  // "net.IP"
  // `other` is of the same type_name().
  virtual bool Equals(const Object& other) const = 0;
  virtual std::string ToString() const = 0;  // as a CEL expression
  // What optional.ofNonZeroValue() takes for nothing.
  virtual bool IsZero() const { return false; }
  // A field's value, and whether it is set. The error "no such field" where there is none of that
  // name, which is the answer of an object without fields to all names.
  virtual Value Get(EvalContext& context, absl::string_view field) const;
  virtual Value Has(EvalContext& context, absl::string_view field) const;
};

// The name of a value's type, as type() gives it. Not of an error or an unknown.
absl::string_view TypeNameOf(const Value& value);
// Equal keys of a map have equal hashes, numbers across their kinds included.
uint64_t HashOf(const Value& key);

// CEL equality, with numbers compared across int, uint and double; values of other different kinds
// are unequal. Errors and unknowns are not values: passing one is a bug (checked in debug builds).
bool Equal(const Value& a, const Value& b);
// -1, 0, 1 for two values of an ordered kind (numbers across kinds, bool, string, bytes, timestamp,
// duration, enum); 2 where they have no order (NaN, or kinds that do not compare).
int Compare(const Value& a, const Value& b);

// As a CEL literal where there is one: `"text"`, `3u`, `[1, 2]`, `timestamp("2026-…Z")`, an enum's
// bare name; `error: …` and `unknown{3, 7}` otherwise.
std::string ToString(const Value& value);

}  // namespace leadgrade::cel
