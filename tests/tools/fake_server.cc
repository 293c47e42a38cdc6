#include "tests/tools/fake_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace leadgrade::tools {
namespace {

google::rpc::Status NotFound(const std::string& name) {
  google::rpc::Status status;
  status.set_code(5);
  status.set_message(absl::StrCat("there is no lead `", name, "`"));
  google::rpc::ErrorInfo info;
  info.set_domain("leadgrade");
  info.set_reason("LEAD_NOT_FOUND");
  status.add_details()->PackFrom(info);
  return status;
}

}  // namespace

FakeServer::FakeServer() {
  bundle.set_name("bundles/sales");
  bundle.set_time_zone("Asia/Shanghai");
  for (const char* grade : {"D", "C", "B", "A"}) bundle.add_grades(grade);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(static_cast<v1::LeadService::Service*>(this));
  builder.RegisterService(static_cast<v1::ScoringService::Service*>(this));
  builder.RegisterService(static_cast<v1::BundleService::Service*>(this));
  builder.RegisterService(static_cast<v1::WatchService::Service*>(this));
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr);
  address_ = absl::StrCat("127.0.0.1:", port);
}

FakeServer::~FakeServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

grpc::Status FakeServer::ListBundles(grpc::ServerContext*, const v1::ListBundlesRequest*,
                                     v1::ListBundlesResponse* response) {
  *response->add_bundles() = bundle;
  return grpc::Status::OK;
}

grpc::Status FakeServer::GetLead(grpc::ServerContext*, const v1::GetLeadRequest* request,
                                 v1::GetLeadResponse* response) {
  for (const v1::Lead& lead : leads) {
    if (lead.name() != request->name()) continue;
    *response->mutable_lead() = lead;
    return grpc::Status::OK;
  }
  return LeadNotFound(request->name());
}

grpc::Status FakeServer::ListLeads(grpc::ServerContext*, const v1::ListLeadsRequest* request,
                                   v1::ListLeadsResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  list_requests.push_back(*request);
  size_t at = 0;
  if (!request->page_token().empty()) {
    EXPECT_TRUE(absl::SimpleAtoi(request->page_token(), &at));
  }
  const int size = std::min(request->page_size(), page_size);
  for (; at < leads.size() && response->leads_size() < size; ++at) {
    *response->add_leads() = leads[at];
    if (request->with_decisions()) *response->add_decisions() = decisions[at];
  }
  if (at < leads.size()) response->set_next_page_token(absl::StrCat(at));
  return grpc::Status::OK;
}

grpc::Status FakeServer::BatchScoreLeads(grpc::ServerContext*,
                                         const v1::BatchScoreLeadsRequest* request,
                                         v1::BatchScoreLeadsResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  score_requests.push_back(*request);
  for (const std::string& name : request->names()) {
    v1::ScoreResult* result = response->add_results();
    const auto found =
        std::find_if(decisions.begin(), decisions.end(),
                     [&name](const v1::Decision& decision) { return decision.lead() == name; });
    if (found == decisions.end()) {
      *result->mutable_error() = NotFound(name);
    } else {
      *result->mutable_decision() = *found;
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeServer::ScoreLead(grpc::ServerContext*, const v1::ScoreLeadRequest* request,
                                   v1::ScoreLeadResponse* response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  single_score_requests.push_back(*request);
  for (const v1::Decision& decision : decisions) {
    if (decision.lead() != request->name()) continue;
    *response->mutable_decision() = decision;
    return grpc::Status::OK;
  }
  return LeadNotFound(request->name());
}

grpc::Status FakeServer::ExplainLead(grpc::ServerContext*, const v1::ExplainLeadRequest* request,
                                     v1::ExplainLeadResponse* response) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    explain_requests.push_back(*request);
  }
  if (request->name() != explanation_of) return LeadNotFound(request->name());
  *response->mutable_explanation() = explanation;
  return grpc::Status::OK;
}

grpc::Status FakeServer::WatchGradeChanges(
    grpc::ServerContext* context, const v1::WatchGradeChangesRequest* request,
    grpc::ServerWriter<v1::WatchGradeChangesResponse>* writer) {
  WatchScript script{{}, grpc::Status::OK, true};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watch_requests.push_back(*request);
    if (!watch_scripts.empty()) {
      script = watch_scripts.front();
      watch_scripts.pop_front();
    }
  }
  for (const v1::WatchGradeChangesResponse& reply : script.replies) writer->Write(reply);
  while (script.hang && !context->IsCancelled()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return script.end;
}

grpc::Status LeadNotFound(const std::string& name) {
  const google::rpc::Status status = NotFound(name);
  return grpc::Status(grpc::StatusCode::NOT_FOUND, status.message(), status.SerializeAsString());
}

v1::Decision MakeDecision(const std::string& lead, const std::string& grade, const std::string& now,
                          const std::string& window_end) {
  v1::Decision decision;
  decision.set_lead(lead);
  decision.set_grade(grade);
  decision.set_potential_grade(grade);
  decision.add_attainable_grades(grade);
  *decision.mutable_decision_time() = MakeTimestamp(now);
  if (!window_end.empty()) {
    (*decision.mutable_outputs())["window_end"].set_string_value(window_end);
  }
  decision.mutable_bundle()->set_name("sales");
  decision.mutable_bundle()->set_digest("sha256:00");
  return decision;
}

google::protobuf::Timestamp MakeTimestamp(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) << error;
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

}  // namespace leadgrade::tools
