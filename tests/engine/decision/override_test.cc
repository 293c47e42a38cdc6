// A grade that a person sets for a time, beside what the rules say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/decision/advance.h"
#include "engine/decision/forecast.h"
#include "engine/facts/grades.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::FactAt;
using testing::SalesBundle;

const absl::Time kStart = At("2026-03-01T09:00:00+08:00");

Change OverrideAt(absl::Time time, const std::string& grade, absl::Time until) {
  Change change;
  change.time = time;
  change.grade_override = facts::GradeOverride{grade, "signs on Friday", "li", time, until};
  return change;
}

// Each change: "FROM>TO cause", "~" before one beneath an override.
std::vector<std::string> Changes(const facts::Lead& lead) {
  std::vector<std::string> out;
  for (const facts::GradeChange& change : lead.grade_history) {
    out.push_back((change.overridden ? "~" : "") + change.from + ">" + change.to +
                  (change.cause == facts::Cause::kOverride ? " override" : ""));
  }
  return out;
}

class Override : public ::testing::Test {
 protected:
  Override() {
    Take({FactAt(kStart, "kp_level", {std::string("SECOND")}), FactAt(kStart, "need", {true}),
          FactAt(kStart, "budget", {true})},
         kStart);
  }

  Decision Take(std::vector<Change> changes, absl::Time now) {
    return Advance(SalesBundle(), lead_, std::move(changes), now).decision;
  }

  facts::Lead lead_;
};

TEST_F(Override, TheLeadHasTheGradeThatIsSetAndTheComputedOneBesideIt) {
  const absl::Time set = kStart + absl::Hours(1), until = kStart + absl::Hours(24);
  const Decision decision = Take({OverrideAt(set, "A", until)}, set);
  EXPECT_EQ(EffectiveGrade(decision), "A");
  EXPECT_EQ(GradeName(decision, decision.grade), "B");
  ASSERT_TRUE(decision.grade_override.has_value());
  EXPECT_EQ(decision.grade_override->author, "li");
  EXPECT_EQ(decision.valid_until, until);
  EXPECT_EQ(facts::LastGrade(lead_), "A");
  EXPECT_EQ(facts::ComputedGrade(lead_), "B");
  EXPECT_THAT(Changes(lead_), ElementsAre(">B", "B>A override"));
}

TEST_F(Override, EndsByItselfAtItsInstantAndIsLogged) {
  const absl::Time until = kStart + absl::Hours(24);
  Take({OverrideAt(kStart, "A", until)}, kStart);
  EXPECT_EQ(EffectiveGrade(Take({}, until - absl::Nanoseconds(1))), "A");
  const Decision after = Take({}, until);
  EXPECT_EQ(EffectiveGrade(after), "B");
  EXPECT_FALSE(after.grade_override.has_value());
  EXPECT_THAT(Changes(lead_), ElementsAre(">B", "B>A override", "A>B override"));
  EXPECT_EQ(lead_.grade_history.back().time, until);
}

TEST_F(Override, EndsAtItsInstantHoweverLateTheLeadIsLookedAt) {
  const absl::Time until = kStart + absl::Hours(24);
  Take({OverrideAt(kStart, "A", until)}, kStart);
  Take({}, until + absl::Hours(100));
  EXPECT_EQ(lead_.grade_history.back().time, until);
}

TEST_F(Override, TheRulesGoOnBeneathIt) {
  // The B's window ends on the 22nd, beneath the override; at its end the lead is D.
  const absl::Time until = At("2026-03-25T00:00:00+08:00");
  Take({OverrideAt(kStart, "A", until)}, kStart);
  const Decision beneath = Take({}, At("2026-03-22T00:00:00+08:00"));
  EXPECT_EQ(EffectiveGrade(beneath), "A");
  EXPECT_EQ(GradeName(beneath, beneath.grade), "D");
  EXPECT_EQ(EffectiveGrade(Take({}, until)), "D");
  EXPECT_THAT(Changes(lead_), ElementsAre(">B", "B>A override", "~B>D", "A>D override"));
}

TEST_F(Override, LeavesNoTraceInWhatTheRulesSay) {
  facts::Lead other = lead_;
  Take({OverrideAt(kStart + absl::Hours(1), "A", kStart + absl::Hours(2))},
       kStart + absl::Hours(3));
  // A new grade would have a window of its own.
  EXPECT_EQ(Take({}, kStart + absl::Hours(4)).valid_until,
            Advance(SalesBundle(), other, {}, kStart + absl::Hours(4)).decision.valid_until);
}

TEST_F(Override, ThatSetsTheGradeItHasChangesNothingInTheHistory) {
  const absl::Time until = kStart + absl::Hours(24);
  const Decision decision = Take({OverrideAt(kStart, "B", until)}, kStart);
  EXPECT_TRUE(decision.grade_override.has_value());
  Take({}, until);
  EXPECT_THAT(Changes(lead_), ElementsAre(">B"));
}

TEST_F(Override, AnotherOneReplacesIt) {
  Take({OverrideAt(kStart, "A", kStart + absl::Hours(24))}, kStart);
  Take({OverrideAt(kStart + absl::Hours(1), "C", kStart + absl::Hours(2))},
       kStart + absl::Hours(1));
  Take({}, kStart + absl::Hours(30));
  EXPECT_THAT(Changes(lead_), ElementsAre(">B", "B>A override", "A>C override", "C>B override"));
}

TEST_F(Override, OfALeadThatWasNeverGradedComesFirst) {
  facts::Lead blank;
  Advance(SalesBundle(), blank, {OverrideAt(kStart, "C", kStart + absl::Hours(1))}, kStart);
  EXPECT_THAT(Changes(blank), ElementsAre(">C override", "~>D"));
  Advance(SalesBundle(), blank, {}, kStart + absl::Hours(1));
  EXPECT_THAT(Changes(blank), ElementsAre(">C override", "~>D", "C>D override"));
}

TEST_F(Override, TheForecastTellsItsEnd) {
  const absl::Time until = kStart + absl::Hours(24);
  Take({OverrideAt(kStart, "A", until)}, kStart);
  const Forecast forecast = MakeForecast(SalesBundle(), lead_, kStart);
  ASSERT_GE(forecast.steps.size(), 3u);
  EXPECT_EQ(forecast.steps[0].grade, "A");
  EXPECT_EQ(forecast.steps[1].grade, "B");
  EXPECT_EQ(forecast.steps[1].time, until);
  EXPECT_EQ(forecast.steps[2].grade, "D");
}

}  // namespace
}  // namespace leadgrade::decision
