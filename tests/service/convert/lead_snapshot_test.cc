// Leads as StreamLeads sends them, read back.
#include "service/convert/lead_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/util/json_util.h"
#include "tests/service/convert/typed_bundle.h"
#include "tests/testing/bundles.h"

namespace leadgrade::convert {
namespace {

using ::testing::ElementsAre;
using testing::TypedBundle;

const absl::Time kNow = testing::At("2026-03-10T12:00:00+01:00");

class LeadSnapshotTest : public ::testing::Test {
 protected:
  std::optional<SnapshotInput> Read(const std::string& json) {
    v1::LeadSnapshot snapshot;
    const auto status = google::protobuf::util::JsonStringToMessage(json, &snapshot);
    EXPECT_TRUE(status.ok()) << status.ToString();
    violations_.clear();
    return ReadSnapshot({bundle_.get()}, snapshot, kNow, &violations_);
  }

  // Of a lead's one statement.
  facts::StatedFact Statement(const std::string& statement) {
    const auto read = Read(R"({"lead": {"name": "leads/a", "statements": [)" + statement + "]}}");
    EXPECT_TRUE(read.has_value());
    if (!read.has_value() || read->lead.facts.empty()) return {};
    return read->lead.facts.begin()->second.front();
  }

  const std::shared_ptr<const rules::Bundle> bundle_ = TypedBundle();
  std::vector<FieldViolation> violations_;
};

TEST_F(LeadSnapshotTest, ReadsWhoseLeadItIs) {
  const auto read = Read(R"({"lead": {"name": "leads/a", "owner": "kim"}})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->id, "a");
  EXPECT_EQ(read->owner, "kim");
}

TEST_F(LeadSnapshotTest, ReadsValuesAsTheirFactsHaveThem) {
  EXPECT_EQ(Statement(R"({"fact": "count", "value": 3})").value, facts::FactValue{int64_t{3}});
  EXPECT_EQ(Statement(R"({"fact": "time", "value": "2026-03-10T12:00:00+01:00"})").value,
            facts::FactValue{kNow});
  EXPECT_EQ(Statement(R"({"fact": "level", "value": "LOW"})").value,
            facts::FactValue{std::string("LOW")});
}

TEST_F(LeadSnapshotTest, KeepsWhatNoBundleKnows) {
  EXPECT_EQ(Statement(R"({"fact": "nobody_knows", "value": "x"})").value,
            facts::FactValue{std::string("x")});
  EXPECT_EQ(Statement(R"({"fact": "level", "value": "GONE"})").value,
            facts::FactValue{std::string("GONE")});
}

TEST_F(LeadSnapshotTest, ReadsAllOfAStatement) {
  const facts::StatedFact said = Statement(
      R"({"fact": "flag", "value": true, "status": "FACT_STATUS_CLAIMED", "source": "kim",
          "sourceRole": "STAFF", "observedTime": "2026-03-01T00:00:00Z",
          "expireTime": "2026-04-01T00:00:00Z"})");
  EXPECT_EQ(said.status, facts::FactStatus::kClaimed);
  EXPECT_EQ(said.source, "kim");
  EXPECT_EQ(said.role, "STAFF");
  EXPECT_EQ(said.observed_time, testing::At("2026-03-01T00:00:00Z"));
  EXPECT_EQ(said.expire_time, testing::At("2026-04-01T00:00:00Z"));
}

TEST_F(LeadSnapshotTest, ReadsFactsWhereThereAreNoStatements) {
  const auto read = Read(R"({"lead": {"name": "leads/a", "facts": {"flag": {"value": true}}}})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->lead.facts.at("flag").front().value, facts::FactValue{true});
  EXPECT_EQ(read->lead.facts.at("flag").front().observed_time, kNow);
}

TEST_F(LeadSnapshotTest, PutsEventsInTheOrderOfTime) {
  const auto read = Read(R"({"lead": {"name": "leads/a"}, "events": [
      {"type": "call", "eventTime": "2026-03-02T00:00:00Z"},
      {"type": "visit", "eventTime": "2026-03-01T00:00:00Z", "amount": 2.5,
       "dueTime": "2026-03-05T00:00:00Z"}]})");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->lead.timeline.size(), 2);
  EXPECT_EQ(read->lead.timeline[0].type, "visit");
  EXPECT_EQ(read->lead.timeline[0].amount, 2.5);
  EXPECT_EQ(read->lead.timeline[0].due, testing::At("2026-03-05T00:00:00Z"));
  EXPECT_EQ(read->lead.timeline[1].type, "call");
}

TEST_F(LeadSnapshotTest, ReadsTheGradesAndTheOverride) {
  const auto read = Read(R"({"lead": {"name": "leads/a",
      "gradeHistory": [{"changeTime": "2026-03-01T00:00:00Z", "toGrade": "A", "rule": "r",
                        "cause": "CHANGE_CAUSE_IMPORT"},
                       {"changeTime": "2026-03-02T00:00:00Z", "toGrade": "D"}],
      "gradeOverride": {"grade": "B", "reason": "why", "author": "who",
                        "startTime": "2026-03-03T00:00:00Z",
                        "expireTime": "2026-03-20T00:00:00Z"}}})");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->lead.grade_history.size(), 2);
  EXPECT_EQ(read->lead.grade_history[0].cause, facts::Cause::kImport);
  EXPECT_EQ(read->lead.grade_history[0].rule, "r");
  EXPECT_EQ(read->lead.grade_history[1].from, "A");
  EXPECT_EQ(read->lead.grade_override->grade, "B");
  EXPECT_EQ(read->lead.grade_override->expire_time, testing::At("2026-03-20T00:00:00Z"));
}

TEST_F(LeadSnapshotTest, RefusesWhatIsNoLead) {
  EXPECT_FALSE(Read("{}").has_value());
  EXPECT_FALSE(Read(R"({"lead": {"name": "leads/a"}, "events": [{"type": "visit"}]})").has_value());
  EXPECT_EQ(violations_.front().field, "events[0].event_time");
  EXPECT_FALSE(
      Read(R"({"lead": {"name": "leads/a"}, "events": [{"eventTime": "2026-03-01T00:00:00Z"}]})")
          .has_value());
  EXPECT_EQ(violations_.front().field, "events[0].type");
  EXPECT_FALSE(Read(R"({"lead": {"name": "leads/a", "statements": [{"value": 1}]}})").has_value());
  EXPECT_EQ(violations_.front().field, "lead.statements[0].fact");
}

TEST_F(LeadSnapshotTest, RefusesALeadWithoutItsTimeline) {
  EXPECT_FALSE(Read(R"({"lead": {"name": "leads/a", "eventCount": 2}})").has_value());
  EXPECT_EQ(violations_.front().field, "lead.event_count");
}

}  // namespace
}  // namespace leadgrade::convert
