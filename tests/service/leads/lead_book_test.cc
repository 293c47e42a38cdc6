#include "service/leads/lead_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_replace.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"
#include "tests/testing/forwarding_store.h"

namespace leadgrade::leads {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

store::RocksDbOptions InDirectory(const std::string& path) {
  store::RocksDbOptions options;
  options.path = path;
  return options;
}

// A store whose writes can be held back, to fill a queue, and made to fail.
class GatedStore : public testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  absl::Status Apply(std::vector<store::LeadWrite>& writes, store::Durability durability) override {
    ++applies;
    applies.notify_all();
    const std::lock_guard<std::mutex> wait(gate);
    if (fails) return absl::UnavailableError("the disk is full");
    return ForwardingStore::Apply(writes, durability);
  }

  std::mutex gate;
  std::atomic<int> applies = 0;
  std::atomic<bool> fails = false;
};

facts::StatedFact Stated(facts::FactValue value) {
  facts::StatedFact fact;
  fact.value = std::move(value);
  return fact;
}

// Stated facts that make an A.
std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> AllThreeLabels() {
  return {{"kp_level", Stated({std::string("FIRST")})},
          {"need", Stated({true})},
          {"budget", Stated({true})}};
}

class LeadBookTest : public ::testing::Test {
 protected:
  LeadBookTest() { Open({}); }

  void Open(LeadBook::Options options) {
    book_.reset();
    store_.reset();
    auto opened = store::OpenRocksDbStore(InDirectory(directory_.path() + "/store"));
    EXPECT_TRUE(opened.ok()) << opened.status();
    store_ = std::make_unique<GatedStore>(*std::move(opened));
    book_ = std::make_unique<LeadBook>(
        *store_, [this] { return bundle_; }, [this] { return now_.load(); }, options);
  }

