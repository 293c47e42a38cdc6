// The hit policies one by one: what is known, what is not, and what breaks them.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/decision/decision.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

// One rule of the set under test: a condition over p, q (bool) and n (int), and its outcome.
struct Rule {
  std::string when, then;
};

// The set's output is shown, its first output is the score where it is a number, and `out` is
// turned into a grade only where the set itself gives one.
struct Bench {
  std::string policy = "";  // as in the file, `aggregation` and all
  std::string type = "Grade";
  std::string more = "";  // of the output: nullable, priority
  std::vector<Rule> rules = {};
  std::string otherwise = "";  // default's value; empty: none

  std::shared_ptr<const rules::Bundle> Load() const {
    std::string text = absl::StrCat(
        "apiVersion: leadgrade/v1\nkind: Bundle\nmetadata: { name: test }\ndecision:\n  grade: ",
        type == "Grade" ? "tested.out" : "grading.out", "\n",
        type == "int" || type == "double" ? "  score: tested.out\n" : "",
        "  outputs: [tested.out]\n---\n",
        "apiVersion: leadgrade/v1\nkind: FactSchema\nmetadata: { name: facts }\n"
        "types:\n  Grade: [D, C, B, A]\n"
        "facts:\n  p: { type: bool }\n  q: { type: bool }\n  n: { type: int }\n---\n",
        "apiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: grading }\n"
        "outputs: [{ name: out, type: Grade }]\nrules:\n"
        "  - { id: only, reason: { zh: 因, en: R }, then: { out: C } }\n---\n",
        "apiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: tested }\n", policy,
        "\noutputs: [{ name: out, type: ", type, more, " }]\nrules:\n");
    for (size_t i = 0; i < rules.size(); ++i) {
      absl::StrAppend(&text, "  - { id: r", i, ", reason: { zh: 因, en: R }, when: \"",
                      rules[i].when, "\", then: { ", rules[i].then.empty() ? "" : "out: \"",
                      rules[i].then, rules[i].then.empty() ? "" : "\"", " } }\n");
    }
    if (rules.empty()) absl::StrAppend(&text, "  []\n");
    if (!otherwise.empty()) absl::StrAppend(&text, "default: { out: \"", otherwise, "\" }\n");
    return testing::LoadText(text);
  }
};

// "p" true, "!p" false, "n=3"; what is not named is unknown.
Decision Ask(const Bench& bench, const std::vector<std::string>& facts) {
  facts::Lead lead;
  for (const std::string& fact : facts) {
    if (fact[0] == 'n') {
      lead.facts["n"] = {testing::Stated({int64_t{std::stoi(fact.substr(2))}})};
    } else {
      lead.facts[fact.substr(fact[0] == '!' ? 1 : 0)] = {testing::Stated({fact[0] != '!'})};
    }
  }
  return Decide(bench.Load(), lead, testing::At("2026-03-01T00:00:00Z"));
}

std::string Show(const facts::FactValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value.value)) return absl::StrCat(*number);
  if (const auto* number = std::get_if<double>(&value.value)) return absl::StrCat(*number);
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
  if (std::holds_alternative<std::monostate>(value.value)) return "null";
  const auto* list = std::get_if<facts::FactList>(&value.value);
  return list == nullptr ? "?"
                         : absl::StrCat("[",
                                        absl::StrJoin(*list, " ",
                                                      [](std::string* out, const auto& element) {
                                                        out->append(Show(element));
                                                      }),
                                        "]");
}

// The output ("unknown" where it is), its rules, and the codes of the issues: "A by r0".
std::string Outcome(const Bench& bench, const std::vector<std::string>& facts) {
  const Decision decision = Ask(bench, facts);
  std::string out = decision.outputs.empty() ? "unknown" : Show(decision.outputs[0].second);
  for (const MatchedRule& match : decision.reasons) {
    if (match.rule_set->name == "tested") absl::StrAppend(&out, " by ", match.rule->id);
  }
  for (const DecisionIssue& issue : decision.issues) {
    absl::StrAppend(&out, " ", issue.code, issue.rule.empty() ? "" : ":", issue.rule);
  }
  return out;
}

