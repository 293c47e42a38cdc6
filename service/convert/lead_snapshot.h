// Leads as StreamLeads sends them, back to what the engine reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/convert/fact_input.h"

namespace leadgrade::convert {

struct SnapshotInput {
  std::string id, owner;
  facts::Lead lead;  // facts, timeline, grade_history and grade_override
};

// Without statements, a lead's facts are read instead. A value has the type of its fact in the
// first of `bundles` that can read it; one that none can is kept as it came, and so is what they do
// not know: a record outlives the rules it was made under. `now` stands in for a missing observed
// time. Nothing on a violation: without a name; times out of range, an event without a type or a
// time, or due before it; fewer events than the lead's event_count; more of something than a lead
// can have (limits.h).
std::optional<SnapshotInput> ReadSnapshot(const std::vector<const rules::Bundle*>& bundles,
                                          const v1::LeadSnapshot& snapshot, absl::Time now,
                                          std::vector<FieldViolation>* violations);

}  // namespace leadgrade::convert
