// The grades of a lead by brute force: decided anew at every instant at which anything could turn,
// with no trust in how long a decision says that it holds.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "engine/facts/lead.h"
#include "tests/simulation/life.h"

namespace leadgrade::simulation {

class Oracle {
 public:
  struct Change {
    absl::Time time;
    // From when on it could be known: later than `time` where the news came late.
    absl::Time known;
    std::string from, to, rule;
  };
  struct Step {
    absl::Time time;
    int grade = -1;
    int potential = -1;
  };

  Oracle(std::shared_ptr<const rules::Bundle> bundle) : bundle_(std::move(bundle)) {}

  // An input took effect at `now`. What the clock alone does up to `drained` was on record before.
  void Take(const Input& input, absl::Time now, absl::Time drained);
  // What the clock alone does, up to and at `time`.
  void GoOn(absl::Time time) { StepThrough(time, true, absl::InfinitePast()); }
  // As of `now`; on a copy.
  decision::Decision At(absl::Time now) const;
  // From `now` to `end` with no further news: each step has other grades than the one before.
  std::vector<Step> Ahead(absl::Time now, absl::Time end) const;

  const std::vector<Change>& changes() const { return changes_; }
  const facts::Lead& lead() const { return lead_; }

 private:
  struct Said {
    absl::Time step;
    const store::StoredEvent* event = nullptr;
    const std::pair<std::string, std::optional<facts::StatedFact>>* fact = nullptr;
  };
  std::vector<Said> Order(const Input& input, absl::Time now);
  void Apply(const Said& said);
  // All turns after the present instant and before `end`, or at it where `inclusive`.
  void StepThrough(absl::Time end, bool inclusive, absl::Time known);
  absl::Time NextTurn() const;
  void Settle(absl::Time time, absl::Time known);
  decision::Decision Decide(absl::Time time) const;

  std::shared_ptr<const rules::Bundle> bundle_;
  facts::Lead lead_;
  std::set<std::string> event_ids_;
  std::vector<Change> changes_;
  decision::Decision last_;
  // Up to when all turns are looked at; the decision on record may be older.
  absl::Time looked_ = absl::InfinitePast();
  absl::Time decided_ = absl::InfinitePast();
};

}  // namespace leadgrade::simulation
