#include "engine/cel/value.h"

#include <bit>
#include <cmath>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace leadgrade::cel {
namespace {

constexpr int kUnordered = 2;

template <typename T>
int64_t Address(const T* pointer) {
  return static_cast<int64_t>(reinterpret_cast<intptr_t>(pointer));
}

template <typename T>
const T* Pointer(int64_t payload) {
  return reinterpret_cast<const T*>(static_cast<intptr_t>(payload));
}

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool IsNumber(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble;
}

// Exact, where a conversion of the integer to double would round.
int OrderIntDouble(int64_t a, double b) {
  if (std::isnan(b)) return kUnordered;
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return Order(a, whole);
  return Order(0.0, b - static_cast<double>(whole));
}

int OrderUintDouble(uint64_t a, double b) {
  if (std::isnan(b)) return kUnordered;
  if (b >= 18446744073709551616.0) return -1;
  if (b < 0) return 1;
  const auto whole = static_cast<uint64_t>(b);
  if (a != whole) return Order(a, whole);
  return Order(0.0, b - static_cast<double>(whole));
}

int Reverse(int order) { return order == kUnordered ? order : -order; }

int OrderNumbers(const Value& a, const Value& b) {
  if (a.kind() == Kind::kDouble) {
    if (b.kind() != Kind::kDouble) return Reverse(OrderNumbers(b, a));
    if (std::isnan(a.double_value()) || std::isnan(b.double_value())) return kUnordered;
    return Order(a.double_value(), b.double_value());
  }
  if (a.kind() == Kind::kInt) {
    if (b.kind() == Kind::kDouble) return OrderIntDouble(a.int_value(), b.double_value());
    if (b.kind() == Kind::kInt) return Order(a.int_value(), b.int_value());
    return a.int_value() < 0 ? -1 : Order(a.uint_value(), b.uint_value());
  }
  if (b.kind() == Kind::kDouble) return OrderUintDouble(a.uint_value(), b.double_value());
  if (b.kind() == Kind::kInt) return Reverse(OrderNumbers(b, a));
  return Order(a.uint_value(), b.uint_value());
}

bool EqualMaps(const MapRep& a, const MapRep& b) {
  if (a.size != b.size) return false;
  for (uint32_t i = 0; i < a.size; ++i) {
    bool found = false;
    for (uint32_t j = 0; j < b.size && !found; ++j) {
      found = Equal(a.entries[2 * i], b.entries[2 * j]) &&
              Equal(a.entries[2 * i + 1], b.entries[2 * j + 1]);
    }
    if (!found) return false;
  }
  return true;
}

std::string DoubleLiteral(double v) {
  if (std::isnan(v)) return "double(\"NaN\")";
  if (std::isinf(v)) return v > 0 ? "double(\"Infinity\")" : "double(\"-Infinity\")";
  std::string text = absl::StrCat(v);
  double read = 0;
  if (!absl::SimpleAtod(text, &read) || read != v) text = absl::StrFormat("%.17g", v);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string DurationLiteral(absl::Duration v) {
  std::string digits = absl::StrCat(absl::ToInt64Seconds(v));
  const auto nanos = absl::ToInt64Nanoseconds(v % absl::Seconds(1));
  if (nanos != 0) {
    if (v < absl::ZeroDuration() && digits[0] != '-') digits.insert(0, "-");
    digits += absl::StrFormat(".%09d", std::abs(nanos));
    while (digits.back() == '0') digits.pop_back();
  }
  return absl::StrCat("duration(\"", digits, "s\")");
}

}  // namespace

Value Value::Double(double v) { return Value(Kind::kDouble, 0, std::bit_cast<int64_t>(v)); }
double Value::double_value() const { return std::bit_cast<double>(payload_); }

Value Value::Text(Kind kind, absl::string_view v) {
  return Value(kind, static_cast<uint32_t>(v.size()), Address(v.data()));
}
absl::string_view Value::text() const { return {Pointer<char>(payload_), aux_}; }

Value Value::Timestamp(absl::Time v) {
  const int64_t seconds = absl::ToUnixSeconds(v);
  const int64_t nanos = absl::ToInt64Nanoseconds(v - absl::FromUnixSeconds(seconds));
  return Value(Kind::kTimestamp, static_cast<uint32_t>(nanos), seconds);
}
absl::Time Value::timestamp() const {
  return absl::FromUnixSeconds(payload_) + absl::Nanoseconds(aux_);
}

Value Value::Duration(absl::Duration v) {
  int64_t seconds = absl::ToInt64Seconds(v);
  int64_t nanos = absl::ToInt64Nanoseconds(v - absl::Seconds(seconds));
  if (nanos < 0) {
    nanos += 1000000000;
    --seconds;
  }
  return Value(Kind::kDuration, static_cast<uint32_t>(nanos), seconds);
}
absl::Duration Value::duration() const { return absl::Seconds(payload_) + absl::Nanoseconds(aux_); }

Value Value::Enum(const EnumType* type, int ordinal) {
  return Value(Kind::kEnum, static_cast<uint32_t>(ordinal), Address(type));
}
Value Value::List(absl::Span<const Value> elements) {
  return Value(Kind::kList, static_cast<uint32_t>(elements.size()), Address(elements.data()));
}
absl::Span<const Value> Value::elements() const { return {Pointer<Value>(payload_), aux_}; }
Value Value::Map(const MapRep* map) { return Value(Kind::kMap, 0, Address(map)); }
Value Value::TypeOf(const Type* type) { return Value(Kind::kType, 0, Address(type)); }
Value Value::Error(const ErrorRep* error) { return Value(Kind::kError, 0, Address(error)); }
Value Value::Unknown(const UnknownRep* unknown) {
  return Value(Kind::kUnknown, 0, Address(unknown));
}
absl::Span<const int32_t> Value::unknown_slots() const {
  const auto* unknown = Pointer<UnknownRep>(payload_);
  return {unknown->slots, unknown->size};
}

bool Equal(const Value& a, const Value& b) {
  if (IsNumber(a.kind()) && IsNumber(b.kind())) return OrderNumbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kString:
    case Kind::kBytes:
      return a.text() == b.text();
    case Kind::kEnum:
      return a.enum_type() == b.enum_type() && a.ordinal() == b.ordinal();
    case Kind::kList: {
      const auto x = a.elements(), y = b.elements();
      if (x.size() != y.size()) return false;
      for (size_t i = 0; i < x.size(); ++i) {
        if (!Equal(x[i], y[i])) return false;
      }
      return true;
    }
    case Kind::kMap:
      return EqualMaps(a.map(), b.map());
    case Kind::kType:
      return a.type_value() == b.type_value();
    default:
      return Compare(a, b) == 0;
  }
}

