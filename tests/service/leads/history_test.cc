// What was said of leads at instants that have passed is said again, byte for byte.
#include "service/leads/history.h"

#include <gmock/gmock.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/convert/decision_proto.h"
#include "service/leads/bulk_import.h"
#include "service/leads/lead_book.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"

namespace leadgrade::leads {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kLeads = 200;
constexpr size_t kSamples = 10000;

// Entries of maps in the order of their keys.
std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

facts::StatedFact Stated(facts::FactValue value, absl::Time observed = absl::InfinitePast()) {
  facts::StatedFact fact;
  fact.value = std::move(value);
  fact.observed_time = observed;
  return fact;
}

// Three versions of the sales bundle: other windows, then another grade for a rule too.
std::vector<std::shared_ptr<const rules::Bundle>> Versions() {
  auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  std::vector<std::shared_ptr<const rules::Bundle>> versions = {testing::Load(files)};
  files["sales/bundle.yaml"] = absl::StrReplaceAll(
      files["sales/bundle.yaml"], {{"value: 10", "value: 4"}, {"value: 7", "value: 3"}});
  versions.push_back(testing::Load(files));
  files["sales/grading.yaml"] = absl::StrReplaceAll(files["sales/grading.yaml"],
                                                    {{"then: { grade: B }", "then: { grade: C }"}});
  versions.push_back(testing::Load(files));
  EXPECT_NE(versions[0]->digest, versions[1]->digest);
  EXPECT_NE(versions[1]->digest, versions[2]->digest);
  return versions;
}

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    Open();
    PutInForce(versions_[0]);
  }

  void Open() {
    book_.reset();
    store_.reset();
    auto opened = store::OpenRocksDbStore({.path = directory_.path() + "/store"});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    book_ = std::make_unique<LeadBook>(
        *store_, [this] { return bundle_; }, [this] { return now_.load(); }, LeadBook::Options{});
  }

  // As a server does.
  void PutInForce(std::shared_ptr<const rules::Bundle> bundle) {
    bundle_ = std::move(bundle);
    const auto number =
        store_->KeepBundle(bundle_->digest, bundle_->name, bundle_->files, now_.load());
    ASSERT_TRUE(number.ok()) << number.status();
    ASSERT_TRUE(store_->Activate(*number, now_.load()).ok());
  }

  absl::StatusOr<EditResult> Edit(LeadEdit edit) {
    std::promise<absl::StatusOr<EditResult>> promise;
    book_->Edit(std::move(edit), nullptr,
                [&](absl::StatusOr<EditResult> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  absl::StatusOr<EditResult> State(const std::string& id, const std::string& fact,
                                   facts::FactValue value,
                                   LeadEdit::Kind kind = LeadEdit::Kind::kUpdate) {
    LeadEdit edit;
    edit.lead_id = id;
    edit.kind = kind;
    edit.facts = {{fact, Stated(std::move(value))}};
    return Edit(std::move(edit));
  }
  absl::StatusOr<EditResult> Create(const std::string& id) {
    return State(id, "need", {true}, LeadEdit::Kind::kCreate);
  }
  absl::StatusOr<EventsResult> Record(std::vector<NewEvent> events) {
    std::promise<absl::StatusOr<EventsResult>> promise;
    book_->Record(std::move(events), true, nullptr, [&](absl::StatusOr<EventsResult> result) {
      promise.set_value(std::move(result));
    });
    return promise.get_future().get();
  }
  void RescoreDue() {
    std::promise<void> done;
    book_->RescoreDue(1000, [&](absl::StatusOr<size_t> count) {
      EXPECT_TRUE(count.ok()) << count.status();
      done.set_value();
    });
    done.get_future().wait();
  }
  void SweepAll() {
    std::string after;
    do {
      std::promise<std::string> next;
      book_->RescoreOutdated(after, 70, [&](absl::StatusOr<Sweep> sweep) {
        EXPECT_TRUE(sweep.ok()) << sweep.status();
        next.set_value(sweep->next);
      });
      after = next.get_future().get();
    } while (!after.empty());
  }

  std::string Scored(const std::string& id, std::optional<absl::Time> at = std::nullopt) const {
    const auto result = book_->Score(id, at);
    if (!result.ok()) return result.status().ToString();
    v1::Decision decision;
    convert::ToProto(result->decision, id, "zh", &decision);
    return Bytes(decision);
  }
  std::string Explained(const std::string& id, std::optional<absl::Time> at = std::nullopt) const {
    const auto result = book_->Explain(id, at);
    if (!result.ok()) return result.status().ToString();
    v1::Explanation explanation;
    convert::ToProto(result->explanation, id, "en", &explanation);
    convert::ToProto(result->forecast, explanation.mutable_forecast());
    return Bytes(explanation);
  }
  void Pass(absl::Duration duration) { now_ = now_.load() + duration; }

  const std::vector<std::shared_ptr<const rules::Bundle>> versions_ = Versions();
  testing::TempDir directory_;
  std::atomic<absl::Time> now_ = At("2026-03-01T09:00:00+08:00");
  std::shared_ptr<const rules::Bundle> bundle_;
  std::unique_ptr<store::LeadStore> store_;
  std::unique_ptr<LeadBook> book_;
};

// Leads that live for months: random writes of every kind, three bundles in turn, a clock that is
// set back at times. What is said in between is kept.
class RandomHistoryTest : public HistoryTest {
 protected:
  struct Sample {
    std::string id;
    std::string digest;  // of the bundle in force
    std::string scored;
    std::string explained;  // of some; else empty
  };

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  std::string AnyLead() { return absl::StrCat("lead", Below(kLeads)); }

  LeadEdit RandomEdit(const std::string& id) {
    LeadEdit edit;
    edit.lead_id = id;
    edit.kind = store_->Get(id).ok() ? LeadEdit::Kind::kUpdate : LeadEdit::Kind::kCreate;
    edit.replace_all_facts = Below(10) == 0;
    for (uint64_t i = Below(4); i > 0; --i) {
      static const char* const kLevels[] = {"NONE", "THIRD", "SECOND", "FIRST"};
      static const char* const kFlags[] = {"need", "budget", "value_recognised"};
      const bool retract = Below(6) == 0;
      facts::StatedFact fact;
      std::string name;
      switch (Below(3)) {
        case 0:
          name = "kp_level";
          fact.value.value = std::string(kLevels[Below(4)]);
          break;
        case 1:
          name = "approval_layers";
          fact.value.value = static_cast<int64_t>(Below(3));
          break;
        default:
          name = kFlags[Below(3)];
          fact.value.value = Below(4) != 0;
      }
      fact.status = static_cast<facts::FactStatus>(Below(4));
      if (fact.status == facts::FactStatus::kUnknown) fact.value.value = std::monostate();
      fact.source = Below(2) == 0 ? "crm" : "";
      fact.role = Below(3) == 0 ? "RECEPTION" : "";
      if (Below(5) == 0) fact.expire_time = now_.load() + absl::Hours(Below(24 * 20));
      if (Below(2) == 0) fact.observed_time = now_.load() - absl::Hours(Below(24 * 20));
      edit.facts.emplace_back(name, retract ? std::nullopt : std::optional(fact));
    }
    if (Below(6) == 0) {
      edit.grade_override = facts::GradeOverride{std::string(1, static_cast<char>('A' + Below(4))),
                                                 "why",
                                                 "li",
                                                 {},
                                                 now_.load() + absl::Hours(1 + Below(24 * 10))};
    }
    return edit;
  }

  store::StoredEvent RandomEvent() {
    static const char* const kTypes[] = {"visit", "call",      "message",  "meeting",
                                         "order", "signature", "reopened", "demo"};
    store::StoredEvent event;
    // Some come twice.
    event.event_id = absl::StrCat("e", Below(60));
    event.type = kTypes[Below(std::size(kTypes))];
    // Some are dated later.
    event.time = now_.load() + absl::Hours(24 * 5) - absl::Hours(Below(24 * 15));
    if (Below(3) == 0) event.amount = static_cast<double>(Below(1000));
    if (Below(4) == 0) {
      event.type = "promise";
      event.due = event.time + absl::Hours(Below(24 * 10));
    }
    return event;
  }

  void Act() {
    switch (Below(40)) {
      case 0:
        PutInForce(versions_[Below(3)]);
        if (Below(2) == 0) {
          Pass(absl::Seconds(1));
          SweepAll();
        }
        break;
      case 1:
        SetClockBack();
        break;
      case 2: {
        const std::string id = AnyLead();
        LeadEdit edit;
        edit.lead_id = id;
        edit.kind = LeadEdit::Kind::kDelete;
        (void)Edit(std::move(edit)).status();
        std::erase_if(samples_, [&](const auto& sample) { return sample.second.id == id; });
        break;
      }
      case 3:
      case 4:
      case 5:
        RescoreDue();
        break;
      case 6: {
        std::vector<ImportedLead> leads;
        for (int i = 0; i < 5; ++i) {
          leads.push_back({RandomEdit(AnyLead()), {RandomEvent(), RandomEvent()}});
        }
        for (const absl::Status& status : ImportBuffered(*store_, bundle_, now_.load(), leads)) {
          EXPECT_TRUE(status.ok()) << status;
        }
        break;
      }
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
      case 12: {
        std::vector<NewEvent> events;
        for (uint64_t i = 1 + Below(4); i > 0; --i) events.push_back({AnyLead(), RandomEvent()});
        EXPECT_TRUE(Record(std::move(events)).ok());
        break;
      }
      case 13: {
        // Several writes of one lead that share a batch, or not.
        const std::string id = AnyLead();
        std::atomic<int> left = 3;
        std::promise<void> done;
        for (int i = 0; i < 3; ++i) {
          book_->Record({{id, RandomEvent()}}, true, nullptr,
                        [&](const absl::StatusOr<EventsResult>& result) {
                          EXPECT_TRUE(result.ok()) << result.status();
                          if (--left == 0) done.set_value();
                        });
        }
        done.get_future().wait();
        break;
      }
      default:
        EXPECT_TRUE(Edit(RandomEdit(AnyLead())).ok());
    }
  }

  // The instants after it are lived again, and what was said at them is forgotten.
  void SetClockBack() {
    latest_ = std::max(latest_, now_.load());
    Pass(-absl::Minutes(1 + Below(120)));
    samples_.erase(samples_.lower_bound(now_.load()), samples_.end());
  }

  void TakeSample() {
    const std::string id = AnyLead();
    if (!store_->Get(id).ok()) return;
    // That it was set back is known of a lead from its first write on.
    if (now_.load() <= latest_) {
      EXPECT_TRUE(Edit(RandomEdit(id)).ok());
      Pass(absl::Milliseconds(1));
    }
    samples_[now_.load()] = {id, bundle_->digest, Scored(id), Below(10) == 0 ? Explained(id) : ""};
  }

  void Live() {
    while (samples_.size() < kSamples && !HasFailure()) {
      Act();
      for (int i = 0; i < 5; ++i) {
        Pass(absl::Milliseconds(1 + Below(1000)));
        TakeSample();
      }
      Pass(absl::Minutes(Below(60)));
    }
  }

  void Replay(int every) {
    int i = 0;
    for (const auto& [time, sample] : samples_) {
      if (++i % every != 0) continue;
      ASSERT_EQ(Scored(sample.id, time), sample.scored) << sample.id << " at " << time;
      if (sample.explained.empty()) continue;
      ASSERT_EQ(Explained(sample.id, time), sample.explained) << sample.id << " at " << time;
    }
  }

  // All of a record that decisions come from is in the journal.
  void CompareRecords() {
    const History history(*store_);
    for (int i = 0; i < kLeads; ++i) {
      const auto stored = store_->Get(absl::StrCat("lead", i));
      if (!stored.ok()) continue;
      const auto past = history.At(stored->id, absl::InfiniteFuture());
      ASSERT_TRUE(past.ok()) << past.status();
      store::StoredLead expected = *stored;
      expected.lead = past->lead.lead;
      // When a change was written matters to those who watch, and to no decision.
      store::StoredLead actual = *stored;
      for (store::StoredLead* lead : {&expected, &actual}) {
        for (facts::GradeChange& change : lead->lead.grade_history) {
          change.recorded_time = absl::InfinitePast();
        }
      }
      EXPECT_EQ(store::EncodeLead(expected), store::EncodeLead(actual));
    }
  }

  std::mt19937_64 random_{20260301};
  absl::Time latest_ = absl::InfinitePast();
  std::map<absl::Time, Sample> samples_;
};

TEST_F(RandomHistoryTest, TenThousandDecisionsUnderThreeBundlesAreSaidAgain) {
  Live();
  ASSERT_GE(samples_.size(), kSamples);
  std::map<std::string, int> under;
  for (const auto& [time, sample] : samples_) ++under[sample.digest];
  ASSERT_EQ(under.size(), versions_.size());
  for (const auto& [digest, count] : under) EXPECT_GT(count, 1000);
  Replay(10);
  CompareRecords();
  Open();
  Replay(1);
  EXPECT_TRUE(store_->Verify([](const std::string& finding) { ADD_FAILURE() << finding; }).ok());
}

TEST_F(HistoryTest, TheReplyToAWriteIsSaidAgain) {
  const auto created = Create("a");
  ASSERT_TRUE(created.ok());
  v1::Decision decision;
  convert::ToProto(created->decision, "a", "zh", &decision);
  const absl::Time then = now_.load();
  Pass(absl::Hours(1));
  ASSERT_TRUE(State("a", "budget", {true}).ok());
  EXPECT_EQ(Scored("a", then), Bytes(decision));
}

TEST_F(HistoryTest, ABundleCountsFromItsInstantOnWithoutAnyWrite) {
  ASSERT_TRUE(Create("a").ok());
  Pass(absl::Hours(1));
  const absl::Time before = now_.load();
  const std::string scored_before = Scored("a");
  Pass(absl::Nanoseconds(1));
  PutInForce(versions_[2]);
  const absl::Time after = now_.load();
  const std::string scored_after = Scored("a");
  EXPECT_NE(scored_before, scored_after);
  EXPECT_EQ(Scored("a", before), scored_before);
  EXPECT_EQ(Scored("a", after), scored_after);
}

TEST_F(HistoryTest, ALeadThatCameLaterIsNotFound) {
  ASSERT_TRUE(Create("a").ok());
  const absl::Status status = book_->Score("a", now_.load() - absl::Nanoseconds(1)).status();
  EXPECT_EQ(PastErrorOf(status), PastError::kNotStoredThen);
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(status.message(), HasSubstr("since 2026-03-01T01:00:00+00:00"));
  EXPECT_TRUE(book_->Score("a", now_.load()).ok());
}

TEST_F(HistoryTest, ALeadThatIsGoneIsNotFound) {
  const absl::Status status = book_->Explain("a", now_.load()).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(PastErrorOf(status), PastError::kNone);
}

// What a store of before the journal leaves behind.
class OldLeadTest : public HistoryTest {
 protected:
  OldLeadTest() {
    store::StoredLead lead;
    lead.id = "old";
    lead.lead.facts["need"] = {Stated({true})};
    std::vector<store::LeadWrite> writes(1);
    writes[0].lead = lead;
    EXPECT_TRUE(store_->Apply(writes, store::Durability::kSynced).ok());
  }
};

TEST_F(OldLeadTest, IsKnownSinceTheFirstBundleThatIsKept) {
  const absl::Time since = now_.load();
  const std::string scored = Scored("old");
  EXPECT_EQ(PastErrorOf(book_->Score("old", since - absl::Seconds(1)).status()),
            PastError::kNotKept);
  EXPECT_EQ(Scored("old", since), scored);
  Pass(absl::Hours(1));
  ASSERT_TRUE(State("old", "budget", {true}).ok());
  EXPECT_EQ(Scored("old", since), scored);
  EXPECT_EQ(Scored("old", now_.load()), Scored("old"));
  const absl::Status status = book_->Score("old", since - absl::Seconds(1)).status();
  EXPECT_EQ(PastErrorOf(status), PastError::kNotKept);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
}

TEST_F(HistoryTest, ManyBundlesAreCompiledAnewWhereTheyAreNotAtHand) {
  ASSERT_TRUE(Create("a").ok());
  auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  std::vector<std::pair<absl::Time, std::string>> said;
  for (int days = 11; days < 22; ++days) {
    auto changed = files;
    changed["sales/bundle.yaml"] = absl::StrReplaceAll(
        files["sales/bundle.yaml"], {{"value: 10", absl::StrCat("value: ", days)}});
    Pass(absl::Hours(1));
    PutInForce(testing::Load(changed));
    Pass(absl::Seconds(1));
    ASSERT_TRUE(State("a", "approval_layers", {int64_t{days % 3}}).ok());
    said.emplace_back(now_.load(), Scored("a"));
  }
  for (const auto& [time, scored] : said) EXPECT_EQ(Scored("a", time), scored);
}

TEST_F(HistoryTest, TheFirstEntryAndEveryThirtySecondHaveTheRecordBefore) {
  ASSERT_TRUE(Create("a").ok());
  for (int i = 0; i < 70; ++i) {
    Pass(absl::Seconds(1));
    ASSERT_TRUE(State("a", "budget", {i % 2 == 0}).ok());
  }
  EXPECT_EQ(store_->Get("a")->journal_entries, 71u);
  std::vector<size_t> counts;
  for (int back : {0, 6, 7, 39}) {
    counts.push_back(store_->History("a", now_.load() - absl::Seconds(back))->entries.size());
  }
  EXPECT_THAT(counts, ElementsAre(7u, 1u, 32u, 32u));
}

}  // namespace
}  // namespace leadgrade::leads
