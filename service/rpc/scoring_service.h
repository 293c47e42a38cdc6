#pragma once

#include "leadgrade/v1/scoring_service.grpc.pb.h"
#include "service/rpc/arena_messages.h"
#include "service/rpc/open_streams.h"
#include "service/rpc/score_stream.h"
#include "service/rpc/services.h"

namespace leadgrade::rpc {

class ScoringService : public v1::ScoringService::CallbackService {
 public:
  ScoringService(const Dependencies& dependencies, size_t max_streams)
      : book_(*dependencies.book),
        bundles_(*dependencies.bundles),
        metrics_(*dependencies.metrics),
        streams_(max_streams) {
    SetMessageAllocatorFor_ScoreLead(&score_lead_messages_);
  }

  void Drain() { streams_.Drain(); }

  grpc::ServerUnaryReactor* ScoreLead(grpc::CallbackServerContext* context,
                                      const v1::ScoreLeadRequest* request,
                                      v1::ScoreLeadResponse* response) override;
  grpc::ServerUnaryReactor* BatchScoreLeads(grpc::CallbackServerContext* context,
                                            const v1::BatchScoreLeadsRequest* request,
                                            v1::BatchScoreLeadsResponse* response) override;
  grpc::ServerBidiReactor<v1::StreamScoreLeadsRequest, v1::StreamScoreLeadsResponse>*
  StreamScoreLeads(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* EvaluateFacts(grpc::CallbackServerContext* context,
                                          const v1::EvaluateFactsRequest* request,
                                          v1::EvaluateFactsResponse* response) override;
  grpc::ServerUnaryReactor* ExplainLead(grpc::CallbackServerContext* context,
                                        const v1::ExplainLeadRequest* request,
                                        v1::ExplainLeadResponse* response) override;

 private:
  leads::LeadBook& book_;
  const bundles::BundleRegistry& bundles_;
  metrics::Metrics& metrics_;
  OpenStreams<ScoreStream> streams_;
  ArenaMessages<v1::ScoreLeadRequest, v1::ScoreLeadResponse> score_lead_messages_;
};

}  // namespace leadgrade::rpc
