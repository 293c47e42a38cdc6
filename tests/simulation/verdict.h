// Holds what a simulated quarter left behind against the oracle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/store/lead_store.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/stretch.h"

namespace leadgrade::simulation {

struct Verdict {
  int64_t changes = 0;
  int64_t by_clock = 0;
  int64_t probes = 0;
  int64_t forecast_steps = 0;
  absl::Duration worst_lateness;
  int64_t wrong = 0;
  std::vector<std::string> findings;  // the first few
};

// The change log has the oracle's changes and no others, none later than a second after it could be
// known to a server that ran; what was said in between agrees; the store is whole.
Verdict Judge(const World& world, const std::vector<Stretch>& stretches, store::LeadStore& store);

}  // namespace leadgrade::simulation