std::string Score(const Bench& bench, const std::vector<std::string>& facts) {
  const Decision decision = Ask(bench, facts);
  if (!decision.score.has_value()) return "none";
  return absl::StrCat(*decision.score, "..", *decision.potential_score);
}

TEST(HitPolicy, UniqueTakesTheOneThatHolds) {
  const Bench bench{.policy = "hitPolicy: UNIQUE", .rules = {{"p", "A"}, {"q", "B"}}};
  EXPECT_EQ(Outcome(bench, {"p", "!q"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p", "q"}), "B by r1");
  EXPECT_EQ(Outcome(bench, {"!p", "!q"}), "unknown no-outcome");
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "A by r0 hit-policy-conflict:r1");
  // Sound rules have no second match: what holds settles it.
  EXPECT_EQ(Outcome(bench, {"p"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p"}), "unknown no-outcome");
}

TEST(HitPolicy, UniqueIsTheDefault) {
  const Bench bench{.policy = "# no hit policy", .rules = {{"p", "A"}, {"q", "B"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "A by r0 hit-policy-conflict:r1");
}

TEST(HitPolicy, FirstTakesTheFirstFromTheTop) {
  const Bench bench{
      .policy = "hitPolicy: FIRST", .rules = {{"p", "A"}, {"q", "B"}}, .otherwise = "D"};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p", "q"}), "B by r1");
  EXPECT_EQ(Outcome(bench, {"!p", "!q"}), "D");
  // A rule below one that may hold may be the one.
  EXPECT_EQ(Outcome(bench, {"q"}), "unknown");
  EXPECT_EQ(Outcome(bench, {"p"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p"}), "unknown");
}

TEST(HitPolicy, FirstIsSettledWhereAllThatMayHoldAgree) {
  const Bench bench{
      .policy = "hitPolicy: FIRST", .rules = {{"p", "A"}, {"q", "A"}}, .otherwise = "A"};
  const Decision decision = Ask(bench, {});
  EXPECT_EQ(testing::GradeOf(decision), "A");
  EXPECT_FALSE(decision.provisional);
  EXPECT_TRUE(decision.missing.empty());
  // Which rule it was is not known.
  EXPECT_EQ(Outcome(bench, {}), "A");
}

TEST(HitPolicy, PriorityTakesTheStrongestOutcome) {
  const Bench bench{.policy = "hitPolicy: PRIORITY",
                    .more = ", priority: [B, A, C, D]",
                    .rules = {{"p", "A"}, {"q", "B"}, {"n > 3", "C"}},
                    .otherwise = "D"};
  EXPECT_EQ(Outcome(bench, {"p", "q", "n=9"}), "B by r1");
  EXPECT_EQ(Outcome(bench, {"p", "!q", "n=9"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p", "!q", "n=9"}), "C by r2");
  EXPECT_EQ(Outcome(bench, {"!p", "!q", "n=1"}), "D");
  // Only what is stronger can change it.
  EXPECT_EQ(Outcome(bench, {"q"}), "B by r1");
  EXPECT_EQ(Outcome(bench, {"p"}), "unknown");
  EXPECT_EQ(Outcome(bench, {"p", "!q"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"!p", "!q"}), "unknown");
}

TEST(HitPolicy, PriorityGivesTiesToTheFirstInTheFile) {
  const Bench bench{.policy = "hitPolicy: PRIORITY",
                    .more = ", priority: [A, B, C, D]",
                    .rules = {{"p", "A"}, {"q", "A"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "A by r0");
  // Which of the two it is, is not known; the outcome is.
  EXPECT_EQ(Outcome(bench, {"q"}), "A");
}

// An outcome that is itself unknown may be the strongest.
TEST(HitPolicy, PriorityWaitsForAnOutcomeThatIsUnknown) {
  const Bench bench{.policy = "hitPolicy: PRIORITY",
                    .more = ", priority: [A, B, C, D]",
                    .rules = {{"p", "B"}, {"p", "q ? A : C"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "A by r1");
  EXPECT_EQ(Outcome(bench, {"p", "!q"}), "B by r0");
  const Decision decision = Ask(bench, {"p"});
  EXPECT_EQ(testing::GradeOf(decision), "B");
  EXPECT_EQ(GradeName(decision, decision.potential_grade), "A");
  ASSERT_EQ(decision.missing.size(), 1u);
  EXPECT_EQ(decision.missing[0].fact->name, "q");
}

TEST(HitPolicy, AnyTakesWhatAllThatHoldAgreeOn) {
  const Bench bench{.policy = "hitPolicy: ANY",
                    .rules = {{"p", "A"}, {"q", "A"}, {"n > 3", "B"}},
                    .otherwise = "D"};
  EXPECT_EQ(Outcome(bench, {"p", "q", "n=1"}), "A by r0");
  EXPECT_EQ(Outcome(bench, {"p", "q", "n=9"}), "A by r0 hit-policy-conflict:r2");
  EXPECT_EQ(Outcome(bench, {"!p", "q"}), "A by r1");
  EXPECT_EQ(Outcome(bench, {"!p", "!q", "n=1"}), "D");
}

TEST(HitPolicy, CollectListsAllThatHold) {
  const Bench bench{.policy = "hitPolicy: COLLECT",
                    .type = "int",
                    .rules = {{"p", "1"}, {"q", "2"}, {"p && q", "1"}},
                    .otherwise = "9"};
  const Bench list{.policy = bench.policy,
                   .type = "string",
                   .rules = {{"p", "one"}, {"q", "two"}, {"p && q", "one"}},
                   .otherwise = "none"};
  EXPECT_EQ(Outcome(list, {"p", "q"}), "[one two one] by r0 by r1 by r2");
  EXPECT_EQ(Outcome(list, {"!p", "q"}), "[two] by r1");
  EXPECT_EQ(Outcome(list, {"!p", "!q"}), "[none]");
  // The reasons are those that hold for sure, though the list is not complete.
  EXPECT_EQ(Outcome(list, {"p"}), "unknown by r0");
}

TEST(HitPolicy, RuleOrderListsInTheOrderOfTheRules) {
  const Bench bench{
      .policy = "hitPolicy: RULE ORDER", .type = "string", .rules = {{"p", "z"}, {"q", "a"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "[z a] by r0 by r1");
  EXPECT_EQ(Outcome(bench, {"!p", "!q"}), "[]");
}

// What is unknown of an outcome makes the list unknown; what fails is said and left out.
TEST(HitPolicy, CollectSaysWhatAnOutcomeLacks) {
  const Bench bench{
      .policy = "hitPolicy: COLLECT", .type = "bool", .rules = {{"p", "q"}, {"p", "1 / n > 0"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q", "n=1"}), "[true true] by r0 by r1");
  EXPECT_EQ(Outcome(bench, {"p", "n=1"}), "unknown by r0 by r1");
  EXPECT_EQ(Outcome(bench, {"p", "q", "n=0"}), "[true] by r0 by r1 evaluation-error:r1");
}

TEST(HitPolicy, SumAddsUpAndBoundsWhatIsUnknown) {
  Bench bench{.policy = "hitPolicy: COLLECT\naggregation: SUM",
              .type = "int",
              .rules = {{"p", "10"}, {"q", "-3"}, {"n > 3", "5"}}};
  EXPECT_EQ(Score(bench, {"p", "q", "n=9"}), "12..12");
  EXPECT_EQ(Score(bench, {"!p", "!q", "n=0"}), "0..0");
  EXPECT_EQ(Score(bench, {"p"}), "7..15");
  EXPECT_EQ(Score(bench, {"p", "!q"}), "10..15");
  EXPECT_EQ(Score(bench, {}), "-3..15");
  EXPECT_EQ(Score(bench, {"!p", "q"}), "-3..2");
  // The default counts where nothing does, and only then.
  bench.otherwise = "7";
  EXPECT_EQ(Score(bench, {"!p", "!q", "n=0"}), "7..7");
  EXPECT_EQ(Score(bench, {"!p", "!q"}), "5..7");
  EXPECT_EQ(Score(bench, {"!p", "n=0"}), "-3..7");
}

TEST(HitPolicy, MinAndMaxBoundWhatIsUnknown) {
  Bench bench{.policy = "hitPolicy: COLLECT\naggregation: MIN",
              .type = "double",
              .rules = {{"p", "10"}, {"q", "3"}, {"n > 3", "5.5"}}};
  EXPECT_EQ(Score(bench, {"p", "q", "n=9"}), "3..3");
  EXPECT_EQ(Score(bench, {"p"}), "3..10");
  EXPECT_EQ(Score(bench, {"p", "!q"}), "5.5..10");
  EXPECT_EQ(Score(bench, {"!p"}), "3..5.5");
  EXPECT_EQ(Score(bench, {"!p", "!q", "n=0"}), "none");
  bench.otherwise = "4";
  EXPECT_EQ(Score(bench, {"!p", "!q"}), "4..5.5");
  EXPECT_EQ(Score(bench, {"!p", "!q", "n=0"}), "4..4");
  bench.policy = "hitPolicy: COLLECT\naggregation: MAX";
  EXPECT_EQ(Score(bench, {"p", "q", "n=9"}), "10..10");
  EXPECT_EQ(Score(bench, {"q", "!p"}), "3..5.5");
  EXPECT_EQ(Score(bench, {"!p", "!q"}), "4..5.5");
  EXPECT_EQ(Score(bench, {}), "3..10");
}

TEST(HitPolicy, CountCountsRules) {
  const Bench bench{.policy = "hitPolicy: COLLECT\naggregation: COUNT",
                    .type = "int",
                    .rules = {{"p", "10"}, {"q", "10"}, {"n > 3", "0"}}};
  EXPECT_EQ(Score(bench, {"p", "q", "n=9"}), "3..3");
  EXPECT_EQ(Score(bench, {"p"}), "1..3");
  EXPECT_EQ(Score(bench, {"!p", "!q", "n=0"}), "0..0");
}

TEST(HitPolicy, AnUnknownAmountHasNoBounds) {
  Bench bench{.policy = "hitPolicy: COLLECT\naggregation: SUM",
              .type = "int",
              .rules = {{"p", "n"}, {"q", "5"}}};
  EXPECT_EQ(Score(bench, {"p", "q", "n=2"}), "7..7");
  EXPECT_EQ(Score(bench, {"p", "q"}), "none");
  EXPECT_EQ(Score(bench, {"q"}), "none");
  EXPECT_EQ(Score(bench, {"!p"}), "0..5");
  bench.policy = "hitPolicy: FIRST";
  EXPECT_EQ(Score(bench, {"p", "n=2"}), "2..2");
  EXPECT_EQ(Score(bench, {"q"}), "none");
}

TEST(HitPolicy, SumOverflowIsSaid) {
  const Bench bench{.policy = "hitPolicy: COLLECT\naggregation: SUM",
                    .type = "int",
                    .rules = {{"p", "9223372036854775807"}, {"q", "1"}}};
  EXPECT_EQ(Outcome(bench, {"p", "q"}), "unknown by r0 by r1 evaluation-error");
  EXPECT_EQ(Score(bench, {"p", "q"}), "none");
}

TEST(HitPolicy, AConditionThatFailsDoesNotHoldAndIsSaid) {
  const Bench bench{
      .policy = "hitPolicy: FIRST", .rules = {{"1 / n > 0", "A"}, {"p", "B"}}, .otherwise = "D"};
  EXPECT_EQ(Outcome(bench, {"p", "n=0"}), "B by r1 evaluation-error:r0");
  EXPECT_EQ(Outcome(bench, {"p", "n=1"}), "A by r0");
  EXPECT_TRUE(Ask(bench, {"p", "n=0"}).provisional);
}

TEST(HitPolicy, AnOutputThatMayBeNullIsNullWhereItIsLeftOut) {
  const Bench bench{.policy = "hitPolicy: FIRST",
                    .type = "string",
                    .more = ", nullable: true",
                    .rules = {{"p", ""}, {"q", "text"}}};
  EXPECT_EQ(Outcome(bench, {"p"}), "null by r0");
  EXPECT_EQ(Outcome(bench, {"!p", "q"}), "text by r1");
  EXPECT_EQ(Outcome(bench, {"!p", "!q"}), "null");
}

}  // namespace
}  // namespace leadgrade::decision
