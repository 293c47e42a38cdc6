// The journal of leads, the bundles kept, and stores of before there was either.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "service/store/journal_codec.h"
#include "service/store/keys.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/random_lead.h"
#include "tests/service/store/raw_store.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::store {
namespace {

using testing::BlankLead;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Random;
using testing::RawStore;
using testing::ToText;

const absl::Time kNow = absl::FromUnixSeconds(1764000000);

absl::Time After(int minutes) { return kNow + absl::Minutes(minutes); }

TEST(JournalCodec, EntriesComeBack) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const JournalEntry entry = testing::RandomEntry(random, "a");
    const std::string bytes = EncodeEntry(entry);
    const auto back = DecodeEntry("a", 1, bytes);
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(ToText(*back), ToText(entry));
    ASSERT_EQ(*DecodeEntryTime("a", 1, bytes), entry.now);
  }
}

TEST(JournalCodec, WhatTheClockDidTakesFifteenBytesAtMost) {
  JournalEntry entry;
  entry.now = kNow + absl::Nanoseconds(999'999'999);
  entry.bundle = 100;
  EXPECT_LE(EncodeEntry(entry).size(), 15u);
}

TEST(JournalCodec, DamageIsDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(DecodeEntry("a", 1, "\xff").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeEntryTime("a", 1, "\xff").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeBundle(1, "\xff").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeActivation("\xff").status()));
  // A change of no kind.
  EXPECT_TRUE(absl::IsDataLoss(DecodeEntry("a", 1, absl::string_view("\x2a\0", 2)).status()));
}

TEST(JournalCodec, BundlesComeBack) {
  const auto back = DecodeBundle(7, EncodeBundle("sha256:1", "sales", {{"a.yaml", "\xff\0"}}));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->digest, "sha256:1");
  EXPECT_EQ(back->name, "sales");
  EXPECT_THAT(back->files, ElementsAre(::testing::Pair("a.yaml", "\xff")));
}

class RocksDbJournalTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    auto store = OpenRocksDbStore({.path = dir_.path()});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  // Writes the lead with entries at these minutes.
  void Write(const std::string& id, const std::vector<int>& minutes,
             std::optional<StoredLead> before = std::nullopt) {
    ASSERT_TRUE(store_->KeepBundle("sha256:1", "b", {}, kNow).ok());
    std::vector<LeadWrite> writes(1);
    LeadWrite& write = writes[0];
    const auto stored = store_->Get(id);
    write.lead = stored.ok() ? *stored : BlankLead(id);
    write.is_new = !stored.ok();
    for (int minute : minutes) {
      JournalEntry& entry = write.journal.emplace_back();
      entry.now = After(minute);
      entry.bundle = 1;
      entry.before = before;
      before.reset();
      ++write.lead.journal_entries;
    }
    ASSERT_TRUE(store_->Apply(writes, Durability::kSynced).ok());
  }

  // Minutes of the entries that it takes to come to `minute`.
  std::vector<int64_t> Minutes(const std::string& id, int minute) {
    const auto history = store_->History(id, After(minute));
    EXPECT_TRUE(history.ok()) << history.status();
    std::vector<int64_t> minutes;
    for (const JournalEntry& entry : history->entries) {
      minutes.push_back(absl::ToInt64Minutes(entry.now - kNow));
    }
    return minutes;
  }

  std::vector<std::string> Findings() {
    std::vector<std::string> findings;
    EXPECT_TRUE(store_->Verify([&](std::string finding) { findings.push_back(finding); }).ok());
    return findings;
  }

  // Leaves a store as a program of version 1 would have.
  void MakeOld() {
    store_.reset();
    RawStore raw(dir_.path());
    raw.DropFamily("journal");
    raw.DropFamily("bundles");
    raw.DropFamily("grade_due_index");
    raw.Put("default", "format", "1");
  }

  testing::TempDir dir_;
  std::unique_ptr<LeadStore> store_;
};

TEST_F(RocksDbJournalTest, AHistoryEndsWithTheLastEntryByThen) {
  Write("a", {1, 3});
  Write("a-", {2});
  Write("a", {5});
  EXPECT_THAT(Minutes("a", 0), IsEmpty());
  EXPECT_THAT(Minutes("a", 1), ElementsAre(1));
  EXPECT_THAT(Minutes("a", 4), ElementsAre(1, 3));
  EXPECT_THAT(Minutes("a", 5), ElementsAre(1, 3, 5));
  EXPECT_THAT(Minutes("a-", 9), ElementsAre(2));
  EXPECT_EQ(store_->History("a", After(0))->first_time, After(1));
  EXPECT_TRUE(store_->History("a", After(0))->complete);
  EXPECT_TRUE(absl::IsNotFound(store_->History("b", After(0)).status()));
}