  absl::StatusOr<EditResult> Edit(LeadEdit edit, Wanted wanted = nullptr) {
    std::promise<absl::StatusOr<EditResult>> promise;
    book_->Edit(std::move(edit), std::move(wanted),
                [&](absl::StatusOr<EditResult> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  absl::StatusOr<EditResult> Create(const std::string& id) {
    LeadEdit edit;
    edit.lead_id = id;
    edit.kind = LeadEdit::Kind::kCreate;
    edit.facts = AllThreeLabels();
    return Edit(std::move(edit));
  }

  static NewEvent Event(const std::string& lead, const std::string& id, const std::string& type,
                        absl::Time time) {
    NewEvent event;
    event.lead_id = lead;
    event.event.event_id = id;
    event.event.type = type;
    event.event.time = time;
    return event;
  }

  absl::StatusOr<EventsResult> Record(std::vector<NewEvent> events, bool create_missing = false,
                                      Wanted wanted = nullptr) {
    std::promise<absl::StatusOr<EventsResult>> promise;
    book_->Record(
        std::move(events), create_missing, std::move(wanted),
        [&](absl::StatusOr<EventsResult> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  absl::StatusOr<size_t> RescoreDue(size_t limit) {
    std::promise<absl::StatusOr<size_t>> promise;
    book_->RescoreDue(limit, [&](absl::StatusOr<size_t> count) { promise.set_value(count); });
    return promise.get_future().get();
  }

  std::string Grade(const decision::Decision& decision) {
    return decision::GradeName(decision, decision.grade);
  }

  std::vector<std::string> Inconsistencies() {
    std::vector<std::string> found;
    EXPECT_TRUE(store_->Verify([&](std::string finding) { found.push_back(finding); }).ok());
    return found;
  }

  testing::TempDir directory_;
  std::atomic<absl::Time> now_ = At("2026-03-01T09:00:00+08:00");
  std::shared_ptr<const rules::Bundle> bundle_ = testing::SalesBundle();
  std::unique_ptr<GatedStore> store_;
  std::unique_ptr<LeadBook> book_;
};

TEST_F(LeadBookTest, ANewLeadIsGradedStoredAndLogged) {
  const auto created = Create("a");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(Grade(created->decision), "A");
  EXPECT_EQ(created->lead.revision, 1u);
  const auto stored = store_->Get("a");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->grade, "A");
  const auto changes = store_->Changes(0, 10);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->front().change.to, "A");
  EXPECT_EQ(changes->front().change.cause, facts::Cause::kFact);
}

TEST_F(LeadBookTest, AnIdIsTakenOnce) {
  ASSERT_TRUE(Create("a").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Create("a").status()));
  EXPECT_EQ(store_->Get("a")->revision, 1u);
}

TEST_F(LeadBookTest, AnEditOfALeadThatIsNotThereIsRefused) {
  LeadEdit edit;
  edit.lead_id = "nobody";
  EXPECT_TRUE(absl::IsNotFound(Edit(edit).status()));
}

TEST_F(LeadBookTest, AnEditOfAnOlderRevisionIsRefusedAndChangesNothing) {
  ASSERT_TRUE(Create("a").ok());
  LeadEdit edit;
  edit.lead_id = "a";
  edit.owner = "Li Na";
  edit.expected_revision = 1;
  ASSERT_TRUE(Edit(edit).ok());
  edit.owner = "Tom";
  const auto refused = Edit(edit);
  EXPECT_TRUE(absl::IsAborted(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("at revision 2, not 1"));
  EXPECT_EQ(store_->Get("a")->owner, "Li Na");
}

TEST_F(LeadBookTest, ReplacingAllFactsRetractsThoseNotGiven) {
  ASSERT_TRUE(Create("a").ok());
  LeadEdit edit;
  edit.lead_id = "a";
  edit.replace_all_facts = true;
  edit.facts = {{"need", Stated({false})}};
  const auto edited = Edit(edit);
  ASSERT_TRUE(edited.ok());
  EXPECT_EQ(edited->lead.lead.facts.size(), 1u);
  EXPECT_EQ(Grade(edited->decision), "D");
}

TEST_F(LeadBookTest, AnEventCountsOnceHoweverOftenItIsSent) {
  ASSERT_TRUE(Create("a").ok());
  const NewEvent visit = Event("a", "e1", "visit", now_.load());
  const auto recorded = Record({visit, visit});
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_THAT(recorded->duplicate, ElementsAre(false, true));
  EXPECT_THAT(Record({visit})->duplicate, ElementsAre(true));
  EXPECT_EQ(store_->Get("a")->lead.timeline.size(), 1u);
  EXPECT_EQ(store_->Get("a")->revision, 2u);
}

TEST_F(LeadBookTest, ABatchWithAnUnknownLeadIsRefusedWhole) {
  ASSERT_TRUE(Create("a").ok());
  const auto recorded =
      Record({Event("a", "e1", "visit", now_.load()), Event("nobody", "e2", "visit", now_.load())});
  EXPECT_TRUE(absl::IsNotFound(recorded.status()));
  EXPECT_TRUE(store_->Get("a")->lead.timeline.empty());
}

TEST_F(LeadBookTest, EventsMayMakeTheirLeads) {
  const auto recorded = Record({Event("new", "e1", "visit", now_.load())}, true);
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_EQ(store_->Get("new")->lead.timeline.size(), 1u);
}

TEST_F(LeadBookTest, EventsThatComeLateStandAtTheirTime) {
  ASSERT_TRUE(Create("a").ok());
  ASSERT_TRUE(Record({Event("a", "later", "call", now_.load())}).ok());
  ASSERT_TRUE(Record({Event("a", "earlier", "visit", now_.load() - absl::Hours(30))}).ok());
  const auto timeline = store_->Get("a")->lead.timeline;
  EXPECT_THAT((std::vector<std::string>{timeline[0].type, timeline[1].type}),
              ElementsAre("visit", "call"));
}

TEST_F(LeadBookTest, WhatNobodyWaitsForIsNotWritten) {
  const auto gone = [] { return absl::DeadlineExceededError("too late"); };
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      Record({Event("a", "e1", "visit", now_.load())}, true, gone).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->Get("a").status()));
  EXPECT_EQ(store_->applies, 0);
}

TEST_F(LeadBookTest, ALeadCanBeDeletedAndMadeAgain) {
  ASSERT_TRUE(Create("a").ok());
  ASSERT_TRUE(Record({Event("a", "e1", "visit", now_.load())}).ok());
  LeadEdit remove;
  remove.lead_id = "a";
  remove.kind = LeadEdit::Kind::kDelete;
  ASSERT_TRUE(Edit(remove).ok());
  EXPECT_TRUE(absl::IsNotFound(book_->Score("a").status()));
  ASSERT_TRUE(Create("a").ok());
  EXPECT_THAT(Record({Event("a", "e1", "visit", now_.load())})->duplicate, ElementsAre(false));
  EXPECT_THAT(Inconsistencies(), ElementsAre());
}

TEST_F(LeadBookTest, WhileTheStoreFailsEveryWriteSaysSoAndNothingStays) {
  store_->fails = true;
  EXPECT_TRUE(absl::IsUnavailable(Create("a").status()));
  store_->fails = false;
  EXPECT_TRUE(absl::IsNotFound(store_->Get("a").status()));
  EXPECT_TRUE(Create("a").ok());
}

TEST_F(LeadBookTest, WritesThatWaitShareASync) {
  ASSERT_TRUE(Create("a").ok());
  std::promise<void> all;
  std::atomic<int> left = 100;
  {
    const std::lock_guard<std::mutex> hold(store_->gate);
    for (int i = 0; i < 100; ++i) {
      book_->Record({Event("a", std::to_string(i), "visit", now_.load())}, false, nullptr,
                    [&](absl::StatusOr<EventsResult> result) {
                      EXPECT_TRUE(result.ok()) << result.status();
                      if (--left == 0) all.set_value();
                    });
    }
  }
  all.get_future().wait();
  // The first may have gone alone; the rest waited together.
  EXPECT_LE(store_->applies, 4);
  EXPECT_EQ(store_->Get("a")->lead.timeline.size(), 100u);
}

TEST_F(LeadBookTest, AFullQueueRefusesAtOnce) {
  Open({.max_queue = 2, .max_batch = 1});
  std::promise<void> all;
  std::atomic<int> left = 4, refused = 0;
  {
    const std::lock_guard<std::mutex> hold(store_->gate);
    // One at the store, two waiting, one too many.
    const auto done = [&](absl::StatusOr<EventsResult> result) {
      if (absl::IsResourceExhausted(result.status())) ++refused;
      if (--left == 0) all.set_value();
    };
    book_->Record({Event("a", "0", "visit", now_.load())}, true, nullptr, done);
    store_->applies.wait(0);
    for (const char* id : {"1", "2", "3"}) {
      book_->Record({Event("a", id, "visit", now_.load())}, true, nullptr, done);
    }
    EXPECT_EQ(refused, 1);
  }
  all.get_future().wait();
  EXPECT_EQ(refused, 1);
}

TEST_F(LeadBookTest, ConcurrentWritersLoseNothing) {
  constexpr int kWriters = 8, kEach = 50;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = absl::StrCat(w, "-", i);
        EXPECT_TRUE(
            Record({Event(absl::StrCat("lead", i % 5), id, "visit", now_.load())}, true).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  size_t events = 0;
  for (int i = 0; i < 5; ++i) {
    events += store_->Get(absl::StrCat("lead", i))->lead.timeline.size();
  }
  EXPECT_EQ(events, static_cast<size_t>(kWriters * kEach));
  EXPECT_THAT(Inconsistencies(), ElementsAre());
}

TEST_F(LeadBookTest, ScoringSeesAWindowPassBeforeTheTimerCame) {
  ASSERT_TRUE(Create("a").ok());
  now_ = At("2026-03-11T23:59:59+08:00");
  EXPECT_EQ(Grade(book_->Score("a")->decision), "A");
  now_ = At("2026-03-12T00:00:00+08:00");
  EXPECT_EQ(Grade(book_->Score("a")->decision), "D");
  EXPECT_EQ(store_->Get("a")->grade, "A");
}

TEST_F(LeadBookTest, TheTimerMovesALeadWhoseWindowPassed) {
  ASSERT_TRUE(Create("a").ok());
  now_ = At("2026-03-11T23:59:59+08:00");
  EXPECT_EQ(*RescoreDue(10), 0u);
  now_ = At("2026-03-12T00:00:00+08:00");
  EXPECT_EQ(*RescoreDue(10), 1u);
  const auto stored = store_->Get("a");
  EXPECT_EQ(stored->grade, "D");
  EXPECT_EQ(stored->lead.grade_history.back().cause, facts::Cause::kTimer);
  EXPECT_EQ(stored->lead.grade_history.back().time, At("2026-03-12T00:00:00+08:00"));
  EXPECT_EQ(*RescoreDue(10), 0u);
}

TEST_F(LeadBookTest, TheTimerTakesNoMoreThanItsLimit) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Create(id).ok());
  now_ = At("2026-03-20T00:00:00+08:00");
  EXPECT_EQ(*RescoreDue(2), 2u);
  EXPECT_EQ(*RescoreDue(2), 1u);
}

// The days of the changes of the clock have 23 and 25 hours; each midnight is the timer's.
TEST_F(LeadBookTest, TheTimerMovesALeadAtBothMidnightsOfADayWhoseClockIsChanged) {
  auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  files["sales/bundle.yaml"] =
      absl::StrReplaceAll(files["sales/bundle.yaml"], {{"Asia/Shanghai", "Europe/Berlin"}});
  bundle_ = testing::Load(files);
  const std::pair<const char*, const char*> windows[] = {
      {"2026-03-18T10:00:00+01:00", "2026-03-29T00:00:00+01:00"},
      {"2026-03-19T10:00:00+01:00", "2026-03-30T00:00:00+02:00"},
      {"2026-10-14T10:00:00+02:00", "2026-10-25T00:00:00+02:00"},
      {"2026-10-15T10:00:00+02:00", "2026-10-26T00:00:00+01:00"}};
  for (const auto& [entered, lapses] : windows) {
    now_ = At(entered);
    ASSERT_TRUE(Create(entered).ok());
    now_ = At(lapses) - absl::Nanoseconds(1);
    RescoreDue(10).IgnoreError();
    EXPECT_EQ(store_->Get(entered)->grade, "A") << lapses;
    now_ = At(lapses);
    EXPECT_EQ(*RescoreDue(10), 1u) << lapses;
    EXPECT_EQ(store_->Get(entered)->grade, "D") << lapses;
  }
}

TEST_F(LeadBookTest, AfterAClockThatStepsBackNothingIsChangedTwice) {
  ASSERT_TRUE(Create("a").ok());
  const absl::Time lapse = At("2026-03-12T00:00:00+08:00");
  now_ = lapse;
  ASSERT_EQ(*RescoreDue(10), 1u);
  now_ = lapse - absl::Hours(2);
  EXPECT_EQ(*RescoreDue(10), 0u);
  EXPECT_EQ(Grade(book_->Score("a")->decision), "D");
  ASSERT_TRUE(Record({Event("a", "e1", "visit", now_.load())}).ok());
  EXPECT_EQ(store_->Get("a")->lead.decided_time, lapse);
  now_ = lapse + absl::Hours(1);
  EXPECT_EQ(*RescoreDue(10), 0u);
  EXPECT_EQ(store_->Changes(0, 10)->size(), 2u);
  EXPECT_THAT(Inconsistencies(), ElementsAre());
}

TEST_F(LeadBookTest, AfterAClockThatStepsBackNoChangeIsLost) {
  const absl::Time lapse = At("2026-03-12T00:00:00+08:00");
  ASSERT_TRUE(Create("a").ok());
  now_ = lapse - absl::Seconds(1);
  ASSERT_TRUE(Record({Event("a", "e1", "visit", now_.load())}).ok());
  // Made in the hours that come twice.
  now_ = lapse - absl::Hours(2);
  ASSERT_TRUE(Create("b").ok());
  EXPECT_EQ(*RescoreDue(10), 0u);
  now_ = lapse;
  EXPECT_EQ(*RescoreDue(10), 1u);
  EXPECT_EQ(store_->Get("a")->grade, "D");
  now_ = At("2026-03-22T00:00:00+08:00");
  EXPECT_EQ(store_->Get("b")->grade, "A");
  EXPECT_EQ(*RescoreDue(10), 1u);
  EXPECT_EQ(store_->Get("b")->grade, "D");
  EXPECT_EQ(store_->Changes(0, 10)->size(), 4u);
}

TEST_F(LeadBookTest, ASweepDecidesUnderTheBundleInForce) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Create(id).ok());
  auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  files["sales/grading.yaml"] = absl::StrReplaceAll(files["sales/grading.yaml"],
                                                    {{"then: { grade: A }", "then: { grade: B }"}});
  bundle_ = testing::Load(files);
  std::string next;
  std::vector<size_t> rescored;
  do {
    std::promise<absl::StatusOr<Sweep>> promise;
    book_->RescoreOutdated(next, 2, [&](absl::StatusOr<Sweep> sweep) { promise.set_value(sweep); });
    const auto sweep = promise.get_future().get();
    ASSERT_TRUE(sweep.ok()) << sweep.status();
    rescored.push_back(sweep->rescored);
    next = sweep->next;
  } while (!next.empty());
  EXPECT_THAT(rescored, ElementsAre(2u, 1u));
  const auto stored = store_->Get("c");
  EXPECT_EQ(stored->grade, "B");
  EXPECT_EQ(stored->lead.grade_history.back().cause, facts::Cause::kBundle);
  EXPECT_EQ(stored->lead.bundle_digest, bundle_->digest);
}

