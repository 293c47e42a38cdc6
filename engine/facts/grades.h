// The grade of a lead, as the rules gave it and as a person may have set it instead.
//
// The rules read the grades that they gave, so that an override leaves no trace in what they say
// once it has ended.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "engine/facts/lead.h"

namespace leadgrade::facts {

// The override that counts at `now`; null: none does.
const GradeOverride* OverrideInForce(const Lead& lead, absl::Time now);

// The last grade that the rules gave; "" for a lead never graded.
std::string ComputedGrade(const Lead& lead);

// The grade that the lead has at `now`: that of the override in force, else the computed one.
std::string GradeAt(const Lead& lead, absl::Time now);

// The grade that the history says the lead had last.
std::string LastGrade(const Lead& lead);

}  // namespace leadgrade::facts
