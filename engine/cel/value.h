// A CEL value in 16 bytes, trivially copyable.
//
// Ownership: scalars stand alone. Strings, lists, maps, errors and unknown sets point to memory
// that someone else keeps: an Arena, a Program's constants, or the owner of a fact row. A Value
// never outlives that owner.
#pragma once

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
  kError,
  kUnknown,
};

class Value;
class Arena;

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
};

class Value {
 public:
  Value() = default;  // null

  static Value Null() { return Value(); }
  static Value Bool(bool v) { return Value(Kind::kBool, 0, v ? 1 : 0); }
  static Value Int(int64_t v) { return Value(Kind::kInt, 0, v); }
  static Value Uint(uint64_t v) { return Value(Kind::kUint, 0, static_cast<int64_t>(v)); }
  static Value Double(double v);
  static Value String(absl::string_view v) { return Text(Kind::kString, v); }
  static Value Bytes(absl::string_view v) { return Text(Kind::kBytes, v); }
  // Truncated toward the infinite past to whole nanoseconds.
  static Value Timestamp(absl::Time v);
  static Value Duration(absl::Duration v);
  // `type` must outlive the value; the enumeration itself is known to the checker only.
  static Value Enum(const EnumType* type, int ordinal);
  static Value List(absl::Span<const Value> elements);
  static Value Map(const MapRep* map);
  static Value TypeOf(const Type* type);
  static Value Error(const ErrorRep* error);
  static Value Unknown(const UnknownRep* unknown);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_error() const { return kind_ == Kind::kError; }
  bool is_unknown() const { return kind_ == Kind::kUnknown; }
  // True for a bool that is true; false for all else, errors and unknowns included.
  bool is_true() const { return kind_ == Kind::kBool && payload_ != 0; }
  bool is_false() const { return kind_ == Kind::kBool && payload_ == 0; }

  // Each requires the matching kind().
  bool bool_value() const { return payload_ != 0; }
  int64_t int_value() const { return payload_; }
  uint64_t uint_value() const { return static_cast<uint64_t>(payload_); }
  double double_value() const;
  absl::string_view text() const;  // kString and kBytes
  absl::Time timestamp() const;
  absl::Duration duration() const;
  int ordinal() const { return static_cast<int>(aux_); }
  const EnumType* enum_type() const { return reinterpret_cast<const EnumType*>(payload_); }
  absl::Span<const Value> elements() const;
  const MapRep& map() const { return *reinterpret_cast<const MapRep*>(payload_); }
  const Type& type_value() const { return *reinterpret_cast<const Type*>(payload_); }
  const ErrorRep& error() const { return *reinterpret_cast<const ErrorRep*>(payload_); }
  absl::Span<const int32_t> unknown_slots() const;

 private:
  Value(Kind kind, uint32_t aux, int64_t payload) : kind_(kind), aux_(aux), payload_(payload) {}
  static Value Text(Kind kind, absl::string_view v);

  Kind kind_ = Kind::kNull;
  uint32_t aux_ = 0;  // text and list length, nanoseconds, enum ordinal
  int64_t payload_ = 0;
};
static_assert(sizeof(Value) == 16);

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
