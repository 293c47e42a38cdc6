// Rules that ask how a fact is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/decision/decision.h"
#include "engine/facts/statements.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

using ::testing::ElementsAre;
using testing::GradeOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = testing::At("2026-03-10T00:00:00Z");

std::string Text(const std::string& condition) {
  return absl::StrCat(R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: test }
timeZone: UTC
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types: { Grade: [D, A], Role: [RECEPTION, MANAGER] }
sourceRoles: Role
aggregates:
  last_call: { of: events, types: [call], take: last }
facts:
  budget: { type: bool, title: { zh: 预算, en: Budget } }
  size: { type: int }
  big: { type: bool, derive: size > 10 }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules: [{ id: only, reason: { zh: 因, en: R }, when: ')",
                      condition, "', then: { grade: A } }]\ndefault: { grade: D }\n");
}

facts::StatedFact Say(bool value, facts::FactStatus status, absl::Time observed = kNow,
                      const std::string& source = "", const std::string& role = "") {
  facts::StatedFact statement;
  statement.value = {value};
  statement.status = status;
  statement.observed_time = observed;
  statement.source = source;
  statement.role = role;
  return statement;
}

Decision DecideOn(const std::string& condition, const facts::Statements& budget,
                  absl::Time now = kNow) {
  facts::Lead lead;
  if (!budget.empty()) lead.facts["budget"] = budget;
  return Decide(testing::LoadText(Text(condition)), lead, now);
}

constexpr auto kConfirmed = facts::FactStatus::kConfirmed;
constexpr auto kClaimed = facts::FactStatus::kClaimed;

TEST(Provenance, AConfirmedFactIsConfirmedAndNotClaimed) {
  EXPECT_EQ(GradeOf(DecideOn("confirmed(budget) && !claimed(budget)", {Say(false, kConfirmed)})),
            "A");
}

TEST(Provenance, AClaimLeavesTheGradeOpenWhereRulesAskForConfirmation) {
  const Decision decision = DecideOn("budget && confirmed(budget)", {Say(true, kClaimed)});
  EXPECT_EQ(GradeOf(decision), "D");
  EXPECT_EQ(GradeName(decision, decision.potential_grade), "A");
  EXPECT_TRUE(decision.provisional);
  ASSERT_EQ(decision.missing.size(), 1u);
  EXPECT_EQ(decision.missing[0].fact->name, "budget");
  EXPECT_TRUE(decision.missing[0].unconfirmed);
}

TEST(Provenance, AClaimThatConfirmationWouldNotHelpIsSettled) {
  const Decision decision = DecideOn("budget && confirmed(budget)", {Say(false, kClaimed)});
  EXPECT_EQ(GradeOf(decision), "D");
  EXPECT_FALSE(decision.provisional);
  EXPECT_THAT(decision.missing, IsEmpty());
}

TEST(Provenance, AClaimIsAFactWhereRulesDoNotAsk) {
  const Decision decision = DecideOn("budget", {Say(true, kClaimed)});
  EXPECT_EQ(GradeOf(decision), "A");
  EXPECT_FALSE(decision.provisional);
}

TEST(Provenance, AnUnknownFactIsMissingOnceThoughItsConfirmationMattersToo) {
  const Decision decision = DecideOn("budget && confirmed(budget)", {});
  ASSERT_EQ(decision.missing.size(), 1u);
  EXPECT_FALSE(decision.missing[0].unconfirmed);
}

TEST(Provenance, AConflictShowsWhatEachSourceSays) {
  const Decision decision = DecideOn(
      "conflicted(budget)", {Say(true, kClaimed, kNow, "Li"), Say(false, kClaimed, kNow, "Zhao")});
  EXPECT_EQ(GradeName(decision, decision.potential_grade), "A");
  ASSERT_EQ(decision.conflicts.size(), 1u);
  EXPECT_EQ(decision.conflicts[0].fact->name, "budget");
  ASSERT_EQ(decision.conflicts[0].statements.size(), 2u);
  EXPECT_EQ(decision.conflicts[0].statements[1].source, "Zhao");
}

TEST(Provenance, AgeIsExactToTheNanosecondAndTheDecisionHoldsUntilItTurns) {
  const auto at = [](absl::Time now) {
    return DecideOn("age(budget) < duration(\"72h\")", {Say(true, kConfirmed)}, now);
  };
  const absl::Time turn = kNow + absl::Hours(72);
  EXPECT_EQ(GradeOf(at(kNow)), "A");
  EXPECT_EQ(at(kNow).valid_until, turn);
  EXPECT_EQ(GradeOf(at(turn - absl::Nanoseconds(1))), "A");
  EXPECT_EQ(GradeOf(at(turn)), "D");
  EXPECT_EQ(at(turn).valid_until, absl::InfiniteFuture());
}

TEST(Provenance, TheAgeOfAnUnknownFactIsUnknown) {
  EXPECT_TRUE(DecideOn("age(budget) < duration(\"72h\") && budget", {}).provisional);
}

TEST(Provenance, ASourceHasItsRoleOrNone) {
  const std::string asks = "source_role(budget) == MANAGER";
  EXPECT_EQ(GradeOf(DecideOn(asks, {Say(true, kClaimed, kNow, "", "MANAGER")})), "A");
  EXPECT_EQ(GradeOf(DecideOn(asks, {Say(true, kClaimed, kNow, "", "RECEPTION")})), "D");
  EXPECT_EQ(GradeOf(DecideOn(asks, {Say(true, kClaimed)})), "D");
  EXPECT_EQ(GradeOf(DecideOn("source_role(budget) == null", {Say(true, kClaimed)})), "A");
  // One that the bundle does not have any more.
  EXPECT_EQ(
      GradeOf(DecideOn("source_role(budget) == null", {Say(true, kClaimed, kNow, "", "JANITOR")})),
      "A");
}

TEST(Provenance, AStatementThatExpiresEndsTheDecision) {
  facts::StatedFact brief = Say(true, kConfirmed);
  brief.expire_time = kNow + absl::Hours(1);
  const Decision decision = DecideOn("budget", {brief});
  EXPECT_EQ(GradeOf(decision), "A");
  EXPECT_EQ(decision.valid_until, brief.expire_time);
  EXPECT_TRUE(DecideOn("budget", {brief}, brief.expire_time).provisional);
}

TEST(Provenance, OfAFactThatNoRuleReadsTheExpiryChangesNothing) {
  facts::StatedFact brief = Say(true, kConfirmed);
  brief.expire_time = kNow + absl::Hours(1);
  EXPECT_EQ(DecideOn("size > 3", {brief}).valid_until, absl::InfiniteFuture());
}

std::string IssuesOf(const std::string& condition) {
  base::IssueList issues;
  EXPECT_EQ(rules::LoadBundle({{"test/bundle.yaml", Text(condition)}}, &issues), nullptr);
  return base::FormatIssues(issues);
}

TEST(Provenance, RefusesWhatIsNoStatedFact) {
  EXPECT_THAT(IssuesOf("confirmed(big)"), HasSubstr("`big` is derived"));
  EXPECT_THAT(IssuesOf("claimed(last_call)"), HasSubstr("`last_call` is none"));
  EXPECT_THAT(IssuesOf("age(now) > duration(\"1h\")"), HasSubstr("`now` is none"));
  EXPECT_THAT(IssuesOf("confirmed(true)"), HasSubstr("takes one fact's name"));
  EXPECT_THAT(IssuesOf("confirmed(budget, size)"), HasSubstr("takes one fact's name"));
  EXPECT_THAT(IssuesOf("confirmd(budget)"), HasSubstr("did you mean `confirmed`?"));
  EXPECT_THAT(IssuesOf("source_role(budget) == MANAGR"), HasSubstr("`MANAGER`"));
}

}  // namespace
}  // namespace leadgrade::decision
