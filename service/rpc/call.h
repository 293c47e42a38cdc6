// One unary call: whether somebody still waits for it, its end, and its part in the metrics.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"

namespace leadgrade::rpc {

// OK; CallCancelled or DeadlineExceeded where nobody waits for the call. Thread safe, until the
// call is done.
absl::Status CheckWanted(const grpc::CallbackServerContext& context);

// What measures how long a call takes.
using Stopwatch = std::chrono::steady_clock;

// Counts a call that ended.
void CountCall(metrics::Metrics& metrics, absl::string_view method, Stopwatch::time_point begin,
               const absl::Status& status);

// A handle, copied freely; of the copies one calls Finish, once.
class Call {
 public:
  // Made once in a method's handler. `method` ("LeadService/GetLead") lives for ever.
  Call(metrics::Metrics& metrics, absl::string_view method, grpc::CallbackServerContext* context)
      : metrics_(&metrics),
        method_(method),
        begin_(Stopwatch::now()),
        context_(context),
        reactor_(context->DefaultReactor()) {}

  absl::Status Wanted() const { return CheckWanted(*context_); }
  leads::Wanted wanted() const {
    return [context = context_] { return CheckWanted(*context); };
  }
  // What the handler gives back to gRPC.
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  // Sends the reply, or the error. The call's messages are gone afterwards.
  grpc::ServerUnaryReactor* Finish(const absl::Status& status) const;

 private:
  metrics::Metrics* metrics_;
  absl::string_view method_;
  Stopwatch::time_point begin_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
};

}  // namespace leadgrade::rpc
