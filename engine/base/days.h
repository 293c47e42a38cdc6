// Calendar days of a time zone.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace leadgrade::base {

// The same local time, so many calendar days later, before where it is negative. A local time that
// the zone's clock skips or repeats on that day is absl::FromCivil's.
inline absl::Time DaysAfter(absl::Time time, int64_t days, absl::TimeZone zone) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, zone);
  const absl::Duration fraction = time - absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  const absl::CivilDay day = absl::CivilDay(civil) + days;
  return absl::FromCivil(absl::CivilSecond(day.year(), day.month(), day.day(), civil.hour(),
                                           civil.minute(), civil.second()),
                         zone) +
         fraction;
}

}  // namespace leadgrade::base
