// Leads with anything in them that a record must bring back, and their text for comparison.
#pragma once

#include <random>
#include <string>

#include "service/store/lead_store.h"

namespace leadgrade::testing {

using Random = std::mt19937_64;

// Uniform in [0, bound).
inline uint64_t Below(Random& random, uint64_t bound) { return random() % bound; }

// Any bytes at all, 0 to 12 of them.
std::string RandomText(Random& random);
// Whole seconds near the present, or any nanosecond of the years 1 to 9999.
absl::Time RandomTime(Random& random);
// RandomTime, or one of the infinite ones.
absl::Time RandomTimeOrInfinite(Random& random);
facts::FactValue RandomValue(Random& random, int depth = 0);
store::StoredEvent RandomEvent(Random& random, std::string event_id);
facts::GradeChange RandomChange(Random& random, absl::string_view to);
store::StoredLead BlankLead(std::string id);
// With an empty timeline. Grades are those of Grades(), or none.
store::StoredLead RandomLead(Random& random, std::string id);
// Of a bundle of number 1 or 2; with a record before it for one in four.
store::JournalEntry RandomEntry(Random& random, const std::string& lead_id);
const std::vector<std::string>& Grades();

// Everything of it, one line a part; equal texts mean equal leads.
std::string ToText(const store::StoredLead& lead);
std::string ToText(const store::StoredEvent& event);
std::string ToText(const store::LoggedChange& change);
std::string ToText(const store::JournalEntry& entry);

}  // namespace leadgrade::testing
