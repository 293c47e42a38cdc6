// What somebody said of a fact, as a line of text.
#pragma once

#include <string>

#include "leadgrade/v1/decision.pb.h"
#include "tools/decision_text.h"

namespace leadgrade::tools {

// "true (claimed, Li, EXECUTIVE, 2026-03-01 09:00:00 +08:00, until …)"; "? (asked, not told, Li)".
std::string StatementText(const v1::FactStatement& statement, const Reader& reader);

}  // namespace leadgrade::tools
