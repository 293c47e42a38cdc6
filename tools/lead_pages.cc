#include "tools/lead_pages.h"

#include <algorithm>

namespace leadgrade::tools {
namespace {

constexpr int64_t kPageSize = 500;

}  // namespace

grpc::Status ForEachLead(
    Client& client, const LeadQuery& query,
    absl::FunctionRef<bool(const v1::Lead& lead, const v1::Decision* decision)> take, bool* more) {
  if (more != nullptr) *more = false;
  v1::ListLeadsRequest request;
  for (const std::string& grade : query.grades) request.add_grades(grade);
  request.set_order_by(query.order_by);
  request.set_with_decisions(query.with_decisions);
  request.set_language_code(query.language);
  int64_t taken = 0;
  do {
    const int64_t left = query.limit == 0 ? kPageSize : query.limit - taken;
    request.set_page_size(static_cast<int32_t>(std::min(left, kPageSize)));
    v1::ListLeadsResponse page;
    const grpc::Status status =
        client.Call(client.leads(), &v1::LeadService::Stub::ListLeads, request, &page);
    if (!status.ok()) return status;
    if (query.with_decisions && page.decisions_size() != page.leads_size()) {
      return grpc::Status(grpc::StatusCode::INTERNAL, "the server left decisions out");
    }
    for (int i = 0; i < page.leads_size(); ++i) {
      if (!take(page.leads(i), query.with_decisions ? &page.decisions(i) : nullptr)) return status;
    }
    taken += page.leads_size();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && (query.limit == 0 || taken < query.limit));
  if (more != nullptr) *more = !request.page_token().empty();
  return grpc::Status::OK;
}

}  // namespace leadgrade::tools
