// Timestamps, durations, zones, and the organisation's calendar across changes of the clock.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(Workbench& bench, const std::vector<Case>& cases) {
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

std::string At(const std::string& time) { return absl::StrCat("timestamp('", time, "')"); }

TEST(Calendar, TakesTimestampsApart) {
  Workbench bench;
  bench.Set("t", At("2026-03-01T09:30:15.123456789+08:00"));
  Check(bench, {
                   {"t.getFullYear()", "2026"},
                   {"t.getMonth()", "2"},
                   {"t.getDate()", "1"},
                   {"t.getDayOfMonth()", "0"},
                   {"t.getDayOfYear()", "59"},
                   {"t.getDayOfWeek()", "0"},
                   {"t.getHours()", "1"},
                   {"t.getMinutes()", "30"},
                   {"t.getSeconds()", "15"},
                   {"t.getMilliseconds()", "123"},
                   {"t.getHours('Asia/Shanghai')", "9"},
                   {"t.getHours('+05:45')", "7"},
                   {"t.getMinutes('+05:45')", "15"},
                   {"t.getHours('-08:00')", "17"},
                   {"t.getDate('-08:00')", "28"},
                   {"t.getMonth('-08:00')", "1"},
                   {"t.getDayOfWeek('-08:00')", "6"},
                   {"t.getHours('America/Los_Angeles')", "17"},
                   {"t.getHours('Mars/Base')", "error: unknown time zone Mars/Base"},
                   {"t.getHours('/etc/localtime')", "error: unknown time zone /etc/localtime"},
                   {"t.getHours('+25:00')", "error: unknown time zone +25:00"},
                   {"t.getHours('+0a:00')", "error: unknown time zone +0a:00"},
               });
}

TEST(Calendar, TakesDurationsApart) {
  Workbench bench;
  bench.Set("r", "duration('-90m15.5s')");
  Check(bench, {
                   {"r.getHours()", "-1"},
                   {"r.getMinutes()", "-90"},
                   {"r.getSeconds()", "-5415"},
                   {"r.getMilliseconds()", "-500"},
               });
}

TEST(Calendar, BoundsTimeArithmetic) {
  Workbench bench;
  bench.Set("t", At("9999-12-31T23:59:59.999999999Z"));
  Check(bench,
        {
            {"t + duration('0.000000001s')", "error: timestamp out of range"},
            {"t - duration('1s')", "timestamp(\"9999-12-31T23:59:58.999999999Z\")"},
            {"t - timestamp('0001-01-01T00:00:00Z')", "error: duration out of range"},
            {"timestamp('0001-01-01T00:00:00Z') - duration('0.000000001s')",
             "error: timestamp out of range"},
            {"(t - timestamp('0001-01-01T00:00:00Z')) + duration('1000000h')",
             "error: duration out of range"},
            {"start_of_day(t)", "timestamp(\"9999-12-31T16:00:00Z\")"},
            {"start_of_day(t, 1)", "error: timestamp out of range"},
            {"start_of_day(timestamp('0001-01-01T00:00:00Z'))", "error: timestamp out of range"},
            {"start_of_day(t, 9000000000000000000)", "error: timestamp out of range"},
            {"start_of_day(t, -9000000000000000000)", "error: timestamp out of range"},
            {"start_of_day(t, -3652058)", "timestamp(\"0001-01-01T15:54:17Z\")"},
        });
}

// Counts from local midnight to local midnight, whatever the hour.
TEST(Calendar, CountsDaysInTheOrganisationsZone) {
  Workbench bench;
  bench.zone = "Asia/Shanghai";
  absl::TimeZone shanghai;
  ASSERT_TRUE(absl::LoadTimeZone(bench.zone, &shanghai));
  for (int hour : {0, 12, 23}) {
    const absl::Time entered =
        absl::FromCivil(absl::CivilSecond(2026, 3, 1, hour, 59, 59), shanghai);
    bench.Set("t", absl::StrCat("timestamp(", absl::ToUnixSeconds(entered), ")"));
    bench.now = absl::FromCivil(absl::CivilSecond(2026, 3, 11, 23, 59, 59), shanghai);
    EXPECT_EQ(bench.Eval("days_since(t)"), "10");
    bench.now += absl::Seconds(1);
    EXPECT_EQ(bench.Eval("days_since(t)"), "11");
    EXPECT_EQ(bench.Eval("start_of_day(t, 11)"), "timestamp(\"2026-03-11T16:00:00Z\")");
  }
}

