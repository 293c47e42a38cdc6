// The API as a client sees it, with the answers that a test gave it. Listens on a free port of
// loopback until destruction.
#pragma once

#include <grpcpp/server.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "leadgrade/v1/bundle_service.grpc.pb.h"
#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "leadgrade/v1/scoring_service.grpc.pb.h"
#include "leadgrade/v1/watch_service.grpc.pb.h"

namespace leadgrade::tools {

// Set before the first call; the requests are read after the last.
class FakeServer final : public v1::LeadService::Service,
                         public v1::ScoringService::Service,
                         public v1::BundleService::Service,
                         public v1::WatchService::Service {
 public:
  // What one stream of changes sends, and how it ends. A stream past the last one stays open.
  struct WatchScript {
    std::vector<v1::WatchGradeChangesResponse> replies;
    grpc::Status end;
    bool hang = false;  // stays open until the client goes
  };

  FakeServer();
  ~FakeServer() override;

  const std::string& address() const { return address_; }

  v1::Bundle bundle;
  std::vector<v1::Lead> leads;  // listed in this order
  std::vector<v1::Decision> decisions;
  int page_size = 2;  // no page is larger
  std::string explanation_of;
  v1::Explanation explanation;
  std::deque<WatchScript> watch_scripts;

  std::vector<v1::ListLeadsRequest> list_requests;
  std::vector<v1::BatchScoreLeadsRequest> score_requests;
  std::vector<v1::ScoreLeadRequest> single_score_requests;
  std::vector<v1::ExplainLeadRequest> explain_requests;
  std::vector<v1::WatchGradeChangesRequest> watch_requests;

  grpc::Status ListBundles(grpc::ServerContext*, const v1::ListBundlesRequest*,
                           v1::ListBundlesResponse* response) override;
  grpc::Status GetLead(grpc::ServerContext*, const v1::GetLeadRequest* request,
                       v1::GetLeadResponse* response) override;
  grpc::Status ListLeads(grpc::ServerContext*, const v1::ListLeadsRequest* request,
                         v1::ListLeadsResponse* response) override;
  grpc::Status BatchScoreLeads(grpc::ServerContext*, const v1::BatchScoreLeadsRequest* request,
                               v1::BatchScoreLeadsResponse* response) override;
  grpc::Status ScoreLead(grpc::ServerContext*, const v1::ScoreLeadRequest* request,
                         v1::ScoreLeadResponse* response) override;
  grpc::Status ExplainLead(grpc::ServerContext*, const v1::ExplainLeadRequest* request,
                           v1::ExplainLeadResponse* response) override;
  grpc::Status WatchGradeChanges(
      grpc::ServerContext* context, const v1::WatchGradeChangesRequest* request,
      grpc::ServerWriter<v1::WatchGradeChangesResponse>* writer) override;

 private:
  std::mutex mutex_;  // guards the requests and the scripts
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// NOT_FOUND as the service says it.
grpc::Status LeadNotFound(const std::string& name);

// A decision in the API's form: on `lead`, with a grade and, where it is not empty, a window's end.
v1::Decision MakeDecision(const std::string& lead, const std::string& grade, const std::string& now,
                          const std::string& window_end);

google::protobuf::Timestamp MakeTimestamp(const std::string& rfc3339);

}  // namespace leadgrade::tools
