// What a change of a small bundle does, told by `Diff`.
#include "engine/analysis/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/testing/bundles.h"

namespace leadgrade::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kShop[] = R"(
apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: shop }
timeZone: Europe/Berlin
parameters:
  hot_seats: { type: int, value: 100 }
decision:
  grade: grading.grade
  score: points.points
  actions: steps.action
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: shop-facts }
types:
  Grade: [D, C, B, A]
  Level: [LOW, MID, HIGH]
events: [visit, call]
aggregates:
  visits: { of: events, types: [visit], take: count, within: 90d }
facts:
  level: { type: Level }
  need: { type: bool }
  seats: { type: int, range: { min: 0, max: 1000 } }
  large: { type: bool, derive: "seats >= hot_seats" }
---
apiVersion: leadgrade/v1
kind: ActionCatalog
metadata: { name: shop-actions }
actions:
  call_back: { title: { zh: 回电, en: Call back } }
  visit_them: { title: { zh: 拜访, en: Visit them } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - id: hot
    reason: { zh: 因, en: Because }
    when: "level == HIGH && large"
    then: { grade: "A" }
  - id: warm
    reason: { zh: 因, en: Because }
    when: "visits >= 2"
    then: { grade: "B" }
default: { grade: "D" }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: points }
hitPolicy: COLLECT
aggregation: SUM
outputs: [{ name: points, type: int }]
rules:
  - id: needs-it
    reason: { zh: 因, en: Because }
    when: "need"
    then: { points: "10" }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: steps }
hitPolicy: COLLECT
outputs: [{ name: action, type: Action }]
rules:
  - id: call-who-needs-it
    reason: { zh: 因, en: Because }
    when: "need"
    then: { action: "call_back" }
  - id: visit-the-large
    reason: { zh: 因, en: Because }
    when: "seats >= 500"
    then: { action: "visit_them" }
)";

using Edits = std::vector<std::pair<absl::string_view, absl::string_view>>;

std::string Edited(const Edits& edits) {
  for (const auto& [from, to] : edits) {
    EXPECT_NE(absl::string_view(kShop).find(from), absl::string_view::npos) << from;
  }
  return absl::StrReplaceAll(kShop, edits);
}

BundleDiff DiffOf(const Edits& edits, const DiffOptions& options = {}) {
  const auto before = testing::LoadText(kShop), after = testing::LoadText(Edited(edits));
  if (before == nullptr || after == nullptr) return {};
  return Diff(before, after, options);
}

std::string Line(const std::string& output, const DiffKind& kind, const DiffRegion& region) {
  return absl::StrCat(output, ": ", region.before, " -> ", region.after, " where ",
                      region.conditions.has_value() ? absl::StrJoin(*region.conditions, ", ") : "?",
                      kind.complete ? "" : " …");
}

// All that differs, a line for each region.
std::vector<std::string> Lines(const BundleDiff& diff) {
  std::vector<std::string> lines;
  for (const OutputDiff& output : diff.outputs) {
    if (output.verdict == Verdict::kOpen) {
      lines.push_back(absl::StrCat(output.name, ": not proved, ", output.reason));
    }
    for (const DiffKind& kind : output.kinds) {
      for (const DiffRegion& region : kind.regions) {
        if (region.of_stated) continue;
        lines.push_back(Line(output.name, kind, region));
      }
    }
  }
  return lines;
}

std::vector<std::string> FactLines(const BundleDiff& diff) {
  std::vector<std::string> lines;
  for (const SchemaChange& change : diff.facts) {
    lines.push_back(absl::StrCat(change.fact, " ", change.text));
  }
  return lines;
}

TEST(Diff, ProvesThatABundleIsLikeItself) {
  const BundleDiff diff = DiffOf({});
  EXPECT_THAT(Lines(diff), IsEmpty());
  EXPECT_THAT(FactLines(diff), IsEmpty());
  std::vector<std::string> names;
  for (const OutputDiff& output : diff.outputs) {
    EXPECT_EQ(output.verdict, Verdict::kNeverHolds) << output.name;
    names.push_back(output.name);
  }
  EXPECT_THAT(names, ElementsAre("grade", "score", "action call_back", "action visit_them"));
}

