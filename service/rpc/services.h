// The API's four gRPC services, as thin handlers over the book of leads, the store's listings and
// the bundle in force. All on gRPC's callback API: no thread waits for a call.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "service/bundles/bundle_registry.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"
#include "service/store/lead_store.h"

namespace grpc {
class ServerBuilder;
}

namespace leadgrade::rpc {

// All borrowed; they outlive the services.
struct Dependencies {
  leads::LeadBook* book = nullptr;
  const store::LeadStore* store = nullptr;  // reads only: listings and the change log
  const bundles::BundleRegistry* bundles = nullptr;
  metrics::Metrics* metrics = nullptr;
};

struct Options {
  // An idle stream that watches grade changes is sent a token this often.
  absl::Duration heartbeat = absl::Seconds(15);
  // Streams open at a time, of each kind; more are refused.
  size_t max_watchers = 1000;
  size_t max_scoring_streams = 1000;
  // The same of streams of all leads, which are work for the server, and how long one may be open.
  size_t max_lead_streams = 4;
  absl::Duration longest_lead_stream = absl::Minutes(30);
};

// Thread safe. Takes over the book's OnChanges to wake the streams that watch grade changes.
// Destroy it after the grpc::Server.
class Services {
 public:
  explicit Services(const Dependencies& dependencies, const Options& options = {});
  ~Services();

  // Registers the services, and the limits of messages, on the builder.
  void RegisterWith(grpc::ServerBuilder& builder);
  // Ends the streams that would go on for ever (watch, stream scoring) or for long (all leads) with
  // UNAVAILABLE, so that a server's Shutdown with a deadline need not cancel them. New ones are
  // refused.
  void Drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::rpc
