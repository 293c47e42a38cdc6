#include "service/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace leadgrade::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, CountsCallsByMethodAndCode) {
  Metrics metrics;
  metrics.CountCall("ScoringService/ScoreLead", "OK", absl::Microseconds(80));
  metrics.CountCall("ScoringService/ScoreLead", "OK", absl::Microseconds(120));
  metrics.CountCall("ScoringService/ScoreLead", "NOT_FOUND", absl::Microseconds(10));
  metrics.CountCall("LeadService/GetLead", "OK", absl::Microseconds(10));
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE leadgrade_calls_total counter\n"));
  EXPECT_THAT(text,
              HasSubstr("leadgrade_calls_total{code=\"OK\",method=\"ScoringService/ScoreLead\"} "
                        "2\n"));
  EXPECT_THAT(
      text,
      HasSubstr("leadgrade_calls_total{code=\"NOT_FOUND\",method=\"ScoringService/ScoreLead\"} "
                "1\n"));
  EXPECT_THAT(text,
              HasSubstr("leadgrade_calls_total{code=\"OK\",method=\"LeadService/GetLead\"} 1\n"));
}

TEST(Metrics, PutsDurationsIntoBucketsOfSeconds) {
  Metrics metrics;
  metrics.CountCall("M", "OK", absl::Microseconds(80));
  metrics.CountCall("M", "NOT_FOUND", absl::Microseconds(120));
  metrics.CountCall("M", "OK", absl::Minutes(1));
  const std::string text = metrics.Text();
  EXPECT_THAT(text,
              HasSubstr("leadgrade_call_duration_seconds_bucket{method=\"M\",le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("leadgrade_call_duration_seconds_bucket{method=\"M\",le=\"0.00025\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("leadgrade_call_duration_seconds_bucket{method=\"M\",le=\"10\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("leadgrade_call_duration_seconds_bucket{method=\"M\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_call_duration_seconds_count{method=\"M\"} 3\n"));
}

TEST(Metrics, CountsGradeChangesByCause) {
  Metrics metrics;
  metrics.CountGradeChanges("timer", 2);
  metrics.CountGradeChanges("timer", 3);
  metrics.CountGradeChanges("event", 0);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("leadgrade_grade_changes_total{cause=\"timer\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_grade_changes_total{cause=\"event\"} 0\n"));
}

TEST(Metrics, ShowsEventsFromTheStart) {
  const Metrics metrics;
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_events_total{result=\"recorded\"} 0\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_events_total{result=\"duplicate\"} 0\n"));
}

TEST(Metrics, CountsEventsApartFromTheirDuplicates) {
  Metrics metrics;
  metrics.CountEvents(7, 2);
  metrics.CountEvents(1, 0);
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_events_total{result=\"recorded\"} 8\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_events_total{result=\"duplicate\"} 2\n"));
}

TEST(Metrics, NamesTheBundleInForceAndOnlyThat) {
  Metrics metrics;
  const absl::Time time = absl::FromUnixSeconds(1764000000);
  metrics.CountReload(true, "sales", "sha256:aa", time);
  metrics.CountReload(true, "sales", "sha256:bb", time + absl::Seconds(5));
  const std::string text = metrics.Text();
  EXPECT_THAT(text, Not(HasSubstr("sha256:aa")));
  EXPECT_THAT(text, HasSubstr("leadgrade_bundle_info{bundle=\"sales\",digest=\"sha256:bb\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_bundle_activated_timestamp_seconds 1764000005\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_reloads_total{result=\"accepted\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_reloads_total{result=\"refused\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_last_reload_accepted 1\n"));
}

TEST(Metrics, TellsARefusedReload) {
  Metrics metrics;
  metrics.CountReload(true, "sales", "sha256:aa", absl::UnixEpoch());
  metrics.CountReload(false, "sales", "sha256:aa", absl::UnixEpoch());
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("leadgrade_reloads_total{result=\"refused\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_last_reload_accepted 0\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_bundle_info{bundle=\"sales\",digest=\"sha256:aa\"} 1\n"));
}

TEST(Metrics, AddsUpTimersAndShowsTheLastLag) {
  Metrics metrics;
  metrics.CountTimers(10, absl::Seconds(90));
  metrics.CountTimers(5, absl::Milliseconds(250));
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_timers_rescored_total 15\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_timers_lag_seconds 0.25\n"));
}

TEST(Metrics, ShowsHowManyWatch) {
  Metrics metrics;
  metrics.SetWatchers(3);
  metrics.SetWatchers(2);
  EXPECT_THAT(metrics.Text(), HasSubstr("leadgrade_watchers 2\n"));
}

TEST(Metrics, LosesNothingBetweenThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        metrics.CountCall("M", "OK", absl::ZeroDuration());
        metrics.CountEvents(1, 1);
        metrics.CountReload(true, "sales", "sha256:aa", absl::UnixEpoch());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("leadgrade_calls_total{code=\"OK\",method=\"M\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_call_duration_seconds_count{method=\"M\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_events_total{result=\"duplicate\"} 2000\n"));
}

}  // namespace
}  // namespace leadgrade::metrics
