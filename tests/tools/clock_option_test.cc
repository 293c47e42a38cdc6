#include "tools/clock_option.h"

#include <gtest/gtest.h>

namespace leadgrade::tools {
namespace {

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

std::string Parsed(const std::string& text) {
  const auto time = ParseClock(text, Shanghai());
  return time.ok() ? absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", *time, absl::UTCTimeZone())
                   : std::string(time.status().message());
}

TEST(ParseClock, TakesADateAsItsFirstInstantInTheZone) {
  EXPECT_EQ(Parsed("2026-03-01"), "2026-02-28T16:00:00Z");
  EXPECT_EQ(Parsed("2028-02-29"), "2028-02-28T16:00:00Z");
}

TEST(ParseClock, TakesAnInstantWithItsOffset) {
  EXPECT_EQ(Parsed("2026-03-01T09:00:00+08:00"), "2026-03-01T01:00:00Z");
  EXPECT_EQ(Parsed("2026-03-01T09:00:00.25Z"), "2026-03-01T09:00:00.25Z");
}

TEST(ParseClock, RefusesEverythingElse) {
  for (const char* text : {"", "now", "2026-02-30", "2026-13-01", "0000-01-01",
                           "2026-03-01T09:00:00", "infinite-future", " 2026-03-01", "20260301",
                           "12026-03-01", "2026-03-01T25:00:00Z", "2026-03-01 09:00:00Z"}) {
    EXPECT_EQ(Parsed(text), std::string("expected a date such as 2026-03-01, or an instant such as "
                                        "2026-03-01T09:00:00+08:00; got `") +
                                text + "`");
  }
}

}  // namespace
}  // namespace leadgrade::tools
