// What a bundle says of one lead at one instant.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/cel/value.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

struct MatchedRule {
  const rules::RuleSet* rule_set = nullptr;
  const rules::Rule* rule = nullptr;
};

struct NextAction {
  const rules::Action* action = nullptr;
  absl::Time proposed_time;
  absl::Time due_time = absl::InfiniteFuture();  // InfiniteFuture: none
};

// Something in the rules that failed for this lead: an evaluation error, a conflict under the hit
// policy, no outcome. The decision stands without it, is provisional, and says so here.
struct DecisionIssue {
  std::string code;  // "evaluation-error", "hit-policy-conflict", "no-outcome", "unreadable-fact"
  std::string rule_set;
  std::string rule;
  std::string message;
};

// Sources that contradict each other, until somebody confirms (facts/statements.h).
struct FactConflict {
  const facts::Fact* fact = nullptr;
  facts::Statements statements;  // those that have not expired
};

struct MissingFact {
  const facts::Fact* fact = nullptr;
  // The grades that stay attainable, averaged over the fact's possible answers by their likelihood:
  // the lower, the more telling the answer. The list is in rising order of it, then in schema
  // order.
  double remaining_grades = 0;
  // It has a value, but nobody has confirmed it, and the rules ask for that.
  bool unconfirmed = false;
};

// Points into `bundle`, which it keeps alive. Ordinals are those of bundle->grade_enum.
struct Decision {
  std::shared_ptr<const rules::Bundle> bundle;
  absl::Time now;
  // Worst and best attainable grade by the rules; -1 where they gave none.
  int grade = -1;
  int potential_grade = -1;
  bool provisional = false;      // more than one attainable grade, or issues with the grade
  std::vector<int> attainable;   // best first
  bool attainable_exact = true;  // false: a sound over-approximation
  // In force at `now`: the lead has its grade, whatever the rules say.
  std::optional<facts::GradeOverride> grade_override;
  std::optional<double> score;            // lowest attainable
  std::optional<double> potential_score;  // highest attainable
  std::vector<MatchedRule> reasons;  // the rule that settles the grade first, then the other sets'
                                     // matches in evaluation order
  std::vector<MissingFact> missing;  // only facts whose answer can change the grade
  std::vector<FactConflict> conflicts;  // in schema order
  std::vector<NextAction> actions;  // by priority (urgent first), then due time, then catalog order
  std::vector<DecisionIssue> issues;
  // What else the bundle lists under `decision.outputs`, in that order; unknown ones are left out.
  std::vector<std::pair<std::string, facts::FactValue>> outputs;
  // The earliest instant after `now` at which the clock alone could change anything above;
  // InfiniteFuture: never. At or before `now`: at any time (beyond analysis).
  absl::Time valid_until = absl::InfiniteFuture();
  // The values of the facts the decision was made from, in schema order, as FACTS.json would show
  // them (ToString form); only filled on request.
  std::vector<std::pair<std::string, std::string>> fact_values;
};

// The rule that settles the grade; null where none alone does.
const rules::Rule* SettlingRule(const Decision& decision);

const std::string& GradeName(const Decision& decision, int ordinal);  // "" for -1
const std::string& GradeName(const rules::Bundle& bundle, int ordinal);

// The grade that the lead has: that of the override in force, else the one by the rules.
const std::string& EffectiveGrade(const Decision& decision);

struct DecideOptions {
  bool valid_until = true;  // compute it (costs further evaluations where the clock matters)
  bool fact_values = false;
};

// Pure in (bundle, lead, now): the same input gives the same decision, byte for byte. Thread safe.
// Never fails: what goes wrong in the rules is in `issues`.
Decision Decide(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                absl::Time now, const DecideOptions& options = {});

}  // namespace leadgrade::decision
