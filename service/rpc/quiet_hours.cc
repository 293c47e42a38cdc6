#include "service/rpc/quiet_hours.h"

#include "absl/time/civil_time.h"

namespace leadgrade::rpc {
namespace {

enum class Of : uint8_t { kFirst, kSecond };

// When the clocks show that minute of the day; which of two, where they show it twice.
absl::Time InstantOf(absl::TimeZone zone, absl::CivilDay day, int minute, Of of) {
  const absl::CivilSecond time(day.year(), day.month(), day.day(), minute / 60, minute % 60);
  const absl::TimeZone::TimeInfo info = zone.At(time);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      break;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return info.trans;
    case absl::TimeZone::TimeInfo::REPEATED:
      return of == Of::kFirst ? info.pre : info.post;
  }
  return info.pre;
}

}  // namespace

absl::Time QuietUntil(const QuietHours& quiet, absl::Time now) {
  const absl::CivilDay today(quiet.zone.At(now).cs);
  const int over_midnight = quiet.end < quiet.start ? 1 : 0;
  // Those that began yesterday may still be on.
  for (const absl::CivilDay day : {today - 1, today}) {
    const absl::Time begin = InstantOf(quiet.zone, day, quiet.start, Of::kFirst);
    const absl::Time end = InstantOf(quiet.zone, day + over_midnight, quiet.end, Of::kSecond);
    if (begin <= now && now < end) return end;
  }
  return now;
}

}  // namespace leadgrade::rpc
