#pragma once

#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/lead_stream.h"
#include "service/rpc/open_streams.h"
#include "service/rpc/services.h"

namespace leadgrade::rpc {

class LeadService : public v1::LeadService::CallbackService {
 public:
  LeadService(const Dependencies& dependencies, const Options& options)
      : book_(*dependencies.book),
        store_(*dependencies.store),
        bundles_(*dependencies.bundles),
        metrics_(*dependencies.metrics),
        streams_(options.max_lead_streams),
        longest_stream_(options.longest_lead_stream) {}

  void Drain() { streams_.Drain(); }

  grpc::ServerUnaryReactor* CreateLead(grpc::CallbackServerContext* context,
                                       const v1::CreateLeadRequest* request,
                                       v1::CreateLeadResponse* response) override;
  grpc::ServerUnaryReactor* GetLead(grpc::CallbackServerContext* context,
                                    const v1::GetLeadRequest* request,
                                    v1::GetLeadResponse* response) override;
  grpc::ServerUnaryReactor* UpdateLead(grpc::CallbackServerContext* context,
                                       const v1::UpdateLeadRequest* request,
                                       v1::UpdateLeadResponse* response) override;
  grpc::ServerUnaryReactor* ListLeads(grpc::CallbackServerContext* context,
                                      const v1::ListLeadsRequest* request,
                                      v1::ListLeadsResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamLeadsResponse>* StreamLeads(
      grpc::CallbackServerContext* context, const v1::StreamLeadsRequest* request) override;
  grpc::ServerUnaryReactor* OverrideGrade(grpc::CallbackServerContext* context,
                                          const v1::OverrideGradeRequest* request,
                                          v1::OverrideGradeResponse* response) override;
  grpc::ServerUnaryReactor* EndGradeOverride(grpc::CallbackServerContext* context,
                                             const v1::EndGradeOverrideRequest* request,
                                             v1::EndGradeOverrideResponse* response) override;
  grpc::ServerUnaryReactor* DeleteLead(grpc::CallbackServerContext* context,
                                       const v1::DeleteLeadRequest* request,
                                       google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* RecordEvents(grpc::CallbackServerContext* context,
                                         const v1::RecordEventsRequest* request,
                                         v1::RecordEventsResponse* response) override;
  grpc::ServerUnaryReactor* ImportLeads(grpc::CallbackServerContext* context,
                                        const v1::ImportLeadsRequest* request,
                                        v1::ImportLeadsResponse* response) override;

 private:
  leads::LeadBook& book_;
  const store::LeadStore& store_;
  const bundles::BundleRegistry& bundles_;
  metrics::Metrics& metrics_;
  OpenStreams<LeadStream> streams_;
  const absl::Duration longest_stream_;
};

}  // namespace leadgrade::rpc
