// SARIF 2.1.0, as code review shows it inline.
#pragma once

#include <string>
#include <vector>

#include "engine/base/issue.h"

namespace leadgrade::tools {

struct SarifResult {
  base::Issue issue;
  std::string more;    // said behind the message, on a line of its own; may be empty
  std::string reason;  // why it is silenced in the source; empty: it is not
};

// One run, whose rules are the codes of the results, each with its page (engine/base/code_pages.h).
// A result's fingerprint stays when lines above it come and go.
std::string ToSarif(const std::vector<SarifResult>& results);

}  // namespace leadgrade::tools
