// The API's services behind a real server on a port of the system's choice, with a clock that the
// test sets, the sales bundle, and a store in a directory of its own.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_interceptor.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "leadgrade/v1/bundle_service.grpc.pb.h"
#include "leadgrade/v1/lead_service.grpc.pb.h"
#include "leadgrade/v1/scoring_service.grpc.pb.h"
#include "leadgrade/v1/watch_service.grpc.pb.h"
#include "service/bundles/bundle_registry.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"
#include "service/rpc/services.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/rpc/error_matchers.h"
#include "tests/service/rpc/unsteady_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"

namespace leadgrade::testing {

// Keeps the writer thread from working, so that writes queue up, until it is let go.
class HeldWriter {
 public:
  explicit HeldWriter(leads::LeadBook& book) {
    // An edit that nobody wants in the end.
    leads::LeadEdit edit;
    edit.lead_id = "held";
    const auto held = std::make_shared<std::promise<void>>();
    book.Edit(
        std::move(edit),
        [released = release_.get_future().share(), held] {
          held->set_value();
          released.wait();
          return absl::CancelledError("held");
        },
        [](const absl::StatusOr<leads::EditResult>&) {});
    held->get_future().wait();
  }
  ~HeldWriter() { Release(); }
  void Release() {
    if (!released_) release_.set_value();
    released_ = true;
  }

 private:
  std::promise<void> release_;
  bool released_ = false;
};

// What the server knows of calls, as they come and go.
struct CallCounts {
  std::atomic<int> arrived{0};
  std::atomic<int> closed{0};  // ended, or the server learned that the client gave up
};

class CallCounter : public grpc::experimental::Interceptor,
                    public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallCounter(CallCounts* counts) : counts_(counts) {}
  Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo*) override {
    return new CallCounter(counts_);
  }
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      ++counts_->arrived;
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_CLOSE)) {
      ++counts_->closed;
    }
    methods->Proceed();
  }

 private:
  CallCounts* const counts_;
};

class ApiTest : public ::testing::Test {
 protected:
  // A test that needs other options calls Restart first.
  ApiTest() { Restart({}, {}); }
  ~ApiTest() override { Stop(); }

  struct StoreOptions {
    uint64_t max_changes = 10'000'000;
  };

  // Heartbeats stay away unless a test asks for them.
  static rpc::Options Quiet() {
    rpc::Options options;
    options.heartbeat = absl::Hours(1);
    return options;
  }

  void Restart(leads::LeadBook::Options book_options, StoreOptions store_options,
               const rpc::Options& options = Quiet()) {
    Stop();
    store::RocksDbOptions rocksdb;
    rocksdb.path = directory_.path() + "/store";
    rocksdb.max_changes = store_options.max_changes;
    auto opened = store::OpenRocksDbStore(rocksdb);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = std::make_unique<UnsteadyStore>(*std::move(opened));
    auto registry = bundles::BundleRegistry::Open(
        rules_, [this] { return now(); }, nullptr);
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
    book_ = std::make_unique<leads::LeadBook>(
        *store_, [this] { return registry_->bundle(); }, [this] { return now(); }, book_options);
    metrics_ = std::make_unique<metrics::Metrics>();
    services_ = std::make_unique<rpc::Services>(
        rpc::Dependencies{book_.get(), store_.get(), registry_.get(), metrics_.get()}, options);
    StartServer();
  }

