#include "service/rpc/quiet_hours.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/bundles.h"

namespace leadgrade::rpc {
namespace {

using testing::At;

constexpr int kHour = 60;

QuietHours Hours(int start, int end, const std::string& zone = "UTC") {
  QuietHours quiet{start, end, absl::UTCTimeZone()};
  EXPECT_TRUE(absl::LoadTimeZone(zone, &quiet.zone)) << zone;
  return quiet;
}

// Until when it is quiet, as the clocks there show it; "" where it is not.
std::string Until(const QuietHours& quiet, const std::string& now) {
  const absl::Time until = QuietUntil(quiet, At(now));
  if (until == At(now)) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", until, quiet.zone);
}

TEST(QuietHours, StartIsInAndEndIsOut) {
  const QuietHours lunch = Hours(12 * kHour, 13 * kHour + 30);
  EXPECT_EQ(Until(lunch, "2026-03-02T11:59:59.999Z"), "");
  EXPECT_EQ(Until(lunch, "2026-03-02T12:00:00Z"), "2026-03-02T13:30:00+00:00");
  EXPECT_EQ(Until(lunch, "2026-03-02T13:29:59.999Z"), "2026-03-02T13:30:00+00:00");
  EXPECT_EQ(Until(lunch, "2026-03-02T13:30:00Z"), "");
}

TEST(QuietHours, ANightGoesOverMidnight) {
  const QuietHours night = Hours(22 * kHour, 7 * kHour);
  EXPECT_EQ(Until(night, "2026-03-02T21:59:59Z"), "");
  EXPECT_EQ(Until(night, "2026-03-02T22:00:00Z"), "2026-03-03T07:00:00+00:00");
  EXPECT_EQ(Until(night, "2026-03-03T00:00:00Z"), "2026-03-03T07:00:00+00:00");
  EXPECT_EQ(Until(night, "2026-03-03T06:59:59Z"), "2026-03-03T07:00:00+00:00");
  EXPECT_EQ(Until(night, "2026-03-03T07:00:00Z"), "");
}

TEST(QuietHours, MidnightMayBeStartOrEnd) {
  EXPECT_EQ(Until(Hours(0, 1), "2026-03-02T00:00:00Z"), "2026-03-02T00:01:00+00:00");
  EXPECT_EQ(Until(Hours(0, 1), "2026-03-02T23:59:59Z"), "");
  EXPECT_EQ(Until(Hours(22 * kHour, 0), "2026-03-02T23:59:59Z"), "2026-03-03T00:00:00+00:00");
  EXPECT_EQ(Until(Hours(22 * kHour, 0), "2026-03-03T00:00:00Z"), "");
}

TEST(QuietHours, GoByTheClocksOfTheirZone) {
  const QuietHours night = Hours(22 * kHour, 7 * kHour, "Asia/Shanghai");
  EXPECT_EQ(Until(night, "2026-03-02T13:59:59Z"), "");
  EXPECT_EQ(Until(night, "2026-03-02T14:00:00Z"), "2026-03-03T07:00:00+08:00");
}

TEST(QuietHours, TheNightsAroundALeapDay) {
  const QuietHours night = Hours(22 * kHour, 7 * kHour);
  EXPECT_EQ(Until(night, "2028-02-28T23:00:00Z"), "2028-02-29T07:00:00+00:00");
  EXPECT_EQ(Until(night, "2028-02-29T23:00:00Z"), "2028-03-01T07:00:00+00:00");
  EXPECT_EQ(Until(night, "2026-02-28T23:00:00Z"), "2026-03-01T07:00:00+00:00");
}

// Berlin's clocks go from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
TEST(QuietHours, AnEndThatIsSkippedIsTheFirstInstantAfterTheGap) {
  const QuietHours night = Hours(22 * kHour, 2 * kHour + 30, "Europe/Berlin");
  EXPECT_EQ(Until(night, "2026-03-29T00:59:59Z"), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(Until(night, "2026-03-29T01:00:00Z"), "");
}

TEST(QuietHours, AStartThatIsSkippedIsTheFirstInstantAfterTheGap) {
  const QuietHours early = Hours(2 * kHour + 30, 5 * kHour, "Europe/Berlin");
  EXPECT_EQ(Until(early, "2026-03-29T00:59:59Z"), "");
  EXPECT_EQ(Until(early, "2026-03-29T01:00:00Z"), "2026-03-29T05:00:00+02:00");
}

TEST(QuietHours, ThatAreSkippedWholeAreNone) {
  const QuietHours gone = Hours(2 * kHour + 10, 2 * kHour + 50, "Europe/Berlin");
  EXPECT_EQ(Until(gone, "2026-03-29T00:59:59Z"), "");
  EXPECT_EQ(Until(gone, "2026-03-29T01:00:00Z"), "");
  EXPECT_EQ(Until(gone, "2026-03-30T00:10:00Z"), "2026-03-30T02:50:00+02:00");
}

// Berlin's clocks show 02:00 to 03:00 twice on 2026-10-25: from 00:00 UTC and from 01:00 UTC.
TEST(QuietHours, LastUntilTheSecondTimeThatTheEndIsShown) {
  const QuietHours night = Hours(22 * kHour, 2 * kHour + 30, "Europe/Berlin");
  EXPECT_EQ(Until(night, "2026-10-25T00:45:00Z"), "2026-10-25T02:30:00+01:00");
  EXPECT_EQ(Until(night, "2026-10-25T01:29:59Z"), "2026-10-25T02:30:00+01:00");
  EXPECT_EQ(Until(night, "2026-10-25T01:30:00Z"), "");
}

TEST(QuietHours, BeginTheFirstTimeThatTheStartIsShown) {
  const QuietHours early = Hours(2 * kHour + 30, 5 * kHour, "Europe/Berlin");
  EXPECT_EQ(Until(early, "2026-10-25T00:29:59Z"), "");
  EXPECT_EQ(Until(early, "2026-10-25T00:30:00Z"), "2026-10-25T05:00:00+01:00");
  EXPECT_EQ(Until(early, "2026-10-25T01:00:00Z"), "2026-10-25T05:00:00+01:00");
}

}  // namespace
}  // namespace leadgrade::rpc
