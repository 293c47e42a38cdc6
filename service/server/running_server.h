// The server's parts, put together in the order in which they need each other, and taken apart in
// the other.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/bundles/bundle_registry.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"
#include "service/rpc/services.h"
#include "service/server/background_loop.h"
#include "service/server/bundle_sweep.h"
#include "service/server/grpc_server.h"
#include "service/server/http.h"
#include "service/server/server.h"
#include "service/server/timers.h"
#include "service/store/lead_store.h"

namespace leadgrade::server {

class RunningServer {
 public:
  // Serves when it returns. Errors as Serve; nothing is made on disk where the bundle is bad.
  static absl::StatusOr<std::unique_ptr<RunningServer>> Start(const ServerOptions& options);
  // Writes what is queued and closes the store. Drain must have ended.
  ~RunningServer() = default;

  const Address& grpc_address() const { return grpc_->address(); }
  const Address& http_address() const { return http_->address(); }

  // Reads the rules again. Thread safe.
  void Reload() { bundles_->ReloadNow(); }
  // Takes no calls from here on, and waits for those in flight; no longer than the drain timeout.
  // Once.
  void Drain();
  // Lets a Drain that waits end at once. Thread safe.
  void HurryDrain() { grpc_->CancelCalls(); }

 private:
  enum class State : uint8_t { kStarting, kServing, kDraining };

  explicit RunningServer(const ServerOptions& options) : options_(options) {}
  absl::Status OpenBundle();
  absl::Status ListenHttp();
  absl::Status OpenStore();
  absl::Status ListenGrpc();
  void StartBackground();
  // So that what is decided under the bundle can be read again for ever.
  absl::Status KeepBundle(const rules::Bundle& bundle, absl::Time since);
  void OnReload(const bundles::BundleRegistry::Reload& reload);
  std::string NotReady() const;
  Timers::Parts TimersParts();
  BundleSweep::Parts SweepParts();

  const ServerOptions options_;
  std::atomic<State> state_ = State::kStarting;
  metrics::Metrics metrics_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<store::LeadStore> store_;
  std::unique_ptr<bundles::BundleRegistry> bundles_;
  std::unique_ptr<leads::LeadBook> book_;
  std::unique_ptr<rpc::Services> services_;
  std::unique_ptr<GrpcServer> grpc_;
  std::unique_ptr<Timers> timers_;
  std::unique_ptr<BundleSweep> sweep_;
  std::unique_ptr<BackgroundLoop> background_;
};

}  // namespace leadgrade::server
