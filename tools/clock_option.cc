#include "tools/clock_option.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace leadgrade::tools {

absl::StatusOr<absl::Time> ParseClock(absl::string_view text, absl::TimeZone zone) {
  // absl takes more than RFC 3339: leading spaces, years of any length, "infinite-future".
  static const RE2* const kDate = new RE2(R"((\d{4})-(\d\d)-(\d\d))");
  static const RE2* const kInstant =
      new RE2(R"((\d{4})-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))");
  const re2::StringPiece piece(text.data(), text.size());
  int year = 0, month = 0, day = 0;
  absl::Time time;
  std::string error;
  if (RE2::FullMatch(piece, *kDate, &year, &month, &day)) {
    const absl::CivilDay date(year, month, day);
    // A day that does not exist is carried over into the next month.
    if (year >= 1 && date.month() == month && date.day() == day) {
      return absl::FromCivil(date, zone);
    }
  } else if (RE2::FullMatch(piece, *kInstant, &year) && year >= 1 &&
             absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return time;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "expected a date such as 2026-03-01, or an instant such as 2026-03-01T09:00:00+08:00; got `",
      text, "`"));
}

}  // namespace leadgrade::tools
