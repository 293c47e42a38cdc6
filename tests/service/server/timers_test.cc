#include "service/server/timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/match.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/raw_store.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::server {
namespace {

using ::testing::HasSubstr;

class TimersTest : public ::testing::Test {
 protected:
  Timers::Parts Parts() {
    Timers::Parts parts;
    parts.oldest_due = [this](absl::Time) { return oldest_; };
    parts.rescore = [this](size_t limit, std::function<void(absl::StatusOr<size_t>)> done) {
      limits_.push_back(limit);
      const absl::StatusOr<size_t> result = results_.front();
      results_.erase(results_.begin());
      if (result.ok() && results_.empty()) oldest_ = std::nullopt;
      done(result);
    };
    parts.clock = [this] { return now_; };
    parts.metrics = &metrics_;
    return parts;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'767'268'800);
  absl::StatusOr<std::optional<absl::Time>> oldest_ = std::nullopt;
  std::vector<absl::StatusOr<size_t>> results_;
  std::vector<size_t> limits_;
  metrics::Metrics metrics_;
  Timers timers_{Parts()};
};

TEST_F(TimersTest, AskNothingOfTheWriterWhereNothingIsDue) {
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_TRUE(limits_.empty());
  EXPECT_THAT(metrics_.Text(), HasSubstr("leadgrade_timers_lag_seconds 0"));
}

TEST_F(TimersTest, RescoreWhatIsDueAndThenRest) {
  oldest_ = now_ - absl::Seconds(3);
  results_ = {2};
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_THAT(limits_, ::testing::ElementsAre(kRescoreBatch));
  EXPECT_THAT(metrics_.Text(), HasSubstr("leadgrade_timers_rescored_total 2"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("leadgrade_timers_lag_seconds 3"));
}

TEST_F(TimersTest, ComeAgainAtOnceWhileBatchesAreFullAndSayWhenTheyCaughtUp) {
  oldest_ = now_ - absl::Hours(1);
  results_ = {kRescoreBatch, kRescoreBatch / 2, kRescoreBatch / 2 - 1};
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(timers_.Tick(), absl::ZeroDuration());
  EXPECT_EQ(timers_.Tick(), absl::ZeroDuration());
  now_ += absl::Seconds(2);
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr(R"("msg":"caught up with the clock","leads":999,"seconds":2.0})"));
}

TEST_F(TimersTest, SayNothingOfASingleBatch) {
  oldest_ = now_;
  results_ = {1};
  ::testing::internal::CaptureStderr();
  timers_.Tick();
  timers_.Tick();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(TimersTest, GoOnAfterAFailureAndShowTheLag) {
  oldest_ = now_ - absl::Seconds(90);
  results_ = {absl::UnavailableError("the disk is full"), 1};
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("the disk is full"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("leadgrade_timers_lag_seconds 90"));
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_EQ(limits_.size(), 2u);
}

TEST_F(TimersTest, LogThatTheIndexCanNotBeRead) {
  oldest_ = absl::DataLossError("a key of the due index is damaged");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(timers_.Tick(), kRescoreRest);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("due index is damaged"));
  EXPECT_TRUE(limits_.empty());
}

TEST_F(TimersTest, KeepTheLagAtZeroWhereTheClockWentBack) {
  oldest_ = now_ + absl::Seconds(5);
  results_ = {1};
  timers_.Tick();
  EXPECT_THAT(metrics_.Text(), HasSubstr("leadgrade_timers_lag_seconds 0"));
}

class OldestDueTest : public ::testing::Test {
 protected:
  OldestDueTest() { Open(); }

  void Open() {
    store_.reset();
    store::RocksDbOptions options;
    options.path = directory_.path() + "/store";
    auto opened = store::OpenRocksDbStore(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  void Add(const std::string& id, absl::Time due) {
    std::vector<store::LeadWrite> writes(1);
    writes[0].lead.id = id;
    writes[0].lead.lead.decided_time = due - absl::Hours(1);
    writes[0].lead.lead.valid_until = due;
    writes[0].is_new = true;
    ASSERT_TRUE(store_->Apply(writes, store::Durability::kBuffered).ok());
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'767'268'800);
  testing::TempDir directory_;
  std::unique_ptr<store::LeadStore> store_;
};

TEST_F(OldestDueTest, IsTheEarliestAtOrBeforeNow) {
  Add("a", now_);
  EXPECT_EQ(**OldestDue(*store_, now_), now_);
  Add("z", now_ - absl::Minutes(1));
  EXPECT_EQ(**OldestDue(*store_, now_), now_ - absl::Minutes(1));
}

TEST_F(OldestDueTest, IsNoneWhereAllHold) {
  EXPECT_EQ(*OldestDue(*store_, now_), std::nullopt);
  Add("a", now_ + absl::Microseconds(1));
  EXPECT_EQ(*OldestDue(*store_, now_), std::nullopt);
}

TEST_F(OldestDueTest, PassesOverADamagedLead) {
  Add("a", now_ - absl::Hours(1));
  Add("b", now_ - absl::Minutes(1));
  store_.reset();
  testing::RawStore(directory_.path() + "/store").Put("leads", "a", "\xFF");
  Open();
  EXPECT_EQ(**OldestDue(*store_, now_), now_ - absl::Minutes(1));
}

TEST_F(OldestDueTest, IsNowWhereAllThatIsDueIsDamaged) {
  Add("a", now_ - absl::Hours(1));
  store_.reset();
  testing::RawStore(directory_.path() + "/store").Put("leads", "a", "\xFF");
  Open();
  EXPECT_EQ(**OldestDue(*store_, now_), now_);
}

}  // namespace
}  // namespace leadgrade::server
