// Leads, and what becomes known of them, in few words.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/decision/advance.h"
#include "engine/decision/decision.h"
#include "engine/facts/lead.h"

namespace leadgrade::testing {

inline facts::StatedFact Stated(facts::FactValue value) {
  facts::StatedFact fact;
  fact.value = std::move(value);
  return fact;
}

inline decision::Change FactAt(absl::Time time, const std::string& name, facts::FactValue value) {
  decision::Change change;
  change.time = time;
  change.fact.emplace(name, Stated(std::move(value)));
  return change;
}

inline decision::Change RetractionAt(absl::Time time, const std::string& name) {
  decision::Change change;
  change.time = time;
  change.fact.emplace(name, std::nullopt);
  return change;
}

inline decision::Change EventAt(absl::Time time, const std::string& type) {
  decision::Change change;
  change.time = time;
  change.cause = facts::Cause::kEvent;
  change.event = facts::TimelineEvent{time, type, std::nullopt};
  return change;
}

inline std::string ToText(absl::Time time) {
  if (time == absl::InfiniteFuture()) return "never";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// "FROM -> TO at TIME by RULE", a line for each change.
inline std::string History(const facts::Lead& lead) {
  std::string out;
  for (const facts::GradeChange& change : lead.grade_history) {
    absl::StrAppend(&out, change.from.empty() ? "none" : change.from, " -> ", change.to, " at ",
                    ToText(change.time), " by ", change.rule, "\n");
  }
  return out;
}

// Whether the rules, which may read when a grade was entered, led the lead round in a circle within
// one instant: it then stays where its bound of steps left it, and each look at it goes on.
inline bool IsRestless(const facts::Lead& lead) {
  std::set<std::pair<absl::Time, std::string>> entered;
  for (const facts::GradeChange& change : lead.grade_history) {
    if (!entered.emplace(change.time, change.to).second) return true;
  }
  return false;
}

inline const std::string& GradeOf(const decision::Decision& decision) {
  return decision::GradeName(decision, decision.grade);
}

}  // namespace leadgrade::testing
