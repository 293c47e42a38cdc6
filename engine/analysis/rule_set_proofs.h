// Proofs of one rule set. See prove.h.
#pragma once

#include "engine/analysis/prover.h"

namespace leadgrade::analysis {

// Of each rule: its condition and outputs can't fail, each part of the condition can be true and
// can be false, it can match, and under FIRST and PRIORITY it can count. Of the set: it has an
// outcome, and what it makes of several outcomes can't fail.
void ProveRules(Prover* prover, int rule_set);

// UNIQUE and ANY: no two rules are in conflict.
void ProveNoConflict(Prover* prover, int rule_set);

}  // namespace leadgrade::analysis
