// What proofs take for granted of facts. By index of the bundle's schema.
#pragma once

#include <vector>

#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// Facts that may be unknown: those that some rule asks known() of, and those that such a fact is
// derived of. Of all others a decision tries the answers.
std::vector<bool> MayBeUnknown(const rules::Bundle& bundle);

// Facts that are derived of the timeline, the grade history or the clock: they are not stated.
std::vector<bool> ReadHistory(const rules::Bundle& bundle);

}  // namespace leadgrade::analysis
