#include "tools/watch_conditions.h"

#include <utility>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace leadgrade::tools {
namespace {

constexpr absl::Duration kLongestSettle = absl::Hours(7 * 24);

// "" where it is one.
std::string CheckSettle(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration() &&
      duration <= kLongestSettle) {
    return "";
  }
  return absl::StrCat("expected a duration such as 90s, 10m or 36h, at most 168h; got `", text,
                      "`");
}

std::string CheckQuiet(const std::string& text) {
  const std::vector<std::string> ends = absl::StrSplit(text, '-');
  if (ends.size() == 2 && ends[0].size() == 5 && ends[1].size() == 5) return "";
  return absl::StrCat("expected HH:MM-HH:MM, such as 22:00-07:00; got `", text, "`");
}

void AddGradeList(CLI::App* command, const std::string& name, const std::string& help,
                  std::vector<std::string>* grades) {
  command->add_option(name, *grades, help)
      ->type_name("GRADE,...")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void AddWatchConditions(CLI::App* command, WatchConditions* conditions) {
  AddGradeList(command, "--entered", "Only changes to one of these grades", &conditions->entered);
  AddGradeList(command, "--left", "Only changes from one of these grades", &conditions->left);
  command
      ->add_option("--owner", conditions->owners,
                   "Only leads that this owner had then; may be given more than once")
      ->type_name("OWNER")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--filter", conditions->filter,
                   "Only leads of which this is true when the change is sent: CEL over facts, "
                   "aggregates, parameters and `now`")
      ->type_name("CEL");
  command
      ->add_option("--settle", conditions->settle,
                   "Only changes to a grade in which the lead stays for so long, up to 168h")
      ->type_name("DURATION")
      ->check(CheckSettle);
  CLI::Option* quiet = command
                           ->add_option("--quiet", conditions->quiet,
                                        "Hold changes back between these times of the day")
                           ->type_name("HH:MM-HH:MM")
                           ->check(CheckQuiet);
  command
      ->add_option("--quiet-zone", conditions->quiet_zone,
                   "Time zone of --quiet, such as Asia/Shanghai; else the bundle's")
      ->type_name("ZONE")
      ->needs(quiet);
}

v1::WatchGradeChangesRequest RequestOf(const WatchConditions& conditions) {
  v1::WatchGradeChangesRequest request;
  for (const std::string& grade : conditions.entered) request.add_grades_entered(grade);
  for (const std::string& grade : conditions.left) request.add_grades_left(grade);
  for (const std::string& owner : conditions.owners) request.add_owners(owner);
  request.set_filter(conditions.filter);
  absl::Duration settle;
  if (absl::ParseDuration(conditions.settle, &settle) && settle > absl::ZeroDuration()) {
    request.mutable_settle_time()->set_seconds(
        absl::IDivDuration(settle, absl::Seconds(1), &settle));
    request.mutable_settle_time()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(settle)));
  }
  if (!conditions.quiet.empty()) {
    const std::pair<std::string, std::string> ends =
        absl::StrSplit(conditions.quiet, absl::MaxSplits('-', 1));
    request.mutable_quiet_hours()->set_start(ends.first);
    request.mutable_quiet_hours()->set_end(ends.second);
    request.mutable_quiet_hours()->set_time_zone(conditions.quiet_zone);
  }
  return request;
}

}  // namespace leadgrade::tools
