// What a decision says besides the grade: rule sets that read each other, missing facts, estimates,
// outputs, actions, issues; and that the same input gives the same.
#include "engine/decision/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/decision/explain.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::GradeOf;
using ::testing::IsEmpty;
using testing::Stated;

const absl::Time kNow = At("2026-03-10T12:00:00+08:00");

std::string Head(absl::string_view kind, absl::string_view name) {
  return absl::StrCat("apiVersion: leadgrade/v1\nkind: ", kind, "\nmetadata: { name: ", name,
                      " }\n");
}

std::string RuleSet(absl::string_view name, absl::string_view body) {
  return absl::StrCat("---\n", Head("RuleSet", name), body);
}

std::string Rule(absl::string_view id, absl::string_view when, absl::string_view then) {
  return absl::StrCat("  - id: ", id, "\n    reason: { zh: 因, en: R }\n    when: \"", when,
                      "\"\n    then: { ", then, " }\n");
}

std::string Bundle(absl::string_view decision, absl::string_view facts) {
  return absl::StrCat(Head("Bundle", "test"), "decision:\n  grade: grading.grade\n", decision,
                      "---\n", Head("FactSchema", "facts"), "types:\n  Grade: [D, C, B, A]\n",
                      facts);
}

std::vector<std::string> Missing(const Decision& decision) {
  std::vector<std::string> names;
  for (const MissingFact& missing : decision.missing) names.push_back(missing.fact->name);
  return names;
}

std::vector<std::string> Attainable(const Decision& decision) {
  std::vector<std::string> names;
  for (int grade : decision.attainable) names.push_back(GradeName(decision, grade));
  return names;
}

std::vector<std::string> Reasons(const Decision& decision) {
  std::vector<std::string> ids;
  for (const MatchedRule& match : decision.reasons) ids.push_back(match.rule->id);
  return ids;
}

const std::string kThreeSets = absl::StrCat(
    Bundle("  score: points.total\n  outputs: [points.total, labels.text]\n",
           "facts:\n  need: { type: bool }\n  size: { type: int, range: { min: 0, max: 100 } }\n"),
    // In the file the reader comes before those it reads.
    RuleSet("grading",
            absl::StrCat("hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\n"
                         "rules:\n",
                         Rule("big", "points.total >= 15 && labels.text == 'warm'", "grade: A"),
                         Rule("some", "points.total >= 5", "grade: B"), "default: { grade: D }\n")),
    RuleSet("labels", absl::StrCat("hitPolicy: FIRST\noutputs: [{ name: text, type: string }]\n"
                                   "rules:\n",
                                   Rule("warm", "points.total > 10", "text: warm"),
                                   "default: { text: cold }\n")),
    RuleSet("points", absl::StrCat("hitPolicy: COLLECT\naggregation: SUM\n"
                                   "outputs: [{ name: total, type: int }]\nrules:\n",
                                   Rule("need", "need", "total: 10"),
                                   Rule("large", "size > 50", "total: 5"))));

TEST(Decision, RuleSetsReadEachOtherInWhateverOrderTheyStand) {
  const auto bundle = testing::LoadText(kThreeSets);
  facts::Lead lead;
  lead.facts["need"] = {Stated({true})};
  lead.facts["size"] = {Stated({int64_t{80}})};
  const Decision decision = Decide(bundle, lead, kNow);
  EXPECT_EQ(GradeOf(decision), "A");
  EXPECT_EQ(decision.score, 15.0);
  // The rule that settles the grade first, then the others in evaluation order.
  EXPECT_THAT(Reasons(decision), ElementsAre("big", "need", "large", "warm"));
  ASSERT_EQ(decision.outputs.size(), 2u);
  EXPECT_EQ(decision.outputs[0].second, facts::FactValue{int64_t{15}});
  EXPECT_EQ(decision.outputs[1].second, facts::FactValue{std::string("warm")});
}

