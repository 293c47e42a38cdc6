// What to ask next, what each answer leads to, and what would give a better grade.
#include "engine/decision/questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "absl/strings/str_cat.h"
#include "engine/decision/attainable.h"
#include "engine/decision/explain.h"
#include "engine/decision/improvements.h"
#include "engine/facts/statements.h"
#include "engine/rules/answers.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::decision {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SalesBundle;
using testing::Stated;

const absl::Time kNow = testing::At("2026-03-10T00:00:00Z");

facts::StatedFact Claimed(facts::FactValue value) {
  facts::StatedFact fact = Stated(std::move(value));
  fact.status = facts::FactStatus::kClaimed;
  return fact;
}

std::string Show(const std::optional<facts::FactValue>& value) {
  if (!value.has_value()) return "?";
  if (const auto* flag = std::get_if<bool>(&value->value)) return *flag ? "yes" : "no";
  if (const auto* text = std::get_if<std::string>(&value->value)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&value->value)) return absl::StrCat(*whole);
  return "…";
}

// "budget: no D, yes A", with "D-A" for a range.
std::vector<std::string> Questions(const Explanation& explanation) {
  std::vector<std::string> out;
  const rules::Bundle& bundle = *explanation.decision.bundle;
  for (const Question& question : explanation.questions) {
    std::string line = question.fact->name + (question.unconfirmed ? " (claimed):" : ":");
    for (const AnswerOutcome& answer : question.answers) {
      absl::StrAppend(&line, " ", Show(answer.value), " ", GradeName(bundle, answer.grade));
      if (answer.grade != answer.potential_grade) {
        absl::StrAppend(&line, "-", GradeName(bundle, answer.potential_grade));
      }
    }
    out.push_back(line);
  }
  return out;
}

// "A: budget no>yes".
std::vector<std::string> Improvements(const Explanation& explanation) {
  std::vector<std::string> out;
  for (const Improvement& improvement : explanation.improvements.sets) {
    std::string line = GradeName(*explanation.decision.bundle, improvement.grade) + ":";
    for (const FactChange& change : improvement.changes) {
      absl::StrAppend(&line, " ", change.fact->name, " ", Show(change.from), ">", Show(change.to));
    }
    out.push_back(line);
  }
  return out;
}

TEST(Questions, TellWhatEachAnswerLeadsTo) {
  facts::Lead lead;
  lead.facts["kp_level"] = {Stated({std::string("FIRST")})};
  lead.facts["need"] = {Stated({true})};
  const Explanation explanation = Explain(SalesBundle(), lead, kNow);
  EXPECT_THAT(Questions(explanation), ElementsAre("budget: no D yes A"));
  EXPECT_EQ(explanation.questions[0].expected_change, 3);  // of A, B, C, D one is left
}

TEST(Questions, AskForTheConfirmationOfAClaimThoughTheGradeIsSettled) {
  facts::Lead lead;
  lead.facts["kp_level"] = {Stated({std::string("FIRST")})};
  lead.facts["need"] = {Claimed({true})};
  lead.facts["budget"] = {Stated({true})};
  EXPECT_THAT(Questions(Explain(SalesBundle(), lead, kNow)),
              ElementsAre("need (claimed): no D yes A"));
}

TEST(Questions, AreNotAskedWhereNoAnswerChangesAnything) {
  facts::Lead lead;
  lead.facts["need"] = {Stated({false})};
  EXPECT_THAT(Questions(Explain(SalesBundle(), lead, kNow)), IsEmpty());
}

TEST(Questions, TheOneThatChangesMostComesFirst) {
  const Explanation explanation = Explain(SalesBundle(), {}, kNow);
  ASSERT_EQ(explanation.questions.size(), 3u);
  for (size_t i = 1; i < explanation.questions.size(); ++i) {
    EXPECT_GE(explanation.questions[i - 1].expected_change,
              explanation.questions[i].expected_change);
  }
}

std::string Text(const std::string& facts, const std::string& condition) {
  return absl::StrCat(R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: test }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types: { Grade: [D, A], Level: [LOW, HIGH] }
facts:
)",
                      facts, R"(---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules: [{ id: only, reason: { zh: 因, en: R }, when: ')",
                      condition, "', then: { grade: A } }]\ndefault: { grade: D }\n");
}

