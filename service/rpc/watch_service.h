#pragma once

#include <functional>
#include <memory>

#include "leadgrade/v1/watch_service.grpc.pb.h"
#include "service/rpc/change_feed.h"
#include "service/rpc/services.h"

namespace leadgrade::rpc {

class WatchService : public v1::WatchService::CallbackService {
 public:
  WatchService(const Dependencies& dependencies, std::shared_ptr<ChangeFeed> feed)
      : store_(*dependencies.store),
        bundles_(*dependencies.bundles),
        metrics_(*dependencies.metrics),
        feed_(std::move(feed)) {}

  grpc::ServerWriteReactor<v1::WatchGradeChangesResponse>* WatchGradeChanges(
      grpc::CallbackServerContext* context, const v1::WatchGradeChangesRequest* request) override;

 private:
  // The sequence after which the client wants changes.
  absl::StatusOr<uint64_t> StartOf(const v1::WatchGradeChangesRequest& request) const;
  // The stream, not started, or why it is refused.
  absl::StatusOr<std::shared_ptr<WatchStream>> Open(
      const grpc::CallbackServerContext& context, const v1::WatchGradeChangesRequest& request,
      std::function<void(const absl::Status&)> done) const;

  const store::LeadStore& store_;
  const bundles::BundleRegistry& bundles_;
  metrics::Metrics& metrics_;
  const std::shared_ptr<ChangeFeed> feed_;
};

}  // namespace leadgrade::rpc