TEST_F(LeadBookTest, ListenersHearOfGradeChangesOnly) {
  std::vector<uint64_t> heard;
  book_->OnChanges([&](uint64_t sequence) { heard.push_back(sequence); });
  ASSERT_TRUE(Create("a").ok());
  ASSERT_TRUE(Record({Event("a", "e1", "visit", now_.load())}).ok());
  book_.reset();
  EXPECT_THAT(heard, ElementsAre(1u));
}

TEST_F(LeadBookTest, AChangeIsLoggedWithTheOwnerOfThen) {
  LeadEdit edit;
  edit.lead_id = "a";
  edit.kind = LeadEdit::Kind::kCreate;
  edit.owner = "li";
  edit.facts = AllThreeLabels();
  ASSERT_TRUE(Edit(std::move(edit)).ok());
  LeadEdit later;
  later.lead_id = "a";
  later.owner = "wang";
  ASSERT_TRUE(Edit(std::move(later)).ok());
  const auto changes = store_->Changes(0, 10);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ((*changes)[0].owner, "li");
}

TEST_F(LeadBookTest, AHistoryTellsWhatWasWrittenLaterThanItsTime) {
  ASSERT_TRUE(Create("a").ok());
  now_ = now_.load() + absl::Hours(24) * 30;
  std::promise<void> rescored;
  book_->RescoreDue(10, [&](const absl::StatusOr<size_t>&) { rescored.set_value(); });
  rescored.get_future().wait();
  const auto stored = store_->Get("a");
  ASSERT_GE(stored->lead.grade_history.size(), 2u);
  EXPECT_EQ(stored->lead.grade_history[0].recorded_time, absl::InfinitePast());
  EXPECT_EQ(stored->lead.grade_history[1].recorded_time, now_.load());
}