TEST(Questions, WeighAnswersByTheirLikelihood) {
  const auto bundle =
      testing::LoadText(Text("  x: { type: bool, likelihood: { true: 9, false: 1 } }\n"
                             "  y: { type: bool, likelihood: { true: 1, false: 9 } }\n",
                             "x && y"));
  const Explanation explanation = Explain(bundle, {}, kNow);
  // A no settles it; a yes leaves both grades open.
  EXPECT_THAT(Questions(explanation), ElementsAre("y: no D yes D-A", "x: no D yes D-A"));
  EXPECT_NEAR(explanation.questions[0].expected_change, 0.9, 1e-12);
  EXPECT_NEAR(explanation.questions[1].expected_change, 0.1, 1e-12);
  EXPECT_NEAR(explanation.questions[0].answers[1].likelihood, 0.1, 1e-12);
  EXPECT_EQ(explanation.decision.missing[0].fact->name, "y");
}

TEST(Questions, OfATextAnyOtherAnswerIsOne) {
  const auto bundle = testing::LoadText(Text("  x: { type: string }\n", "x == \"yes\""));
  EXPECT_THAT(Questions(Explain(bundle, {}, kNow)), ElementsAre("x: yes A ? D"));
}

TEST(Questions, AreAskedOfAFactWhoseAnswersCanNotBeTried) {
  const auto bundle = testing::LoadText(Text("  x: { type: string }\n", "x.startsWith(\"yes\")"));
  const Explanation explanation = Explain(bundle, {}, kNow);
  ASSERT_EQ(explanation.questions.size(), 1u);
  EXPECT_FALSE(explanation.questions[0].exact);
}

std::string IssuesOf(const std::string& facts) {
  base::IssueList issues;
  rules::LoadBundle({{"test/bundle.yaml", Text(facts, "true")}}, &issues);
  return base::FormatIssues(issues);
}

TEST(Questions, RefuseALikelihoodThatIsNone) {
  EXPECT_THAT(IssuesOf("  x: { type: bool, likelihood: { true: 1 } }\n"),
              HasSubstr("`false` has no likelihood"));
  EXPECT_THAT(IssuesOf("  x: { type: Level, likelihood: { LOW: 1, HIHG: 1 } }\n"),
              HasSubstr("did you mean `HIGH`"));
  EXPECT_THAT(IssuesOf("  x: { type: bool, likelihood: { true: -1, false: 1 } }\n"),
              HasSubstr("not negative"));
  EXPECT_THAT(IssuesOf("  x: { type: bool, likelihood: { true: 0, false: 0 } }\n"),
              HasSubstr("must be possible"));
  EXPECT_THAT(IssuesOf("  x: { type: int, likelihood: { 1: 1 } }\n"),
              HasSubstr("for `bool` facts and enumerations"));
  EXPECT_THAT(IssuesOf("  x: { type: bool, changeCost: -1 }\n"), HasSubstr("a cost is"));
  EXPECT_THAT(IssuesOf("  x: { type: bool, changeable: false, changeCost: 2 }\n"),
              HasSubstr("has no cost"));
}

TEST(Improvements, AreTheSmallestSetsOfChanges) {
  facts::Lead lead;
  lead.facts["kp_level"] = {Stated({std::string("SECOND")})};
  lead.facts["need"] = {Stated({true})};
  lead.facts["budget"] = {Claimed({true})};
  EXPECT_THAT(Improvements(Explain(SalesBundle(), lead, kNow)),
              ElementsAre("A: kp_level SECOND>FIRST budget yes>yes"));
}

TEST(Improvements, OfNothingKnownTakeAllThatAGradeNeeds) {
  EXPECT_THAT(Improvements(Explain(SalesBundle(), {}, kNow)),
              ElementsAre("A: kp_level ?>FIRST need ?>yes budget ?>yes",
                          "B: kp_level ?>SECOND need ?>yes budget ?>yes",
                          "C: kp_level ?>THIRD need ?>yes budget ?>yes"));
}

TEST(Improvements, AreNoneForTheBestGradeAndWhereNoFactHelps) {
  facts::Lead best;
  best.facts["kp_level"] = {Stated({std::string("FIRST")})};
  best.facts["need"] = {Stated({true})};
  best.facts["budget"] = {Stated({true})};
  EXPECT_THAT(Improvements(Explain(SalesBundle(), best, kNow)), IsEmpty());
  Advance(SalesBundle(), best, {}, kNow);
  const absl::Time lapsed = kNow + absl::Hours(24 * 30);
  Advance(SalesBundle(), best, {}, lapsed);
  EXPECT_THAT(Improvements(Explain(SalesBundle(), best, lapsed)), IsEmpty());
}

