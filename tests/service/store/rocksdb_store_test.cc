// What lead_store.h and rocksdb_store.h promise, one by one.
#include "service/store/rocksdb_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/service/store/random_lead.h"
#include "tests/service/store/raw_store.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::store {
namespace {

using testing::BlankLead;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RawStore;
using testing::ToText;

const absl::Time kNow = absl::FromUnixSeconds(1764000000);

StoredEvent Event(std::string id, absl::Time time) {
  StoredEvent event;
  event.event_id = std::move(id);
  event.type = "visit";
  event.time = time;
  event.recorded_time = kNow;
  return event;
}

std::vector<std::string> IdsOf(const std::vector<StoredLead>& leads) {
  std::vector<std::string> ids;
  for (const StoredLead& lead : leads) ids.push_back(lead.id);
  return ids;
}

class RocksDbStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    auto store = OpenRocksDbStore(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  // The write that brings the lead from what is stored to `lead`.
  LeadWrite Write(StoredLead lead) const {
    LeadWrite write;
    const auto stored = store_->Get(lead.id);
    write.is_new = !stored.ok();
    if (stored.ok()) {
      write.old_grade = stored->grade;
      write.old_due = DueTime(stored->lead);
      write.old_grade_due = GradeDueTime(stored->lead);
      lead.revision = stored->revision;
    }
    ++lead.revision;
    write.lead = std::move(lead);
    return write;
  }

  void Apply(LeadWrite write, Durability durability = Durability::kSynced) {
    std::vector<LeadWrite> writes;
    writes.push_back(std::move(write));
    const absl::Status status = store_->Apply(writes, durability);
    ASSERT_TRUE(status.ok()) << status;
  }

  void Put(const std::string& id, const std::string& grade,
           absl::Time due = absl::InfiniteFuture()) {
    StoredLead lead = BlankLead(id);
    lead.grade = grade;
    if (!grade.empty()) {
      lead.lead.grade_history.push_back({kNow, "", grade, "", facts::Cause::kFact, ""});
    }
    lead.lead.decided_time = kNow;
    lead.lead.valid_until = due;
    Apply(Write(std::move(lead)));
  }

  void Remove(const std::string& id) {
    LeadWrite write = Write(BlankLead(id));
    write.remove = true;
    Apply(std::move(write));
  }

  void LogChanges(const std::string& id, int count) {
    LeadWrite write = Write(BlankLead(id));
    for (int i = 0; i < count; ++i) {
      write.changes.push_back({0, id, {kNow, "B", "A", "r", facts::Cause::kEvent, "d"}, kNow, ""});
    }
    Apply(std::move(write));
  }

  static std::vector<std::string> Ids(const ListPage& page) {
    std::vector<std::string> ids;
    for (const StoredLead& lead : page.leads) ids.push_back(lead.id);
    return ids;
  }

  // All pages of `limit` leads, joined.
  std::vector<std::string> AllOfGrade(const std::string& grade, size_t limit) const {
    std::vector<std::string> ids;
    std::string after;
    do {
      const auto page = store_->ListByGrade(grade, after, limit);
      EXPECT_TRUE(page.ok()) << page.status();
      for (std::string& id : Ids(*page)) ids.push_back(std::move(id));
      after = page->next;
    } while (!after.empty());
    return ids;
  }

  std::vector<std::string> Due(absl::Time time, size_t limit = 100) const {
    return store_->ListDue(time, limit).value();
  }

  absl::StatusCode CodeOf(const RocksDbOptions& options) const {
    return OpenRocksDbStore(options).status().code();
  }

  testing::TempDir dir_;
  RocksDbOptions options_ = {.path = dir_.path() + "/db"};
  std::unique_ptr<LeadStore> store_;
};

TEST_F(RocksDbStoreTest, RemembersWhichBundleDecidedOnEveryLead) {
  EXPECT_EQ(*store_->swept(), "");
  ASSERT_TRUE(store_->SetSwept("sha256:1").ok());
  Open();
  EXPECT_EQ(*store_->swept(), "sha256:1");
}

TEST_F(RocksDbStoreTest, ALeadIsReadAsItWasWritten) {
  testing::Random random(1);
  StoredLead lead = testing::RandomLead(random, "a");
  lead.revision = 0;
  Apply(Write(lead));
  lead.revision = 1;
  EXPECT_EQ(ToText(*store_->Get("a")), ToText(lead));
  Open();
  EXPECT_EQ(ToText(*store_->Get("a")), ToText(lead));
}

TEST_F(RocksDbStoreTest, WhatIsNotThereIsNotFound) {
  Put("a", "A");
  EXPECT_EQ(store_->Get("aa").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(store_->Get("aa").status().message(), HasSubstr("`aa`"));
  EXPECT_EQ(store_->Get("").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(*store_->HasEvent("a", "e"));
  EXPECT_THAT(*store_->Events("a", 10), IsEmpty());
}

TEST_F(RocksDbStoreTest, GetManyKeepsTheOrder) {
  Put("a", "A");
  Put("b", "B");
  const auto leads = store_->GetMany({"b", "missing", "a", "b"});
  ASSERT_EQ(leads.size(), 4u);
  EXPECT_EQ(leads[0]->id, "b");
  EXPECT_EQ(leads[1].status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(leads[2]->id, "a");
  EXPECT_EQ(leads[3]->grade, "B");
  EXPECT_THAT(store_->GetMany({}), IsEmpty());
}

TEST_F(RocksDbStoreTest, EventsComeInTimeOrder) {
  LeadWrite write = Write(BlankLead("a"));
  write.events = {Event("late", kNow), Event("early", kNow - absl::Hours(2)),
                  Event(std::string("\0any\xff", 5), kNow - absl::Hours(1))};
  Apply(std::move(write));
  LeadWrite other = Write(BlankLead("a-"));
  other.events = {Event("other", kNow)};
  Apply(std::move(other));
  const auto events = *store_->Events("a", 10);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].event_id, "early");
  EXPECT_EQ(events[1].event_id, std::string("\0any\xff", 5));
  EXPECT_EQ(events[2].event_id, "late");
  EXPECT_EQ(store_->Events("a", 1)->size(), 1u);
  EXPECT_TRUE(*store_->HasEvent("a", "early"));
  EXPECT_TRUE(*store_->HasEvent("a", std::string("\0any\xff", 5)));
  EXPECT_FALSE(*store_->HasEvent("a", "other"));
  EXPECT_FALSE(*store_->HasEvent("a", std::string("\0any", 4)));
}

TEST_F(RocksDbStoreTest, TheGradeIndexFollowsTheLead) {
  for (const char* id : {"a", "a-", "b", "c", "d"}) Put(id, "A");
  Put("e", "AA");
  Put("f", "");
  EXPECT_THAT(AllOfGrade("A", 2), ElementsAre("a", "a-", "b", "c", "d"));
  EXPECT_THAT(AllOfGrade("A", 5), ElementsAre("a", "a-", "b", "c", "d"));
  Put("b", "B");
  Remove("c");
  EXPECT_THAT(AllOfGrade("A", 1), ElementsAre("a", "a-", "d"));
  EXPECT_THAT(AllOfGrade("B", 1), ElementsAre("b"));
  EXPECT_THAT(AllOfGrade("AA", 1), ElementsAre("e"));
  EXPECT_THAT(AllOfGrade("", 1), IsEmpty());
}

TEST_F(RocksDbStoreTest, ListsById) {
  for (const char* id : {"b", "a", "a-", "aa"}) Put(id, "A");
  const auto first = *store_->ListById("", 3);
  EXPECT_THAT(Ids(first), ElementsAre("a", "a-", "aa"));
  const auto second = *store_->ListById(first.next, 3);
  EXPECT_THAT(Ids(second), ElementsAre("b"));
  EXPECT_EQ(second.next, "");
  EXPECT_EQ(store_->ListById("", 4)->next, "");
}

TEST_F(RocksDbStoreTest, ListsWhatIsDueEarliestFirst) {
  Put("late", "A", kNow + absl::Hours(2));
  Put("early", "A", kNow + absl::Nanoseconds(1));
  Put("never", "A", absl::InfiniteFuture());
  // CRMs write such a date for "never".
  const absl::Time far = absl::FromCivil(absl::CivilDay(9999, 12, 31), absl::UTCTimeZone());
  Put("far", "A", far);
  EXPECT_THAT(Due(kNow), IsEmpty());
  EXPECT_THAT(Due(kNow + absl::Nanoseconds(1)), ElementsAre("early"));
  EXPECT_THAT(Due(kNow + absl::Hours(3)), ElementsAre("early", "late"));
  EXPECT_THAT(Due(kNow + absl::Hours(3), 1), ElementsAre("early"));
  EXPECT_THAT(Due(far), ElementsAre("early", "late", "far"));
  Put("early", "A", kNow + absl::Hours(4));
  Remove("late");
  EXPECT_THAT(Due(kNow + absl::Hours(3)), IsEmpty());
  EXPECT_THAT(Due(kNow + absl::Hours(4)), ElementsAre("early"));
}

TEST_F(RocksDbStoreTest, ADecisionBeyondAnalysisIsDueInAMinute) {
  Put("a", "A", kNow);
  EXPECT_THAT(Due(kNow + absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Due(kNow + absl::Minutes(1)), ElementsAre("a"));
}

TEST_F(RocksDbStoreTest, RemovalLeavesNothing) {
  for (const char* id : {"a", "a-"}) {
    LeadWrite write = Write(BlankLead(id));
    write.events = {Event("e", kNow)};
    write.lead.lead.decided_time = kNow;
    write.lead.lead.valid_until = kNow + absl::Hours(1);
    Apply(std::move(write));
  }
  Remove("a");
  EXPECT_EQ(store_->Get("a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(*store_->HasEvent("a", "e"));
  EXPECT_TRUE(*store_->HasEvent("a-", "e"));
  store_.reset();
  RawStore raw(options_.path);
  EXPECT_THAT(raw.Keys("leads"), ElementsAre("a-"));
  EXPECT_EQ(raw.Keys("events").size(), 1u);
  EXPECT_EQ(raw.Keys("due_index").size(), 1u);
}

TEST_F(RocksDbStoreTest, ChangesAreNumberedAcrossBatchesAndOpens) {
  EXPECT_EQ(store_->last_sequence(), 0u);
  LogChanges("a", 2);
  LogChanges("b", 1);
  Open();
  EXPECT_EQ(store_->last_sequence(), 3u);
  EXPECT_EQ(store_->first_resumable(), 0u);
  LogChanges("c", 1);
  const auto changes = *store_->Changes(1, 10);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].sequence, 2u);
  EXPECT_EQ(changes[0].lead_id, "a");
  EXPECT_EQ(changes[2].sequence, 4u);
  EXPECT_EQ(changes[2].lead_id, "c");
  EXPECT_EQ(changes[2].change.rule, "r");
  EXPECT_EQ(changes[2].change.bundle_digest, "d");
  EXPECT_EQ(store_->Changes(0, 2)->size(), 2u);
  EXPECT_THAT(*store_->Changes(4, 10), IsEmpty());
  EXPECT_THAT(*store_->Changes(~uint64_t{0}, 10), IsEmpty());
}

TEST_F(RocksDbStoreTest, AChangeLogIsBounded) {
  options_.max_changes = 10;
  Open();
  LogChanges("a", 10);
  EXPECT_EQ(store_->first_resumable(), 0u);
  LogChanges("a", 5);
  EXPECT_EQ(store_->last_sequence(), 15u);
  EXPECT_EQ(store_->first_resumable(), 5u);
  EXPECT_EQ(store_->Changes(0, 100)->front().sequence, 6u);
  EXPECT_EQ(store_->Changes(store_->first_resumable(), 100)->size(), 10u);
  Open();
  EXPECT_EQ(store_->last_sequence(), 15u);
  EXPECT_EQ(store_->first_resumable(), 5u);
}

TEST_F(RocksDbStoreTest, ABatchOfManyLeadsIsOneWrite) {
  std::vector<LeadWrite> writes;
  for (int i = 0; i < 100; ++i) writes.push_back(Write(BlankLead(absl::StrCat("lead", i))));
  ASSERT_TRUE(store_->Apply(writes, Durability::kBuffered).ok());
  ASSERT_TRUE(store_->Flush().ok());
  EXPECT_EQ(store_->ListById("", 1000)->leads.size(), 100u);
  std::vector<LeadWrite> none;
  EXPECT_TRUE(store_->Apply(none, Durability::kSynced).ok());
}

TEST_F(RocksDbStoreTest, ADamagedRecordIsDataLoss) {
  Put("a", "A");
  Put("b", "A");
  store_.reset();
  RawStore(options_.path).Put("leads", "a", "\xff\xff");
  Open();
  EXPECT_EQ(store_->Get("a").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(store_->Get("a").status().message(), HasSubstr("`a`"));
  EXPECT_EQ(store_->GetMany({"a", "b"})[0].status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(store_->GetMany({"a", "b"})[1].ok());
  EXPECT_EQ(store_->ListById("", 10).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbStoreTest, TheIdIsTheStores) {
  const std::string id = store_->store_id();
  EXPECT_EQ(id.size(), 32u);
  Open();
  EXPECT_EQ(store_->store_id(), id);
  const auto other = OpenRocksDbStore({.path = dir_.path() + "/other"});
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->store_id(), id);
}

TEST_F(RocksDbStoreTest, AnotherFormatIsRefusedByName) {
  store_.reset();
  RawStore(options_.path).Put("default", "format", "7");
  const absl::Status status = OpenRocksDbStore(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("version `7`"));
  EXPECT_THAT(status.message(), HasSubstr("version 3"));
  // A later one may have other column families.
  RawStore(options_.path).DropFamily("due_index");
  EXPECT_THAT(OpenRocksDbStore(options_).status().message(), HasSubstr("version `7`"));
}

TEST_F(RocksDbStoreTest, AnotherProgramsDatabaseIsRefused) {
  store_.reset();
  RawStore(options_.path).Delete("default", "format");
  EXPECT_EQ(CodeOf(options_), absl::StatusCode::kFailedPrecondition);
  const RocksDbOptions foreign = {.path = dir_.path() + "/foreign"};
  rocksdb::Options rocksdb_options;
  rocksdb_options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb_options, foreign.path, &db).ok());
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "key", "value").ok());
  delete db;
  EXPECT_EQ(CodeOf(foreign), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RawStore(foreign.path).Keys("default").size(), 1u);
}

TEST_F(RocksDbStoreTest, AStoreWhoseMakingWasCutShortIsMadeAgain) {
  store_.reset();
  {
    RawStore raw(options_.path);
    raw.Delete("default", "format");
    raw.Delete("default", "store_id");
  }
  RocksDbOptions read_only = options_;
  read_only.read_only = true;
  EXPECT_EQ(CodeOf(read_only), absl::StatusCode::kFailedPrecondition);
  Open();
  store_.reset();
  {
    RawStore raw(options_.path);
    raw.Delete("default", "format");
    raw.Delete("default", "store_id");
    raw.DropFamily("changes");
  }
  EXPECT_EQ(CodeOf(read_only), absl::StatusCode::kNotFound);
  Open();
  Put("a", "A");
  Open();
  EXPECT_TRUE(store_->Get("a").ok());
}

TEST_F(RocksDbStoreTest, OneProcessAtATime) {
  const absl::Status status = OpenRocksDbStore(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("is another leadgrade serving it?"));
}

TEST_F(RocksDbStoreTest, NothingIsMadeUnlessAsked) {
  const std::string path = dir_.path() + "/none";
  EXPECT_EQ(CodeOf({.path = path, .create_if_missing = false}), absl::StatusCode::kNotFound);
  EXPECT_EQ(CodeOf({.path = path, .read_only = true}), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RocksDbStoreTest, ReadOnlyReadsBesideTheWriter) {
  Put("a", "A");
  RocksDbOptions options = options_;
  options.read_only = true;
  const auto reader = OpenRocksDbStore(options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE((*reader)->Get("a").ok());
  EXPECT_EQ((*reader)->store_id(), store_->store_id());
  std::vector<LeadWrite> writes(1);
  writes[0].lead = BlankLead("b");
  EXPECT_EQ((*reader)->Apply(writes, Durability::kSynced).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Get("b").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RocksDbStoreTest, ADamagedDatabaseIsDataLoss) {
  Put("a", "A");
  store_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(options_.path)) {
    if (entry.path().filename().string().find("MANIFEST") == 0) {
      std::filesystem::resize_file(entry.path(), 0);
    }
  }
  EXPECT_EQ(CodeOf(options_), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbStoreTest, ScansAllLeadsAsTheyWereWhenItBegan) {
  std::vector<LeadWrite> writes = {Write(BlankLead("a")), Write(BlankLead("b")),
                                   Write(BlankLead("c"))};
  ASSERT_TRUE(store_->Apply(writes, Durability::kBuffered).ok());
  const auto scan = store_->Scan();
  auto first = scan->Next(2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(IdsOf(*first), ElementsAre("a", "b"));
  StoredLead changed = BlankLead("c");
  changed.owner = "somebody else";
  writes = {Write(changed), Write(BlankLead("d"))};
  ASSERT_TRUE(store_->Apply(writes, Durability::kBuffered).ok());
  const auto rest = scan->Next(10);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_THAT(IdsOf(*rest), ElementsAre("c"));
  EXPECT_EQ(rest->front().owner, "");
  EXPECT_THAT(*scan->Next(10), IsEmpty());
  EXPECT_EQ(store_->Scan()->Next(10)->size(), 4);
}

TEST_F(RocksDbStoreTest, AScanPassesOverARecordThatIsDamaged) {
  std::vector<LeadWrite> writes = {Write(BlankLead("a")), Write(BlankLead("b")),
                                   Write(BlankLead("c"))};
  ASSERT_TRUE(store_->Apply(writes, Durability::kBuffered).ok());
  store_.reset();
  RawStore(options_.path).Put("leads", "b", "\xff\xff");
  Open();
  const auto scan = store_->Scan();
  EXPECT_TRUE(absl::IsDataLoss(scan->Next(10).status()));
  EXPECT_THAT(IdsOf(*scan->Next(10)), ElementsAre("c"));
}

}  // namespace
}  // namespace leadgrade::store
