// What putting other rules in force would do to leads that there are: which grades change, and
// which actions are proposed, at once and as the days go by with no further news.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::trial {

inline constexpr int kMaxComparedDays = 366;

struct ComparisonOptions {
  absl::Time now;
  // How many calendar days are looked ahead, in the new bundle's time zone, the one of `now`
  // included; 0: none. At most kMaxComparedDays.
  int days = 30;
  // Leads named for each change, those whose ids come first.
  size_t examples = 3;
};

// Grades before and after; empty: none.
using Transition = std::pair<std::string, std::string>;

struct TransitionCount {
  int64_t leads = 0;
  std::set<std::string> examples;  // ids
};

// Leads of which the action is proposed at `now`.
struct ActionCount {
  int64_t before = 0, after = 0;
  int64_t started = 0;             // only after
  int64_t stopped = 0;             // only before
  std::set<std::string> examples;  // ids of those that differ
};

struct OwnerCount {
  int64_t leads = 0;
  int64_t regraded = 0;             // of another grade
  int64_t raised = 0, lowered = 0;  // of those, where both bundles know both grades
  int64_t before = 0, after = 0;    // actions that are proposed
  int64_t started = 0, stopped = 0;
};

// Actions that come to be proposed on one day: of a lead, one that was not proposed just before.
struct DayCount {
  int64_t before = 0, after = 0;
};

struct ComparisonResult {
  int64_t leads = 0;
  std::map<Transition, TransitionCount> transitions;  // also of those that stay
  int64_t provisional_before = 0, provisional_after = 0;
  // Of whose decisions the rules fail somewhere (decision::DecisionIssue).
  int64_t faulty_before = 0, faulty_after = 0;
  int64_t rescored = 0;                        // of another score; only where both bundles give one
  std::map<std::string, ActionCount> actions;  // by code
  std::map<std::string, OwnerCount> owners;
  // From the day of `now` on; of the first, before: by the clock alone, after: also those that the
  // change itself brings.
  std::vector<DayCount> days;
  std::map<std::string, std::vector<DayCount>> action_days;  // by code
  // Leads of which the clock decides beyond analysis, or too often, within these days: what comes
  // after that is not counted.
  int64_t beyond_before = 0, beyond_after = 0;
};

// Not thread safe: one for each thread, and then Merge.
class Comparison {
 public:
  Comparison(std::shared_ptr<const rules::Bundle> before,
             std::shared_ptr<const rules::Bundle> after, const ComparisonOptions& options);

  // A lead as it is on record, or as it is known where it never was decided: each bundle takes it
  // to `now`, the new one as it would if it were put in force now.
  void Add(absl::string_view id, absl::string_view owner, const facts::Lead& lead);
  // Adds what another with the same options counted. The order does not matter.
  void Merge(const Comparison& other);

  const ComparisonResult& result() const { return result_; }

 private:
  struct Outcome;
  Outcome Take(int side, const facts::Lead& lead);
  void CountGrades(const std::string& id, const Outcome& before, const Outcome& after,
                   OwnerCount* owner);
  void CountActions(const std::string& id, const Outcome& before, const Outcome& after,
                    OwnerCount* owner);
  void CountDay(int side, const std::string& code, absl::Time time);
  void AddExample(const std::string& id, std::set<std::string>* examples) const;
  // 1: the grade became better; -1: worse; 0: the same, or not to be told.
  int Direction(const Outcome& before, const Outcome& after) const;

  const std::shared_ptr<const rules::Bundle> bundles_[2];
  const ComparisonOptions options_;
  const absl::CivilDay today_;
  const absl::Time end_;  // of the days looked at
  ComparisonResult result_;
};

}  // namespace leadgrade::trial
