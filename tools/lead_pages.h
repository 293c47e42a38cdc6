// All leads of a server, page by page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "tools/client.h"

namespace leadgrade::tools {

struct LeadQuery {
  std::vector<std::string> grades;  // on record; empty: all
  std::string order_by;             // as ListLeadsRequest.order_by
  int64_t limit = 0;                // 0: all
  bool with_decisions = false;
  std::string language;
};

// Calls `take` with each lead and its decision (null unless asked for), until it gives false.
// `*more` tells, where it is not null, that the limit left some out.
grpc::Status ForEachLead(
    Client& client, const LeadQuery& query,
    absl::FunctionRef<bool(const v1::Lead& lead, const v1::Decision* decision)> take, bool* more);

}  // namespace leadgrade::tools