int Compare(const Value& a, const Value& b) {
  if (IsNumber(a.kind()) && IsNumber(b.kind())) return OrderNumbers(a, b);
  if (a.kind() != b.kind()) return kUnordered;
  switch (a.kind()) {
    case Kind::kBool:
      return Order(a.bool_value(), b.bool_value());
    case Kind::kString:
    case Kind::kBytes:
      return Order(a.text(), b.text());
    case Kind::kTimestamp:
      return Order(a.timestamp(), b.timestamp());
    case Kind::kDuration:
      return Order(a.duration(), b.duration());
    case Kind::kEnum:
      return a.enum_type() == b.enum_type() ? Order(a.ordinal(), b.ordinal()) : kUnordered;
    default:
      return kUnordered;
  }
}

std::string ToString(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return value.bool_value() ? "true" : "false";
    case Kind::kInt:
      return absl::StrCat(value.int_value());
    case Kind::kUint:
      return absl::StrCat(value.uint_value(), "u");
    case Kind::kDouble:
      return DoubleLiteral(value.double_value());
    case Kind::kString:
      return absl::StrCat("\"", absl::Utf8SafeCEscape(value.text()), "\"");
    case Kind::kBytes:
      return absl::StrCat("b\"", absl::CHexEscape(value.text()), "\"");
    case Kind::kTimestamp:
      return absl::StrCat(
          "timestamp(\"",
          absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", value.timestamp(), absl::UTCTimeZone()),
          "\")");
    case Kind::kDuration:
      return DurationLiteral(value.duration());
    case Kind::kType:
      return value.type_value().ToString();
    case Kind::kEnum:
      return value.enum_type()->values[value.ordinal()];
    case Kind::kList:
      return absl::StrCat("[",
                          absl::StrJoin(value.elements(), ", ",
                                        [](std::string* out, const Value& element) {
                                          out->append(ToString(element));
                                        }),
                          "]");
    case Kind::kMap: {
      std::string text = "{";
      for (uint32_t i = 0; i < value.map().size; ++i) {
        absl::StrAppend(&text, i > 0 ? ", " : "", ToString(value.map().entries[2 * i]), ": ",
                        ToString(value.map().entries[2 * i + 1]));
      }
      return text + "}";
    }
    case Kind::kError:
      return absl::StrCat("error: ", value.error().message);
    case Kind::kUnknown:
      return absl::StrCat("unknown{", absl::StrJoin(value.unknown_slots(), ", "), "}");
  }
  return "";
}

}  // namespace leadgrade::cel
