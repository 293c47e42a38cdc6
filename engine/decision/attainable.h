// Which grades a lead may have, over all answers to what is not known of it.
#pragma once

#include <cstdint>
#include <vector>

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
// answers that can make a difference: all combinations while they are no more than kMaxCompletions,
// a sound over-approximation otherwise. Leaves the row as it is on what is known; where one grade
// is sure its slot holds it.
Attainable FindAttainable(Evaluation& evaluation, std::vector<DecisionIssue>* issues);

}  // namespace leadgrade::decision
