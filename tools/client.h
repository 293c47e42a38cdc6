// The client side of the API, and how its errors are shown.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "leadgrade/v1/bundle_service.grpc.pb.h"
#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "leadgrade/v1/scoring_service.grpc.pb.h"
#include "leadgrade/v1/watch_service.grpc.pb.h"

namespace leadgrade::tools {

// A channel to one server, not connected until the first call. Thread safe.
class Client {
 public:
  // How long a unary call may take, connecting included.
  static constexpr absl::Duration kCallTimeout = absl::Seconds(60);

  explicit Client(std::string address);

  const std::string& address() const { return address_; }
  v1::LeadService::Stub& leads() { return *leads_; }
  v1::ScoringService::Stub& scoring() { return *scoring_; }
  v1::BundleService::Stub& bundles() { return *bundles_; }
  v1::WatchService::Stub& watch() { return *watch_; }

  // client.Call(client.leads(), &v1::LeadService::Stub::GetLead, request, &response)
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) const {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    return (stub.*method)(&context, request, response);
  }

  // The bundle in force on the server.
  grpc::Status GetActiveBundle(absl::string_view language, v1::Bundle* bundle);

  // Prints a failed call's status on stderr; gives the exit code it stands for.
  int Report(const grpc::Status& status) const;

 private:
  const std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::LeadService::Stub> leads_;
  std::unique_ptr<v1::ScoringService::Stub> scoring_;
  std::unique_ptr<v1::BundleService::Stub> bundles_;
  std::unique_ptr<v1::WatchService::Stub> watch_;
};

// UNAVAILABLE and DEADLINE_EXCEEDED: kUnreachable. INVALID_ARGUMENT: kUsage. Else kInternalError.
int ExitCodeOf(grpc::StatusCode code);

// What a failed call says, for a person: its message with the reason of its ErrorInfo, then one
// line per wrong field, when to try again, and links. No line end at the end. Printable.
std::string Describe(const google::rpc::Status& status);
// The same of what a call returned; its details are read where they are well formed.
std::string Describe(const grpc::Status& status);

// `leads/ID` of `ID` or `leads/ID`.
std::string LeadName(absl::string_view lead);
// The other way round.
absl::string_view LeadId(absl::string_view name);

}  // namespace leadgrade::tools
