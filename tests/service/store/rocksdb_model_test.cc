// Random operations on a store and on a plain map beside it: both must always say the same. A
// failure names the seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/random_lead.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::store {
namespace {

using testing::Below;
using ::testing::IsEmpty;
using testing::Random;
using testing::ToText;

// Ids that are prefixes of each other, so that ranges that are too wide show.
const char* const kIds[] = {"-", "a", "a-", "a0", "aa", "aa.b", "b", "ba", "z~", "~"};

const absl::Time kNow = absl::FromUnixSeconds(1764000000);

struct ModelLead {
  StoredLead lead;
  std::map<std::string, StoredEvent> events;
  std::vector<JournalEntry> journal;
};

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) { Open(); }

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      Apply();
      Look();
      if (Below(random_, 25) == 0) Open();
    }
    Open();
    CompareAll();
  }

 private:
  void Open() {
    store_.reset();
    auto store = OpenRocksDbStore({.path = dir_.path(),
                                   .block_cache_bytes = 1 << 20,
                                   .write_buffer_bytes = 1 << 16,
                                   .max_changes = 40});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    for (uint32_t number : {1, 2}) {
      const auto kept = store_->KeepBundle(absl::StrCat("sha256:", number), "b", {}, kNow);
      ASSERT_TRUE(kept.ok()) << kept.status();
      ASSERT_EQ(*kept, number);
    }
  }

  const char* AnyId() { return kIds[Below(random_, std::size(kIds))]; }

  LeadWrite WriteOf(const std::string& id) {
    LeadWrite write;
    const auto it = leads_.find(id);
    write.is_new = it == leads_.end();
    if (!write.is_new) {
      write.old_grade = it->second.lead.grade;
      write.old_due = DueTime(it->second.lead.lead);
      write.old_grade_due = GradeDueTime(it->second.lead.lead);
    }
    if (!write.is_new && Below(random_, 5) == 0) {
      write.lead = it->second.lead;
      write.remove = true;
      leads_.erase(it);
      return write;
    }
    ModelLead& model = leads_[id];
    StoredLead lead = testing::RandomLead(random_, id);
    lead.lead.timeline = model.lead.lead.timeline;
    for (uint64_t i = Below(random_, 4); i > 0; --i) {
      StoredEvent event = testing::RandomEvent(random_, testing::RandomText(random_));
      if (!model.events.emplace(event.event_id, event).second) continue;
      lead.lead.timeline.push_back({event.time, event.type, event.amount, event.due});
      write.events.push_back(std::move(event));
    }
    std::stable_sort(lead.lead.timeline.begin(), lead.lead.timeline.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    for (uint64_t i = Below(random_, 3); i > 0; --i) {
      LoggedChange change{0, id, testing::RandomChange(random_, "A"), testing::RandomTime(random_),
                          testing::RandomText(random_)};
      write.changes.push_back(change);
      change.sequence = ++sequence_;
      log_.push_back(std::move(change));
    }
    for (uint64_t i = Below(random_, 3); i > 0; --i) {
      JournalEntry entry = testing::RandomEntry(random_, id);
      // The lead's making has none; nor may there be too long a way to one.
      if (model.journal.empty()) entry.before.reset();
      if (model.journal.size() % kJournalStride == 0 && !model.journal.empty()) {
        entry.before = testing::RandomLead(random_, id);
      }
      write.journal.push_back(entry);
      model.journal.push_back(std::move(entry));
    }
    lead.journal_entries = model.journal.size();
    model.lead = lead;
    write.lead = std::move(lead);
    return write;
  }

  void Apply() {
    std::set<std::string> ids;
    for (uint64_t i = 1 + Below(random_, 4); i > 0; --i) ids.insert(AnyId());
    std::vector<LeadWrite> writes;
    for (const std::string& id : ids) writes.push_back(WriteOf(id));
    const auto durability = Below(random_, 4) == 0 ? Durability::kSynced : Durability::kBuffered;
    const absl::Status status = store_->Apply(writes, durability);
    ASSERT_TRUE(status.ok()) << status;
  }

  // One lead, one page, one part of the log.
  void Look() {
    CompareLead(AnyId());
    const absl::Time time = testing::RandomTime(random_);
    CompareHistory(AnyId(), time);
    const size_t limit = Below(random_, 12);
    ASSERT_EQ(*store_->ListDue(time, limit), Due(time, limit));
    CompareGrade(testing::Grades()[Below(random_, testing::Grades().size())], 1 + limit);
    CompareDueOrder(1 + limit);
    CompareLog(Below(random_, sequence_ + 2), limit);
  }

  void CompareLead(const std::string& id) {
    const auto stored = store_->Get(id);
    const auto it = leads_.find(id);
    ASSERT_EQ(stored.ok(), it != leads_.end()) << id;
    std::string events, expected_events;
    const auto stored_events = store_->Events(id, 1000);
    ASSERT_TRUE(stored_events.ok()) << stored_events.status();
    for (const StoredEvent& event : *stored_events) events += ToText(event);
    if (stored.ok()) {
      ASSERT_EQ(ToText(*stored), ToText(it->second.lead));
      std::vector<StoredEvent> sorted;
      for (const auto& [event_id, event] : it->second.events) sorted.push_back(event);
      std::stable_sort(sorted.begin(), sorted.end(),
                       [](const auto& a, const auto& b) { return a.time < b.time; });
      for (const StoredEvent& event : sorted) {
        expected_events += ToText(event);
        ASSERT_TRUE(*store_->HasEvent(id, event.event_id));
      }
    }
    ASSERT_EQ(events, expected_events) << id;
  }

  void CompareHistory(const std::string& id, absl::Time time) {
    const auto history = store_->History(id, time);
    const auto it = leads_.find(id);
    ASSERT_EQ(history.ok(), it != leads_.end()) << history.status();
    if (!history.ok()) return;
    const std::vector<JournalEntry>& journal = it->second.journal;
    const auto last = std::find_if(journal.rbegin(), journal.rend(),
                                   [time](const auto& entry) { return entry.now <= time; });
    const auto end = last.base();
    auto begin = end;
    while (begin != journal.begin() && !(begin != end && begin->before.has_value())) --begin;
    std::string entries, expected;
    for (const JournalEntry& entry : history->entries) {
      JournalEntry bare = entry;
      bare.before.reset();
      entries += ToText(bare);
    }
    for (auto entry = begin; entry != end; ++entry) {
      JournalEntry bare = *entry;
      bare.before.reset();
      expected += ToText(bare);
    }
    ASSERT_EQ(entries, expected);
    StoredLead before = testing::BlankLead(id);
    if (journal.empty()) before = it->second.lead;
    if (begin != end && begin->before.has_value()) before = *begin->before;
    ASSERT_EQ(ToText(history->before), ToText(before));
    ASSERT_EQ(history->complete, !journal.empty());
    ASSERT_EQ(history->first_time, journal.empty() ? absl::InfiniteFuture() : journal.front().now);
  }

  void CompareGrade(const std::string& grade, size_t limit) {
    std::vector<std::string> ids, expected;
    std::string after;
    do {
      const auto page = store_->ListByGrade(grade, after, limit);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_LE(page->leads.size(), limit);
      for (const StoredLead& lead : page->leads) ids.push_back(lead.id);
      after = page->next;
    } while (!after.empty());
    for (const auto& [id, model] : leads_) {
      if (model.lead.grade == grade) expected.push_back(id);
    }
    ASSERT_EQ(ids, expected) << grade;
  }

  void CompareDueOrder(size_t limit) {
    for (const bool grade : {false, true}) {
      std::vector<std::string> ids;
      std::string after;
      do {
        const auto page =
            grade ? store_->ListByGradeDue(after, limit) : store_->ListByDue(after, limit);
        ASSERT_TRUE(page.ok()) << page.status();
        ASSERT_LE(page->leads.size(), limit);
        for (const StoredLead& lead : page->leads) ids.push_back(lead.id);
        after = page->next;
      } while (!after.empty());
      ASSERT_EQ(ids, Due(absl::InfiniteFuture(), leads_.size(), grade ? &GradeDueTime : &DueTime));
    }
  }

  std::vector<std::string> Due(absl::Time time, size_t limit,
                               absl::Time (*due_time)(const facts::Lead&) = &DueTime) const {
    std::set<std::pair<absl::Time, std::string>> due;
    for (const auto& [id, model] : leads_) {
      const absl::Time at = due_time(model.lead.lead);
      if (at != absl::InfiniteFuture() && at <= time) due.emplace(at, id);
    }
    std::vector<std::string> ids;
    for (const auto& [at, id] : due) {
      if (ids.size() < limit) ids.push_back(id);
    }
    return ids;
  }

  void CompareLog(uint64_t after, size_t limit) {
    ASSERT_EQ(store_->last_sequence(), sequence_);
    const uint64_t first = store_->first_resumable();
    ASSERT_GE(sequence_ - first, std::min<uint64_t>(sequence_, 40));
    ASSERT_LE(sequence_ - first, 40u);
    after = std::max(after, first);
    std::string changes, expected;
    const auto stored = store_->Changes(after, limit);
    ASSERT_TRUE(stored.ok()) << stored.status();
    for (const LoggedChange& change : *stored) changes += ToText(change);
    for (uint64_t i = after; i < log_.size() && i < after + limit; ++i) expected += ToText(log_[i]);
    ASSERT_EQ(changes, expected);
  }

  void CompareAll() {
    for (const char* id : kIds) {
      CompareLead(id);
      CompareHistory(id, testing::RandomTime(random_));
      CompareHistory(id, absl::InfiniteFuture());
    }
    for (const std::string& grade : testing::Grades()) CompareGrade(grade, 3);
    CompareDueOrder(3);
    CompareLog(0, 1000);
    ASSERT_EQ(*store_->ListDue(absl::FromUnixSeconds(300000000000), 1000),
              Due(absl::FromUnixSeconds(300000000000), 1000));
    const auto page = store_->ListById("", 1000);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_EQ(page->leads.size(), leads_.size());
    std::vector<std::string> findings;
    const auto count = store_->Verify([&](std::string finding) { findings.push_back(finding); });
    EXPECT_THAT(findings, IsEmpty());
    EXPECT_EQ(*count, leads_.size());
  }

  Random random_;
  testing::TempDir dir_;
  std::unique_ptr<LeadStore> store_;
  std::map<std::string, ModelLead> leads_;
  std::vector<LoggedChange> log_;
  uint64_t sequence_ = 0;
};

TEST(RocksDbModel, TheStoreSaysWhatTheModelSays) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Model(seed).Run(150);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace leadgrade::store
