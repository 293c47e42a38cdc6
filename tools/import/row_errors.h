// What the API says of a lead, in the words of the mapping that made it.
#pragma once

#include <string>

#include "google/rpc/status.pb.h"
#include "leadgrade/v1/lead_service.pb.h"

namespace leadgrade::tools {

// The wrong fields of a refused lead by the mapping's keys (`facts.budget: expected …`), with `; `
// between them; else the message. `lead` is what was sent.
std::string RowError(const google::rpc::Status& status, const v1::ImportedLead& lead);

}  // namespace leadgrade::tools
