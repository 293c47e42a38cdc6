// What happens to a generated lead in a simulated quarter. The same seed gives the same, anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "service/leads/lead_book.h"

namespace leadgrade::simulation {

struct Quarter {
  absl::Time start;
  absl::Time end;
  absl::TimeZone zone;
  uint64_t seed = 1;
};

// What a client sends of one lead at one instant: events in one request, or one edit. Nothing of
// both: the lead is only looked at.
struct Input {
  absl::Time arrival;
  std::vector<store::StoredEvent> events;
  std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> facts;

  bool is_probe() const { return events.empty() && facts.empty(); }
};

std::string LeadId(int lead);

// In the order in which they are sent; never empty, and the first is no probe. Event times may lie
// before or after the arrival, events may be repeated, what is stated may expire.
std::vector<Input> LifeOf(const Quarter& quarter, int lead);

}  // namespace leadgrade::simulation
