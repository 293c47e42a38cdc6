#include "service/rpc/scoring_service.h"

#include "service/convert/decision_proto.h"
#include "service/rpc/call.h"
#include "service/rpc/evaluate.h"
#include "service/rpc/requests.h"
#include "service/rpc/scoring.h"

namespace leadgrade::rpc {

grpc::ServerUnaryReactor* ScoringService::ScoreLead(grpc::CallbackServerContext* context,
                                                    const v1::ScoreLeadRequest* request,
                                                    v1::ScoreLeadResponse* response) {
  const Call call(metrics_, "ScoringService/ScoreLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  return call.Finish(rpc::ScoreLead(book_, request->name(), request->language_code(),
                                    request->has_read_time() ? &request->read_time() : nullptr,
                                    response->mutable_decision()));
}

grpc::ServerUnaryReactor* ScoringService::BatchScoreLeads(grpc::CallbackServerContext* context,
                                                          const v1::BatchScoreLeadsRequest* request,
                                                          v1::BatchScoreLeadsResponse* response) {
  const Call call(metrics_, "ScoringService/BatchScoreLeads", context);
  if (absl::Status status = CheckBatch("names", request->names_size()); !status.ok()) {
    return call.Finish(status);
  }
  Violations violations;
  CheckLanguage(request->language_code(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  return call.Finish(ScoreBatch(book_, *request, call.wanted(), response));
}

grpc::ServerBidiReactor<v1::StreamScoreLeadsRequest, v1::StreamScoreLeadsResponse>*
ScoringService::StreamScoreLeads(grpc::CallbackServerContext* context) {
  const Stopwatch::time_point begin = Stopwatch::now();
  const auto count = [this, begin](const absl::Status& status) {
    CountCall(metrics_, "ScoringService/StreamScoreLeads", begin, status);
  };
  absl::Status refused = CheckWanted(*context);
  if (refused.ok()) {
    auto stream = std::make_shared<ScoreStream>(
        book_, [this, count](const ScoreStream* ended, const absl::Status& status) {
          streams_.Remove(ended);
          count(status);
        });
    refused = streams_.Add(stream);
    if (refused.ok()) {
      stream->Start();
      return stream.get();
    }
  }
  count(refused);
  return new RefusedStream<
      grpc::ServerBidiReactor<v1::StreamScoreLeadsRequest, v1::StreamScoreLeadsResponse>>(refused);
}

grpc::ServerUnaryReactor* ScoringService::EvaluateFacts(grpc::CallbackServerContext* context,
                                                        const v1::EvaluateFactsRequest* request,
                                                        v1::EvaluateFactsResponse* response) {
  const Call call(metrics_, "ScoringService/EvaluateFacts", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  const absl::StatusOr<decision::Decision> decision =
      rpc::EvaluateFacts(bundles_.bundle(), *request, book_.now());
  if (!decision.ok()) return call.Finish(decision.status());
  convert::ToProto(*decision, "", request->language_code(), response->mutable_decision());
  return call.Finish(absl::OkStatus());
}

grpc::ServerUnaryReactor* ScoringService::ExplainLead(grpc::CallbackServerContext* context,
                                                      const v1::ExplainLeadRequest* request,
                                                      v1::ExplainLeadResponse* response) {
  const Call call(metrics_, "ScoringService/ExplainLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  return call.Finish(rpc::ExplainLead(book_, *request, response->mutable_explanation()));
}

}  // namespace leadgrade::rpc
