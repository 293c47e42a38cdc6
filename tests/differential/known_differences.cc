#include "tests/differential/known_differences.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace leadgrade::differential {
namespace {

using cel::Kind;
using cel::Value;

const std::string& Op(const Difference& d) { return d.node->op; }

bool Is(const Difference& d, size_t i, Kind kind) {
  return i < d.operands.size() && d.operands[i].kind() == kind;
}

absl::string_view Text(const Difference& d, size_t i) {
  return Is(d, i, Kind::kString) ? d.operands[i].text() : absl::string_view();
}

// `theirs` fails with just this, where ours has a value.
bool OnlyTheyFail(const Difference& d, absl::string_view message) {
  return !d.ours.is_error() && d.theirs.is_error() &&
         absl::StrContains(d.theirs.error().message, message);
}

bool OnlyWeFail(const Difference& d, absl::string_view message) {
  return d.ours.is_error() && !d.theirs.is_error() &&
         absl::StrContains(d.ours.error().message, message);
}

// Anywhere in the value: a code point that takes two UTF-16 units.
bool HasWideCharacter(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return std::any_of(value.text().begin(), value.text().end(),
                         [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
    case Kind::kList:
      return std::any_of(value.elements().begin(), value.elements().end(), HasWideCharacter);
    default:
      return false;
  }
}

bool IsPositional(const std::string& op) {
  return op == "charAt" || op == "indexOf" || op == "lastIndexOf" || op == "substring" ||
         op == "split" || op == "replace";
}

bool TimestampFromInt(const Difference& d) { return Op(d) == "timestamp" && Is(d, 0, Kind::kInt); }

bool OffsetAtEnd(const Difference& d) {
  return (Op(d) == "indexOf" || Op(d) == "lastIndexOf") && d.operands.size() == 3 &&
         OnlyTheyFail(d, "out of bounds");
}

bool FinerThanMilliseconds(const Difference& d) {
  if (!absl::StartsWith(Op(d), "get") || !Is(d, 0, Kind::kTimestamp)) return false;
  return absl::ToUnixNanos(d.operands[0].timestamp()) % 1000000 != 0 ||
         d.operands[0].timestamp() ==
             absl::FromUnixSeconds(253402300799) + absl::Nanoseconds(999999999);
}

bool TooManyArguments(const Difference& d) {
  return Op(d) == "format" && OnlyTheyFail(d, "too many arguments for format string");
}

bool SplitLimit(const Difference& d) {
  if (Op(d) != "split" || !Is(d, 2, Kind::kInt)) return false;
  const int64_t limit = d.operands[2].int_value();
  return d.ours.kind() == Kind::kList && d.theirs.kind() == Kind::kList &&
         (limit != 1 || (Text(d, 0).empty() && Text(d, 1).empty()));
}

// U+2028 or U+FEFF, which JavaScript counts among the blanks around a number.
bool HasRareBlank(absl::string_view text) {
  return absl::StrContains(text, "\u2028") || absl::StrContains(text, "\uFEFF");
}

// Text that JavaScript's BigInt() takes for a number: "", " 1", "0x10".
bool IntegerByBigInt(const Difference& d) {
  if ((Op(d) != "int" && Op(d) != "uint") || !Is(d, 0, Kind::kString)) return false;
  const absl::string_view text = Text(d, 0);
  return OnlyWeFail(d, "cannot read") &&
         (absl::StripAsciiWhitespace(text) != text || text.empty() || text == "-0" ||
          HasRareBlank(text) || absl::StrContains(text, "0x"));
}

// ... and Number(), which has NaN for what is none.
bool DoubleByNumber(const Difference& d) {
  if (Op(d) != "double" || !Is(d, 0, Kind::kString)) return false;
  const absl::string_view text = Text(d, 0);
  if (d.theirs.kind() == Kind::kDouble && std::isnan(d.theirs.double_value())) return true;
  return OnlyWeFail(d, "cannot read") && (absl::StripAsciiWhitespace(text) != text ||
                                          text.empty() || absl::StrContains(text, "0x"));
}

bool BlankDouble(const Difference& d) {
  const absl::string_view text = Text(d, 0);
  if (Op(d) == "double" && OnlyWeFail(d, "cannot read") && HasRareBlank(text)) return true;
  return Op(d) == "double" && OnlyWeFail(d, "cannot read") &&
         std::none_of(text.begin(), text.end(), absl::ascii_isalnum) &&
         d.theirs.kind() == Kind::kDouble && d.theirs.double_value() == 0;
}

bool LowerCaseTime(const Difference& d) {
  return Op(d) == "timestamp" && absl::EndsWith(Text(d, 0), "z") && OnlyTheyFail(d, "RFC 3339");
}

bool NoSuchDay(const Difference& d) {
  return Op(d) == "timestamp" && absl::StartsWith(Text(d, 0), "2023-02-29T") &&
         OnlyWeFail(d, "cannot read");
}

bool NumbersAsDoubles(const Difference& d) {
  return Op(d) == "format" && OnlyTheyFail(d, "clause can only be used on doubles") &&
         (Is(d, 1, Kind::kInt) || Is(d, 1, Kind::kUint));
}

bool EmptyDuration(const Difference& d) {
  return Op(d) == "duration" && Is(d, 0, Kind::kString) && Text(d, 0).empty() &&
         OnlyWeFail(d, "cannot read");
}

bool ReplaceNothing(const Difference& d) {
  return Op(d) == "replace" && Is(d, 1, Kind::kString) && Text(d, 1).empty() &&
         d.theirs.kind() == Kind::kString;
}

bool ReplaceAll(const Difference& d) {
  return Op(d) == "replace" && Is(d, 3, Kind::kInt) && d.operands[3].int_value() < 0 &&
         d.theirs.kind() == Kind::kString && d.theirs.text() == Text(d, 0);
}

bool Midnight(const Difference& d) {
  absl::TimeZone zone;
  return absl::StartsWith(Op(d), "get") && Is(d, 0, Kind::kTimestamp) && Is(d, 1, Kind::kString) &&
         absl::LoadTimeZone(std::string(Text(d, 1)), &zone) &&
         absl::ToCivilHour(d.operands[0].timestamp(), zone).hour() == 0 &&
         d.theirs.kind() == Kind::kInt;
}

bool TimeText(const Difference& d) {
  if (Op(d) != "string" || d.ours.kind() != Kind::kString || d.theirs.kind() != Kind::kString) {
    return false;
  }
  absl::Time ours, theirs;
  std::string error;
  if (Is(d, 0, Kind::kTimestamp)) {
    return absl::ParseTime(absl::RFC3339_full, d.ours.text(), &ours, &error) &&
           absl::ParseTime(absl::RFC3339_full, d.theirs.text(), &theirs, &error) && ours == theirs;
  }
  absl::Duration our_span, their_span;
  return Is(d, 0, Kind::kDuration) && absl::ParseDuration(d.ours.text(), &our_span) &&
         absl::ParseDuration(d.theirs.text(), &their_span) && our_span == their_span;
}

bool UintDivision(const Difference& d) {
  return Op(d) == "_/_" && Is(d, 0, Kind::kUint) && OnlyTheyFail(d, "int overflow during divide");
}

bool NoKeyType(const Difference& d) {
  return Op(d) == "_in_" && OnlyTheyFail(d, "found no matching overload for '@in'") &&
         d.ours.is_false();
}

bool IsComparison(const std::string& op) {
  return op == "_<_" || op == "_<=_" || op == "_>_" || op == "_>=_" || op == "_==_" || op == "_!=_";
}

bool LossyComparison(const Difference& d) {
  if (!IsComparison(Op(d)) || d.operands.size() != 2) return false;
  const auto whole = [&](size_t i) { return Is(d, i, Kind::kInt) || Is(d, i, Kind::kUint); };
  for (const size_t i : {0, 1}) {
    if (Is(d, i, Kind::kDouble) && whole(1 - i)) {
      return std::fabs(d.operands[i].double_value()) >= 0x1p53;
    }
  }
  return false;
}

bool LossyMembership(const Difference& d) {
  return Op(d) == "_in_" && Is(d, 0, Kind::kDouble) && Is(d, 1, Kind::kList) &&
         std::fabs(d.operands[0].double_value()) >= 0x1p53 && d.theirs.kind() == Kind::kBool;
}

// Refused before it runs, by what it could take; see base/limits.h.
bool TooManySteps(const Difference& d) {
  return OnlyWeFail(d, " steps to evaluate; the limit is ");
}

// By UTF-16 units the code points past U+FFFF come before those from U+E000 on.
bool Utf16Order(const Difference& d) {
  return IsComparison(Op(d)) && Is(d, 0, Kind::kString) && Is(d, 1, Kind::kString) &&
         (HasWideCharacter(d.operands[0]) || HasWideCharacter(d.operands[1]));
}

bool IntFromDuration(const Difference& d) {
  return Op(d) == "int" && Is(d, 0, Kind::kDuration) && OnlyWeFail(d, "no such overload");
}

bool DurationFromInt(const Difference& d) {
  return Op(d) == "duration" && Is(d, 0, Kind::kInt) && OnlyWeFail(d, "no such overload");
}

bool ByteOrderMark(const Difference& d) {
  return Op(d) == "string" && Is(d, 0, Kind::kBytes) && d.ours.kind() == Kind::kString &&
         d.theirs.kind() == Kind::kString &&
         d.ours.text() == absl::StrCat("\uFEFF", d.theirs.text());
}

bool NegatedTwice(const Difference& d) {
  return Op(d) == "-_" && OnlyWeFail(d, "overflow") && absl::StartsWith(d.text, "-(-");
}

bool DoubleKey(const Difference& d) {
  return Op(d) == "map" && OnlyWeFail(d, "unsupported key type: double");
}

bool FieldOfNone(const Difference& d) {
  return Op(d) == "has" && !d.operands.empty() && d.operands[0].kind() != Kind::kMap &&
         OnlyWeFail(d, "no such overload") && d.theirs.is_false();
}

bool ShortExponent(const Difference& d) {
  return Op(d) == "format" && Text(d, 0) == "%e" && Is(d, 1, Kind::kDouble) &&
         std::fabs(d.operands[1].double_value()) < 1 && d.theirs.kind() == Kind::kString;
}

bool BoolIndex(const Difference& d) {
  return Op(d) == "[]" && Is(d, d.operands.size() - 1, Kind::kBool) &&
         OnlyWeFail(d, "no such overload");
}

template <typename Predicate>
bool Contains(const Value& value, Predicate predicate) {
  const auto inside = [&](const Value& part) { return Contains(part, predicate); };
  switch (value.kind()) {
    case Kind::kList:
      return std::any_of(value.elements().begin(), value.elements().end(), inside);
    case Kind::kMap:
      return std::any_of(value.map().entries, value.map().entries + 2 * value.map().size, inside);
    default:
      return predicate(value);
  }
}

template <typename Predicate>
bool FormatsOne(const Difference& d, Predicate predicate) {
  if (Op(d) != "format" || d.ours.kind() != Kind::kString || d.theirs.kind() != Kind::kString) {
    return false;
  }
  return std::any_of(d.operands.begin() + 1, d.operands.end(),
                     [&](const Value& operand) { return Contains(operand, predicate); });
}

bool FormatsTime(const Difference& d) {
  return FormatsOne(d, [](const Value& value) {
    return value.kind() == Kind::kDuration || value.kind() == Kind::kTimestamp;
  });
}

bool FormatsBytes(const Difference& d) {
  return FormatsOne(d, [](const Value& value) { return value.kind() == Kind::kBytes; });
}

bool FormatsDouble(const Difference& d) {
  return FormatsOne(d, [](const Value& value) {
    return value.kind() == Kind::kDouble &&
           (std::fabs(value.double_value()) > 0x1p53 || std::fabs(value.double_value()) < 1e-6);
  });
}

bool FormatsDoubleAsDecimal(const Difference& d) {
  return Op(d) == "format" && Is(d, 1, Kind::kDouble) && absl::StrContains(Text(d, 0), "%d") &&
         OnlyTheyFail(d, "invalid integer value");
}

bool QuotesNul(const Difference& d) {
  return Op(d) == "strings.quote" && absl::StrContains(Text(d, 0), absl::string_view("\0", 1)) &&
         d.theirs.kind() == Kind::kString;
}

bool BadEscape(const Difference& d) {
  return Op(d) == "literal" && OnlyWeFail(d, "is no escape sequence here");
}

bool LeapSecond(const Difference& d) {
  return Op(d) == "timestamp" && absl::StrContains(Text(d, 0), ":60") &&
         OnlyTheyFail(d, "RFC 3339");
}

bool HourTwentyFour(const Difference& d) {
  return Op(d) == "timestamp" && absl::StrContains(Text(d, 0), "T24:") &&
         OnlyWeFail(d, "cannot read");
}

bool WideBytes(const Difference& d) {
  const auto wide = [&](absl::string_view text) { return HasWideCharacter(Value::String(text)); };
  return Op(d) == "literal" && d.node->type == 'y' && wide(d.text) &&
         d.theirs.kind() == Kind::kBytes;
}

bool DoubleText(const Difference& d) {
  if (Op(d) != "string" || !Is(d, 0, Kind::kDouble)) return false;
  double ours = 0, theirs = 0;
  return d.ours.kind() == Kind::kString && d.theirs.kind() == Kind::kString &&
         absl::SimpleAtod(d.ours.text(), &ours) && absl::SimpleAtod(d.theirs.text(), &theirs) &&
         ours == theirs;
}

bool Utf16Positions(const Difference& d) {
  return IsPositional(Op(d)) && std::any_of(d.operands.begin(), d.operands.end(), HasWideCharacter);
}

}  // namespace

const std::vector<KnownDifference>& KnownDifferences() {
  static const auto* const all = new std::vector<KnownDifference>{
      {"timestamp(int)", "langdef: timestamp", "theirs takes milliseconds for seconds",
       TimestampFromInt},
      {"format: too many arguments", "extensions/strings: format",
       "open; cel-go refuses it in its checker only", TooManyArguments},
      {"indexOf at the end", "extensions/strings: indexOf",
       "an offset past the end finds nothing, as in cel-go; theirs fails", OffsetAtEnd},
      {"parts of a timestamp", "langdef: getFullYear and so on",
       "theirs rounds to milliseconds, up into the next second", FinerThanMilliseconds},
      {"UTF-16 positions", "extensions/strings: positions are code points",
       "theirs counts the halves of a surrogate pair", Utf16Positions},
      {"split with a limit", "extensions/strings: split", "theirs drops what is past the limit",
       SplitLimit},
      {"int(string)", "langdef: int, uint", "theirs reads blanks, nothing and 0x as numbers",
       IntegerByBigInt},
      {"double(string)", "langdef: double", "theirs reads any text, as NaN", DoubleByNumber},
      {"double(blanks)", "langdef: double", "theirs reads what has no digit as 0", BlankDouble},
      {"lower case t and z", "langdef: timestamp, by RFC 3339 5.6",
       "open: the RFC allows it; theirs refuses it", LowerCaseTime},
      {"29 February", "langdef: timestamp", "theirs takes it for 1 March in any year", NoSuchDay},
      {"format: integers", "extensions/strings: format",
       "open; cel-go writes them with %f and %e as well", NumbersAsDoubles},
      {"duration('')", "langdef: duration", "theirs reads nothing as no time", EmptyDuration},
      {"replace: nothing", "extensions/strings: replace",
       "theirs looks for the empty text once more where it has just replaced it", ReplaceNothing},
      {"replace: all", "extensions/strings: replace", "theirs takes less than no time for none",
       ReplaceAll},
      {"midnight", "langdef: getHours and so on",
       "theirs takes the first hour of a day for its 24th", Midnight},
      {"string(timestamp), string(duration)", "langdef: string",
       "theirs has three digits more than it needs", TimeText},
      {"uint / uint", "langdef: _/_", "theirs fails where the result is no int", UintDivision},
      {"in: no type of keys", "langdef: in",
       "open: no such key, or no such overload; false in cel-go", NoKeyType},
      {"format: times", "extensions/strings: format", "theirs has three digits more than it needs",
       FormatsTime},
      {"format: bytes", "extensions/strings: format",
       "open: octets that are no UTF-8 become one replacement for all in a row, as in cel-go",
       FormatsBytes},
      {"format: doubles", "extensions/strings: format",
       "theirs has zeros past the 17th digit, an exponent for %s, and no sign of -0.0",
       FormatsDouble},
      {"format: %d of a double", "extensions/strings: format", "open; as cel-go writes it",
       FormatsDoubleAsDecimal},
      {"strings.quote", "extensions/strings: quote", "theirs escapes NUL, which is not listed",
       QuotesNul},
      {"escape sequences", "langdef: string and bytes values",
       "theirs takes those that are none for themselves", BadEscape},
      {"comparison of an integer with a double", "langdef: numeric values",
       "theirs rounds the integer first", LossyComparison},
      {"membership of a double", "langdef: numeric values",
       "open: 2^63 is equal to what rounds to it here, as the conformance suite has it",
       LossyMembership},
      {"steps", "none", "a bound of this engine", TooManySteps},
      {"order of text", "langdef: ordering operators", "theirs compares the halves of a pair",
       Utf16Order},
      {"int(duration)", "langdef: int", "not in the definition; theirs has it", IntFromDuration},
      {"duration(int)", "langdef: duration", "not in the definition; theirs has it",
       DurationFromInt},
      {"string(bytes)", "langdef: string", "theirs drops a byte order mark", ByteOrderMark},
      {"-(-x)", "langdef: overflow", "theirs leaves out both, and so does not overflow",
       NegatedTwice},
      {"double as a key", "langdef: aggregate values", "the definition has no such keys",
       DoubleKey},
      {"has() of what has no fields", "langdef: field selection",
       "theirs has false where it is no such overload", FieldOfNone},
      {"format: %e", "extensions/strings: format", "theirs has one digit in a negative exponent",
       ShortExponent},
      {"list[bool]", "langdef: _[_]", "theirs takes true for 1", BoolIndex},
      {"leap second", "langdef: timestamp, by RFC 3339 5.6", "open; theirs refuses second 60",
       LeapSecond},
      {"hour 24", "langdef: timestamp, by RFC 3339 5.6", "theirs takes it; the RFC ends at 23",
       HourTwentyFour},
      {"bytes of wide characters", "langdef: string and bytes values",
       "theirs encodes the halves of a surrogate pair", WideBytes},
      {"string(double)", "langdef: string", "open: how many digits, when an exponent", DoubleText},
  };
  return *all;
}

}  // namespace leadgrade::differential
