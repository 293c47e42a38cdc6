#include "engine/cel/extension_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/limits.h"
#include "engine/base/unicode.h"

namespace leadgrade::cel {
namespace {

constexpr int kDefaultPrecision = 6;
// What one clause may write is bounded before it is written.
constexpr int kMaxPrecision = 1000;

constexpr absl::string_view kStringKinds =
    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
    "durations, and timestamps";

// What was written so far, and why no more can be: text and an error, at most one of them.
class Writer {
 public:
  // False, with the error set, once a result would be too large.
  bool Add(absl::string_view text) {
    if (text.size() > base::kMaxEvaluationBytes - text_.size()) return FailLarge();
    absl::StrAppend(&text_, text);
    return true;
  }
  bool FailLarge() {
    too_large_ = true;
    return false;
  }
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool FailKind(absl::string_view clause, const Value& value) {
    return Fail(
        absl::StrCat("error during formatting: ", clause, ", was given ", TypeNameOf(value)));
  }

  Value Result(EvalContext& context) const {
    if (too_large_) return OutOfMemory();
    return error_.empty() ? context.arena->MakeString(text_) : context.arena->MakeError(error_);
  }

 private:
  std::string text_, error_;
  bool too_large_ = false;
};

// NaN and the infinities, in CEL's words; empty for all other numbers.
absl::string_view NotFinite(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return "";
}

// The fewest digits that are read as the same number, without an exponent.
std::string Decimal(double number) {
  if (const absl::string_view word = NotFinite(number); !word.empty()) return std::string(word);
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::scientific)
                       .ptr;
  // [-]d[.ddd]e±xx
  absl::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  const size_t e = text.find('e');
  int exponent = 0;
  (void)absl::SimpleAtoi(text.substr(e + 1), &exponent);
  const bool negative = text[0] == '-';
  std::string digits(text.substr(negative, e - negative));
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  const int count = static_cast<int>(digits.size());
  if (exponent < 0) {
    digits.insert(0, static_cast<size_t>(-exponent), '0');
    digits.insert(1, ".");
  } else if (exponent + 1 >= count) {
    digits.append(static_cast<size_t>(exponent + 1 - count), '0');
  } else {
    digits.insert(static_cast<size_t>(exponent + 1), ".");
  }
  return absl::StrCat(negative ? "-" : "", digits);
}

// Well-formed UTF-8 as it is, and each run of anything else as one U+FFFD.
bool AddBytes(Writer& out, absl::string_view bytes) {
  while (true) {
    const size_t bad = base::FirstInvalidUtf8(bytes);
    if (!out.Add(bytes.substr(0, bad))) return false;
    if (bad == absl::string_view::npos) return true;
    bytes.remove_prefix(bad);
    while (!bytes.empty() && base::FirstCharacter(bytes).point == base::kMalformed) {
      bytes.remove_prefix(1);
    }
    if (!out.Add(base::kReplacement)) return false;
  }
}

bool AddText(Writer& out, const Value& value);

bool AddList(Writer& out, absl::Span<const Value> elements) {
  if (!out.Add("[")) return false;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0 && !out.Add(", ")) return false;
    if (!AddText(out, elements[i])) return false;
  }
  return out.Add("]");
}

// The text of a map's key, which is a bool, an int, a uint or a string.
std::string KeyText(const Value& key) {
  if (key.kind() == Kind::kString) return std::string(key.text());
  if (key.kind() == Kind::kUint) return absl::StrCat(key.uint_value());
  return ToString(key);
}

bool AddMap(Writer& out, const MapRep& map) {
  std::vector<std::pair<std::string, const Value*>> entries;
  size_t bytes = 0;
  for (uint32_t i = 0; i < map.size; ++i) {
    entries.emplace_back(KeyText(map.entries[2 * i]), &map.entries[2 * i + 1]);
    bytes += entries.back().first.size();
    if (bytes > base::kMaxEvaluationBytes) return out.FailLarge();
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!out.Add("{")) return false;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && !out.Add(", ")) return false;
    if (!out.Add(entries[i].first) || !out.Add(": ")) return false;
    if (!AddText(out, *entries[i].second)) return false;
  }
  return out.Add("}");
}

// %s
bool AddText(Writer& out, const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
    case Kind::kType:
      return out.Add(value.text());
    case Kind::kBytes:
      return AddBytes(out, value.text());
    case Kind::kUint:
      return out.Add(absl::StrCat(value.uint_value()));
    case Kind::kDouble:
      return out.Add(Decimal(value.double_value()));
    case Kind::kTimestamp:
    case Kind::kDuration: {
      // What the literal has between its quotes.
      const std::string literal = ToString(value);
      const size_t quote = literal.find('"') + 1;
      return out.Add(absl::string_view(literal).substr(quote, literal.size() - quote - 2));
    }
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kEnum:
      return out.Add(ToString(value));
    case Kind::kList:
      return AddList(out, value.elements());
    case Kind::kMap:
      return AddMap(out, value.map());
    default:
      return out.FailKind(kStringKinds, value);
  }
}

// %d
bool AddDecimal(Writer& out, const Value& value) {
  const Kind kind = value.kind();
  if (kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble) {
    return AddText(out, value);
  }
  return out.FailKind("decimal clause can only be used on integers", value);
}

