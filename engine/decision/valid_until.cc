#include "engine/decision/valid_until.h"

#include <algorithm>

#include "engine/facts/aggregates.h"
#include "engine/facts/grades.h"
#include "engine/facts/statements.h"

namespace leadgrade::decision {
namespace {

using facts::Course;

constexpr int kMaxProbes = 32;

template <typename Entry>
absl::Time NextEntry(const std::vector<Entry>& entries, absl::Time now) {
  absl::Time next = absl::InfiniteFuture();
  for (const Entry& entry : entries) {
    if (entry.time > now) next = std::min(next, entry.time);
  }
  return next;
}

bool SameRules(const std::vector<MatchedRule>& a, const std::vector<MatchedRule>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const MatchedRule& x, const MatchedRule& y) { return x.rule == y.rule; });
}

bool SameGrade(const Decision& a, const Decision& b) {
  return a.grade == b.grade && a.grade_override.has_value() == b.grade_override.has_value();
}

// Follows a decision through the instants at which it might change.
class Follower {
 public:
  Follower(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
           const Decided& decided)
      : bundle_(bundle), lead_(lead), first_(decided.decision), last_(&decided) {}

  absl::Time FollowAnswer() {
    absl::Time until = last_->holds.answer;
    for (int probe = 0; probe < kMaxProbes && IsAhead(until); ++probe) {
      Look(until, Scope::kAnswerAndHolds);
      if (!SameAnswer(first_, last_->decision)) break;
      // Beyond analysis from here on: the instant itself is as far as it is known to hold.
      if (last_->holds.answer <= until) break;
      until = last_->holds.answer;
    }
    return until;
  }

  // Behind FollowAnswer, which gave `until`.
  absl::Time FollowGrade(absl::Time until) {
    if (!IsAhead(until) || !SameGrade(first_, last_->decision)) return until;
    until = std::max(until, last_->holds.grade);
    for (int probe = 0; probe < kMaxProbes && IsAhead(until); ++probe) {
      Look(until, Scope::kGradeAndHolds);
      if (!SameGrade(first_, last_->decision) || last_->holds.grade <= until) break;
      until = last_->holds.grade;
    }
    return until;
  }

 private:
  bool IsAhead(absl::Time time) const {
    return time > first_.now && time != absl::InfiniteFuture();
  }

  void Look(absl::Time time, Scope scope) {
    later_ = DecideOnce(bundle_, lead_, time, scope, false, &first_.actions, last_);
    last_ = &later_;
  }

  const std::shared_ptr<const rules::Bundle>& bundle_;
  const facts::Lead& lead_;
  const Decision& first_;
  const Decided* last_;  // where it has got to
  Decided later_;
};

}  // namespace

Holds HoldsAtLeastUntil(Evaluation& evaluation, const facts::Lead& lead, bool grade_only) {
  const rules::Bundle& bundle = evaluation.bundle();
  cel::EvalContext& context = evaluation.context();
  absl::Time until =
      std::min(NextEntry(lead.timeline, context.now), NextEntry(lead.grade_history, context.now));
  until = std::min(until, facts::NextExpiry(lead, context.now));
  if (const auto* set = facts::OverrideInForce(lead, context.now)) {
    until = std::min(until, set->expire_time);
  }
  std::vector<Course> courses(bundle.slot_count);
  courses[facts::kNowSlot] = {absl::InfiniteFuture(), Course::Shape::kInstant, 1};
  for (int index : bundle.grade_facts) {
    courses[bundle.schema.facts[index].slot].tried = bundle.answers[index].exhaustive;
  }
  for (const facts::Aggregate& aggregate : bundle.schema.aggregates) {
    if (!aggregate.within.has_value()) continue;
    courses[aggregate.slot].until = facts::NextAggregateChange(aggregate, lead, context);
  }
  for (const facts::FactAttribute& attribute : bundle.schema.attributes) {
    if (attribute.slot >= bundle.slot_count) break;
    if (attribute.what != facts::Provenance::kAge) continue;
    courses[attribute.slot] = {absl::InfiniteFuture(), Course::Shape::kInstant, 1};
  }
  for (int index : bundle.schema.derivation_order) {
    const facts::Fact& fact = bundle.schema.facts[index];
    if (fact.timed == nullptr || evaluation.stated()[index]) continue;
    courses[fact.slot] = fact.timed->Eval(context, courses).course;
  }
  Holds all{until, until};
  for (int index : grade_only ? bundle.grade_rule_sets : bundle.evaluation_order) {
    const rules::RuleSet& set = bundle.rule_sets[index];
    absl::Time holds = absl::InfiniteFuture();
    for (const auto& timed : set.timed) {
      holds = std::min(holds, facts::HoldsUntil(timed->Eval(context, courses).course, context));
    }
    for (const rules::Output& output : set.outputs) courses[output.slot].until = holds;
    all.answer = std::min(all.answer, holds);
    if (set.of_grade) all.grade = std::min(all.grade, holds);
  }
  if (grade_only) return all;
  for (const auto& [name, slot] : bundle.shown_slots) {
    all.answer = std::min(all.answer, facts::HoldsUntil(courses[slot], context));
  }
  return all;
}

bool SameAnswer(const Decision& a, const Decision& b) {
  const auto same_missing = [](const MissingFact& x, const MissingFact& y) {
    return x.fact == y.fact && x.unconfirmed == y.unconfirmed;
  };
  const auto same_conflict = [](const FactConflict& x, const FactConflict& y) {
    // Of one lead, so that the number tells whether one has expired.
    return x.fact == y.fact && x.statements.size() == y.statements.size();
  };
  const auto same_action = [](const NextAction& x, const NextAction& y) {
    return x.action == y.action;
  };
  const auto same_issue = [](const DecisionIssue& x, const DecisionIssue& y) {
    return x.code == y.code && x.rule_set == y.rule_set && x.rule == y.rule;
  };
  return a.grade == b.grade && a.potential_grade == b.potential_grade &&
         a.provisional == b.provisional && a.attainable == b.attainable && a.score == b.score &&
         a.potential_score == b.potential_score && SameRules(a.reasons, b.reasons) &&
         a.grade_override.has_value() == b.grade_override.has_value() && a.outputs == b.outputs &&
         std::equal(a.missing.begin(), a.missing.end(), b.missing.begin(), b.missing.end(),
                    same_missing) &&
         std::equal(a.conflicts.begin(), a.conflicts.end(), b.conflicts.begin(), b.conflicts.end(),
                    same_conflict) &&
         std::equal(a.actions.begin(), a.actions.end(), b.actions.begin(), b.actions.end(),
                    same_action) &&
         std::equal(a.issues.begin(), a.issues.end(), b.issues.begin(), b.issues.end(), same_issue);
}

absl::Time FindValidUntil(const std::shared_ptr<const rules::Bundle>& bundle,
                          const facts::Lead& lead, const Decided& decided) {
  return Follower(bundle, lead, decided).FollowAnswer();
}

Validity FindValidity(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                      const Decided& decided) {
  Follower follower(bundle, lead, decided);
  Validity validity;
  validity.answer = follower.FollowAnswer();
  validity.grade = follower.FollowGrade(validity.answer);
  return validity;
}

}  // namespace leadgrade::decision
