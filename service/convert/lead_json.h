// A lead as FACTS.json: what ReadFactsJson (fact_input.h) reads, the other way round.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "engine/facts/lead.h"

namespace leadgrade::convert {

// On one line, in ASCII: to be pasted anywhere. What `now` stands in for is left out, so that most
// facts are plain values. Times are written in `zone`. Reading it at `now` gives the same facts,
// timeline and grade history.
std::string WriteFactsJson(const facts::Lead& lead, absl::Time now, absl::TimeZone zone);

}  // namespace leadgrade::convert
