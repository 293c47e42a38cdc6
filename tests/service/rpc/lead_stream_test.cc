// StreamLeads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using ::testing::ElementsAre;
using testing::IsError;

// A stream that is read when the test says so.
class LeadReader {
 public:
  explicit LeadReader(v1::LeadService::Stub& stub) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    reader_ = stub.StreamLeads(&context_, v1::StreamLeadsRequest());
  }
  ~LeadReader() {
    context_.TryCancel();
    if (!finished_) reader_->Finish();
  }

  // False at the end.
  bool Read() { return reader_->Read(&response_); }
  const v1::StreamLeadsResponse& response() const { return response_; }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& lead : response_.leads()) names.push_back(lead.lead().name());
    return names;
  }
  grpc::Status Finish() {
    while (Read()) {
    }
    finished_ = true;
    return reader_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::StreamLeadsResponse>> reader_;
  v1::StreamLeadsResponse response_;
  bool finished_ = false;
};

class LeadStreamTest : public ApiTest {
 protected:
  void CreateMany(int count) {
    v1::ImportLeadsRequest request;
    for (int i = 0; i < count; ++i) {
      MakeA(request.add_leads()->mutable_lead());
      request.mutable_leads(i)->mutable_lead()->set_name(absl::StrCat("leads/l", 1000 + i));
    }
    ASSERT_TRUE(Import(request).ok());
  }
};

TEST_F(LeadStreamTest, SendsAllThatRulesReadOfALead) {
  CreateA("a");
  v1::RecordEventsRequest record;
  v1::Event* event = record.add_events();
  event->set_lead("leads/a");
  event->set_event_id("e1");
  event->set_type("promise");
  event->mutable_due_time()->set_seconds(absl::ToUnixSeconds(now() + absl::Hours(48)));
  ASSERT_TRUE(Record(record).ok());
  LeadReader reader(*leads_);
  ASSERT_TRUE(reader.Read());
  ASSERT_EQ(reader.response().leads_size(), 1);
  const v1::LeadSnapshot& lead = reader.response().leads(0);
  v1::GetLeadResponse stored;
  ASSERT_TRUE(Get("leads/a", &stored).ok());
  EXPECT_EQ(lead.lead().ShortDebugString(), stored.lead().ShortDebugString());
  ASSERT_EQ(lead.events_size(), 1);
  EXPECT_EQ(lead.events(0).type(), "promise");
  EXPECT_EQ(lead.events(0).event_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(lead.events(0).due_time().seconds(), absl::ToUnixSeconds(now() + absl::Hours(48)));
  EXPECT_EQ(reader.response().read_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(reader.response().bundle_digest(), registry_->bundle()->digest);
  EXPECT_TRUE(reader.Finish().ok());
}

TEST_F(LeadStreamTest, SendsAllLeadsInTheOrderOfTheirIds) {
  CreateMany(500);
  LeadReader reader(*leads_);
  std::vector<std::string> names;
  while (reader.Read()) {
    for (const std::string& name : reader.Names()) names.push_back(name);
  }
  EXPECT_TRUE(reader.Finish().ok());
  ASSERT_EQ(names.size(), 500);
  EXPECT_EQ(names.front(), "leads/l1000");
  EXPECT_EQ(names.back(), "leads/l1499");
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(LeadStreamTest, AnswersOnceWhereThereAreNoLeads) {
  LeadReader reader(*leads_);
  ASSERT_TRUE(reader.Read());
  EXPECT_EQ(reader.response().leads_size(), 0);
  EXPECT_EQ(reader.response().bundle_digest(), registry_->bundle()->digest);
  EXPECT_FALSE(reader.Read());
  EXPECT_TRUE(reader.Finish().ok());
}

TEST_F(LeadStreamTest, ShowsNothingOfWhatIsWrittenMeanwhile) {
  CreateMany(300);
  LeadReader reader(*leads_);
  ASSERT_TRUE(reader.Read());
  // Writes do not wait for the stream, which nobody reads on.
  CreateA("z-late");
  ASSERT_TRUE(Delete("leads/l1299").ok());
  std::vector<std::string> names;
  do {
    for (const std::string& name : reader.Names()) names.push_back(name);
  } while (reader.Read());
  EXPECT_EQ(names.size(), 300);
  EXPECT_EQ(names.back(), "leads/l1299");
}

TEST_F(LeadStreamTest, ChangesNothing) {
  CreateA("a");
  const std::string before = StoredText("leads/a");
  const uint64_t sequence = store_->last_sequence();
  Pass(absl::Hours(24 * 30));
  EXPECT_TRUE(LeadReader(*leads_).Finish().ok());
  WaitForWriter();
  EXPECT_EQ(StoredText("leads/a"), before);
  EXPECT_EQ(store_->last_sequence(), sequence);
}

TEST_F(LeadStreamTest, IsRefusedPastTheLimit) {
  Options options = Quiet();
  options.max_lead_streams = 1;
  Restart({}, {}, options);
  CreateMany(500);
  LeadReader open(*leads_);
  ASSERT_TRUE(open.Read());
  EXPECT_THAT(LeadReader(*leads_).Finish(),
              IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"));
  EXPECT_TRUE(open.Finish().ok());
  // The place is free again once the server is done with the stream.
  WaitUntil([this] { return LeadReader(*leads_).Finish().ok(); });
}

TEST_F(LeadStreamTest, IsEndedAfterItsTime) {
  Options options = Quiet();
  options.longest_lead_stream = absl::ZeroDuration();
  Restart({}, {}, options);
  // More than what lies in buffers between the two.
  v1::ImportLeadsRequest request;
  for (int i = 0; i < 1000; ++i) {
    v1::ImportedLead* lead = request.add_leads();
    MakeA(lead->mutable_lead());
    lead->mutable_lead()->set_name(absl::StrCat("leads/m", 1000 + i));
    for (int k = 0; k < 100; ++k) {
      v1::Event* event = lead->add_events();
      event->set_event_id(absl::StrCat(k));
      event->set_type("visit");
    }
    if (request.leads_size() < 100) continue;
    ASSERT_TRUE(Import(request).ok());
    request.Clear();
  }
  LeadReader reader(*leads_);
  const grpc::Status status = reader.Finish();
  EXPECT_TRUE(status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
              status.error_code() == grpc::StatusCode::CANCELLED)
      << status.error_code();
}

TEST_F(LeadStreamTest, EndsWhenTheServerDrains) {
  CreateMany(500);
  LeadReader reader(*leads_);
  ASSERT_TRUE(reader.Read());
  services_->Drain();
  EXPECT_THAT(reader.Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
  EXPECT_THAT(LeadReader(*leads_).Finish(),
              IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
}

TEST_F(LeadStreamTest, LetsGoOfAClientThatLeaves) {
  CreateMany(500);
  Options options = Quiet();
  options.max_lead_streams = 1;
  Restart({}, {}, options);
  {
    LeadReader reader(*leads_);
    ASSERT_TRUE(reader.Read());
  }
  WaitUntil([this] { return LeadReader(*leads_).Finish().ok(); });
}

}  // namespace
}  // namespace leadgrade::rpc
