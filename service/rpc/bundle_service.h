#pragma once

#include "leadgrade/v1/bundle_service.grpc.pb.h"
#include "service/rpc/services.h"

namespace leadgrade::rpc {

class BundleService : public v1::BundleService::CallbackService {
 public:
  explicit BundleService(const Dependencies& dependencies)
      : bundles_(*dependencies.bundles), metrics_(*dependencies.metrics) {}

  grpc::ServerUnaryReactor* ListBundles(grpc::CallbackServerContext* context,
                                        const v1::ListBundlesRequest* request,
                                        v1::ListBundlesResponse* response) override;
  grpc::ServerUnaryReactor* GetBundle(grpc::CallbackServerContext* context,
                                      const v1::GetBundleRequest* request,
                                      v1::GetBundleResponse* response) override;

 private:
  const bundles::BundleRegistry& bundles_;
  metrics::Metrics& metrics_;
};

}  // namespace leadgrade::rpc
