#pragma once

#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

// An instant before which nothing that the rules read can turn, after the rule sets were run:
// InfiniteFuture where the clock does not matter, the decision's own instant where it is beyond
// analysis. `grade_only`: nothing that the rules of the grade read.
absl::Time HoldsAtLeastUntil(Evaluation& evaluation, const facts::Lead& lead, bool grade_only);

// Decision::valid_until for a decision whose evaluation gave `first` as HoldsAtLeastUntil. A turn
// of a condition that changes nothing in the decision is looked past, a bounded number of times.
absl::Time FindValidUntil(const std::shared_ptr<const rules::Bundle>& bundle,
                          const facts::Lead& lead, const Decision& decision, absl::Time first);

// An instant before which the clock alone does not change the grade, at or after
// decision.valid_until, which must be filled. Safely early as that is, and also where an override
// is in force and the rules' own grade changes beneath it.
absl::Time FindGradeValidUntil(const std::shared_ptr<const rules::Bundle>& bundle,
                               const facts::Lead& lead, const Decision& decision);

// Equal in all that the clock may change; what only follows from the instant asked for (`now`,
// when an action was proposed) does not count.
bool SameAnswer(const Decision& a, const Decision& b);

// The decision without valid_until, and HoldsAtLeastUntil of its evaluation where
// `options.valid_until` asks for it (else the decision's own instant). `grade_only`: of both only
// what is about the grade. `open`: the actions of the decision before it, where that is not the one
// which the lead has on record.
std::pair<Decision, absl::Time> DecideOnce(const std::shared_ptr<const rules::Bundle>& bundle,
                                           const facts::Lead& lead, absl::Time now,
                                           const DecideOptions& options = {},
                                           const std::vector<NextAction>* open = nullptr,
                                           bool grade_only = false);

}  // namespace leadgrade::decision
