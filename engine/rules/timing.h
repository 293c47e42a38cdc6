#pragma once

#include "engine/rules/bundle.h"

namespace leadgrade::rules {

// Fills Fact::timed and RuleSet::timed. For a bundle whose programs are compiled.
void FindTimed(Bundle* bundle);

}  // namespace leadgrade::rules