TEST(Diff, IsOfMeaningNotOfText) {
  EXPECT_THAT(Lines(DiffOf({{"level == HIGH && large", "!(!large) && level > MID"},
                            {"id: hot", "id: scorching"},
                            {"visits >= 2", "visits > 1"}})),
              IsEmpty());
}

TEST(Diff, TellsWhichLeadsAThresholdMoves) {
  EXPECT_THAT(Lines(DiffOf({{"seats >= 500", "seats >= 200"}})),
              ElementsAre("action visit_them: none -> proposed where seats < 500, seats >= 200"));
}

TEST(Diff, ShowsTheValuesOfParameters) {
  EXPECT_THAT(Lines(DiffOf({{"type: int, value: 100", "type: int, value: 50"}})),
              UnorderedElementsAre(
                  "grade: B -> A where level == HIGH, visits >= 2, seats < 100, seats >= 50",
                  "grade: D -> A where level == HIGH, visits < 2, seats < 100, seats >= 50"));
}

TEST(Diff, TellsOfLeadsThatStateADerivedFactApart) {
  const BundleDiff diff = DiffOf({{"level == HIGH && large", "level == HIGH && seats >= 100"}});
  EXPECT_THAT(Lines(diff), IsEmpty());
  ASSERT_EQ(diff.outputs[0].verdict, Verdict::kHolds);
  for (const DiffKind& kind : diff.outputs[0].kinds) {
    for (const DiffRegion& region : kind.regions) {
      EXPECT_TRUE(region.of_stated);
      EXPECT_EQ(region.witness.lead.facts.count("large"), 1);
    }
  }
}

TEST(Diff, TellsOfAWindowThatGotShorter) {
  const BundleDiff diff = DiffOf({{"within: 90d", "within: 60d"}});
  ASSERT_EQ(diff.outputs[0].name, "grade");
  ASSERT_EQ(diff.outputs[0].kinds.size(), 1);
  const DiffKind& kind = diff.outputs[0].kinds[0];
  EXPECT_EQ(kind.before + kind.after, "BD");
  EXPECT_TRUE(kind.complete) << kind.reason << "\n" << absl::StrJoin(Lines(diff), "\n");
  EXPECT_THAT(*kind.regions[0].conditions,
              ::testing::IsSupersetOf({"visits >= 2 (before)", "visits < 2 (after)"}));
}

TEST(Diff, TellsOfPoints) {
  EXPECT_THAT(Lines(DiffOf({{"points: \"10\"", "points: \"12\""}})),
              ElementsAre("score: 10 -> 12 where need"));
}

TEST(Diff, TellsOfAScoreThatIsGone) {
  EXPECT_THAT(Lines(DiffOf({{"  score: points.points\n", ""}})),
              ElementsAre("score: not proved, it is gone"));
}

TEST(Diff, TellsOfAnActionThatIsNew) {
  EXPECT_THAT(
      Lines(DiffOf({{"  call_back: {", "  write: { title: { zh: 写, en: Write } }\n  call_back: {"},
                    {"then: { action: \"call_back\" }", "then: { action: \"write\" }"}})),
      UnorderedElementsAre("action call_back: proposed -> none where need",
                           "action write: none -> proposed where need"));
}

TEST(Diff, TellsOfAGradeThatIsGone) {
  EXPECT_THAT(Lines(DiffOf({{"Grade: [D, C, B, A]", "Grade: [D, B, A]"}})), IsEmpty());
  EXPECT_THAT(Lines(DiffOf({{"Grade: [D, C, B, A]", "Grade: [D, C, B, A, AA]"},
                            {"grade: \"A\"", "grade: \"AA\""}})),
              ElementsAre("grade: A -> AA where level == HIGH, seats >= 100"));
}