// %f and %e
bool AddReal(Writer& out, const Value& value, bool fixed, int precision) {
  double number = 0;
  switch (value.kind()) {
    case Kind::kInt:
      number = static_cast<double>(value.int_value());
      break;
    case Kind::kUint:
      number = static_cast<double>(value.uint_value());
      break;
    case Kind::kDouble:
      number = value.double_value();
      break;
    default:
      return out.FailKind(
          absl::StrCat(fixed ? "fixed-point" : "scientific", " clause can only be used on doubles"),
          value);
  }
  if (const absl::string_view word = NotFinite(number); !word.empty()) return out.Add(word);
  return out.Add(fixed ? absl::StrFormat("%.*f", precision, number)
                       : absl::StrFormat("%.*e", precision, number));
}

// An integer in a base, with a sign before its magnitude.
bool AddInteger(Writer& out, const Value& value, int base, bool upper) {
  std::array<char, 68> buffer;
  char* const begin = buffer.data();
  char* const limit = begin + buffer.size();
  const std::to_chars_result end = value.kind() == Kind::kInt
                                       ? std::to_chars(begin, limit, value.int_value(), base)
                                       : std::to_chars(begin, limit, value.uint_value(), base);
  std::string text(begin, end.ptr);
  if (upper) absl::AsciiStrToUpper(&text);
  return out.Add(text);
}

bool IsInteger(const Value& value) {
  return value.kind() == Kind::kInt || value.kind() == Kind::kUint;
}

// %x and %X
bool AddHex(Writer& out, const Value& value, bool upper) {
  if (IsInteger(value)) return AddInteger(out, value, 16, upper);
  if (value.kind() != Kind::kString && value.kind() != Kind::kBytes) {
    return out.FailKind("only integers, byte buffers, and strings can be formatted as hex", value);
  }
  // A piece at a time, so that a result that is too large is never made.
  constexpr size_t kPiece = 4096;
  for (absl::string_view rest = value.text(); !rest.empty();
       rest.remove_prefix(std::min(kPiece, rest.size()))) {
    std::string hex = absl::BytesToHexString(rest.substr(0, kPiece));
    if (upper) absl::AsciiStrToUpper(&hex);
    if (!out.Add(hex)) return false;
  }
  return true;
}

bool AddClause(Writer& out, char clause, int precision, const Value& value) {
  switch (clause) {
    case 's':
      return AddText(out, value);
    case 'd':
      return AddDecimal(out, value);
    case 'f':
    case 'e':
      return AddReal(out, value, clause == 'f', precision);
    case 'x':
    case 'X':
      return AddHex(out, value, clause == 'X');
    case 'o':
      return IsInteger(value) ? AddInteger(out, value, 8, false)
                              : out.FailKind("octal clause can only be used on integers", value);
    default:  // 'b'
      if (value.kind() == Kind::kBool) return out.Add(value.bool_value() ? "1" : "0");
      return IsInteger(value)
                 ? AddInteger(out, value, 2, false)
                 : out.FailKind("only integers and bools can be formatted as binary", value);
  }
}

// Reads `.digits` off the front of `format`, where they are.
bool TakePrecision(absl::string_view& format, int& precision, Writer& out) {
  if (format.empty() || format[0] != '.') return true;
  format.remove_prefix(1);
  size_t digits = 0;
  while (digits < format.size() && absl::ascii_isdigit(format[digits])) ++digits;
  constexpr absl::string_view kWhere = "could not parse formatting clause: ";
  if (digits == 0) return out.Fail(absl::StrCat(kWhere, "the precision has no digits"));
  // Too many digits for an int are too many for the bound as well.
  if (!absl::SimpleAtoi(format.substr(0, digits), &precision) || precision > kMaxPrecision) {
    return out.Fail(absl::StrCat(kWhere, "the precision is more than ", kMaxPrecision));
  }
  format.remove_prefix(digits);
  return true;
}

void FormatAll(Writer& out, absl::string_view format, absl::Span<const Value> values) {
  size_t next = 0;
  while (true) {
    const size_t percent = format.find('%');
    if (!out.Add(format.substr(0, percent)) || percent == absl::string_view::npos) return;
    format.remove_prefix(percent + 1);
    if (!format.empty() && format[0] == '%') {
      if (!out.Add("%")) return;
      format.remove_prefix(1);
      continue;
    }
    if (next >= values.size()) {
      out.Fail(absl::StrCat("index ", next, " out of range"));
      return;
    }
    int precision = kDefaultPrecision;
    if (!TakePrecision(format, precision, out)) return;
    if (format.empty()) {
      out.Fail("could not parse formatting clause: unexpected end of string");
      return;
    }
    constexpr absl::string_view kClauses = "sdfexXob";
    if (kClauses.find(format[0]) == absl::string_view::npos) {
      out.Fail(absl::StrCat("could not parse formatting clause: unrecognized formatting clause \"",
                            format.substr(0, base::FirstCharacter(format).bytes), "\""));
      return;
    }
    if (!AddClause(out, format[0], precision, values[next++])) return;
    format.remove_prefix(1);
  }
}

}  // namespace

Value Format(EvalContext& context, absl::Span<const Value> arguments) {
  Writer out;
  FormatAll(out, arguments[0].text(), arguments[1].elements());
  return out.Result(context);
}

}  // namespace leadgrade::cel
