// One life of the server in a simulated quarter: the real lead book, timers and store, and a client
// that sends what is scheduled. Runs in a process of its own, so that it can be killed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/rules/bundle.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/life.h"

namespace leadgrade::simulation {

// Where a server is killed, once its clock has reached `after`.
struct Kill {
  enum class Where : uint8_t { kNever, kBeforeWrite, kAfterWrite, kInReplies, kAnywhere };
  Where where = Where::kNever;
  int64_t after = 0;
  int count = 1;  // at which of the writes or replies from then on; kAnywhere: microseconds
};

struct World {
  Quarter quarter;
  std::shared_ptr<const rules::Bundle> bundle;
  std::string data;  // directory of the store
  const std::vector<Scheduled>* schedule = nullptr;
  Journal* journal = nullptr;
};

// Opens the store at `start`, looks what became of what was sent before, and goes on until the
// quarter is over, or for ever where `kill` comes first. Ends the process with a message on stderr
// where the service refuses what it must take. `seed` is for the order of what may come either way.
void RunStretch(const World& world, const Stretch& stretch, const Kill& kill, uint64_t seed);

}  // namespace leadgrade::simulation