TEST(Diff, TellsOfFactsThatCameAndWent) {
  const BundleDiff diff = DiffOf(
      {{"  need: { type: bool }", "  wish: { type: bool }"}, {"when: \"need\"", "when: \"wish\""}});
  EXPECT_THAT(FactLines(diff), ElementsAre("wish is new", "need is gone"));
  EXPECT_THAT(
      Lines(diff),
      UnorderedElementsAre("score: 10 -> 0 where need, !wish", "score: 0 -> 10 where !need, wish",
                           "action call_back: proposed -> none where need, !wish",
                           "action call_back: none -> proposed where !need, wish"));
}

TEST(Diff, ComparesLeadsWithinTheRangesThatBothAllow) {
  const BundleDiff diff = DiffOf({{"max: 1000", "max: 400"}, {"seats >= 500", "seats >= 600"}});
  EXPECT_THAT(FactLines(diff), ElementsAre("seats may be 0 to 400, before: 0 to 1000"));
  EXPECT_THAT(Lines(diff), IsEmpty());
}

TEST(Diff, MatchesTheValuesOfEnumerationsByName) {
  const BundleDiff diff = DiffOf({{"Level: [LOW, MID, HIGH]", "Level: [NONE, LOW, HIGH]"}});
  EXPECT_THAT(FactLines(diff),
              ElementsAre("level is one of NONE, LOW, HIGH, before: of LOW, MID, HIGH"));
  EXPECT_THAT(Lines(diff), IsEmpty());
}

TEST(Diff, LeavesOutLeadsThatStateAFactOfAnotherType) {
  const BundleDiff diff = DiffOf(
      {{"need: { type: bool }", "need: { type: int }"}, {"when: \"need\"", "when: \"need > 0\""}});
  ASSERT_EQ(diff.facts.size(), 1);
  EXPECT_TRUE(diff.facts[0].apart);
  EXPECT_THAT(diff.facts[0].text, HasSubstr("is of type int, was of type bool"));
}

TEST(Diff, ProvesNothingAcrossTimeZones) {
  const BundleDiff diff = DiffOf({{"Europe/Berlin", "Asia/Shanghai"}});
  ASSERT_EQ(diff.outputs.size(), 1);
  EXPECT_EQ(diff.outputs[0].verdict, Verdict::kOpen);
  EXPECT_THAT(diff.outputs[0].reason,
              HasSubstr("another time zone: Europe/Berlin, now Asia/Shanghai"));
}

TEST(Diff, SaysWhereItShowsOnlySomeOfTheRegions) {
  DiffOptions options;
  options.max_regions = 1;
  const BundleDiff diff = DiffOf({{"visits >= 2", "visits >= 2 || need || seats == 7"}}, options);
  ASSERT_EQ(diff.outputs[0].kinds.size(), 1);
  EXPECT_EQ(diff.outputs[0].kinds[0].regions.size(), 1);
  EXPECT_FALSE(diff.outputs[0].kinds[0].complete);
}

TEST(Diff, ShowsALeadWithNothingThatDoesNotMatter) {
  const BundleDiff diff = DiffOf({{"seats >= 500", "seats >= 200"}});
  const DiffRegion& region = diff.outputs[3].kinds[0].regions[0];
  EXPECT_EQ(region.witness.lead.facts.count("seats"), 1);
  EXPECT_TRUE(region.witness.lead.timeline.empty());
}

TEST(Diff, OfTheSalesBundleWithAShorterWindowIsOfThatWindow) {
  auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  const auto before = testing::Load(files);
  std::string& head = files["sales/bundle.yaml"];
  head = absl::StrReplaceAll(head, {{"    value: 10\n", "    value: 5\n"}});
  const auto after = testing::Load(files);
  ASSERT_TRUE(before != nullptr && after != nullptr);
  const BundleDiff diff = Diff(before, after, {});
  ASSERT_EQ(diff.outputs[0].name, "grade");
  ASSERT_EQ(diff.outputs[0].verdict, Verdict::kHolds);
  for (const DiffKind& kind : diff.outputs[0].kinds) EXPECT_EQ(kind.after, "D") << kind.before;
}

}  // namespace
}  // namespace leadgrade::analysis