TEST(Decision, UnknownFactsReachTheGradeThroughOtherSets) {
  const auto bundle = testing::LoadText(kThreeSets);
  facts::Lead lead;
  const Decision nothing = Decide(bundle, lead, kNow);
  EXPECT_THAT(Attainable(nothing), ElementsAre("A", "B", "D"));
  EXPECT_TRUE(nothing.attainable_exact);
  EXPECT_TRUE(nothing.provisional);
  EXPECT_EQ(nothing.score, 0.0);
  EXPECT_EQ(nothing.potential_score, 15.0);
  EXPECT_THAT(nothing.outputs, IsEmpty());
  // `need` leaves A, B or B, D; `size` leaves A, B, D or B, D.
  EXPECT_THAT(Missing(nothing), ElementsAre("need", "size"));

  lead.facts["need"] = {Stated({true})};
  const Decision needed = Decide(bundle, lead, kNow);
  EXPECT_THAT(Attainable(needed), ElementsAre("A", "B"));
  EXPECT_THAT(Missing(needed), ElementsAre("size"));
  // 10 or 15: neither is "warm" for sure … 10 is not.
  lead.facts["size"] = {Stated({int64_t{50}})};
  EXPECT_EQ(GradeOf(Decide(bundle, lead, kNow)), "B");
  lead.facts["size"] = {Stated({int64_t{51}})};
  EXPECT_EQ(GradeOf(Decide(bundle, lead, kNow)), "A");
}

TEST(Decision, IsTheSameForTheSameInput) {
  const auto bundle = testing::LoadText(kThreeSets);
  facts::Lead lead;
  lead.facts["size"] = {Stated({int64_t{80}})};
  const Decision first = Decide(bundle, lead, kNow);
  const Decision second = Decide(testing::LoadText(kThreeSets), lead, kNow);
  EXPECT_EQ(first.bundle->digest, second.bundle->digest);
  EXPECT_EQ(Attainable(first), Attainable(second));
  EXPECT_EQ(Missing(first), Missing(second));
  EXPECT_EQ(first.valid_until, second.valid_until);
}

std::string ManyBools(int count, absl::string_view condition) {
  std::string facts = "facts:\n";
  for (int i = 0; i < count; ++i) absl::StrAppend(&facts, "  f", i, ": { type: bool }\n");
  return absl::StrCat(
      Bundle("", facts),
      RuleSet("grading", absl::StrCat("hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\n"
                                      "rules:\n",
                                      Rule("one", condition, "grade: A"),
                                      Rule("two", absl::StrCat("!(", condition, ")"), "grade: B"),
                                      "default: { grade: D }\n")));
}

// Whether an even number of them holds: every one matters, to the last.
std::string Parity(int count) {
  std::string condition = "f0";
  for (int i = 1; i < count; ++i) condition = absl::StrCat("(", condition, " == f", i, ")");
  return condition;
}

// A tree of eleven levels of branches has 4095 evaluations, one of twelve has too many.
TEST(Decision, EstimatesPastTheEvaluationsItMayTry) {
  static_assert(base::kMaxCompletions == 4096);
  const Decision exact = Decide(testing::LoadText(ManyBools(11, Parity(11))), {}, kNow);
  EXPECT_TRUE(exact.attainable_exact);
  EXPECT_THAT(Attainable(exact), ElementsAre("A", "B"));
  EXPECT_EQ(exact.missing.size(), 11u);

  const Decision estimate = Decide(testing::LoadText(ManyBools(12, Parity(12))), {}, kNow);
  EXPECT_FALSE(estimate.attainable_exact);
  // D can't be reached, but that is not known without trying.
  EXPECT_THAT(Attainable(estimate), ElementsAre("A", "B", "D"));
  EXPECT_EQ(estimate.missing.size(), 12u);
  EXPECT_TRUE(estimate.provisional);
  EXPECT_THAT(estimate.issues, IsEmpty());
}

