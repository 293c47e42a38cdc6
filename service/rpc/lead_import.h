// ImportLeads: what is right in a request goes to the book of leads, what is wrong to its result.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/leads/lead_book.h"

namespace leadgrade::rpc {

struct ImportPlan {
  std::vector<leads::ImportedLead> leads;  // those without violations
  std::vector<int> places;                 // of each of them, in the request
  std::vector<std::string> ids;
};

// Fills `response` with one result a lead: the error of what is wrong, code 0 else.
ImportPlan PlanImport(const rules::Bundle& bundle, const v1::ImportLeadsRequest& request,
                      absl::Time now, v1::ImportLeadsResponse* response);

// Puts what became of plan.leads in their places. An error where the call as a whole failed and
// nothing was stored: the queue was full, the store not available, nobody waited any more.
absl::Status FinishImport(const ImportPlan& plan, const std::vector<absl::Status>& results,
                          v1::ImportLeadsResponse* response);

}  // namespace leadgrade::rpc
