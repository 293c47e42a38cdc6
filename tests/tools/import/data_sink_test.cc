#include "tools/import/data_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/convert/decision_proto.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"

namespace leadgrade::tools {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kNow[] = "2026-03-12T10:00:00+08:00";

// A lead with the labels of an A since that time, and one visit.
v1::ImportedLead LeadOfA(const std::string& id, const std::string& since) {
  v1::ImportedLead imported;
  imported.mutable_lead()->set_name("leads/" + id);
  auto& facts = *imported.mutable_lead()->mutable_facts();
  facts["kp_level"].mutable_value()->set_string_value("FIRST");
  facts["need"].mutable_value()->set_bool_value(true);
  facts["budget"].mutable_value()->set_bool_value(true);
  for (auto& [name, fact] : facts) *fact.mutable_observed_time() = convert::ToProto(At(since));
  v1::Event* event = imported.add_events();
  event->set_event_id("v");
  event->set_type("visit");
  *event->mutable_event_time() = convert::ToProto(At(since));
  return imported;
}

class DataSinkTest : public ::testing::Test {
 protected:
  std::unique_ptr<DataSink> Open() {
    auto sink = DataSink::Open(directory_.path(), testing::SalesBundle(), At(kNow));
    EXPECT_TRUE(sink.ok()) << sink.status();
    return sink.ok() ? *std::move(sink) : nullptr;
  }

  v1::ImportLeadsResponse Import(LeadSink& sink, const std::vector<v1::ImportedLead>& leads) {
    v1::ImportLeadsRequest request;
    for (const v1::ImportedLead& lead : leads) *request.add_leads() = lead;
    v1::ImportLeadsResponse response;
    EXPECT_TRUE(sink.Import(request, &response).ok());
    EXPECT_EQ(response.results_size(), request.leads_size());
    return response;
  }

  std::unique_ptr<store::LeadStore> Store() {
    store::RocksDbOptions options;
    options.path = directory_.path();
    auto store = store::OpenRocksDbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  testing::TempDir directory_;
};

std::vector<std::string> Grades(const facts::Lead& lead) {
  std::vector<std::string> grades;
  for (const facts::GradeChange& change : lead.grade_history) grades.push_back(change.to);
  return grades;
}

TEST_F(DataSinkTest, StoresLeadsWithTheGradesTheyHadInTheirTime) {
  auto sink = Open();
  Import(*sink, {LeadOfA("live", "2026-03-02T09:00:00+08:00"),
                 LeadOfA("lapsed", "2026-03-01T09:00:00+08:00")});
  EXPECT_TRUE(sink->Finish().ok());
  sink.reset();
  const auto store = Store();
  EXPECT_THAT(Grades(store->Get("live")->lead), ElementsAre("A"));
  EXPECT_EQ(store->Get("live")->lead.grade_history[0].time, At("2026-03-02T09:00:00+08:00"));
  EXPECT_EQ(store->Get("live")->lead.valid_until, At("2026-03-13T00:00:00+08:00"));
  EXPECT_THAT(Grades(store->Get("lapsed")->lead), ElementsAre("A", "D"));
  EXPECT_EQ(store->Get("lapsed")->lead.grade_history[1].time, At("2026-03-12T00:00:00+08:00"));
  EXPECT_EQ(*store->Verify([](const std::string& finding) { ADD_FAILURE() << finding; }), 2u);
}

TEST_F(DataSinkTest, ImportingAgainIsHarmless) {
  for (int i = 0; i < 3; ++i) {
    auto sink = Open();
    const auto response = Import(*sink, {LeadOfA("a", "2026-03-01T09:00:00+08:00")});
    EXPECT_EQ(response.results(0).code(), 0);
    EXPECT_TRUE(sink->Finish().ok());
  }
  const auto store = Store();
  const auto lead = store->Get("a");
  EXPECT_THAT(Grades(lead->lead), ElementsAre("A", "D"));
  EXPECT_THAT(lead->lead.timeline, SizeIs(1));
  EXPECT_THAT(*store->Events("a", 10), SizeIs(1));
  EXPECT_EQ(store->last_sequence(), 2u);
  EXPECT_EQ(*store->Verify([](const std::string& finding) { ADD_FAILURE() << finding; }), 1u);
}

TEST_F(DataSinkTest, RefusesALeadThatTheBundleDoesNotTake) {
  auto sink = Open();
  v1::ImportedLead bad = LeadOfA("bad", "2026-03-01T09:00:00+08:00");
  (*bad.mutable_lead()->mutable_facts())["kp_level"].mutable_value()->set_string_value("FIRSTT");
  const auto response = Import(*sink, {bad, LeadOfA("good", "2026-03-10T09:00:00+08:00")});
  EXPECT_EQ(response.results(0).code(), 3);
  EXPECT_THAT(response.results(0).message(), HasSubstr("`FIRSTT` is no KpLevel"));
  EXPECT_EQ(response.results(1).code(), 0);
  sink.reset();
  EXPECT_FALSE(Store()->Get("bad").ok());
  EXPECT_TRUE(Store()->Get("good").ok());
}

TEST_F(DataSinkTest, AStoreThatIsOpenIsNotReached) {
  const auto open = Store();
  const auto sink = DataSink::Open(directory_.path(), testing::SalesBundle(), At(kNow));
  EXPECT_TRUE(absl::IsUnavailable(sink.status())) << sink.status();
  EXPECT_THAT(std::string(sink.status().message()), HasSubstr("is another leadgrade serving it?"));
}

// The store remembers under which bundle all leads were decided; an import must not make it lie.
TEST_F(DataSinkTest, ANewStoreIsSweptByItsOneBundle) {
  auto sink = Open();
  Import(*sink, {LeadOfA("a", "2026-03-10T09:00:00+08:00")});
  EXPECT_TRUE(sink->Finish().ok());
  sink.reset();
  EXPECT_EQ(*Store()->swept(), testing::SalesBundle()->digest);
}

TEST_F(DataSinkTest, ANewStoreIsNotSweptUntilTheImportIsThrough) {
  auto sink = Open();
  Import(*sink, {LeadOfA("a", "2026-03-10T09:00:00+08:00")});
  sink.reset();
  EXPECT_EQ(*Store()->swept(), "");
}

TEST_F(DataSinkTest, LeadsOfAnotherBundleAskForASweep) {
  {
    auto sink = Open();
    Import(*sink, {LeadOfA("a", "2026-03-10T09:00:00+08:00")});
    EXPECT_TRUE(sink->Finish().ok());
  }
  EXPECT_TRUE(Store()->SetSwept("sha256:another").ok());
  auto sink = Open();
  Import(*sink, {LeadOfA("b", "2026-03-10T09:00:00+08:00")});
  EXPECT_TRUE(sink->Finish().ok());
  sink.reset();
  EXPECT_EQ(*Store()->swept(), "");
}

TEST_F(DataSinkTest, ADryRunChecksAndStoresNothing) {
  CheckSink sink(testing::SalesBundle(), At(kNow));
  v1::ImportedLead bad = LeadOfA("bad id", "2026-03-01T09:00:00+08:00");
  const auto response = Import(sink, {LeadOfA("a", "2026-03-10T09:00:00+08:00"), bad});
  EXPECT_EQ(response.results(0).code(), 0);
  EXPECT_EQ(response.results(1).code(), 3);
}

}  // namespace
}  // namespace leadgrade::tools
