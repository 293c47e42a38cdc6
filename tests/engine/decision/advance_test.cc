// A lead carried through time, step by step.
#include "engine/decision/advance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

using testing::At;
using testing::EventAt;
using testing::FactAt;
using testing::GradeOf;
using testing::History;
using ::testing::IsEmpty;
using testing::RetractionAt;
using ::testing::SizeIs;

const absl::Time kDay1 = At("2026-03-01T10:00:00Z");
absl::Time Day(int day) { return kDay1 + absl::Hours(24) * (day - 1); }

// A with a need, D without; a visit older than `pause` days takes an A to B.
std::string Text(absl::string_view when_quiet = "days_since(last_visit) > 3") {
  return absl::StrCat(R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: test }
timeZone: UTC
decision: { grade: grading.grade, actions: next.action }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types: { Grade: [D, C, B, A] }
events: [visit]
aggregates:
  last_visit: { of: events, types: [visit], take: last }
  last_grade: { of: gradeHistory, take: last, value: grade }
facts:
  need: { type: bool }
---
apiVersion: leadgrade/v1
kind: ActionCatalog
metadata: { name: catalog }
actions:
  call: { title: { zh: 打, en: Call }, dueWithin: 1d }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: next }
hitPolicy: COLLECT
outputs: [{ name: action, type: Action }]
rules:
  - { id: call, reason: { zh: 因, en: R }, when: need, then: { action: call } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - { id: no-need, reason: { zh: 因, en: R }, when: "!need", then: { grade: D } }
  - id: quiet
    reason: { zh: 因, en: R }
    when: "last_visit != null && )",
                      when_quiet, R"("
    then: { grade: B }
  - { id: need, reason: { zh: 因, en: R }, then: { grade: A } }
)");
}

TEST(Advance, ALeadNeverDecidedIsDecidedOnce) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  const Advanced advanced = Advance(bundle, lead, {}, kDay1);
  // Unknown: D for sure, A at best.
  EXPECT_EQ(GradeOf(advanced.decision), "D");
  EXPECT_EQ(History(lead), "none -> D at 2026-03-01T10:00:00Z by \n");
  EXPECT_EQ(lead.decided_time, kDay1);
  EXPECT_EQ(lead.valid_until, absl::InfiniteFuture());
  EXPECT_EQ(lead.bundle_digest, bundle->digest);
  EXPECT_THAT(advanced.changes, SizeIs(1));
}

TEST(Advance, AnActionJustProposedKeepsItsPlaceWhileNothingTurns) {
  std::string text = Text("days_since(last_visit) > 30");
  const auto put_before = [&text](const std::string& place, const std::string& line) {
    text.insert(text.find(place), line);
  };
  put_before("---\napiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: next }",
             "  meet: { title: { zh: 见, en: Meet }, dueWithin: 10d }\n");
  put_before("---\napiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: grading }",
             "  - id: meet\n    reason: { zh: 因, en: R }\n    when: last_visit != null\n"
             "    then: { action: meet }\n");
  const auto bundle = testing::LoadText(text);
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {false}), EventAt(Day(1), "visit")}, Day(1));
  const Advanced advanced =
      Advance(bundle, lead, {FactAt(Day(4), "need", {true}), EventAt(Day(12), "visit")}, Day(4));
  // The call is due on day 5, the meeting on day 11.
  ASSERT_THAT(advanced.decision.actions, SizeIs(2));
  EXPECT_EQ(advanced.decision.actions[0].action->code, "call");
  // On day 12 there will be a visit that turns nothing; a call proposed only then would come last.
  EXPECT_EQ(testing::ToText(lead.valid_until), "2026-04-12T00:00:00Z");
}

TEST(Advance, TakesChangesInTimeOrderWhateverTheirOrder) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead,
          {FactAt(Day(3), "need", {false}), FactAt(Day(1), "need", {true}),
           FactAt(Day(2), "need", {false}), FactAt(Day(4), "need", {true})},
          Day(5));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> D at 2026-03-02T10:00:00Z by no-need\n"
            "D -> A at 2026-03-04T10:00:00Z by need\n");
}

TEST(Advance, TakesChangesOfOneInstantTogether) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(
      bundle, lead,
      {FactAt(Day(1), "need", {false}), FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")},
      Day(1));
  // The last word of the instant counts, and nothing is said in between.
  EXPECT_EQ(History(lead), "none -> A at 2026-03-01T10:00:00Z by need\n");
}

TEST(Advance, TakesAStepWheneverTheClockChangesTheGrade) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  const Advanced advanced =
      Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(20));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> B at 2026-03-05T00:00:00Z by quiet\n");
  ASSERT_EQ(advanced.changes.size(), 2u);
  EXPECT_EQ(advanced.changes[1].cause, facts::Cause::kTimer);
  EXPECT_EQ(advanced.changes[1].bundle_digest, bundle->digest);
  EXPECT_EQ(advanced.decision.now, Day(20));
}

TEST(Advance, LateNewsIsJudgedNowAndRewritesNothing) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(6));
  const std::string before = History(lead);
  // A visit on day 4 would have kept it an A until day 8: from today on it does.
  const Advanced late = Advance(bundle, lead, {EventAt(Day(4), "visit")}, Day(6));
  EXPECT_EQ(History(lead), before + "B -> A at 2026-03-05T00:00:00Z by need\n");
  EXPECT_EQ(GradeOf(late.decision), "A");
  EXPECT_EQ(lead.timeline.back().time, Day(4));
  EXPECT_EQ(lead.valid_until, At("2026-03-08T00:00:00Z"));
}

