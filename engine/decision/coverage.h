// What a set of decisions has shown of a bundle's rules: which were tried and which decided, which
// conditions were seen true and false, and which of them were shown to matter.
//
// The last is MC/DC, modified condition/decision coverage, the structural coverage that DO-178C
// asks of the most critical software: every condition of a rule has been shown to affect the rule's
// outcome by itself. It is the masking form, which the certification authorities accept for it
// (CAST-6; J. J. Chilenski, "An Investigation of Three Forms of the Modified Condition Decision
// Coverage (MCDC) Criterion", DOT/FAA/AR-01/18, 2001): two decisions show it in which the condition
// and the outcome differ, and in each of which the condition alone decides, the others being what
// they are; these may differ between the two as long as they are masked. A condition that is
// written twice counts twice.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/decision/condition_tree.h"
#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

// How often a condition, or a whole rule, was seen so; an evaluation that failed counts as false,
// as it does for the rule.
struct Seen {
  int truly = 0, falsely = 0, unknown = 0;
  int total() const { return truly + falsely + unknown; }
};

struct ConditionCoverage {
  std::string source;     // CEL, as written
  base::SourceSpan span;  // files as the bundle has them
  Seen seen;
  // How often it decided the rule's outcome: by its value, and by the outcome.
  std::array<std::array<int, 2>, 2> decided = {};

  bool covered() const {
    return (decided[1][1] > 0 && decided[0][0] > 0) || (decided[1][0] > 0 && decided[0][1] > 0);
  }
};

struct RuleCoverage {
  const rules::RuleSet* rule_set = nullptr;
  const rules::Rule* rule = nullptr;
  // A rule is tried where its rule set comes to it: under FIRST not behind one that matches.
  Seen seen;
  int won = 0;  // its outcome was the rule set's
  std::vector<ConditionCoverage> conditions;
};

// One thing that a decision may give.
struct OutcomeCoverage {
  std::string of;     // "grade", "action", or an output of an enumeration: "routing.desk"
  std::string value;  // its name
  int given = 0;
};

// Not thread safe. Keeps the bundle alive.
class Coverage {
 public:
  explicit Coverage(std::shared_ptr<const rules::Bundle> bundle);

  // What a decision on `lead` shows; `lead` is as it was decided on. Looks at the lead anew: it
  // costs about what the decision cost. Gives whether it showed something for the first time.
  bool Add(const facts::Lead& lead, const Decision& decision);

  const rules::Bundle& bundle() const { return *bundle_; }
  // In the order of the bundle's rule sets, and of each one's rules.
  const std::vector<RuleCoverage>& rules() const { return rules_; }
  const std::vector<OutcomeCoverage>& outcomes() const { return outcomes_; }

  // Percent; 100 where there are none.
  struct Share {
    int covered = 0, total = 0;
    double percent() const { return total == 0 ? 100 : 100.0 * covered / total; }
  };
  Share rules_won() const;
  Share conditions_covered() const;
  Share outcomes_given() const;

 private:
  void AddRules(Evaluation& evaluation, int rule_set, const Outcome& outcome);
  void AddConditions(Evaluation& evaluation, Truth truth, size_t rule);
  void AddEnumOutputs(Evaluation& evaluation, int rule_set);
  void Give(absl::string_view of, absl::string_view value);
  void Count(int* counter) { news_ |= (*counter)++ == 0; }
  void Count(Truth truth, Seen* seen);

  const std::shared_ptr<const rules::Bundle> bundle_;
  std::vector<size_t> first_rule_;  // by rule set, its first in rules_
  std::vector<ConditionTree> trees_;
  std::vector<RuleCoverage> rules_;
  std::vector<OutcomeCoverage> outcomes_;
  bool news_ = false;
};

}  // namespace leadgrade::decision
