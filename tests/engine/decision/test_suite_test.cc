// Running suites: what a failure says, what a filter takes, which rules were hit.
#include "engine/decision/test_suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/bundles.h"
#include "tests/testing/golden.h"

namespace leadgrade::decision {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kBase = LEADGRADE_SOURCE_DIR "/tests/engine/rules/base";

SuiteResults RunCases(const std::string& cases, const std::string& filter = "") {
  rules::BundleFiles files = testing::CaseFiles("shop", kBase, kBase);
  files["shop/grades_test.yaml"] =
      "apiVersion: leadgrade/v1\nkind: TestSuite\nmetadata: { name: grades }\n"
      "now: 2026-03-12T10:00:00+08:00\ncases:\n" +
      cases;
  base::IssueList issues;
  SuiteResults results = RunSuites(testing::Load(files), files, {filter}, &issues);
  EXPECT_EQ(base::FormatIssues(issues), "");
  return results;
}

std::vector<std::string> Failures(const std::string& facts, const std::string& expect) {
  const SuiteResults results =
      RunCases("  - { name: one, facts: " + facts + ", expect: " + expect + " }\n");
  EXPECT_EQ(results.cases.size(), 1u);
  EXPECT_EQ(results.cases[0].passed, results.cases[0].failures.empty());
  std::vector<std::string> messages;
  for (const CaseFailure& failure : results.cases[0].failures) messages.push_back(failure.message);
  return messages;
}

const char kBest[] = "{ kp_level: FIRST, need: true, budget: 5 }";

TEST(RunSuites, SaysWhatWasExpectedAndWhatCame) {
  EXPECT_THAT(Failures(kBest, "{ grade: A, provisional: false, potentialGrade: A }"), IsEmpty());
  EXPECT_THAT(Failures(kBest, "{ grade: D }"),
              ElementsAre("grade: expected `D`, got `A` (rule `all-labels`)"));
  EXPECT_THAT(Failures(kBest, "{ potentialGrade: B, provisional: true }"),
              ElementsAre("potentialGrade: expected `B`, got `A` (rule `all-labels`)",
                          "provisional: expected `true`, got `false` (rule `all-labels`)"));
  EXPECT_THAT(Failures("{ need: true }", "{ attainableGrades: [A, C] }"),
              ElementsAre("attainableGrades: expected `[A, C]`, got `[A, D]`"));
  // Grades and actions in any order, missing facts in theirs.
  EXPECT_THAT(Failures("{ need: true }", "{ attainableGrades: [D, A] }"), IsEmpty());
  EXPECT_THAT(Failures("{ need: true }", "{ missingFacts: [budget, kp_level] }"),
              ElementsAre("missingFacts: expected `[budget, kp_level]`, got `[kp_level, budget]`"));
  EXPECT_THAT(Failures(kBest, "{ reasons: [visited] }"),
              ElementsAre("reasons: expected `[visited]`, got `[all-labels]` (rule `all-labels`)"));
  EXPECT_THAT(Failures(kBest, "{ actions: [call_back] }"),
              ElementsAre("actions: expected `[call_back]`, got `[]` (rule `all-labels`)"));
  EXPECT_THAT(Failures(kBest, "{ score: 10 }"),
              ElementsAre("score: expected `10`, got `0` (rule `all-labels`)"));
  EXPECT_THAT(Failures(kBest, "{ issues: [no-outcome] }"),
              ElementsAre("issues: expected `[no-outcome]`, got `[]` (rule `all-labels`)"));
  EXPECT_THAT(Failures(kBest, "{ validUntil: never }"), IsEmpty());
  EXPECT_THAT(Failures(kBest, "{ validUntil: 2026-03-13T00:00:00+08:00 }"),
              ElementsAre("validUntil: expected `2026-03-13T00:00:00+08:00`, got `never` (rule "
                          "`all-labels`)"));
}

TEST(RunSuites, NamesTheStepThatFailed) {
  const SuiteResults results = RunCases(
      "  - name: a life\n    steps:\n"
      "      - { at: 2026-03-01T09:00:00+08:00, facts: { need: true }, expect: { grade: D } }\n"
      "      - { at: 2026-03-02T09:00:00+08:00, events: [{ type: visit }], expect: { grade: A } }\n"
      "      - { at: 2026-03-20T09:00:00+08:00, expect: { actions: [call_back], score: 10 } }\n");
  ASSERT_EQ(results.cases.size(), 1u);
  ASSERT_EQ(results.cases[0].failures.size(), 1u);
  EXPECT_EQ(results.cases[0].failures[0].message,
            "2026-03-02T09:00:00+08:00: grade: expected `A`, got `D` (rule `visited`)");
}

TEST(RunSuites, FiltersByAGlobOverSuiteAndCase) {
  const std::string cases =
      "  - { name: first, expect: {} }\n  - { name: second, expect: {} }\n"
      "  - { name: fist, expect: {} }\n";
  const auto names = [&](const std::string& filter) {
    std::vector<std::string> out;
    for (const CaseResult& result : RunCases(cases, filter).cases) out.push_back(result.name);
    return out;
  };
  EXPECT_THAT(names(""), ElementsAre("first", "second", "fist"));
  EXPECT_THAT(names("grades/*"), ElementsAre("first", "second", "fist"));
  EXPECT_THAT(names("*/fi*st"), ElementsAre("first", "fist"));
  EXPECT_THAT(names("grades/?econd"), ElementsAre("second"));
  EXPECT_THAT(names("first"), IsEmpty());
  EXPECT_THAT(names("*e*s*o*"), ElementsAre("second"));
  EXPECT_THAT(names("other/*"), IsEmpty());
}

std::vector<std::string> NotHit(const SuiteResults& results) {
  std::vector<std::string> names;
  for (const RuleCoverage& rule : results.coverage->rules()) {
    if (rule.won == 0) names.push_back(rule.rule_set->name + "/" + rule.rule->id);
  }
  return names;
}

TEST(RunSuites, CountsTheRulesThatDecidedACase) {
  const SuiteResults none = RunCases("  - { name: one, facts: { need: false }, expect: {} }\n");
  EXPECT_EQ(none.coverage->rules_won().total, 3);
  EXPECT_THAT(NotHit(none),
              ElementsAre("grading/all-labels", "next_steps/keep-rhythm", "points/visited"));
  const SuiteResults some = RunCases("  - { name: one, facts: " + std::string(kBest) +
                                     ", events: [{ type: visit }], "
                                     "expect: {} }\n");
  EXPECT_THAT(NotHit(some), ElementsAre("next_steps/keep-rhythm"));
}

}  // namespace
}  // namespace leadgrade::decision
