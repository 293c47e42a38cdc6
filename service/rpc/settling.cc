#include "service/rpc/settling.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace leadgrade::rpc {
namespace {

using facts::GradeChange;

absl::Time RecordedTime(const GradeChange& change) {
  return change.recorded_time == absl::InfinitePast() ? change.time : change.recorded_time;
}

// Whether `next` came before the lead had settled by `change`.
bool Undoes(const GradeChange& next, const GradeChange& change, absl::Duration settle_time) {
  const absl::Time settled = change.time + settle_time;
  if (next.time >= settled) return false;
  // Written with it, or while it was still to settle.
  return RecordedTime(next) <= RecordedTime(change) || RecordedTime(next) < settled;
}

bool IsSame(const GradeChange& kept, const store::LoggedChange& logged) {
  const GradeChange& change = logged.change;
  return kept.time == change.time && kept.from == change.from && kept.to == change.to &&
         kept.rule == change.rule && kept.cause == change.cause &&
         // Not kept where it is the change's time, nor by earlier versions.
         (kept.recorded_time == absl::InfinitePast() || kept.recorded_time == logged.recorded_time);
}

}  // namespace

std::optional<GradeChange> Settled(const store::LoggedChange& change, const facts::Lead& lead,
                                   absl::Duration settle_time) {
  std::vector<GradeChange> history;
  std::copy_if(lead.grade_history.begin(), lead.grade_history.end(), std::back_inserter(history),
               [](const GradeChange& kept) { return !kept.overridden; });
  const auto settles = [&](size_t i) {
    return i + 1 == history.size() || !Undoes(history[i + 1], history[i], settle_time);
  };
  // Of some alike, within one instant, only the last one can have settled. Which of them this is
  // cannot be told: it is given once for each, rather than not at all.
  size_t at = history.size();
  while (at > 0 && !IsSame(history[at - 1], change)) --at;
  // No longer there: very many changes ago.
  if (at == 0) return std::nullopt;
  --at;
  if (!settles(at)) return std::nullopt;
  size_t before = at;
  while (before > 0 && !settles(before - 1)) --before;
  GradeChange settled = change.change;
  settled.from = before > 0 ? history[before - 1].to : history[0].from;
  if (settled.from == settled.to) return std::nullopt;
  return settled;
}

}  // namespace leadgrade::rpc