TEST_F(LeadBookTest, WhatIsBeingWrittenIsNotYetComplete) {
  const absl::Time begin = now_.load();
  EXPECT_EQ(book_->complete_until(), begin);
  std::promise<void> written;
  {
    const std::lock_guard<std::mutex> hold(store_->gate);
    LeadEdit edit;
    edit.lead_id = "a";
    edit.kind = LeadEdit::Kind::kCreate;
    book_->Edit(std::move(edit), nullptr,
                [&](const absl::StatusOr<EditResult>&) { written.set_value(); });
    store_->applies.wait(0);
    now_ = begin + absl::Minutes(1);
    EXPECT_EQ(book_->complete_until(), begin);
  }
  written.get_future().wait();
  EXPECT_EQ(book_->complete_until(), begin + absl::Minutes(1));
}

TEST_F(LeadBookTest, AnImportBringsTheGradesThatWouldHaveBeen) {
  ImportedLead lead;
  lead.edit.lead_id = "a";
  lead.edit.facts = AllThreeLabels();
  for (auto& [name, fact] : lead.edit.facts)
    fact->observed_time = now_.load() - absl::Hours(24 * 15);
  std::promise<std::vector<absl::Status>> promise;
  book_->Import({lead}, nullptr,
                [&](std::vector<absl::Status> results) { promise.set_value(std::move(results)); });
  EXPECT_THAT(promise.get_future().get(), ElementsAre(absl::OkStatus()));
  const auto history = store_->Get("a")->lead.grade_history;
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].to, "A");
  EXPECT_EQ(history[0].time, now_.load() - absl::Hours(24 * 15));
  EXPECT_EQ(history[1].to, "D");
  EXPECT_EQ(history[1].time, At("2026-02-25T00:00:00+08:00"));
}

TEST_F(LeadBookTest, AfterClosingTheQueueIsFinished) {
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < 20; ++i) {
    book_->Record({Event("a", std::to_string(i), "visit", now_.load())}, true, nullptr,
                  [&](absl::StatusOr<EventsResult> result) { acknowledged += result.ok(); });
  }
  book_.reset();
  EXPECT_EQ(acknowledged, 20);
  EXPECT_EQ(store_->Get("a")->lead.timeline.size(), 20u);
}

}  // namespace
}  // namespace leadgrade::leads
