#pragma once

#include "engine/rules/bundle.h"

namespace leadgrade::rules {

// Fills bundle->grade_rule_sets, bundle->grade_facts and bundle->answers. For a bundle whose rules
// are compiled.
void FindAnswers(Bundle* bundle);

}  // namespace leadgrade::rules
