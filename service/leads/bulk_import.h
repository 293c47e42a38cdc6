// Leads into a store that no LeadBook serves: what an offline import writes.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "service/leads/lead_book.h"
#include "service/store/lead_store.h"

namespace leadgrade::leads {

// One outcome a lead, as of LeadBook::Import; where the store fails, of all of them. The leads are
// one batch of the store, in order of first mention. It is buffered: after a crash of the machine
// only what was written before the last store.Flush() is sure to be there.
//
// Thread safe; calls that run at the same time must have no lead in common.
std::vector<absl::Status> ImportBuffered(store::LeadStore& store,
                                         std::shared_ptr<const rules::Bundle> bundle,
                                         absl::Time now, const std::vector<ImportedLead>& leads);

}  // namespace leadgrade::leads
