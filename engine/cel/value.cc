#include "engine/cel/value.h"

#include <bit>
#include <cmath>
#include <limits>

#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "engine/cel/env.h"

namespace leadgrade::cel {
namespace {

constexpr int kUnordered = 2;

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool IsNumber(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble;
}

// Exact, where a conversion of the integer to double would round; but for the double just past the
// largest integer, which the conformance suite has equal those that round to it.
template <typename Int>
int OrderWithDouble(Int a, double b) {
  if (std::isnan(b)) return kUnordered;
  // Powers of two are doubles: 2^63 or 2^64, and -2^63 or 0.
  const double past = 2.0 * static_cast<double>(std::numeric_limits<Int>::max() / 2 + 1);
  if (b == past) return Order(static_cast<double>(a), b);
  if (b > past) return -1;
  if (b < static_cast<double>(std::numeric_limits<Int>::min())) return 1;
  const auto whole = static_cast<Int>(b);
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
    if (b.kind() == Kind::kDouble) return OrderWithDouble(a.int_value(), b.double_value());
    if (b.kind() == Kind::kInt) return Order(a.int_value(), b.int_value());
    return a.int_value() < 0 ? -1 : Order(a.uint_value(), b.uint_value());
  }
  if (b.kind() == Kind::kDouble) return OrderWithDouble(a.uint_value(), b.double_value());
  if (b.kind() == Kind::kInt) return Reverse(OrderNumbers(b, a));
  return Order(a.uint_value(), b.uint_value());
}

bool EqualMaps(const MapRep& a, const MapRep& b) {
  if (a.size != b.size) return false;
  for (uint32_t i = 0; i < a.size; ++i) {
    const Value* other = b.Find(a.entries[2 * i]);
    if (other == nullptr || !Equal(a.entries[2 * i + 1], *other)) return false;
  }
  return true;
}

std::string DoubleLiteral(double v) {
  if (std::isnan(v)) return "double(\"NaN\")";
  if (std::isinf(v)) return v > 0 ? "double(\"Infinity\")" : "double(\"-Infinity\")";
  // As few digits as read back as the same number.
  std::string text = absl::StrCat(v);
  double read = 0;
  for (int digits = 15; digits <= 17; ++digits) {
    if (absl::SimpleAtod(text, &read) && read == v) break;
    text = absl::StrFormat("%.*g", digits, v);
  }
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

Value Value::Timestamp(absl::Time v) {
  const int64_t seconds = absl::ToUnixSeconds(v);
  const int64_t nanos = absl::ToInt64Nanoseconds(v - absl::FromUnixSeconds(seconds));
  return Value(Kind::kTimestamp, static_cast<uint32_t>(nanos), seconds);
}
absl::Time Value::timestamp() const {
  return absl::FromUnixSeconds(payload_) + absl::Nanoseconds(aux());
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
absl::Duration Value::duration() const {
  return absl::Seconds(payload_) + absl::Nanoseconds(aux());
}

Value Value::Enum(const EnumType* type, int ordinal) {
  return Value(Kind::kEnum, static_cast<uint32_t>(ordinal), Address(type));
}
Value Value::Optional(const Value* content) { return Value(Kind::kOptional, 0, Address(content)); }
Value Value::Of(const Object* object) { return Value(Kind::kObject, 0, Address(object)); }
Value Value::Error(const ErrorRep* error) { return Value(Kind::kError, 0, Address(error)); }
Value Value::Unknown(const UnknownRep* unknown) {
  return Value(Kind::kUnknown, 0, Address(unknown));
}
absl::Span<const int32_t> Value::unknown_slots() const {
  const auto* unknown = Pointer<UnknownRep>();
  return {unknown->slots, unknown->size};
}

const Value* MapRep::Find(const Value& key) const {
  if (cells == nullptr) {
    for (uint32_t i = 0; i < size; ++i) {
      if (Equal(entries[2 * i], key)) return &entries[2 * i + 1];
    }
    return nullptr;
  }
  for (uint64_t cell = HashOf(key) & mask; cells[cell] != 0; cell = (cell + 1) & mask) {
    const Value* entry = &entries[2 * (cells[cell] - 1)];
    if (Equal(entry[0], key)) return entry + 1;
  }
  return nullptr;
}

void MapRep::Place(uint32_t i) {
  uint64_t cell = HashOf(entries[2 * i]) & mask;
  while (cells[cell] != 0) cell = (cell + 1) & mask;
  cells[cell] = i + 1;
}

Value Object::Get(EvalContext& context, absl::string_view field) const {
  return context.arena->MakeError(absl::StrCat("no such field: ", field));
}
Value Object::Has(EvalContext& context, absl::string_view field) const {
  return Get(context, field);
}

absl::string_view TypeNameOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null_type";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kUint:
      return "uint";
    case Kind::kDouble:
      return "double";
    case Kind::kString:
      return "string";
    case Kind::kBytes:
      return "bytes";
    case Kind::kTimestamp:
      return "google.protobuf.Timestamp";
    case Kind::kDuration:
      return "google.protobuf.Duration";
    case Kind::kType:
      return "type";
    case Kind::kEnum:
      return value.enum_type()->name;
    case Kind::kList:
      return "list";
    case Kind::kMap:
      return "map";
    case Kind::kOptional:
      return "optional_type";
    case Kind::kObject:
      return value.object().type_name();
    case Kind::kError:
    case Kind::kUnknown:
      break;
  }
  return "";
}

uint64_t HashOf(const Value& key) {
  switch (key.kind()) {
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble: {
      // Equal numbers are equal as doubles too; that unequal ones may be so costs a comparison.
      const double number = key.kind() == Kind::kInt    ? static_cast<double>(key.int_value())
                            : key.kind() == Kind::kUint ? static_cast<double>(key.uint_value())
                                                        : key.double_value();
      return absl::HashOf(number);
    }
    case Kind::kString:
      return absl::HashOf(key.text());
    case Kind::kBool:
      return absl::HashOf(key.bool_value());
    case Kind::kEnum:
      return absl::HashOf(key.ordinal());
    default:
      return 0;
  }
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
      return a.text() == b.text();
    case Kind::kOptional:
      if (a.content() == nullptr || b.content() == nullptr) return a.content() == b.content();
      return Equal(*a.content(), *b.content());
    case Kind::kObject:
      return a.object().type_name() == b.object().type_name() && a.object().Equals(b.object());
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
      return std::string(value.text());
    case Kind::kEnum: {
      const absl::string_view name = value.enum_type()->NameOf(value.ordinal());
      return name.empty() ? absl::StrCat(value.enum_type()->name, "(", value.ordinal(), ")")
                          : std::string(name);
    }
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
    case Kind::kOptional:
      return value.content() == nullptr
                 ? "optional.none()"
                 : absl::StrCat("optional.of(", ToString(*value.content()), ")");
    case Kind::kObject:
      return value.object().ToString();
    case Kind::kError:
      return absl::StrCat("error: ", value.error().message);
    case Kind::kUnknown:
      return absl::StrCat("unknown{", absl::StrJoin(value.unknown_slots(), ", "), "}");
  }
  return "";
}

}  // namespace leadgrade::cel
