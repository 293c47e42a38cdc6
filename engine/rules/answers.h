#pragma once

#include "engine/rules/bundle.h"

namespace leadgrade::rules {

// Fills bundle->grade_rule_sets, grade_facts, grade_attributes and answers. For a bundle whose
// rules are compiled.
void FindAnswers(Bundle* bundle);

// Whether an answer stands for all texts that no rule names.
bool StandsForOthers(const cel::Value& answer);

}  // namespace leadgrade::rules
