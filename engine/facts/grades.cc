#include "engine/facts/grades.h"

#include <algorithm>

namespace leadgrade::facts {

const GradeOverride* OverrideInForce(const Lead& lead, absl::Time now) {
  if (!lead.grade_override.has_value()) return nullptr;
  const GradeOverride& set = *lead.grade_override;
  return set.start_time <= now && now < set.expire_time ? &set : nullptr;
}

std::string ComputedGrade(const Lead& lead) {
  const auto& history = lead.grade_history;
  const auto last = std::find_if(history.rbegin(), history.rend(), [](const GradeChange& change) {
    return change.cause != Cause::kOverride;
  });
  return last == history.rend() ? "" : last->to;
}

std::string GradeAt(const Lead& lead, absl::Time now) {
  const GradeOverride* set = OverrideInForce(lead, now);
  return set != nullptr ? set->grade : ComputedGrade(lead);
}

std::string LastGrade(const Lead& lead) {
  const auto& history = lead.grade_history;
  const auto last = std::find_if(history.rbegin(), history.rend(),
                                 [](const GradeChange& change) { return !change.overridden; });
  return last == history.rend() ? "" : last->to;
}

}  // namespace leadgrade::facts
