// Leads for the bundles of RandomTimedBundleText.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/decision/advance.h"
#include "engine/facts/lead.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::testing {

// The zones whose changes of the clock RandomTime is about.
const std::string& ZoneFor(uint32_t seed);

// Within sixteen days around the changes of the clock of 2026 in Berlin and in Santiago, where it
// is changed at midnight. Often a round hour, or a nanosecond beside one.
absl::Time RandomTime(Random& random);

facts::Lead RandomTimedLead(Random& random);

// One thing that becomes known at `time`.
decision::Change RandomChange(Random& random, absl::Time time);

// All there is to say of a lead's facts and past, for a failure to show.
std::string Show(const facts::Lead& lead);

}  // namespace leadgrade::testing
