#include "service/rpc/lead_import.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/rpc/errors.h"
#include "service/rpc/event_fields.h"
#include "service/rpc/lead_edits.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

absl::Status ReadOne(const rules::Bundle& bundle, const v1::ImportedLead& imported,
                     const std::string& field, absl::Time now, leads::ImportedLead* out) {
  const std::string events = absl::StrCat(field, ".events");
  const size_t count = imported.events_size();
  if (count > kMaxBatch) return BatchTooLarge(events, kMaxBatch, count);
  Violations violations;
  out->edit = ReadImported(bundle, imported.lead(), absl::StrCat(field, ".lead"), now, &violations);
  out->events = ReadImportedEvents(bundle, imported.events(), events, now, &violations);
  return ToStatus(violations);
}

bool IsOfTheCall(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return true;
    default:
      return false;
  }
}

}  // namespace

ImportPlan PlanImport(const rules::Bundle& bundle, const v1::ImportLeadsRequest& request,
                      absl::Time now, v1::ImportLeadsResponse* response) {
  ImportPlan plan;
  for (int i = 0; i < request.leads_size(); ++i) {
    leads::ImportedLead lead;
    const absl::Status status =
        ReadOne(bundle, request.leads(i), absl::StrCat("leads[", i, "]"), now, &lead);
    *response->add_results() = ToRpcStatus(status);
    if (!status.ok()) continue;
    plan.ids.push_back(lead.edit.lead_id);
    plan.leads.push_back(std::move(lead));
    plan.places.push_back(i);
  }
  return plan;
}

absl::Status FinishImport(const ImportPlan& plan, const std::vector<absl::Status>& results,
                          v1::ImportLeadsResponse* response) {
  const bool failed =
      !results.empty() && std::all_of(results.begin(), results.end(), [&](const auto& result) {
        return IsOfTheCall(result) && result.code() == results[0].code();
      });
  if (failed) return LeadError(results[0], "");
  for (size_t i = 0; i < results.size(); ++i) {
    *response->mutable_results(plan.places[i]) = ToRpcStatus(LeadError(results[i], plan.ids[i]));
  }
  return absl::OkStatus();
}

}  // namespace leadgrade::rpc
