#include "tools/days_left.h"

#include <string>

namespace leadgrade::tools {

std::optional<int64_t> DaysLeft(const v1::Decision& decision, absl::TimeZone zone) {
  const auto output = decision.outputs().find("window_end");
  if (output == decision.outputs().end()) return std::nullopt;
  absl::Time end;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, output->second.string_value(), &end, &error)) {
    return std::nullopt;
  }
  const absl::Time now = ToTime(decision.decision_time());
  if (now >= end) return std::nullopt;
  const absl::Time last = end - absl::Nanoseconds(1);
  return absl::ToCivilDay(last, zone) - absl::ToCivilDay(now, zone);
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace leadgrade::tools
