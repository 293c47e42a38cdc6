// The one function that rescoring is: it carries a lead forward in time, through what became known
// and through what the clock alone does, and keeps grade history and open actions on the way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// One thing that became known, at its time.
struct Change {
  absl::Time time;
  // Exactly one of the three.
  std::optional<facts::TimelineEvent> event;
  // What a source says of a fact, instead of what it said before; nullopt: what all of them said is
  // taken back.
  std::optional<std::pair<std::string, std::optional<facts::StatedFact>>> fact;
  // In place of the one before; one that ends early is put in again with another expire_time.
  std::optional<facts::GradeOverride> grade_override;
  facts::Cause cause = facts::Cause::kFact;
};

struct Advanced {
  Decision decision;  // at `now`
  // Grade changes that this call appended to lead.grade_history, oldest first.
  std::vector<facts::GradeChange> changes;
};

// Moves `lead` to `now`: changes are taken in time order, those of one instant together; between
// them every instant at which the clock alone changes the decision (valid_until) is a step of its
// own with cause kTimer; where an override begins or ends there, that change of the lead's grade
// comes first, with cause kOverride. The step of a change that is dated before the lead's last
// decision is made at that last decision's time, since what was said is not rewritten; the event
// itself keeps its own time in the timeline. A change dated after `now` counts as of its time: it
// is kept, and takes effect later. Updates facts, timeline, grade_history, grade_override,
// open_actions and the decision on record of `lead`. With no changes and now < lead.valid_until
// under the same bundle this is one Decide. At most kMaxClockSteps clock steps, then it goes to
// `now` directly. Bounds of limits.h on timeline and history: the oldest grade changes are dropped
// past their bound; too many events is the caller's check.
Advanced Advance(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead& lead,
                 std::vector<Change> changes, absl::Time now);

}  // namespace leadgrade::decision