TEST(Improvements, LeaveWhatIsNotOursToChangeAndTakeTheCheapestFirst) {
  const auto bundle =
      testing::LoadText(Text("  size: { type: bool, changeable: false }\n"
                             "  dear: { type: bool, changeCost: 5 }\n"
                             "  cheap: { type: bool, changeCost: 0.5 }\n  other: { type: bool }\n",
                             "size || dear || (cheap && other)"));
  facts::Lead lead;
  for (const char* fact : {"size", "dear", "cheap", "other"}) {
    lead.facts[fact] = {Stated({false})};
  }
  const Explanation explanation = Explain(bundle, lead, kNow);
  EXPECT_THAT(Improvements(explanation),
              ElementsAre("A: cheap no>yes other no>yes", "A: dear no>yes"));
  EXPECT_EQ(explanation.improvements.sets[0].cost, 1.5);
  EXPECT_TRUE(explanation.improvements.complete);
}

// By decisions on leads that are told so.
int GradeWith(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead lead,
              const std::vector<std::pair<std::string, cel::Value>>& told) {
  for (const auto& [name, value] : told) lead.facts[name] = {Stated(*facts::ToFactValue(value))};
  const Decision decision = Decide(bundle, lead, kNow);
  return decision.issues.empty() ? decision.grade : -1;
}

// Random rules and leads: each set that is given reaches its grade, no single change that does is
// left out, and of a pair none can.
TEST(ImprovementsProperty, HoldForRandomBundles) {
  const uint32_t first = testing::PropertySeed();
  const int count = testing::PropertyCount(150);
  int sets = 0;
  for (uint32_t seed = first; seed < first + static_cast<uint32_t>(count); ++seed) {
    testing::Random random(seed);
    const auto bundle = testing::LoadText(testing::RandomBundleText(random, true));
    facts::Lead lead;
    for (const facts::Fact& fact : bundle->schema.facts) {
      if (fact.derivation != nullptr || random.Percent(40)) continue;
      lead.facts[fact.name] = {Stated(*facts::ToFactValue(random.Of(testing::DomainOf(fact))))};
    }
    Evaluation evaluation(*bundle, lead, kNow);
    std::vector<DecisionIssue> issues;
    FindAttainable(evaluation, &issues);
    const Decision decision = Decide(bundle, lead, kNow);
    if (!decision.issues.empty()) continue;
    const decision::Improvements found = FindImprovements(evaluation, lead, decision.grade);
    ASSERT_TRUE(found.complete);
    int best_single = decision.grade;
    for (int index : bundle->grade_facts) {
      const facts::Fact& fact = bundle->schema.facts[index];
      if (fact.derivation != nullptr) continue;
      // "Any other than the rules name" is nothing to aim for.
      for (const cel::Value& value : bundle->answers[index].values) {
        if (rules::StandsForOthers(value)) continue;
        best_single = std::max(best_single, GradeWith(bundle, lead, {{fact.name, value}}));
      }
    }
    int best_found = decision.grade;
    for (const Improvement& improvement : found.sets) {
      ++sets;
      facts::Lead changed = lead;
      for (const FactChange& change : improvement.changes) {
        changed.facts[change.fact->name] = {Stated(change.to)};
      }
      const Decision after = Decide(bundle, changed, kNow);
      EXPECT_EQ(after.grade, improvement.grade) << "LEADGRADE_PROPERTY_SEED=" << seed;
      if (improvement.changes.size() == 1) best_found = std::max(best_found, improvement.grade);
      if (improvement.changes.size() != 2) continue;
      for (const FactChange& left : improvement.changes) {
        facts::Lead half = lead;
        half.facts[left.fact->name] = {Stated(left.to)};
        const Decision halfway = Decide(bundle, half, kNow);
        // A grade at which rules contradict each other for some answers is not one to rely on.
        EXPECT_TRUE(halfway.grade < improvement.grade || !halfway.issues.empty())
            << "LEADGRADE_PROPERTY_SEED=" << seed;
      }
    }
    EXPECT_GE(best_found, best_single) << "LEADGRADE_PROPERTY_SEED=" << seed;
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
  EXPECT_GT(sets, 50);
}

}  // namespace
}  // namespace leadgrade::decision
