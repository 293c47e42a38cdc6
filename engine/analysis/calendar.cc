#include "engine/analysis/calendar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace leadgrade::analysis {
namespace {

const absl::int128 kDay = absl::int128(24) * 3600 * 1000000000;
// No clock was ever put forward over midnight by more.
const absl::int128 kMostSkipped = absl::int128(24) * 3600 * 1000000000;
// Rules about daylight saving go on for ever; by then all that there are have been met.
const absl::Time kLastChangeLookedAt = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());

absl::int128 Ahead(absl::TimeZone zone, absl::Time time) {
  return absl::int128(zone.At(time).offset) * 1000000000;
}

}  // namespace

absl::int128 ToNanos(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return absl::int128(seconds) * 1000000000 +
         absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
}

absl::Time FromNanos(absl::int128 nanos) {
  absl::int128 seconds = nanos / 1000000000;
  absl::int128 rest = nanos % 1000000000;
  if (rest < 0) {
    rest += 1000000000;
    seconds -= 1;
  }
  return absl::FromUnixSeconds(static_cast<int64_t>(seconds)) +
         absl::Nanoseconds(static_cast<int64_t>(rest));
}

Calendar::Calendar(TermTable* terms, absl::TimeZone zone) : terms_(*terms), zone_(zone) {
  absl::Time at = absl::FromUnixSeconds(-62135596800);
  least_ahead_ = most_ahead_ = last_ahead_ = Ahead(zone, at);
  last_change_ = ToNanos(at);
  absl::TimeZone::CivilTransition change;
  while (zone.NextTransition(at, &change) && at < kLastChangeLookedAt) {
    const absl::Time next = absl::FromCivil(change.from, zone);
    // The instant itself may be named twice; the one that is later is after the change.
    at = std::max(zone.At(change.to).trans, next);
    last_ahead_ = Ahead(zone, at);
    least_ahead_ = std::min(least_ahead_, last_ahead_);
    most_ahead_ = std::max(most_ahead_, last_ahead_);
    last_change_ = ToNanos(at);
  }
}

Term Calendar::DayOf(Term instant) {
  for (const Instant& known : instants_) {
    if (known.time == instant) return known.day;
  }
  const Term day = terms_.Variable(Sort::kInt, absl::StrCat("day", instants_.size()));
  Relate({instant, day, false}, false);
  return day;
}

Term Calendar::StartOf(Term day) {
  for (const Instant& known : instants_) {
    if (known.is_start && known.day == day) return known.time;
  }
  const Term time = terms_.Variable(Sort::kInt, absl::StrCat("start", instants_.size()));
  const Instant start{time, day, true};
  Relate(start, true);
  return time;
}

void Calendar::Relate(const Instant& added, bool exact_midnight) {
  for (const Instant& other : instants_) {
    const auto follows = [&](const Instant& a, const Instant& b) {
      // The first instant of a day is after exactly those of the days before.
      if (b.is_start) {
        axioms_.push_back(terms_.Iff(terms_.Less(a.time, b.time), terms_.Less(a.day, b.day)));
      } else {
        axioms_.push_back(
            terms_.Implies(terms_.LessEqual(a.time, b.time), terms_.LessEqual(a.day, b.day)));
      }
    };
    follows(added, other);
    follows(other, added);
  }
  // The local time is in the day: day * kDay <= time + ahead < (day + 1) * kDay.
  const auto local = [&](const absl::int128& ahead) {
    return terms_.Apply(Op::kAdd, {added.time, terms_.Int(ahead)});
  };
  const Term midnight = terms_.Apply(Op::kMultiply, {added.day, terms_.Int(kDay)});
  const auto after = [&](const absl::int128& span) {
    return terms_.Apply(Op::kAdd, {midnight, terms_.Int(span)});
  };
  axioms_.push_back(terms_.LessEqual(midnight, local(most_ahead_)));
  axioms_.push_back(terms_.Less(local(least_ahead_), after(kDay)));
  const Term settled = terms_.LessEqual(terms_.Int(last_change_), added.time);
  axioms_.push_back(terms_.Implies(settled, terms_.LessEqual(midnight, local(last_ahead_))));
  axioms_.push_back(terms_.Implies(settled, terms_.Less(local(last_ahead_), after(kDay))));
  if (exact_midnight) {
    axioms_.push_back(terms_.LessEqual(local(least_ahead_), after(kMostSkipped)));
    axioms_.push_back(terms_.Implies(terms_.LessEqual(terms_.Int(last_change_ + kDay), added.time),
                                     terms_.Equal(midnight, local(last_ahead_))));
  }
  instants_.push_back(added);
}

bool Calendar::Refine(const Assignment& assignment) {
  TermValues values(assignment);
  const size_t before = axioms_.size();
  const absl::int128 far = absl::int128(4000000);
  for (const Instant& instant : instants_) {
    const absl::int128 time = std::get<absl::int128>(values.Of(instant.time));
    const absl::int128 day = std::get<absl::int128>(values.Of(instant.day));
    if (day < -far || day > far) continue;
    const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + static_cast<int64_t>(day);
    const absl::int128 first = ToNanos(absl::FromCivil(civil, zone_));
    const absl::int128 next = ToNanos(absl::FromCivil(civil + 1, zone_));
    if (first <= time && time < next && (!instant.is_start || time == first)) continue;
    const Term is_day = terms_.Equal(instant.day, terms_.Int(day));
    if (instant.is_start) {
      axioms_.push_back(terms_.Implies(is_day, terms_.Equal(instant.time, terms_.Int(first))));
    } else {
      axioms_.push_back(
          terms_.Iff(is_day, terms_.And(terms_.LessEqual(terms_.Int(first), instant.time),
                                        terms_.Less(instant.time, terms_.Int(next)))));
    }
  }
  return axioms_.size() > before;
}

std::vector<Term> Calendar::Pins(const Assignment& assignment) const {
  TermValues values(assignment);
  std::vector<Term> pins;
  for (const Instant& instant : instants_) {
    const absl::int128 day = std::get<absl::int128>(values.Of(instant.day));
    pins.push_back(terms_.Equal(instant.day, terms_.Int(day)));
  }
  return pins;
}

void Calendar::Complete(Assignment* assignment) const {
  for (const Instant& instant : instants_) {
    TermValues values(*assignment);
    if (instant.is_start) {
      // Days that no timestamp is in are of no meaning: the formula around says that it fails.
      const absl::int128 day = std::get<absl::int128>(values.Of(instant.day));
      const int64_t near = static_cast<int64_t>(
          std::clamp<absl::int128>(day, absl::int128(-4000000), absl::int128(8000000)));
      const absl::Time start = absl::FromCivil(absl::CivilDay(1970, 1, 1) + near, zone_);
      (*assignment)[instant.time->id] = ToNanos(start);
    } else {
      const absl::int128 time = std::get<absl::int128>(values.Of(instant.time));
      const absl::int128 bound = absl::int128(400000000000) * 1000000000;
      const absl::CivilDay day =
          absl::ToCivilDay(FromNanos(std::clamp<absl::int128>(time, -bound, bound)), zone_);
      (*assignment)[instant.day->id] = absl::int128(day - absl::CivilDay(1970, 1, 1));
    }
  }
}

}  // namespace leadgrade::analysis
