#include "tools/import/server_sink.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tools/client.h"

namespace leadgrade::tools {
namespace {

bool IsWorthAnotherTry(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

}  // namespace

absl::Status ServerSink::Import(const v1::ImportLeadsRequest& request,
                                v1::ImportLeadsResponse* response) {
  grpc::Status status;
  absl::Duration delay = timing_.first_delay;
  for (int attempt = 1; attempt <= timing_.attempts; ++attempt) {
    if (attempt > 1) {
      absl::SleepFor(delay);
      delay *= 2;
    }
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timing_.call_timeout));
    response->Clear();
    status = stub_.ImportLeads(&context, request, response);
    if (!IsWorthAnotherTry(status.error_code())) break;
  }
  if (status.ok() && response->results_size() != request.leads_size()) {
    return absl::InternalError(absl::StrCat("the server at ", address_, " answered with ",
                                            response->results_size(), " results for ",
                                            request.leads_size(), " leads"));
  }
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat("the server at ", address_, ": ", Describe(status)));
}

}  // namespace leadgrade::tools