TEST(Calendar, CountsDaysBackwardsToo) {
  Workbench bench;
  bench.Set("t", At("2026-03-03T00:00:00+08:00"));
  bench.now = absl::FromUnixSeconds(1772467199);  // 2026-03-02T23:59:59+08:00
  Check(bench, {
                   {"days_since(t)", "-1"},
                   {"days_between(t, t)", "0"},
                   {"days_between(timestamp('2026-03-02T23:59:59+08:00'), t)", "1"},
                   {"days_between(t, timestamp('2026-03-02T23:59:59+08:00'))", "-1"},
               });
}

// Europe/Berlin: 2026-03-29 has 23 hours, 2026-10-25 has 25.
TEST(Calendar, CountsDaysAcrossChangesOfTheClock) {
  Workbench bench;
  bench.zone = "Europe/Berlin";
  Check(bench, {
                   {"days_between(timestamp('2026-03-28T23:30:00+01:00'), "
                    "timestamp('2026-03-30T00:10:00+02:00'))",
                    "2"},
                   {"days_between(timestamp('2026-03-29T00:00:00+01:00'), "
                    "timestamp('2026-03-29T23:59:59+02:00'))",
                    "0"},
                   {"days_between(timestamp('2026-10-25T00:00:00+02:00'), "
                    "timestamp('2026-10-25T23:59:59+01:00'))",
                    "0"},
                   {"days_between(timestamp('2026-10-24T23:59:59+02:00'), "
                    "timestamp('2026-10-26T00:00:00+01:00'))",
                    "2"},
                   {"start_of_day(timestamp('2026-03-29T12:00:00+02:00'))",
                    "timestamp(\"2026-03-28T23:00:00Z\")"},
                   {"start_of_day(timestamp('2026-03-29T12:00:00+02:00'), 1)",
                    "timestamp(\"2026-03-29T22:00:00Z\")"},
                   {"start_of_day(timestamp('2026-10-25T12:00:00+01:00'))",
                    "timestamp(\"2026-10-24T22:00:00Z\")"},
                   {"start_of_day(timestamp('2026-10-25T12:00:00+01:00'), 1)",
                    "timestamp(\"2026-10-25T23:00:00Z\")"},
                   {"start_of_day(timestamp('2026-10-20T12:00:00+02:00'), 6)",
                    "timestamp(\"2026-10-25T23:00:00Z\")"},
               });
}

// America/Sao_Paulo used to change at midnight: 2018-11-04 began at 01:00.
TEST(Calendar, BeginsADayWithoutMidnightAtItsFirstInstant) {
  Workbench bench;
  bench.zone = "America/Sao_Paulo";
  Check(bench, {
                   {"start_of_day(timestamp('2018-11-04T12:00:00-02:00'))",
                    "timestamp(\"2018-11-04T03:00:00Z\")"},
                   {"start_of_day(timestamp('2018-11-03T12:00:00-03:00'), 1)",
                    "timestamp(\"2018-11-04T03:00:00Z\")"},
                   {"days_between(timestamp('2018-11-04T02:59:59Z'), "
                    "timestamp('2018-11-04T03:00:00Z'))",
                    "1"},
               });
}

// The day that ends twice: 2018-02-18 in Sao Paulo began at 00:00, went to 23:00 on the 17th …
TEST(Calendar, BeginsADayThatComesTwiceTheFirstTime) {
  Workbench bench;
  bench.zone = "America/Sao_Paulo";
  // 2018-02-17T24:00:00-02:00 turned back to 23:00-03:00: the 18th began at 03:00Z.
  EXPECT_EQ(bench.Eval("start_of_day(timestamp('2018-02-18T12:00:00-03:00'))"),
            "timestamp(\"2018-02-18T03:00:00Z\")");
}

}  // namespace
}  // namespace leadgrade::cel
