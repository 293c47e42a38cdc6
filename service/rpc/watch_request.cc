#include "service/rpc/watch_request.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/zone_name.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kMaxOwners = 100;
constexpr size_t kMaxFilterBytes = 4096;
constexpr int kMaxSettleDays = 7;
constexpr int kMaxNanos = 999'999'999;

using Names = google::protobuf::RepeatedPtrField<std::string>;

std::string At(absl::string_view field, int index) { return absl::StrCat(field, "[", index, "]"); }

absl::flat_hash_set<std::string> ReadGrades(const rules::Bundle& bundle, const Names& grades,
                                            absl::string_view field, Violations* violations) {
  if (!convert::CheckSize(grades.size(), base::kMaxGrades, "grades", field, violations)) return {};
  for (int i = 0; i < grades.size(); ++i) {
    convert::CheckGrade(bundle, grades[i], At(field, i), violations);
  }
  return {grades.begin(), grades.end()};
}

absl::flat_hash_set<std::string> ReadOwners(const Names& owners, Violations* violations) {
  if (!convert::CheckSize(owners.size(), kMaxOwners, "owners", "owners", violations)) return {};
  for (int i = 0; i < owners.size(); ++i) {
    CheckLength(owners[i], kMaxOwnerBytes, At("owners", i), violations);
  }
  return {owners.begin(), owners.end()};
}

absl::Duration ReadSettleTime(const google::protobuf::Duration& duration, Violations* violations) {
  const absl::Duration settle_time =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (duration.nanos() < 0 || duration.nanos() > kMaxNanos || settle_time < absl::ZeroDuration() ||
      settle_time > absl::Hours(24) * kMaxSettleDays) {
    convert::Add("settle_time", absl::StrCat("expected 0 to ", kMaxSettleDays, " days"),
                 violations);
  }
  return settle_time;
}

// In minutes since midnight.
int ReadTimeOfDay(absl::string_view text, absl::string_view field, Violations* violations) {
  const auto digit = [&](size_t i) { return text[i] - '0'; };
  if (text.size() == 5 && absl::ascii_isdigit(text[0]) && absl::ascii_isdigit(text[1]) &&
      text[2] == ':' && absl::ascii_isdigit(text[3]) && absl::ascii_isdigit(text[4])) {
    const int hour = digit(0) * 10 + digit(1);
    const int minute = digit(3) * 10 + digit(4);
    if (hour < 24 && minute < 60) return hour * 60 + minute;
  }
  convert::Add(field,
               absl::StrCat(text.empty() ? "is required" : convert::Shown(text) + " is no time",
                            ": expected HH:MM from 00:00 to 23:59"),
               violations);
  return -1;
}

// What is loaded is kept for ever, whether there is such a zone or not, so a stranger's name is
// looked for first.
bool FindZone(const std::string& name, absl::TimeZone* zone) {
  std::error_code error;
  return base::IsZoneName(name) &&
         std::filesystem::is_regular_file("/usr/share/zoneinfo/" + name, error) &&
         absl::LoadTimeZone(name, zone);
}

void ReadQuietHours(const v1::QuietHours& given, DeliveryTerms* terms, Violations* violations) {
  QuietHours quiet;
  quiet.start = ReadTimeOfDay(given.start(), "quiet_hours.start", violations);
  quiet.end = ReadTimeOfDay(given.end(), "quiet_hours.end", violations);
  if (quiet.start == quiet.end && quiet.start >= 0) {
    convert::Add("quiet_hours.end", "is the same as quiet_hours.start", violations);
  }
  terms->in_zone_of_bundle = given.time_zone().empty();
  if (!terms->in_zone_of_bundle && !FindZone(given.time_zone(), &quiet.zone)) {
    convert::Add("quiet_hours.time_zone",
                 absl::StrCat("unknown time zone ", convert::Shown(given.time_zone()),
                              "; expected an IANA name such as `Asia/Shanghai`"),
                 violations);
  }
  terms->quiet_hours = quiet;
}

}  // namespace

absl::StatusOr<Delivery> ReadDelivery(const std::shared_ptr<const rules::Bundle>& bundle,
                                      const v1::WatchGradeChangesRequest& request) {
  Violations violations;
  DeliveryTerms terms;
  terms.grades_entered =
      ReadGrades(*bundle, request.grades_entered(), "grades_entered", &violations);
  terms.grades_left = ReadGrades(*bundle, request.grades_left(), "grades_left", &violations);
  terms.owners = ReadOwners(request.owners(), &violations);
  terms.settle_time = ReadSettleTime(request.settle_time(), &violations);
  if (request.has_quiet_hours()) ReadQuietHours(request.quiet_hours(), &terms, &violations);
  if (CheckLength(request.filter(), kMaxFilterBytes, "filter", &violations)) {
    terms.filter = request.filter();
  }
  Delivery delivery(std::move(terms));
  std::vector<std::string> problems;
  delivery.Use(bundle, &problems);
  for (const std::string& problem : problems) convert::Add("filter", problem, &violations);
  if (absl::Status status = ToStatus(violations); !status.ok()) return status;
  return delivery;
}

}  // namespace leadgrade::rpc
