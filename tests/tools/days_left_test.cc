#include "tools/days_left.h"

#include <gtest/gtest.h>

#include "tests/tools/fake_server.h"

namespace leadgrade::tools {
namespace {

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

// An A that entered on the 1st: its window ends as the 12th begins in Shanghai.
std::optional<int64_t> DaysLeftAt(const std::string& now) {
  return DaysLeft(MakeDecision("leads/a", "A", now, "2026-03-11T16:00:00Z"), Shanghai());
}

TEST(DaysLeft, IsAllDaysOnTheDayOfEntry) {
  EXPECT_EQ(DaysLeftAt("2026-03-01T00:00:00+08:00"), 10);
  EXPECT_EQ(DaysLeftAt("2026-03-01T23:59:59+08:00"), 10);
}

TEST(DaysLeft, FallsAtMidnightOfTheBundlesZone) {
  EXPECT_EQ(DaysLeftAt("2026-03-10T23:59:59+08:00"), 1);
  EXPECT_EQ(DaysLeftAt("2026-03-11T00:00:00+08:00"), 0);
}

TEST(DaysLeft, IsZeroAllThroughTheLastDay) {
  EXPECT_EQ(DaysLeftAt("2026-03-11T23:59:59+08:00"), 0);
}

TEST(DaysLeft, IsNothingOnceTheWindowHasPassed) {
  EXPECT_EQ(DaysLeftAt("2026-03-12T00:00:00+08:00"), std::nullopt);
}

TEST(DaysLeft, IsNothingWithoutAWindow) {
  v1::Decision decision = MakeDecision("leads/a", "D", "2026-03-01T00:00:00Z", "");
  EXPECT_EQ(DaysLeft(decision, Shanghai()), std::nullopt);
  (*decision.mutable_outputs())["window_end"].set_null_value(google::protobuf::NULL_VALUE);
  EXPECT_EQ(DaysLeft(decision, Shanghai()), std::nullopt);
}

TEST(DaysLeft, CountsCalendarDaysAcrossAChangeOfClocks) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  // The 29th of March 2026 has 23 hours there.
  EXPECT_EQ(DaysLeft(MakeDecision("leads/a", "A", "2026-03-28T23:30:00+01:00",
                                  "2026-03-30T00:00:00+02:00"),
                     berlin),
            1);
}

}  // namespace
}  // namespace leadgrade::tools
