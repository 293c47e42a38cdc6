#pragma once

#include "engine/decision/attainable.h"
#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

// Instants before which nothing that the rules read can turn: InfiniteFuture where the clock does
// not matter, the decision's own instant where it is beyond analysis.
struct Holds {
  absl::Time answer;  // anything that the decision says; never after `grade`
  absl::Time grade;   // what the rules of the grade read, and so the grades and what is missing
};

// A decision before its valid_until is known.
struct Decided {
  Decision decision;
  Holds holds;
  Attainable attainable;  // without `missing`, which the decision has
};

struct Validity {
  absl::Time answer;  // Decision::valid_until
  // The same of the grade alone, at or after it; safely early also where an override is in force
  // and the rules' own grade changes beneath it.
  absl::Time grade;
};

// Equal in all that the clock may change; what only follows from the instant asked for (`now`,
// when an action was proposed) does not count.
bool SameAnswer(const Decision& a, const Decision& b);

// After the rule sets were run. `grade_only`: those of the grade alone, and only `grade` is filled.
Holds HoldsAtLeastUntil(Evaluation& evaluation, const facts::Lead& lead, bool grade_only);

enum class Scope : uint8_t {
  kAnswer,  // what the decision says, not for how long: both of `holds` are its instant
  kAnswerAndHolds,
  kGradeAndHolds,  // only what is about the grade; of `holds`, only `grade`
};

// `open`: the actions of the decision before it, where that is not the one which the lead has on
// record. `before`: a decision on the same lead; until its holds.grade it tells the grades.
Decided DecideOnce(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                   absl::Time now, Scope scope, bool fact_values = false,
                   const std::vector<NextAction>* open = nullptr, const Decided* before = nullptr);

// Looks past turns of conditions that change nothing in the decision, a bounded number of times.
absl::Time FindValidUntil(const std::shared_ptr<const rules::Bundle>& bundle,
                          const facts::Lead& lead, const Decided& decided);
Validity FindValidity(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                      const Decided& decided);

}  // namespace leadgrade::decision
