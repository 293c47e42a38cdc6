#include "engine/decision/advance.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/decision/valid_until.h"
#include "engine/facts/grades.h"
#include "engine/facts/statements.h"

namespace leadgrade::decision {
namespace {

using facts::Cause;
using facts::Lead;

// Entering a grade may change what the rules say (the days in it start anew), so the lead is
// decided again after each change; rules that never come to rest are stopped here.
constexpr int kMaxChangesPerInstant = 4;

class Advancer {
 public:
  Advancer(const std::shared_ptr<const rules::Bundle>& bundle, Lead& lead, absl::Time now)
      : bundle_(bundle), lead_(lead), now_(std::max(now, lead.decided_time)) {}

  Advanced Run(std::vector<Change> changes) {
    std::stable_sort(changes.begin(), changes.end(), [this](const Change& a, const Change& b) {
      return StepTime(a) < StepTime(b);
    });
    for (size_t i = 0; i < changes.size();) {
      const absl::Time time = StepTime(changes[i]);
      // What the clock does at `time` itself it does together with the changes.
      TakeClockStepsBefore(time);
      const Cause cause = changes[i].cause;
      for (; i < changes.size() && StepTime(changes[i]) == time; ++i) Apply(std::move(changes[i]));
      // An event of the future does not count yet; nothing is decided then.
      Step(std::min(time, now_), cause);
    }
    if (lead_.decided_time == absl::InfinitePast()) {
      Step(now_, Cause::kFact);
    } else if (lead_.bundle_digest != bundle_->digest) {
      Step(now_, Cause::kBundle);
    }
    TakeClockStepsBefore(now_);
    // Due now, beyond analysis, or after too many steps: straight on.
    if (lead_.decided_time < now_ && lead_.valid_until <= now_) Step(now_, Cause::kTimer);
    Advanced advanced;
    advanced.decision = DecideNow();
    advanced.changes = std::move(changes_);
    return advanced;
  }

 private:
  absl::Time StepTime(const Change& change) const {
    return std::max(std::min(change.time, now_), decided_before_);
  }

  void Apply(Change change) {
    if (change.event.has_value()) {
      auto& timeline = lead_.timeline;
      const auto after =
          std::upper_bound(timeline.begin(), timeline.end(), change.event->time,
                           [](absl::Time time, const auto& event) { return time < event.time; });
      timeline.insert(after, *std::move(change.event));
    } else if (change.grade_override.has_value()) {
      lead_.grade_override = *std::move(change.grade_override);
    } else if (change.fact->second.has_value()) {
      facts::State(lead_, change.fact->first, *std::move(change.fact->second));
    } else {
      lead_.facts.erase(change.fact->first);
    }
  }

  // Every instant before `time` at which the clock alone changes the decision on record.
  void TakeClockStepsBefore(absl::Time time) {
    while (lead_.decided_time != absl::InfinitePast() && lead_.valid_until < time &&
           lead_.valid_until > lead_.decided_time && lead_.bundle_digest == bundle_->digest &&
           steps_ < base::kMaxClockSteps) {
      ++steps_;
      Step(lead_.valid_until, Cause::kTimer);
    }
  }

  void Step(absl::Time time, Cause cause) {
    EnterOverride(time);
    Decided decided = DecideOnce(bundle_, lead_, time, Scope::kAnswerAndHolds);
    for (int i = 0; i < kMaxChangesPerInstant && Enter(decided.decision, cause); ++i) {
      decided = DecideOnce(bundle_, lead_, time, Scope::kAnswerAndHolds);
    }
    const Validity validity = FindValidity(bundle_, lead_, decided);
    Decision& decision = decided.decision;
    decision.valid_until = validity.answer;
    std::vector<facts::OpenAction> open;
    for (const NextAction& action : decision.actions) {
      open.push_back({action.action->code, action.proposed_time});
    }
    lead_.open_actions = std::move(open);
    lead_.decided_time = time;
    lead_.valid_until = decision.valid_until;
    lead_.grade_valid_until = validity.grade;
    lead_.bundle_digest = bundle_->digest;
    last_ = std::move(decided);
  }

  // Records that an override has begun or ended, where that changes the lead's grade.
  void EnterOverride(absl::Time time) {
    facts::GradeChange change;
    change.time = time;
    change.from = facts::LastGrade(lead_);
    change.to = facts::GradeAt(lead_, time);
    change.cause = Cause::kOverride;
    if (change.from != change.to) Record(std::move(change));
  }

  // Records the decision's grade where it is another than the rules gave last; false where it is
  // not.
  bool Enter(const Decision& decision, Cause cause) {
    if (decision.grade < 0) return false;
    facts::GradeChange change;
    change.time = decision.now;
    change.from = facts::ComputedGrade(lead_);
    change.to = GradeName(decision, decision.grade);
    if (change.from == change.to) return false;
    if (const rules::Rule* rule = SettlingRule(decision)) change.rule = rule->id;
    change.cause = cause;
    change.overridden = facts::OverrideInForce(lead_, decision.now) != nullptr;
    Record(std::move(change));
    return true;
  }

  void Record(facts::GradeChange change) {
    change.bundle_digest = bundle_->digest;
    auto& history = lead_.grade_history;
    if (history.size() >= base::kMaxGradeChangesPerLead) history.erase(history.begin());
    history.push_back(change);
    changes_.push_back(std::move(change));
  }

  Decision DecideNow() {
    if (last_.has_value() && last_->decision.now == now_) return std::move(last_->decision);
    if (lead_.valid_until <= now_) return Decide(bundle_, lead_, now_);
    // The decision on record still holds, and so does its end.
    const Decided* before = last_.has_value() ? &*last_ : nullptr;
    Decision decision =
        DecideOnce(bundle_, lead_, now_, Scope::kAnswer, false, nullptr, before).decision;
    decision.valid_until = lead_.valid_until;
    return decision;
  }

  const std::shared_ptr<const rules::Bundle>& bundle_;
  Lead& lead_;
  // A clock that was set back does not take a lead back.
  const absl::Time now_;
  // What was said is not rewritten: no step before the decision that was on record at the start.
  const absl::Time decided_before_ = lead_.decided_time;
  std::vector<facts::GradeChange> changes_;
  std::optional<Decided> last_;  // nothing has changed since
  int steps_ = 0;
};

}  // namespace

Advanced Advance(const std::shared_ptr<const rules::Bundle>& bundle, Lead& lead,
                 std::vector<Change> changes, absl::Time now) {
  return Advancer(bundle, lead, now).Run(std::move(changes));
}

}  // namespace leadgrade::decision
