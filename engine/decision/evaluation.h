// One lead's row of values and the rule sets' outcomes on it, three-valued.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/operators.h"
#include "engine/decision/decision.h"
#include "engine/facts/fact_row.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// No rule matched: the rule set's default, or nothing.
inline constexpr int kDefault = -1;

// Indexes into a rule set's rules.
using Rules = absl::InlinedVector<int, 8>;

// What a rule set makes of a row.
struct Outcome {
  // Rules whose outcome counts, for certain: one under the single-hit policies once settled.
  Rules matched;
  // Single-hit policies: all that may settle it, as long as more than one may; kDefault among them.
  Rules possible;
  // COLLECT with an aggregation: the bounds that what is unknown leaves to the output that is the
  // decision's score; none where there are none.
  std::optional<double> lowest, highest;
};

// Not thread safe; one per decision. Keeps pointers to the lead and the bundle.
class Evaluation {
 public:
  Evaluation(const rules::Bundle& bundle, const facts::Lead& lead, absl::Time now);

  const rules::Bundle& bundle() const { return bundle_; }
  const facts::Lead& lead() const { return lead_; }
  const facts::StatedMask& stated() const { return stated_; }
  const facts::RowNotes& notes() const { return notes_; }
  cel::EvalContext& context() { return context_; }
  absl::Span<cel::Value> slots() { return absl::MakeSpan(slots_); }

  // Evaluates a rule set and writes its outputs' slots. `issues` may be null. `less_known`: what it
  // gave on a row on which less was known; what was settled there is not asked again.
  Outcome Run(int rule_set, std::vector<DecisionIssue>* issues,
              const Outcome* less_known = nullptr);

  // The value that a rule, or the default, gives to an output; null where it gives none.
  std::optional<cel::Value> OutputOf(const rules::RuleSet& set, int rule, int output);

  // Answers to unknown facts are tried in between: outputs and derived facts made after Begin live
  // in memory that each Begin takes back, and End puts the row back as it was.
  void BeginTrial();
  void EndTrial();

 private:
  // kTrue matched, kFalse not; an error counts as not matched and is reported.
  enum class Match : uint8_t { kNo, kYes, kUnknown };
  Match Matches(const rules::RuleSet& set, const rules::Rule& rule,
                std::vector<DecisionIssue>* issues);

  Outcome RunSingle(const rules::RuleSet& set, std::vector<DecisionIssue>* issues,
                    const Outcome* less_known);
  Outcome RunMany(const rules::RuleSet& set, std::vector<DecisionIssue>* issues);
  void SettleFirst(const rules::RuleSet& set, Outcome* outcome, std::vector<DecisionIssue>* issues);
  // Of what may settle it in `less_known`, what still may.
  void SettleFirst(const rules::RuleSet& set, const Outcome& less_known, Outcome* outcome);
  void SettleAll(const rules::RuleSet& set, Outcome* outcome, std::vector<DecisionIssue>* issues);
  // Under PRIORITY: how strong a rule's outcome is, 0 the strongest; from `most` to `least` where
  // it is unknown.
  struct Strength {
    int most, least;
  };
  Strength StrengthOf(const rules::RuleSet& set, int rule);
  void SettlePriority(const rules::RuleSet& set, const Rules& sure, const Rules& maybe,
                      Outcome* outcome);
  void WriteSingle(const rules::RuleSet& set, const Outcome& outcome,
                   std::vector<DecisionIssue>* issues);
  std::optional<cel::Value> Aggregate(const rules::RuleSet& set, const Outcome& outcome,
                                      int output);
  bool Numbers(const rules::RuleSet& set, const Rules& rules, int output,
               std::vector<double>* numbers);
  void Bound(const rules::RuleSet& set, const Rules& maybe, int output, Outcome* outcome);
  void WriteAggregates(const rules::RuleSet& set, const Rules& maybe, Outcome* outcome,
                       std::vector<DecisionIssue>* issues);
  void WriteList(const rules::RuleSet& set, const Outcome& outcome, bool complete,
                 std::vector<DecisionIssue>* issues);
  cel::Value PendingUnknown();

  const rules::Bundle& bundle_;
  const facts::Lead& lead_;
  cel::Arena arena_;
  cel::Arena::Mark before_trials_;
  absl::InlinedVector<cel::Value, 64> slots_;
  absl::InlinedVector<cel::Value, 64> saved_;
  cel::EvalContext context_;
  facts::RowNotes notes_;
  facts::StatedMask stated_;
  cel::Value unknown_;  // what the conditions of the set being run depend on; null: nothing
};

}  // namespace leadgrade::decision