TEST_F(RocksDbJournalTest, AnInstantLivedTwiceIsAsItWasTheLastTime) {
  Write("a", {1, 9, 3, 6});
  EXPECT_THAT(Minutes("a", 2), ElementsAre(1));
  EXPECT_THAT(Minutes("a", 4), ElementsAre(1, 9, 3));
  EXPECT_THAT(Minutes("a", 9), ElementsAre(1, 9, 3, 6));
}

TEST_F(RocksDbJournalTest, AHistoryBeginsWithTheNearestRecord) {
  Write("a", {1, 2, 3});
  StoredLead before = BlankLead("a");
  before.display_name = "after three";
  Write("a", {4, 5}, before);
  EXPECT_THAT(Minutes("a", 3), ElementsAre(1, 2, 3));
  EXPECT_EQ(store_->History("a", After(3))->before.display_name, "");
  EXPECT_THAT(Minutes("a", 5), ElementsAre(4, 5));
  EXPECT_EQ(store_->History("a", After(5))->before.display_name, "after three");
}

TEST_F(RocksDbJournalTest, RemovalTakesTheJournalAlong) {
  for (const char* id : {"a", "a-"}) Write(id, {1, 2});
  std::vector<LeadWrite> writes(1);
  writes[0].lead = *store_->Get("a");
  writes[0].remove = true;
  ASSERT_TRUE(store_->Apply(writes, Durability::kSynced).ok());
  EXPECT_TRUE(absl::IsNotFound(store_->History("a", After(2)).status()));
  Write("a", {7});
  EXPECT_THAT(Minutes("a", 9), ElementsAre(7));
  EXPECT_THAT(Minutes("a-", 9), ElementsAre(1, 2));
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(RocksDbJournalTest, ABundleKeepsItsNumber) {
  EXPECT_EQ(*store_->KeepBundle("sha256:1", "sales", {{"a.yaml", "text"}}, kNow), 1u);
  EXPECT_EQ(*store_->KeepBundle("sha256:2", "sales", {}, kNow), 2u);
  Open();
  EXPECT_EQ(*store_->KeepBundle("sha256:3", "sales", {}, kNow), 3u);
  EXPECT_EQ(*store_->KeepBundle("sha256:1", "sales", {}, kNow), 1u);
  EXPECT_EQ(store_->Bundle(1)->files.at("a.yaml"), "text");
  EXPECT_EQ(store_->Bundle(2)->digest, "sha256:2");
  EXPECT_TRUE(absl::IsNotFound(store_->Bundle(4).status()));
}

TEST_F(RocksDbJournalTest, TheLastActivationByThenIsInForce) {
  EXPECT_TRUE(absl::IsNotFound(store_->BundleInForceAt(kNow).status()));
  ASSERT_TRUE(store_->KeepBundle("sha256:1", "b", {}, After(1)).ok());
  ASSERT_TRUE(store_->KeepBundle("sha256:2", "b", {}, After(3)).ok());
  ASSERT_TRUE(store_->Activate(1, After(5)).ok());
  Open();
  EXPECT_TRUE(absl::IsNotFound(store_->BundleInForceAt(After(0)).status()));
  EXPECT_EQ(*store_->BundleInForceAt(After(1)), 1u);
  EXPECT_EQ(*store_->BundleInForceAt(After(4)), 2u);
  EXPECT_EQ(*store_->BundleInForceAt(After(5)), 1u);
}

TEST_F(RocksDbJournalTest, AnActivationIsNotedOnce) {
  ASSERT_TRUE(store_->KeepBundle("sha256:1", "b", {}, After(3)).ok());
  const auto activations = [&] {
    store_.reset();
    const auto keys = RawStore(dir_.path()).Keys("bundles");
    Open();
    return std::count_if(keys.begin(), keys.end(), [](const auto& key) { return key[0] == 'a'; });
  };
  ASSERT_TRUE(store_->Activate(1, After(3)).ok());
  ASSERT_TRUE(store_->Activate(1, After(9)).ok());
  EXPECT_EQ(activations(), 1);
  // It was in force before a write met it.
  ASSERT_TRUE(store_->Activate(1, After(2)).ok());
  EXPECT_EQ(activations(), 2);
  EXPECT_EQ(*store_->BundleInForceAt(After(2)), 1u);
}

TEST_F(RocksDbJournalTest, AStoreOfVersion1IsBroughtToThisOne) {
  StoredLead lead = BlankLead("a");
  lead.display_name = "old";
  std::vector<LeadWrite> writes(1);
  writes[0].lead = lead;
  ASSERT_TRUE(store_->Apply(writes, Durability::kSynced).ok());
  MakeOld();
  const absl::Status read_only =
      OpenRocksDbStore({.path = dir_.path(), .read_only = true}).status();
  EXPECT_EQ(read_only.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(read_only.message(), HasSubstr("version 1"));
  Open();
  const auto history = store_->History("a", kNow);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_FALSE(history->complete);
  EXPECT_EQ(history->first_time, absl::InfiniteFuture());
  EXPECT_EQ(history->before.display_name, "old");
  Write("a", {1}, *store_->Get("a"));
  EXPECT_FALSE(store_->History("a", After(1))->complete);
  EXPECT_EQ(store_->History("a", After(0))->before.display_name, "old");
  EXPECT_THAT(Findings(), IsEmpty());
  store_.reset();
  EXPECT_EQ(RawStore(dir_.path()).Get("default", "format"), "3");
}

TEST_F(RocksDbJournalTest, AStoreOfVersion2GetsItsGradesInTheOrderOfItsDecisions) {
  std::vector<LeadWrite> writes(3);
  for (size_t i = 0; i < writes.size(); ++i) {
    writes[i].lead = BlankLead(absl::StrCat("lead", i));
    writes[i].lead.lead.decided_time = kNow;
    writes[i].lead.lead.valid_until = writes[i].lead.lead.grade_valid_until =
        i == 2 ? absl::InfiniteFuture() : After(10 - static_cast<int>(i));
  }
  ASSERT_TRUE(store_->Apply(writes, Durability::kSynced).ok());
  store_.reset();
  {
    RawStore raw(dir_.path());
    raw.DropFamily("grade_due_index");
    raw.Put("default", "format", "2");
  }
  EXPECT_THAT(OpenRocksDbStore({.path = dir_.path(), .read_only = true}).status().message(),
              HasSubstr("version 2"));
  Open();
  const auto page = store_->ListByGradeDue("", 10);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->leads.size(), 2u);
  EXPECT_EQ(page->leads[0].id, "lead1");
  EXPECT_EQ(page->leads[1].id, "lead0");
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(RocksDbJournalTest, BringingAStoreToThisVersionMayBeCutShort) {
  MakeOld();
  Open();
  store_.reset();
  RawStore(dir_.path()).Put("default", "format", "1");
  EXPECT_THAT(OpenRocksDbStore({.path = dir_.path(), .read_only = true}).status().message(),
              HasSubstr("version 1"));
  Open();
  store_.reset();
  {
    RawStore raw(dir_.path());
    raw.Put("default", "format", "1");
    raw.DropFamily("bundles");
  }
  Open();
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(RocksDbJournalTest, VerifyFindsGapsAndDamage) {
  Write("a", {1, 2, 3});
  store_.reset();
  RawStore(dir_.path()).Delete("journal", JournalKey("a", 2));
  Open();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("nothing between 1 and 3")));
  store_.reset();
  RawStore(dir_.path()).Put("journal", JournalKey("a", 2), "\xff");
  Open();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("the entry 2 of the journal")));
}

TEST_F(RocksDbJournalTest, VerifyFindsAJournalThatEndsElsewhere) {
  Write("a", {1, 2});
  store_.reset();
  RawStore(dir_.path()).Delete("journal", JournalKey("a", 2));
  Open();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("ends with 1, not with 2")));
}

TEST_F(RocksDbJournalTest, VerifyFindsEntriesOfNoLead) {
  Write("a", {1});
  store_.reset();
  RawStore(dir_.path()).Put("journal", JournalKey("b", 1), "");
  Open();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("journal: `b")));
}

TEST_F(RocksDbJournalTest, VerifyFindsBundlesThatAreNotKept) {
  Write("a", {1});
  store_.reset();
  RawStore(dir_.path()).Delete("bundles", BundleKey(1));
  Open();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("bundle 1 was in force"), HasSubstr("bundle 1")));
}

}  // namespace
}  // namespace leadgrade::store
