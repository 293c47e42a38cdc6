#include "service/rpc/services.h"

#include <grpcpp/grpcpp.h>

#include "service/rpc/bundle_service.h"
#include "service/rpc/change_feed.h"
#include "service/rpc/lead_service.h"
#include "service/rpc/scoring_service.h"
#include "service/rpc/watch_service.h"

namespace leadgrade::rpc {
namespace {

constexpr int kMaxRequestBytes = 4 << 20;

WatchSources SourcesOf(const Dependencies& dependencies) {
  return {dependencies.store, [&bundles = *dependencies.bundles] { return bundles.bundle(); },
          [&book = *dependencies.book] { return book.complete_until(); }};
}

}  // namespace

class Services::Impl {
 public:
  Impl(const Dependencies& dependencies, const Options& options)
      : book(*dependencies.book),
        feed(std::make_shared<ChangeFeed>(SourcesOf(dependencies), *dependencies.metrics,
                                          options.heartbeat, options.max_watchers)),
        lead_service(dependencies, options),
        scoring_service(dependencies, options.max_scoring_streams),
        watch_service(dependencies, feed),
        bundle_service(dependencies) {
    book.OnChanges([feed = feed](uint64_t) { feed->OnChanges(); });
    feed->Start();
  }

  ~Impl() {
    book.OnChanges(nullptr);
    feed->Close();
  }

  leads::LeadBook& book;
  const std::shared_ptr<ChangeFeed> feed;
  LeadService lead_service;
  ScoringService scoring_service;
  WatchService watch_service;
  BundleService bundle_service;
};

Services::Services(const Dependencies& dependencies, const Options& options)
    : impl_(std::make_unique<Impl>(dependencies, options)) {}

Services::~Services() = default;

void Services::RegisterWith(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.RegisterService(&impl_->lead_service);
  builder.RegisterService(&impl_->scoring_service);
  builder.RegisterService(&impl_->watch_service);
  builder.RegisterService(&impl_->bundle_service);
}

void Services::Drain() {
  impl_->feed->Drain();
  impl_->lead_service.Drain();
  impl_->scoring_service.Drain();
}

}  // namespace leadgrade::rpc