TEST(Advance, LateNewsAfterTheLastDecisionTakesItsOwnTime) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true})}, Day(1));
  // Nothing was said since day 1: what became known on day 2 is dated so.
  Advance(bundle, lead, {FactAt(Day(2), "need", {false})}, Day(6));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> D at 2026-03-02T10:00:00Z by no-need\n");
}

TEST(Advance, AnEventOfTheFutureTakesEffectAtItsTime) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead,
          {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit"), EventAt(Day(7), "visit")},
          Day(2));
  EXPECT_THAT(lead.timeline, SizeIs(2));
  EXPECT_EQ(lead.valid_until, At("2026-03-05T00:00:00Z"));
  Advance(bundle, lead, {}, Day(20));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> B at 2026-03-05T00:00:00Z by quiet\n"
            "B -> A at 2026-03-07T10:00:00Z by need\n"
            "A -> B at 2026-03-11T00:00:00Z by quiet\n");
}

TEST(Advance, AFactCanBeTakenBack) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true})}, Day(1));
  EXPECT_EQ(GradeOf(Advance(bundle, lead, {RetractionAt(Day(2), "need")}, Day(2)).decision), "D");
  EXPECT_THAT(lead.facts, IsEmpty());
  Advance(bundle, lead, {RetractionAt(Day(3), "never-stated")}, Day(3));
  EXPECT_THAT(lead.grade_history, SizeIs(2));
}

TEST(Advance, AClockSetBackTakesNothingBack) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(5), "need", {true})}, Day(5));
  const Advanced back = Advance(bundle, lead, {FactAt(Day(2), "need", {false})}, Day(2));
  EXPECT_EQ(back.decision.now, Day(5));
  EXPECT_EQ(lead.decided_time, Day(5));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-05T10:00:00Z by need\n"
            "A -> D at 2026-03-05T10:00:00Z by no-need\n");
}

TEST(Advance, AnotherBundleDecidesAnew) {
  const auto bundle = testing::LoadText(Text());
  const auto other = testing::LoadText(Text("days_since(last_visit) >= 0"));
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(2));
  const Advanced changed = Advance(other, lead, {}, Day(3));
  EXPECT_EQ(History(lead),
            "none -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> B at 2026-03-03T10:00:00Z by quiet\n");
  ASSERT_THAT(changed.changes, SizeIs(1));
  EXPECT_EQ(changed.changes[0].cause, facts::Cause::kBundle);
  EXPECT_EQ(lead.bundle_digest, other->digest);
}

TEST(Advance, AnOpenActionKeepsTheTimeItWasFirstProposed) {
  const auto bundle = testing::LoadText(Text());
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true})}, Day(1));
  Advance(bundle, lead, {EventAt(Day(2), "visit")}, Day(2));
  ASSERT_THAT(lead.open_actions, SizeIs(1));
  EXPECT_EQ(lead.open_actions[0].proposed_time, Day(1));
  // Once it is not proposed any more, it begins anew.
  Advance(bundle, lead, {FactAt(Day(3), "need", {false})}, Day(3));
  EXPECT_THAT(lead.open_actions, IsEmpty());
  const Advanced again = Advance(bundle, lead, {FactAt(Day(4), "need", {true})}, Day(4));
  ASSERT_THAT(again.decision.actions, SizeIs(1));
  EXPECT_EQ(again.decision.actions[0].due_time, Day(5));
}

// Turns each midnight, for longer than one call may follow.
const char kRestless[] = "days_since(last_visit) % 2 == 1";

TEST(Advance, GoesStraightOnAfterTooManyClockSteps) {
  const auto bundle = testing::LoadText(Text(kRestless));
  facts::Lead lead;
  static_assert(base::kMaxClockSteps == 1000);
  Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(1));
  const Advanced within = Advance(bundle, lead, {}, Day(901));
  EXPECT_EQ(within.changes.size(), 900u);
  const Advanced beyond = Advance(bundle, lead, {}, Day(901 + 1500));
  // A thousand steps, and one to today.
  EXPECT_EQ(beyond.changes.size(), 1000u);
  EXPECT_EQ(lead.decided_time, Day(901 + 1500));
  EXPECT_EQ(lead.valid_until, At("2032-09-26T00:00:00Z"));
  EXPECT_EQ(beyond.decision.now, Day(901 + 1500));
}

TEST(Advance, DropsTheOldestGradeChangesPastTheirBound) {
  const auto bundle = testing::LoadText(Text(kRestless));
  facts::Lead lead;
  Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(901));
  EXPECT_THAT(lead.grade_history, SizeIs(901));
  Advance(bundle, lead, {}, Day(1101));
  EXPECT_THAT(lead.grade_history, SizeIs(base::kMaxGradeChangesPerLead));
  EXPECT_EQ(lead.grade_history.front().time, At("2026-06-10T00:00:00Z"));
  EXPECT_EQ(lead.grade_history.back().time, At("2029-03-05T00:00:00Z"));
}

// Rules that contradict the grade they just gave are stopped, and said nowhere else.
TEST(Advance, StopsRulesThatNeverComeToRest) {
  const auto bundle = testing::LoadText(Text("(last_grade == null || last_grade == A)"));
  facts::Lead lead;
  const Advanced advanced =
      Advance(bundle, lead, {FactAt(Day(1), "need", {true}), EventAt(Day(1), "visit")}, Day(1));
  EXPECT_EQ(History(lead),
            "none -> B at 2026-03-01T10:00:00Z by quiet\n"
            "B -> A at 2026-03-01T10:00:00Z by need\n"
            "A -> B at 2026-03-01T10:00:00Z by quiet\n"
            "B -> A at 2026-03-01T10:00:00Z by need\n");
  EXPECT_THAT(Advance(bundle, lead, {}, Day(1)).changes, IsEmpty());
}

}  // namespace
}  // namespace leadgrade::decision
