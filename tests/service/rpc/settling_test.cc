#include "service/rpc/settling.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/bundles.h"

namespace leadgrade::rpc {
namespace {

using facts::GradeChange;

constexpr absl::Duration kSettle = absl::Minutes(10);

absl::Time Minute(int minute) {
  return testing::At("2026-03-02T09:00:00Z") + absl::Minutes(minute);
}

// A change in minutes: when it took effect, to which grade, and when it was written.
struct Step {
  int minute;
  std::string to;
  int recorded;
};

class SettlingTest : public ::testing::Test {
 protected:
  // All changes of a lead, each written at once unless told otherwise.
  void Happen(const std::vector<std::pair<int, std::string>>& steps) {
    for (const auto& [minute, to] : steps) Happen(Step{minute, to, minute});
  }
  void Happen(const Step& step) {
    GradeChange change;
    change.time = Minute(step.minute);
    change.from = lead_.grade_history.empty() ? "" : lead_.grade_history.back().to;
    change.to = step.to;
    change.rule = "to-" + step.to;
    store::LoggedChange& logged = log_.emplace_back();
    logged.change = change;
    logged.recorded_time = Minute(step.recorded);
    if (step.recorded != step.minute) change.recorded_time = Minute(step.recorded);
    lead_.grade_history.push_back(change);
  }
  // What is sent of the whole log, such as "none>A A>C@12": from, to, and the minute.
  std::string Sent() const {
    std::string sent;
    for (const store::LoggedChange& logged : log_) {
      const auto settled = Settled(logged, lead_, kSettle);
      if (!settled.has_value()) continue;
      absl::StrAppend(&sent, sent.empty() ? "" : " ",
                      settled->from.empty() ? "none" : settled->from, ">", settled->to, "@",
                      absl::ToInt64Minutes(settled->time - Minute(0)));
    }
    return sent;
  }

  facts::Lead lead_;
  std::vector<store::LoggedChange> log_;
};

TEST_F(SettlingTest, WhatLastsIsSentAsItIs) {
  Happen({{0, "A"}, {20, "B"}, {40, "A"}});
  EXPECT_EQ(Sent(), "none>A@0 A>B@20 B>A@40");
}

TEST_F(SettlingTest, LastingExactlySoLongIsEnough) {
  Happen({{0, "A"}, {20, "B"}, {30, "A"}});
  EXPECT_EQ(Sent(), "none>A@0 A>B@20 B>A@30");
}

TEST_F(SettlingTest, OfWhatIsUndoneNothingIsSent) {
  Happen({{0, "A"}, {20, "B"}, {29, "A"}});
  EXPECT_EQ(Sent(), "none>A@0");
}

TEST_F(SettlingTest, AGradeInBetweenIsLeftOut) {
  Happen({{0, "A"}, {20, "B"}, {29, "C"}});
  EXPECT_EQ(Sent(), "none>A@0 A>C@29");
  EXPECT_EQ(Settled(log_[2], lead_, kSettle)->rule, "to-C");
}

TEST_F(SettlingTest, AFirstGradeThatIsReplacedIsLeftOut) {
  Happen({{0, "A"}, {5, "B"}});
  EXPECT_EQ(Sent(), "none>B@5");
}

TEST_F(SettlingTest, FlutteringEndsInOneChange) {
  Happen({{0, "A"}, {20, "B"}, {25, "A"}, {30, "B"}, {35, "A"}, {40, "B"}});
  EXPECT_EQ(Sent(), "none>A@0 A>B@40");
}

TEST_F(SettlingTest, AfterAWayBackTheNextOneComesFromWhereItSettled) {
  Happen({{0, "A"}, {20, "B"}, {25, "A"}, {60, "C"}});
  EXPECT_EQ(Sent(), "none>A@0 A>C@60");
}

// As an import does: the past comes in one write.
TEST_F(SettlingTest, WhatIsWrittenTogetherIsSeenTogether) {
  for (const Step& step : {Step{0, "A", 100}, Step{20, "B", 100}, Step{25, "C", 100}}) Happen(step);
  EXPECT_EQ(Sent(), "none>A@0 A>C@25");
}

// B was sent when minute 30 was over; that it ended at minute 22 became known later.
TEST_F(SettlingTest, WhatIsWrittenAfterwardsDoesNotUndoWhatWasSent) {
  Happen({{0, "A"}, {20, "B"}});
  EXPECT_EQ(Sent(), "none>A@0 A>B@20");
  Happen(Step{22, "A", 50});
  EXPECT_EQ(Sent(), "none>A@0 A>B@20 B>A@22");
}

TEST_F(SettlingTest, WhatIsDatedBackInTimeUndoes) {
  Happen({{0, "A"}, {20, "B"}});
  Happen(Step{20, "A", 29});
  EXPECT_EQ(Sent(), "none>A@0");
}

// Histories of earlier versions do not tell when a change was written.
TEST_F(SettlingTest, AChangeIsFoundWhereItsHistoryTellsLess) {
  Happen(Step{0, "A", 3});
  lead_.grade_history[0].recorded_time = absl::InfinitePast();
  EXPECT_EQ(Sent(), "none>A@0");
}

TEST_F(SettlingTest, AHistoryThatWasCutShortBeginsWithItsOldestChange) {
  Happen({{0, "A"}, {20, "B"}, {40, "C"}});
  lead_.grade_history.erase(lead_.grade_history.begin());
  EXPECT_EQ(Sent(), "A>B@20 B>C@40");
}

TEST_F(SettlingTest, AfterEveryGradeSentTheNextComesFromIt) {
  for (int seed = 0; seed < 200; ++seed) {
    lead_ = {};
    log_.clear();
    uint32_t random = seed;
    int minute = 0;
    for (int i = 0; i < 40; ++i) {
      random = random * 1664525 + 1013904223;
      minute += static_cast<int>(random >> 24) % 20;
      const std::string to(1, static_cast<char>('A' + (random >> 16) % 3));
      if (!lead_.grade_history.empty() && lead_.grade_history.back().to == to) continue;
      Happen({{minute, to}});
    }
    std::string grade;
    for (const store::LoggedChange& logged : log_) {
      // Alike within one instant: given more than once.
      const auto settled = Settled(logged, lead_, kSettle);
      if (!settled.has_value() || settled->to == grade) continue;
      ASSERT_EQ(settled->from, grade) << seed;
      grade = settled->to;
    }
    ASSERT_EQ(grade, lead_.grade_history.back().to) << seed;
  }
}

}  // namespace
}  // namespace leadgrade::rpc
