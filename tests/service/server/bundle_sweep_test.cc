#include "service/server/bundle_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "service/server/timers.h"

namespace leadgrade::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Leads `a`, `b` and `c`, one a batch.
class BundleSweepTest : public ::testing::Test {
 protected:
  BundleSweep::Parts Parts() {
    BundleSweep::Parts parts;
    parts.swept = [this] { return swept_; };
    parts.set_swept = [this](absl::string_view digest) {
      if (write_status_.ok()) swept_ = std::string(digest);
      return write_status_;
    };
    parts.rescore = [this](std::string after, size_t limit, auto done) {
      EXPECT_EQ(limit, kRescoreBatch);
      asked_.push_back(after);
      if (during_rescore_) during_rescore_();
      if (!rescore_status_.ok()) return done(rescore_status_);
      done(leads::Sweep{1, after.empty() ? "a" : after == "a" ? "b" : ""});
    };
    parts.in_force = [this] { return in_force_; };
    parts.clock = [this] { return now_; };
    return parts;
  }

  void Activate(const std::string& digest) {
    now_ += absl::Seconds(1);
    in_force_ = {digest, now_};
  }

  absl::Time now_ = absl::FromUnixSeconds(1'767'268'800);
  BundleSweep::InForce in_force_{"one", now_};
  std::string swept_;
  absl::Status write_status_;
  absl::Status rescore_status_;
  std::function<void()> during_rescore_;
  std::vector<std::string> asked_;  // the `after` of each batch
  BundleSweep sweep_{Parts()};
};

TEST_F(BundleSweepTest, GoesThroughAllLeadsAndNotesIt) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(sweep_.Tick(), absl::ZeroDuration());
  EXPECT_EQ(sweep_.Tick(), absl::ZeroDuration());
  EXPECT_EQ(swept_, "");
  EXPECT_EQ(sweep_.Tick(), kRescoreRest);
  EXPECT_EQ(swept_, "one");
  EXPECT_THAT(asked_, ElementsAre("", "a", "b"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(R"("leads":3)"));
}

TEST_F(BundleSweepTest, DoesNotLookAgainOnceItIsDone) {
  for (int i = 0; i < 3; ++i) sweep_.Tick();
  asked_.clear();
  EXPECT_EQ(sweep_.Tick(), kRescoreRest);
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(BundleSweepTest, DoesNotLookWhereTheStoreSaysThatItIsDone) {
  swept_ = "one";
  EXPECT_EQ(sweep_.Tick(), kRescoreRest);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_EQ(swept_, "one");
}

TEST_F(BundleSweepTest, TakesBackTheNoteBeforeAnotherBundlesFirstBatch) {
  swept_ = "one";
  sweep_.Tick();
  Activate("two");
  during_rescore_ = [this] { EXPECT_EQ(swept_, ""); };
  EXPECT_EQ(sweep_.Tick(), absl::ZeroDuration());
  EXPECT_THAT(asked_, ElementsAre(""));
}

TEST_F(BundleSweepTest, BeginsAnewWhereABundleTakesTheOnesPlace) {
  sweep_.Tick();
  sweep_.Tick();
  Activate("two");
  for (int i = 0; i < 3; ++i) sweep_.Tick();
  EXPECT_THAT(asked_, ElementsAre("", "a", "", "a", "b"));
  EXPECT_EQ(swept_, "two");
}

TEST_F(BundleSweepTest, NotesNothingWhereTheBundleChangedDuringTheLastBatch) {
  sweep_.Tick();
  sweep_.Tick();
  during_rescore_ = [this] { Activate("two"); };
  EXPECT_EQ(sweep_.Tick(), absl::ZeroDuration());
  EXPECT_EQ(swept_, "");
}

TEST_F(BundleSweepTest, SweepsABundleThatCameBackSinceAnotherDecidedInBetween) {
  for (int i = 0; i < 3; ++i) sweep_.Tick();
  asked_.clear();
  Activate("two");
  Activate("one");
  sweep_.Tick();
  EXPECT_THAT(asked_, ElementsAre(""));
}

TEST_F(BundleSweepTest, GoesOnWhereItWasAfterAFailure) {
  sweep_.Tick();
  rescore_status_ = absl::ResourceExhaustedError("too many writes are waiting; try again");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(sweep_.Tick(), kRescoreRest);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("too many writes"));
  rescore_status_ = absl::OkStatus();
  sweep_.Tick();
  EXPECT_THAT(asked_, ElementsAre("", "a", "a"));
}

TEST_F(BundleSweepTest, DecidesNothingWhereTheNoteCanNotBeTakenBack) {
  write_status_ = absl::UnavailableError("the disk is full");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(sweep_.Tick(), kRescoreRest);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("the disk is full"));
  EXPECT_THAT(asked_, IsEmpty());
}

}  // namespace
}  // namespace leadgrade::server
