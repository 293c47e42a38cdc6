// Each way in which a store's parts can disagree is found, and named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/store/keys.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/random_lead.h"
#include "tests/service/store/raw_store.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RawStore;

const absl::Time kNow = absl::FromUnixSeconds(1764000000);
const absl::Time kDue = kNow + absl::Hours(1);

class RocksDbVerifyTest : public ::testing::Test {
 protected:
  // Two leads of grade A with one event each, and three changes.
  void SetUp() override {
    auto store = OpenRocksDbStore({.path = dir_.path()});
    ASSERT_TRUE(store.ok()) << store.status();
    std::vector<LeadWrite> writes;
    for (const char* id : {"a", "b"}) {
      LeadWrite& write = writes.emplace_back();
      write.lead = Lead(id);
      write.is_new = true;
      StoredEvent& event = write.events.emplace_back();
      event.event_id = "e";
      event.type = "visit";
      event.time = kNow;
      write.changes = {{0, id, write.lead.lead.grade_history[0], kNow, ""}};
    }
    writes[0].changes.push_back(writes[0].changes[0]);
    ASSERT_TRUE((*store)->Apply(writes, Durability::kSynced).ok());
  }

  static StoredLead Lead(std::string id) {
    StoredLead lead = testing::BlankLead(std::move(id));
    lead.grade = "A";
    lead.revision = 1;
    lead.lead.grade_history = {{kNow, "", "A", "r", facts::Cause::kFact, ""}};
    lead.lead.timeline = {{kNow, "visit", std::nullopt}};
    lead.lead.decided_time = kNow;
    lead.lead.valid_until = kDue;
    return lead;
  }

  void Put(const std::string& family, const std::string& key, const std::string& value) {
    RawStore(dir_.path()).Put(family, key, value);
  }
  void Delete(const std::string& family, const std::string& key) {
    RawStore(dir_.path()).Delete(family, key);
  }

  std::vector<std::string> Findings() {
    const auto store = OpenRocksDbStore({.path = dir_.path(), .read_only = true});
    EXPECT_TRUE(store.ok()) << store.status();
    std::vector<std::string> findings;
    const auto count =
        (*store)->Verify([&](std::string finding) { findings.push_back(std::move(finding)); });
    EXPECT_TRUE(count.ok()) << count.status();
    leads_ = *count;
    return findings;
  }

  testing::TempDir dir_;
  uint64_t leads_ = 0;
};

TEST_F(RocksDbVerifyTest, ASoundStoreHasNoFindings) {
  EXPECT_THAT(Findings(), IsEmpty());
  EXPECT_EQ(leads_, 2u);
}

TEST_F(RocksDbVerifyTest, ADamagedRecord) {
  Put("leads", "a", "\xff");
  // Its index entries point to nothing readable then.
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("lead `a` is damaged"), HasSubstr("grade index"),
                                      HasSubstr("due index"), HasSubstr("grade due index")));
}

TEST_F(RocksDbVerifyTest, ARecordOutOfTheGradeIndex) {
  Delete("grade_index", GradeKey("A", "a"));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`a`"), HasSubstr("grade index"))));
}

TEST_F(RocksDbVerifyTest, ARecordOutOfTheDueIndex) {
  Delete("due_index", DueKey(kDue, "b"));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`b`"), HasSubstr("due index"))));
}

TEST_F(RocksDbVerifyTest, ARecordOutOfTheGradeDueIndex) {
  Delete("grade_due_index", DueKey(kDue, "b"));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`b`"), HasSubstr("grade due index"))));
}

TEST_F(RocksDbVerifyTest, GradeIndexEntriesOfNoOne) {
  Put("grade_index", GradeKey("A", "c"), "");
  Put("grade_index", GradeKey("B", "a"), "");
  Put("grade_index", "no separator", "");
  EXPECT_THAT(Findings(),
              ElementsAre(HasSubstr("A\\000c"), HasSubstr("B\\000a"), HasSubstr("no separator")));
}

TEST_F(RocksDbVerifyTest, DueIndexEntriesOfNoOne) {
  Put("due_index", DueKey(kDue, "c"), "");
  Put("due_index", DueKey(kDue + absl::Nanoseconds(1), "a"), "");
  Put("due_index", "short", "");
  EXPECT_THAT(Findings(),
              ElementsAre(HasSubstr("`short`"), HasSubstr("000c`"), HasSubstr("001a`")));
}

TEST_F(RocksDbVerifyTest, AnEventThatTheTimelineLacks) {
  StoredEvent event;
  event.type = "call";
  event.time = kNow;
  Put("events", EventKey("a", "f"), EncodeEvent(event));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`a`"), HasSubstr("2 events"))));
}

TEST_F(RocksDbVerifyTest, ATimelineEntryWithoutItsEvent) {
  Delete("events", EventKey("b", "e"));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`b`"), HasSubstr("0 events"))));
}

TEST_F(RocksDbVerifyTest, AnEventThatTellsOtherThanTheTimeline) {
  StoredEvent event;
  event.type = "visit";
  event.time = kNow;
  event.amount = 0;
  Put("events", EventKey("a", "e"), EncodeEvent(event));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`a`"), HasSubstr("do not agree"))));
}

TEST_F(RocksDbVerifyTest, AnEventThatIsDueAtAnotherTimeThanTheTimelineTells) {
  StoredEvent event;
  event.type = "visit";
  event.time = kNow;
  event.due = kNow;
  Put("events", EventKey("a", "e"), EncodeEvent(event));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`a`"), HasSubstr("do not agree"))));
}

TEST_F(RocksDbVerifyTest, ADamagedEvent) {
  Put("events", EventKey("a", "e"), "\xff");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("event `e` is damaged"), HasSubstr("`a`")));
}

TEST_F(RocksDbVerifyTest, AnEventOfNoLead) {
  Put("events", EventKey("c", "e"), "");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("c\\000e")));
}

TEST_F(RocksDbVerifyTest, AGradeThatIsNotTheHistorys) {
  StoredLead lead = Lead("a");
  lead.lead.grade_history[0].to = "B";
  Put("leads", "a", EncodeLead(lead));
  EXPECT_THAT(Findings(), ElementsAre(AllOf(HasSubstr("`a`"), HasSubstr("history"))));
}

TEST_F(RocksDbVerifyTest, GapsAndDamageInTheChangeLog) {
  Delete("changes", ChangeKey(2));
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("between 1 and 3")));
  Put("changes", ChangeKey(2), "\xff");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("\\002` is damaged")));
}

}  // namespace
}  // namespace leadgrade::store
