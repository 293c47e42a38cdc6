// What counts of what several sources say of one fact.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/cel/type.h"
#include "engine/facts/lead.h"

namespace leadgrade::facts {

// The value that counts, and why.
struct Belief {
  // Null: unknown. Else of one of the statements, or static.
  const FactValue* value = nullptr;
  // kConfirmed, kClaimed, or kUnknown where there is no value.
  FactStatus status = FactStatus::kUnknown;
  // The statement that it rests on; null where there is no value.
  const StatedFact* by = nullptr;
  // Statements contradict each other, and nobody has confirmed since.
  bool conflicted = false;
};

// Of the statements that have not expired at `now`:
//   - The latest confirmation counts, whatever was claimed before it. What others claim after it
//     and differs does not count, but is a conflict.
//   - A refutation strikes out what was said before it of the same value. A bool that is refuted is
//     confirmed to be the other one.
//   - Without a confirmation the claim with the most say counts, by its source's role (`roles` has
//     them from least to most say; none is below all) and then by time. Claims that differ are a
//     conflict, and where those with the most say do, none counts.
// `roles` may be null. The result points into `statements`.
Belief Resolve(const Statements& statements, const cel::EnumType* roles, absl::Time now);

// As files name them.
inline constexpr std::pair<absl::string_view, FactStatus> kFactStatusNames[] = {
    {"confirmed", FactStatus::kConfirmed},
    {"claimed", FactStatus::kClaimed},
    {"unknown", FactStatus::kUnknown},
    {"refuted", FactStatus::kRefuted}};

// Puts a statement in the place of what the same source said of the fact before.
void State(Lead& lead, const std::string& fact, StatedFact statement);

// The earliest instant after `now` at which a statement expires; InfiniteFuture: none does.
absl::Time NextExpiry(const Lead& lead, absl::Time now);

// What counts of all that is said of one fact; unknown where nothing is said.
Belief BeliefIn(const Lead& lead, absl::string_view fact, const cel::EnumType* roles,
                absl::Time now);

}  // namespace leadgrade::facts
