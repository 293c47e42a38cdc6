// Which grades a lead may have, over all answers to what is not known of it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

struct Attainable {
  uint64_t grades = 0;  // bit i: the grade with ordinal i
  bool exact = true;    // each of them is reached by some answers; false: no other one is
  bool always = true;   // every answer gives a grade
  std::vector<MissingFact> missing;
  // The outcome of the grade's rule set on what is known.
  Outcome outcome;
};

// Runs the grade's rule sets on what is known and, where that leaves the grade open, tries the
// answers that can make a difference: to facts that are unknown, and to whether those will be
// confirmed that are not, where rules ask for it. Answers are tried one fact after the other, only
// as far as the grade still hangs on more; after kMaxCompletions evaluations a sound
// over-approximation is taken instead. Leaves the row as it is on what is known; where one grade is
// sure its slot holds it. `with_missing`: finds the missing facts too, which costs as much again.
Attainable FindAttainable(Evaluation& evaluation, std::vector<DecisionIssue>* issues,
                          bool with_missing = true);

// Runs the grade's rule sets, and leaves the row as FindAttainable does, where what it found before
// still holds; gives that with the outcome as it is now, without `missing`.
Attainable KeepAttainable(Evaluation& evaluation, const Attainable& found,
                          std::vector<DecisionIssue>* issues);

// Runs every rule set in evaluation order, as a decision does behind FindAttainable, and gives each
// one's outcome while the row is as it left it.
void RunRuleSets(Evaluation& evaluation, const Attainable& attainable,
                 const std::function<void(int rule_set, const Outcome&)>& each);

// A fact, by its index in the schema, and a value that it is confirmed to have.
using Answer = std::pair<int, cel::Value>;

// The same if these were known as well, of facts that are not derived. Without `missing`, and
// leaves the row as it is.
Attainable FindAttainableIf(Evaluation& evaluation, absl::Span<const Answer> answers);

}  // namespace leadgrade::decision