  void StartServer() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    services_->RegisterWith(builder);
    if (counts_calls_) {
      std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
      creators.push_back(std::make_unique<CallCounter>(&calls_));
      builder.experimental().SetInterceptorCreators(std::move(creators));
    }
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                             grpc::InsecureChannelCredentials());
    leads_ = v1::LeadService::NewStub(channel);
    scoring_ = v1::ScoringService::NewStub(channel);
    watch_ = v1::WatchService::NewStub(channel);
    bundles_ = v1::BundleService::NewStub(channel);
  }

  void Stop() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    services_.reset();
    book_.reset();
    registry_.reset();
    store_.reset();
  }

  absl::Time now() const { return absl::FromUnixNanos(now_nanos_.load()); }
  void SetNow(absl::Time time) { now_nanos_ = absl::ToUnixNanos(time); }
  void Pass(absl::Duration duration) { SetNow(now() + duration); }

  template <typename Response, typename Stub, typename Method, typename Request>
  grpc::Status Call(Stub& stub, Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    response->Clear();
    return (stub.*method)(&context, request, response);
  }

  grpc::Status Create(const v1::CreateLeadRequest& request,
                      v1::CreateLeadResponse* response = Scratch<v1::CreateLeadResponse>()) {
    return Call(*leads_, &v1::LeadService::Stub::CreateLead, request, response);
  }
  grpc::Status Get(const std::string& name,
                   v1::GetLeadResponse* response = Scratch<v1::GetLeadResponse>()) {
    v1::GetLeadRequest request;
    request.set_name(name);
    return Call(*leads_, &v1::LeadService::Stub::GetLead, request, response);
  }
  grpc::Status Update(const v1::UpdateLeadRequest& request,
                      v1::UpdateLeadResponse* response = Scratch<v1::UpdateLeadResponse>()) {
    return Call(*leads_, &v1::LeadService::Stub::UpdateLead, request, response);
  }
  grpc::Status List(const v1::ListLeadsRequest& request,
                    v1::ListLeadsResponse* response = Scratch<v1::ListLeadsResponse>()) {
    return Call(*leads_, &v1::LeadService::Stub::ListLeads, request, response);
  }
  grpc::Status Delete(const std::string& name) {
    v1::DeleteLeadRequest request;
    request.set_name(name);
    google::protobuf::Empty response;
    return Call(*leads_, &v1::LeadService::Stub::DeleteLead, request, &response);
  }
  grpc::Status Record(const v1::RecordEventsRequest& request,
                      v1::RecordEventsResponse* response = Scratch<v1::RecordEventsResponse>()) {
    return Call(*leads_, &v1::LeadService::Stub::RecordEvents, request, response);
  }
  grpc::Status Import(const v1::ImportLeadsRequest& request,
                      v1::ImportLeadsResponse* response = Scratch<v1::ImportLeadsResponse>()) {
    return Call(*leads_, &v1::LeadService::Stub::ImportLeads, request, response);
  }
  grpc::Status Score(const std::string& name, const std::string& language = "",
                     v1::ScoreLeadResponse* response = Scratch<v1::ScoreLeadResponse>()) {
    v1::ScoreLeadRequest request;
    request.set_name(name);
    request.set_language_code(language);
    return Call(*scoring_, &v1::ScoringService::Stub::ScoreLead, request, response);
  }
  std::string GradeOf(const std::string& name) {
    v1::ScoreLeadResponse response;
    EXPECT_TRUE(Score(name, "", &response).ok());
    return response.decision().grade();
  }

  static google::protobuf::Value Text(const std::string& text) {
    google::protobuf::Value value;
    value.set_string_value(text);
    return value;
  }
  static google::protobuf::Value Bool(bool yes) {
    google::protobuf::Value value;
    value.set_bool_value(yes);
    return value;
  }
  static void AddFact(const std::string& name, const google::protobuf::Value& value,
                      v1::Lead* lead) {
    *(*lead->mutable_facts())[name].mutable_value() = value;
  }
  // All three labels: an A.
  static void MakeA(v1::Lead* lead) {
    AddFact("kp_level", Text("FIRST"), lead);
    AddFact("need", Bool(true), lead);
    AddFact("budget", Bool(true), lead);
  }
  // A lead `id` that is an A, and what was answered.
  v1::CreateLeadResponse CreateA(const std::string& id) {
    v1::CreateLeadRequest request;
    request.set_lead_id(id);
    MakeA(request.mutable_lead());
    v1::CreateLeadResponse response;
    const grpc::Status status = Create(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Of the name, or "" where there is no such lead: for "nothing was stored".
  std::string StoredText(const std::string& name) {
    v1::GetLeadResponse response;
    return Get(name, &response).ok() ? response.lead().ShortDebugString() : "";
  }
  // For what comes about on another thread.
  static void WaitUntil(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }
  // After all writes that were queued before.
  void WaitForWriter() {
    std::promise<void> done;
    book_->RescoreDue(0, [&](const absl::StatusOr<size_t>&) { done.set_value(); });
    done.get_future().wait();
  }

  // The bundle's directory: set, then Restart.
  std::string rules_ = LEADGRADE_SOURCE_DIR "/rules/sales";
  // For tests that need to see calls come and go: set, then Restart.
  bool counts_calls_ = false;
  CallCounts calls_;

  std::unique_ptr<UnsteadyStore> store_;
  std::unique_ptr<bundles::BundleRegistry> registry_;
  std::unique_ptr<leads::LeadBook> book_;
  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<rpc::Services> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LeadService::Stub> leads_;
  std::unique_ptr<v1::ScoringService::Stub> scoring_;
  std::unique_ptr<v1::WatchService::Stub> watch_;
  std::unique_ptr<v1::BundleService::Stub> bundles_;

  // For a response that nobody looks at.
  template <typename Response>
  static Response* Scratch() {
    static thread_local Response response;
    return &response;
  }

 private:
  TempDir directory_;
  std::atomic<int64_t> now_nanos_{absl::ToUnixNanos(At("2026-03-02T09:00:00+08:00"))};
};

}  // namespace leadgrade::testing