// Answers are followed only as far as they matter, so many unknown facts alone cost little.
TEST(Decision, TriesNoMoreAnswersThanTheGradeHangsOn) {
  std::string all = "f0";
  for (int i = 1; i < 50; ++i) absl::StrAppend(&all, " && f", i);
  const Decision decision = Decide(testing::LoadText(ManyBools(50, all)), {}, kNow);
  EXPECT_TRUE(decision.attainable_exact);
  EXPECT_THAT(Attainable(decision), ElementsAre("A", "B"));
  EXPECT_EQ(decision.missing.size(), 50u);

  facts::Lead lead;
  lead.facts["f3"] = {Stated({false})};
  const Decision settled = Decide(testing::LoadText(ManyBools(50, all)), lead, kNow);
  EXPECT_EQ(GradeOf(settled), "B");
  EXPECT_FALSE(settled.provisional);
}

std::string OneFact(absl::string_view fact, absl::string_view condition) {
  return absl::StrCat(
      Bundle("", absl::StrCat("facts:\n  x: { ", fact, " }\n")),
      RuleSet("grading",
              absl::StrCat("hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\nrules:\n",
                           Rule("only", condition, "grade: A"), "default: { grade: D }\n")));
}

// The answers that are tried stand for all there are: also those beside and between the constants,
// and at the ends of the range.
TEST(Decision, TriesAnswersOnBothSidesOfEveryConstant) {
  const auto attainable = [](absl::string_view fact, absl::string_view condition) {
    const Decision decision = Decide(testing::LoadText(OneFact(fact, condition)), {}, kNow);
    EXPECT_TRUE(decision.attainable_exact) << condition;
    return Attainable(decision);
  };
  EXPECT_THAT(attainable("type: int", "x > 5"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int, range: { min: 6 }", "x > 5"), ElementsAre("A"));
  EXPECT_THAT(attainable("type: int, range: { max: 5 }", "x > 5"), ElementsAre("D"));
  EXPECT_THAT(attainable("type: int, range: { min: 7, max: 9 }", "x == 8"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int", "x > 2.5 && x < 3.5"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int", "x > -2.5 && x < -1.5"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int", "x > 9223372036854775806"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int", "x > 9223372036854775807"), ElementsAre("D"));
  EXPECT_THAT(attainable("type: double", "x > 0.1 && x < 0.2"), ElementsAre("A", "D"));
  // The gap between the constant and the end of the range is less than one wide.
  EXPECT_THAT(attainable("type: double, range: { min: 0, max: 2 }", "x > 1.5"),
              ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: double, range: { min: 1.4, max: 2 }", "x < 1.5"),
              ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: double", "x > 1e300"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: string", "x == 'a' || x in ['b']"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: timestamp", "x == timestamp('2026-01-01T00:00:00Z')"),
              ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: duration", "x > duration('1h') && x < duration('1h0.000000002s')"),
              ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: bool, nullable: true", "x == null"), ElementsAre("A", "D"));
  EXPECT_THAT(attainable("type: int, nullable: true", "x != null"), ElementsAre("A", "D"));
}

TEST(Decision, EstimatesWhatItDoesNotFollow) {
  for (const auto& [fact, condition] :
       std::vector<std::pair<std::string, std::string>>{{"type: int", "x + 1 > 5"},
                                                        {"type: string", "x < 'm'"},
                                                        {"type: string", "x.startsWith('a')"},
                                                        {"type: list(string)", "size(x) > 0"},
                                                        {"type: timestamp", "x > now"}}) {
    const Decision decision = Decide(testing::LoadText(OneFact(fact, condition)), {}, kNow);
    EXPECT_FALSE(decision.attainable_exact) << condition;
    EXPECT_THAT(Attainable(decision), ElementsAre("A", "D")) << condition;
    EXPECT_THAT(Missing(decision), ElementsAre("x")) << condition;
  }
}

// A rule may ask whether a fact is known: an answer to it changes that, whatever it is.
TEST(Decision, WhatHangsOnWhetherAFactIsKnownIsOpenUntilItIs) {
  const auto bundle = testing::LoadText(OneFact("type: bool", "known(x)"));
  const Decision unknown = Decide(bundle, {}, kNow);
  EXPECT_EQ(GradeOf(unknown), "D");
  EXPECT_THAT(Attainable(unknown), ElementsAre("A", "D"));
  EXPECT_THAT(Missing(unknown), ElementsAre("x"));
  facts::Lead lead;
  lead.facts["x"] = {Stated({false})};
  EXPECT_EQ(GradeOf(Decide(bundle, lead, kNow)), "A");
}

TEST(Decision, SaysWhatItCannotReadOfARecord) {
  const auto bundle = testing::LoadText(OneFact("type: int", "x > 5"));
  facts::Lead lead;
  lead.facts["x"] = {Stated({std::string("nine")})};
  lead.facts["gone"] = {Stated({true})};
  const Decision decision = Decide(bundle, lead, kNow);
  EXPECT_THAT(Attainable(decision), ElementsAre("A", "D"));
  ASSERT_EQ(decision.issues.size(), 1u);
  EXPECT_EQ(decision.issues[0].code, "unreadable-fact");
  EXPECT_EQ(decision.issues[0].message, "x: the stated value is no `int`");
}

TEST(Decision, SaysWhereThereIsNoGrade) {
  const auto bundle = testing::LoadText(absl::StrCat(
      Bundle("", "facts:\n  x: { type: bool }\n"),
      RuleSet("grading",
              absl::StrCat("hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\nrules:\n",
                           Rule("only", "x", "grade: A")))));
  facts::Lead lead;
  const Decision open = Decide(bundle, lead, kNow);
  EXPECT_THAT(Attainable(open), ElementsAre("A"));
  EXPECT_TRUE(open.provisional);
  ASSERT_EQ(open.issues.size(), 1u);
  EXPECT_EQ(open.issues[0].code, "no-outcome");
  EXPECT_EQ(open.issues[0].message, "for some of the answers that are missing there is no grade");
  EXPECT_THAT(Missing(open), ElementsAre("x"));
  lead.facts["x"] = {Stated({false})};
  const Decision none = Decide(bundle, lead, kNow);
  EXPECT_EQ(none.grade, -1);
  EXPECT_EQ(GradeOf(none), "");
  EXPECT_THAT(none.attainable, IsEmpty());
  EXPECT_TRUE(none.provisional);
}

const std::string kActions = absl::StrCat(
    Bundle("  actions: next.action\n", "facts:\n  x: { type: bool }\n"), "---\n",
    Head("ActionCatalog", "catalog"),
    "actions:\n"
    "  later: { title: { zh: 后, en: Later }, priority: low }\n"
    "  soon: { title: { zh: 快, en: Soon }, dueWithin: 2d }\n"
    "  first: { title: { zh: 先, en: First }, dueWithin: 36h }\n"
    "  now: { title: { zh: 即, en: Now }, priority: urgent }\n",
    RuleSet("next",
            absl::StrCat("hitPolicy: COLLECT\noutputs: [{ name: action, type: Action }]\nrules:\n",
                         Rule("a", "true", "action: later"), Rule("b", "true", "action: soon"),
                         Rule("c", "true", "action: first"), Rule("d", "x", "action: Action.now"),
                         Rule("e", "true", "action: soon"))),
    RuleSet("grading", absl::StrCat("outputs: [{ name: grade, type: Grade }]\nrules:\n",
                                    Rule("only", "true", "grade: A"))));

TEST(Decision, OrdersActionsByPriorityThenDueTime) {
  const auto bundle = testing::LoadText(absl::StrCat(kActions));
  facts::Lead lead;
  lead.facts["x"] = {Stated({true})};
  lead.open_actions = {{"soon", kNow - absl::Hours(24)}, {"gone", kNow}};
  const Decision decision = Decide(bundle, lead, kNow);
  std::vector<std::string> shown;
  for (const NextAction& action : decision.actions) {
    shown.push_back(absl::StrCat(action.action->code, " ", testing::ToText(action.due_time)));
  }
  // One that stands since yesterday is due two days from then; each is named once.
  EXPECT_THAT(shown, ElementsAre("now never", "soon 2026-03-11T04:00:00Z",
                                 "first 2026-03-11T16:00:00Z", "later never"));
  // One that may be due is not proposed.
  EXPECT_EQ(Decide(bundle, {}, kNow).actions.size(), 3u);
}

TEST(Explain, ShowsEachTermAndTheRuleThatAlmostMatched) {
  const auto bundle = testing::LoadText(
      absl::StrCat(Bundle("", "facts:\n  need: { type: bool }\n  size: { type: int }\n"),
                   RuleSet("grading",
                           "hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\nrules:\n"
                           "  - id: best\n    reason: { zh: 因, en: R }\n    when:\n      all:\n"
                           "        - need && size > 5\n        - none: [size > 90]\n"
                           "    then: { grade: A }\n"
                           "  - id: good\n    reason: { zh: 因, en: R }\n    when: size > 100\n"
                           "    then: { grade: B }\n"
                           "default: { grade: D }\n")));
  facts::Lead lead;
  lead.facts["need"] = {Stated({true})};
  lead.facts["size"] = {Stated({int64_t{3}})};
  const Explanation explanation = Explain(bundle, lead, kNow);
  EXPECT_EQ(GradeOf(explanation.decision), "D");
  ASSERT_EQ(explanation.rules.size(), 2u);
  const RuleTrace& best = explanation.rules[0];
  EXPECT_EQ(best.truth, Truth::kFalse);
  EXPECT_TRUE(best.almost);
  ASSERT_EQ(best.terms.size(), 3u);
  EXPECT_EQ(best.terms[0].source, "need");
  EXPECT_EQ(best.terms[0].truth, Truth::kTrue);
  EXPECT_EQ(best.terms[1].source, "size > 5");
  EXPECT_EQ(best.terms[1].truth, Truth::kFalse);
  EXPECT_THAT(best.terms[1].facts, ElementsAre("size = 3"));
  EXPECT_EQ(best.terms[2].source, "size > 90");
  ASSERT_EQ(explanation.decision.fact_values.size(), 2u);
  EXPECT_EQ(explanation.decision.fact_values[1].second, "3");
}

TEST(Explain, CountsTheRulesThatGoFirstAgainstARule) {
  const auto bundle = testing::LoadText(absl::StrCat(
      Bundle("", "facts:\n  need: { type: bool }\n  size: { type: int }\n"),
      RuleSet("grading",
              "hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\nrules:\n"
              "  - id: lost\n    reason: { zh: 因, en: R }\n    when: \"!need\"\n"
              "    then: { grade: D }\n"
              "  - id: best\n    reason: { zh: 因, en: R }\n    when: size > 5 && size > 9\n"
              "    then: { grade: A }\n"
              "  - id: good\n    reason: { zh: 因, en: R }\n    when: size > 5\n"
              "    then: { grade: B }\n"
              "default: { grade: D }\n")));
  facts::Lead lead;
  lead.facts["need"] = {Stated({false})};
  lead.facts["size"] = {Stated({int64_t{6}})};
  const Explanation explanation = Explain(bundle, lead, kNow);
  EXPECT_EQ(GradeOf(explanation.decision), "D");
  ASSERT_EQ(explanation.rules.size(), 3u);
  EXPECT_FALSE(explanation.rules[1].almost);
  EXPECT_THAT(explanation.rules[1].blocked_by, IsEmpty());
  EXPECT_TRUE(explanation.rules[2].almost);
  ASSERT_EQ(explanation.rules[2].blocked_by.size(), 1u);
  EXPECT_EQ(explanation.rules[2].blocked_by[0]->id, "lost");
}

}  // namespace
}  // namespace leadgrade::decision
