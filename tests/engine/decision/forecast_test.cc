// What comes with no news: told in advance as it then happens.
#include "engine/decision/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/decision/advance.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"
#include "tests/testing/random_bundle.h"
#include "tests/testing/random_timed_lead.h"

namespace leadgrade::decision {
namespace {

using testing::At;
using testing::EventAt;
using testing::FactAt;
using testing::SalesBundle;
using testing::ToText;

// "GRADE/POTENTIAL from TIME by RULE", a line for each step, and how far it is known.
std::string Shown(const Forecast& forecast) {
  std::string out;
  for (const ForecastStep& step : forecast.steps) {
    absl::StrAppend(&out, step.grade, "/", step.potential_grade, " from ", ToText(step.time),
                    " by ", step.rule, "\n");
  }
  return absl::StrCat(out, "until ", ToText(forecast.until));
}

facts::Lead Told(std::vector<Change> changes, absl::Time now) {
  facts::Lead lead;
  Advance(SalesBundle(), lead, std::move(changes), now);
  return lead;
}

std::vector<Change> AllThreeLabels(absl::Time time) {
  return {FactAt(time, "kp_level", {"FIRST"}), FactAt(time, "need", {true}),
          FactAt(time, "budget", {true})};
}

TEST(Forecast, AnALapsesAfterItsLastDay) {
  const absl::Time entered = At("2026-03-01T09:30:00+08:00");
  EXPECT_EQ(Shown(MakeForecast(SalesBundle(), Told(AllThreeLabels(entered), entered), entered)),
            "A/A from 2026-03-01T01:30:00Z by all-three-labels\n"
            "D/D from 2026-03-11T16:00:00Z by window-passed\n"
            "until never");
}

TEST(Forecast, BeginsAtTheInstantAskedFor) {
  const absl::Time entered = At("2026-03-01T09:30:00+08:00");
  const facts::Lead lead = Told(AllThreeLabels(entered), entered);
  for (const auto& [now, grades] :
       {std::pair("2026-03-11T23:59:59+08:00", 2u), std::pair("2026-03-12T00:00:00+08:00", 1u)}) {
    const Forecast forecast = MakeForecast(SalesBundle(), lead, At(now));
    EXPECT_EQ(forecast.steps.size(), grades) << now;
    EXPECT_EQ(forecast.steps.front().time, At(now));
  }
}

TEST(Forecast, ASignedLeadStaysWhatItIs) {
  const absl::Time entered = At("2026-03-01T09:30:00+08:00");
  std::vector<Change> changes = AllThreeLabels(entered);
  changes.push_back(EventAt(entered, "signature"));
  const Forecast forecast = MakeForecast(SalesBundle(), Told(changes, entered), entered);
  EXPECT_EQ(forecast.steps.size(), 1u);
}

TEST(Forecast, TellsWhatStaysOpen) {
  const absl::Time now = At("2026-03-01T09:30:00+08:00");
  EXPECT_EQ(Shown(MakeForecast(SalesBundle(), facts::Lead(), now)),
            "D/A from 2026-03-01T01:30:00Z by \nuntil never");
}

TEST(Forecast, LeavesTheLeadAsItIs) {
  const absl::Time entered = At("2026-03-01T09:30:00+08:00");
  const facts::Lead lead = Told(AllThreeLabels(entered), entered);
  const std::string before = testing::History(lead);
  MakeForecast(SalesBundle(), lead, entered);
  EXPECT_EQ(testing::History(lead), before);
}

const ForecastStep& StepAt(const Forecast& forecast, absl::Time time) {
  size_t i = 0;
  while (i + 1 < forecast.steps.size() && forecast.steps[i + 1].time <= time) ++i;
  return forecast.steps[i];
}

// Random rules, leads and zones: at each instant the lead has, with no news, what was told of it.
TEST(ForecastProperty, IsWhatHappensWithNoNews) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  int changes = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    testing::Random random(seed);
    const std::string text = testing::RandomTimedBundleText(random, testing::ZoneFor(seed), true);
    const auto bundle = testing::LoadText(text);
    ASSERT_NE(bundle, nullptr) << text;
    facts::Lead lead = testing::RandomTimedLead(random);
    const absl::Time now = testing::RandomTime(random);
    Advance(bundle, lead, {}, now);
    const Forecast forecast = MakeForecast(bundle, lead, now);
    ASSERT_FALSE(forecast.steps.empty());
    changes += static_cast<int>(forecast.steps.size()) - 1;
    std::vector<absl::Time> probes;
    for (const ForecastStep& step : forecast.steps) {
      probes.push_back(step.time);
      if (step.time > now) probes.push_back(step.time - absl::Nanoseconds(1));
    }
    for (int i = 0; i < 40; ++i) probes.push_back(now + absl::Minutes(random.Below(60 * 24 * 60)));
    std::sort(probes.begin(), probes.end());
    facts::Lead waiting = lead;
    for (absl::Time probe : probes) {
      if (probe >= forecast.until || testing::IsRestless(waiting)) break;
      const Advanced advanced = Advance(bundle, waiting, {}, probe);
      const Decision& decision = advanced.decision;
      const ForecastStep& step = StepAt(forecast, probe);
      EXPECT_EQ(EffectiveGrade(decision), step.grade) << probe;
      EXPECT_EQ(GradeName(decision, decision.potential_grade), step.potential_grade) << probe;
      const auto& entered = advanced.changes;
      // Rules that do not come to rest may be back at the grade they left within an instant.
      if (!entered.empty() && entered.front().from != entered.back().to) {
        EXPECT_EQ(entered.back().time, step.time);
        EXPECT_EQ(entered.back().rule, step.rule);
      }
    }
    if (HasFailure()) {
      FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n"
             << Shown(forecast) << "\n"
             << testing::Show(lead) << text;
    }
  }
  EXPECT_GT(changes, 0);
}

}  // namespace
}  // namespace leadgrade::decision
