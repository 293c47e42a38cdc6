// An import through a running server.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "tools/import/lead_sink.h"

namespace leadgrade::tools {

struct RetryTiming {
  // A call that the server could not take is tried again after this, twice the time with each
  // attempt.
  absl::Duration first_delay = absl::Milliseconds(250);
  int attempts = 7;  // in all
  absl::Duration call_timeout = absl::Seconds(60);
};

class ServerSink : public LeadSink {
 public:
  // `stub` is borrowed; `address` is for messages.
  ServerSink(v1::LeadService::StubInterface& stub, std::string address,
             const RetryTiming& timing = {})
      : stub_(stub), address_(std::move(address)), timing_(timing) {}

  int calls() const override { return 4; }
  // Sending leads again is harmless, so a call that failed half-way is, too.
  absl::Status Import(const v1::ImportLeadsRequest& request,
                      v1::ImportLeadsResponse* response) override;

 private:
  v1::LeadService::StubInterface& stub_;
  const std::string address_;
  const RetryTiming timing_;
};

}  // namespace leadgrade::tools
