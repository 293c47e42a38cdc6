#include "service/rpc/call.h"

#include "absl/time/time.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

absl::Status CheckWanted(const grpc::CallbackServerContext& context) {
  if (context.deadline() <= std::chrono::system_clock::now()) return DeadlineExceeded();
  if (context.IsCancelled()) return CallCancelled();
  return absl::OkStatus();
}

void CountCall(metrics::Metrics& metrics, absl::string_view method, Stopwatch::time_point begin,
               const absl::Status& status) {
  const absl::Duration took = absl::FromChrono(Stopwatch::now() - begin);
  if (status.ok()) {
    metrics.CountCall(method, "OK", took);
  } else {
    metrics.CountCall(method, absl::StatusCodeToString(status.code()), took);
  }
}

grpc::ServerUnaryReactor* Call::Finish(const absl::Status& status) const {
  // Before the reply is on its way, so that whoever has the reply sees it counted.
  CountCall(*metrics_, method_, begin_, status);
  grpc::ServerUnaryReactor* const reactor = reactor_;
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace leadgrade::rpc
