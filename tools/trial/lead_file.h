// Leads of a JSONL file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "tools/trial/worker_pool.h"

namespace leadgrade::tools {

inline constexpr size_t kMaxLeadLineBytes = 16 << 20;

// A lead a line: the API's LeadSnapshot in proto JSON ({"lead": {…}, "events": […]}), or its Lead.
// `bundles` and `now` as convert::ReadSnapshot has them. Gives the leads to `take` on the pool's
// threads, and is through with them when it returns. kFine; kUsage after lines on stderr for a file
// that can't be read, or for lines that are no leads (`FILE:LINE: error: …`), which are left out.
int ReadLeadFile(
    const std::string& path, const std::vector<const rules::Bundle*>& bundles, absl::Time now,
    WorkerPool& pool,
    const std::function<void(int worker, const std::string& id, const std::string& owner,
                             const facts::Lead& lead)>& take);

}  // namespace leadgrade::tools
