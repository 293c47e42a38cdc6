#include "tools/import/server_sink.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;

// Fails as a test says, one status a call, then works.
class Service : public v1::LeadService::Service {
 public:
  grpc::Status ImportLeads(grpc::ServerContext*, const v1::ImportLeadsRequest* request,
                           v1::ImportLeadsResponse* response) override {
    ++calls;
    if (!failures.empty()) {
      const grpc::Status failure = failures.front();
      failures.pop_front();
      return failure;
    }
    for (int i = 0; i < request->leads_size() - missing; ++i) response->add_results();
    return grpc::Status::OK;
  }

  std::deque<grpc::Status> failures;
  int missing = 0;  // results
  int calls = 0;
};

class ServerSinkTest : public ::testing::Test {
 protected:
  ServerSinkTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::LeadService::NewStub(server_->InProcessChannel({}));
    request_.add_leads()->mutable_lead()->set_name("leads/a");
  }

  absl::Status Import() {
    ServerSink sink(*stub_, "server:1", {absl::Milliseconds(1), 3, absl::Seconds(60)});
    return sink.Import(request_, &response_);
  }

  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LeadService::Stub> stub_;
  v1::ImportLeadsRequest request_;
  v1::ImportLeadsResponse response_;
};

TEST_F(ServerSinkTest, GivesTheResultsOfTheServer) {
  EXPECT_TRUE(Import().ok());
  EXPECT_EQ(response_.results_size(), 1);
}

TEST_F(ServerSinkTest, TriesAgainWhereTheServerCannotTakeItNow) {
  service_.failures = {{grpc::StatusCode::UNAVAILABLE, "draining"},
                       {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many writes"}};
  EXPECT_TRUE(Import().ok());
  EXPECT_EQ(service_.calls, 3);
  EXPECT_EQ(response_.results_size(), 1);
}

TEST_F(ServerSinkTest, GivesUpAfterSomeAttempts) {
  for (int i = 0; i < 5; ++i) {
    service_.failures.emplace_back(grpc::StatusCode::UNAVAILABLE, "draining");
  }
  const absl::Status status = Import();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("the server at server:1: draining"));
  EXPECT_EQ(service_.calls, 3);
}

TEST_F(ServerSinkTest, DoesNotRepeatWhatIsWrong) {
  service_.failures = {{grpc::StatusCode::INVALID_ARGUMENT, "no"}};
  EXPECT_TRUE(absl::IsInvalidArgument(Import()));
  EXPECT_EQ(service_.calls, 1);
}

TEST_F(ServerSinkTest, RefusesAnAnswerWithoutAResultForEachLead) {
  service_.missing = 1;
  const absl::Status status = Import();
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("0 results for 1 leads"));
}

}  // namespace
}  // namespace leadgrade::tools
