// A lead's record as a person reads it.
#pragma once

#include <string>

#include "leadgrade/v1/bundle_service.pb.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "tools/decision_text.h"

namespace leadgrade::tools {

// Who it is, its stated facts in the bundle's order and under its titles, its grade history. Ends
// with a line end; nothing in it can steer a terminal.
std::string LeadText(const v1::Lead& lead, const v1::Bundle& bundle, const Reader& reader);

// "event", "fact", "timer", "bundle", "import".
std::string CauseText(v1::ChangeCause cause, absl::string_view language);

}  // namespace leadgrade::tools
