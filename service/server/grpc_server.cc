#include "service/server/grpc_server.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "leadgrade/v1/bundle_service.grpc.pb.h"
#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "leadgrade/v1/scoring_service.grpc.pb.h"
#include "leadgrade/v1/watch_service.grpc.pb.h"
#include "service/server/log.h"

namespace leadgrade::server {
namespace {

// Memory for what is being received and sent. Beyond it gRPC reads more slowly, closes idle
// connections, and in the end refuses calls with RESOURCE_EXHAUSTED.
constexpr size_t kBufferBytes = size_t{256} << 20;
// Calls at a time on one connection; further ones wait in the client. Enough for a busy proxy, and
// no single connection fills the writer's queue.
constexpr int kMaxStreamsPerConnection = 1000;
// A client that vanished without a goodbye, or behind a NAT that forgot it, is found after a minute
// and a half; its watch stream would hold its place for ever otherwise.
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// Clients that keep their own side alive may ask this often, also when they have no call under way.
// gRPC's default of five minutes closes the connections of clients with usual settings.
constexpr int kMinPingIntervalMs = 10'000;

const char* const kServices[] = {
    v1::LeadService::service_full_name(), v1::ScoringService::service_full_name(),
    v1::WatchService::service_full_name(), v1::BundleService::service_full_name()};

void OnGrpcLog(gpr_log_func_args* entry) {
  const LogFields fields = {{"message", entry->message}};
  if (entry->severity == GPR_LOG_SEVERITY_ERROR) {
    Log::Warn("grpc", fields);
  } else {
    Log::Debug("grpc", fields);
  }
}

void SetLimits(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("leadgrade");
  quota.Resize(kBufferBytes);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  // A second server on the port is a mistake; by default it would get half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

GrpcLibrary::GrpcLibrary() {
  // gRPC's locks are abseil's, which the distribution builds with a search for deadlocks at each
  // lock, under one lock of the process: a tenth of the time of a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  gpr_set_log_function(&OnGrpcLog);
  grpc_init();
}

GrpcLibrary::~GrpcLibrary() { grpc_shutdown(); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Listen(const Address& address,
                                                               rpc::Services& services) {
  // Both are global, and act on builders made after them.
  static const bool plugins = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)plugins;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(ToString(address), grpc::InsecureServerCredentials(), &port);
  SetLimits(builder);
  services.RegisterWith(builder);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("can't listen on ", ToString(address), " (grpc): ", WhyNotListening(address)));
  }
  auto made = std::unique_ptr<GrpcServer>(new GrpcServer({address.host, port}, std::move(server)));
  made->SetServing(false);
  return made;
}

GrpcServer::GrpcServer(Address address, std::unique_ptr<grpc::Server> server)
    : address_(std::move(address)), server_(std::move(server)) {}

GrpcServer::~GrpcServer() = default;

void GrpcServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  for (const char* service : kServices) health->SetServingStatus(service, serving);
}

void GrpcServer::Shutdown(absl::Time deadline) { server_->Shutdown(absl::ToChronoTime(deadline)); }

void GrpcServer::CancelCalls() { grpc_server_cancel_all_calls(server_->c_server()); }

}  // namespace leadgrade::server
