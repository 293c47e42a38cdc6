// Proofs of what authors state in documents of kind Properties.
#pragma once

#include "engine/analysis/prover.h"

namespace leadgrade::analysis {

void ProveProperties(Prover* prover);

}  // namespace leadgrade::analysis
