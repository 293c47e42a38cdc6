#include "tools/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "tools/exit_code.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

// An address that swallows packets is given up after this.
constexpr int kConnectTimeoutMs = 5000;
// The server keeps a page near 2 MiB; one lead may be large by itself.
constexpr int kMaxReplyBytes = 64 << 20;

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReplyBytes);
  // The name says backoff; it bounds an attempt to connect as well.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  // A proxy of the environment is for the web, not for a server given by its address.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix("leadgrade-cli");
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string ReasonOf(const google::rpc::Status& status) {
  google::rpc::ErrorInfo info;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

void AppendDetail(const google::protobuf::Any& detail, const std::string& message,
                  std::vector<std::string>* lines) {
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  google::rpc::Help help;
  if (detail.UnpackTo(&bad)) {
    for (const auto& violation : bad.field_violations()) {
      std::string line = absl::StrCat(violation.field(), ": ", violation.description());
      // One wrong field is the message already.
      if (line != message) lines->push_back(std::move(line));
    }
  } else if (detail.UnpackTo(&retry)) {
    lines->push_back(absl::StrCat("try again in ",
                                  google::protobuf::util::TimeUtil::ToString(retry.retry_delay())));
  } else if (detail.UnpackTo(&help)) {
    for (const auto& link : help.links()) {
      lines->push_back(absl::StrCat(link.description(), ": ", link.url()));
    }
  }
}

google::rpc::Status ToRpc(const grpc::Status& status) {
  google::rpc::Status rpc;
  if (!rpc.ParseFromString(status.error_details())) rpc.Clear();
  rpc.set_code(status.error_code());
  rpc.set_message(status.error_message());
  return rpc;
}

}  // namespace

Client::Client(std::string address)
    : address_(std::move(address)),
      channel_(Connect(address_)),
      leads_(v1::LeadService::NewStub(channel_)),
      scoring_(v1::ScoringService::NewStub(channel_)),
      bundles_(v1::BundleService::NewStub(channel_)),
      watch_(v1::WatchService::NewStub(channel_)) {}

grpc::Status Client::GetActiveBundle(absl::string_view language, v1::Bundle* bundle) {
  v1::ListBundlesRequest request;
  request.set_language_code(std::string(language));
  v1::ListBundlesResponse response;
  grpc::Status status = Call(*bundles_, &v1::BundleService::Stub::ListBundles, request, &response);
  if (!status.ok()) return status;
  if (response.bundles().empty()) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "the server names no active bundle");
  }
  *bundle = std::move(*response.mutable_bundles(0));
  return status;
}

int Client::Report(const grpc::Status& status) const {
  const int exit_code = ExitCodeOf(status.error_code());
  PrintError(exit_code == kUnreachable
                 ? absl::StrCat("cannot reach the server at ", address_, ": ", Describe(status))
                 : Describe(status));
  return exit_code;
}

int ExitCodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return kFine;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return kUnreachable;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return kUsage;
    default:
      return kInternalError;
  }
}

std::string Describe(const google::rpc::Status& status) {
  const std::string reason = ReasonOf(status);
  const std::string& message = status.message();
  std::string first = message.empty() ? absl::StrCat("error ", status.code()) : message;
  if (!reason.empty()) absl::StrAppend(&first, " [", reason, "]");
  std::vector<std::string> lines = {std::move(first)};
  for (const google::protobuf::Any& detail : status.details()) {
    AppendDetail(detail, message, &lines);
  }
  for (std::string& line : lines) line = Printable(line);
  return absl::StrJoin(lines, "\n  ");
}

std::string Describe(const grpc::Status& status) { return Describe(ToRpc(status)); }

std::string LeadName(absl::string_view lead) {
  return absl::StrCat("leads/", absl::StripPrefix(lead, "leads/"));
}

absl::string_view LeadId(absl::string_view name) { return absl::StripPrefix(name, "leads/"); }

}  // namespace leadgrade::tools
