// Days of instants, in formulas.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/term.h"

namespace leadgrade::analysis {

// Nanoseconds since the Unix epoch.
absl::int128 ToNanos(absl::Time time);
absl::Time FromNanos(absl::int128 nanos);

// The local calendar days that instants are in. A solver knows no time zones: what it is told is
// that days follow instants, that the first instant of a day is before all others of it, and how
// far local time may be from UTC. Where the zone's clock was never changed after an instant, that
// is exact; else it is a little loose, on the safe side for proofs, and Refine tells it more.
//
// Instants are given as terms in nanoseconds since the Unix epoch. Not thread safe; keeps a pointer
// to the table.
class Calendar {
 public:
  Calendar(TermTable* terms, absl::TimeZone zone);

  // The number of the day, counted from 1970-01-01.
  Term DayOf(Term instant);
  // The first instant of the day.
  Term StartOf(Term day);

  // What holds of the variables made so far; grows with each new day.
  const std::vector<Term>& axioms() const { return axioms_; }
  // Adds what is true of the days that the values are wrong about; false where they are right.
  bool Refine(const Assignment& values);
  // That all days are those of the values: where Refine has told of them, what is asked is soon
  // answered.
  std::vector<Term> Pins(const Assignment& values) const;
  // Gives those variables the values that they have by the zone, where all others have theirs.
  void Complete(Assignment* assignment) const;

 private:
  struct Instant {
    Term time;
    Term day;
    bool is_start = false;  // `time` follows from `day`, not the day from the time
  };

  void Relate(const Instant& added, bool exact_midnight);

  TermTable& terms_;
  const absl::TimeZone zone_;
  // How far local time is ahead of UTC, in nanoseconds: at all times, and after the last change.
  absl::int128 least_ahead_, most_ahead_, last_ahead_;
  absl::int128 last_change_;
  std::vector<Instant> instants_;  // in the order made
  std::vector<Term> axioms_;
};

}  // namespace leadgrade::analysis
