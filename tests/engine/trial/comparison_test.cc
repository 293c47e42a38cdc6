// What a change of rules does to a few leads.
#include "engine/trial/comparison.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing/bundles.h"

namespace leadgrade::trial {
namespace {

using testing::At;

// Graded by seats; who was not visited for ten days is to be called.
constexpr char kShop[] = R"yaml(
apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: shop }
timeZone: Europe/Berlin
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
events: [visit]
aggregates:
  last_visit: { of: events, take: last }
facts:
  seats: { type: int }
  days: { type: int, derive: "last_visit == null ? 0 : days_since(last_visit)" }
---
apiVersion: leadgrade/v1
kind: ActionCatalog
metadata: { name: shop-actions }
actions:
  call: { title: { zh: 回电, en: Call } }
  offer: { title: { zh: 报价, en: Offer } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - id: large
    reason: { zh: 因, en: Because }
    when: "seats >= 100"
    then: { grade: "A" }
default: { grade: "D" }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: points }
hitPolicy: COLLECT
aggregation: SUM
outputs: [{ name: points, type: int }]
rules:
  - id: any
    reason: { zh: 因, en: Because }
    when: "seats > 0"
    then: { points: "1" }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: steps }
hitPolicy: COLLECT
outputs: [{ name: action, type: Action }]
rules:
  - id: call-after-a-while
    reason: { zh: 因, en: Because }
    when: "days >= 10"
    then: { action: "call" }
  - id: offer-to-the-large
    reason: { zh: 因, en: Because }
    when: "grading.grade == A"
    then: { action: "offer" }
)yaml";

using Edits = std::vector<std::pair<absl::string_view, absl::string_view>>;

class ComparisonTest : public ::testing::Test {
 protected:
  Comparison Start(const Edits& edits, int days = 30) {
    options_.now = At("2026-03-10T12:00:00+01:00");
    options_.days = days;
    return Comparison(testing::LoadText(kShop),
                      testing::LoadText(absl::StrReplaceAll(kShop, edits)), options_);
  }

  static facts::Lead Seats(int64_t seats) {
    facts::Lead lead;
    facts::StatedFact statement;
    statement.value.value = seats;
    lead.facts["seats"] = {statement};
    return lead;
  }

  static facts::Lead Visited(const std::string& time) {
    facts::Lead lead = Seats(1);
    lead.timeline.push_back({At(time), "visit", std::nullopt, std::nullopt});
    return lead;
  }

  ComparisonOptions options_;
};

TEST_F(ComparisonTest, CountsLeadsByTheGradesTheyLeaveAndEnter) {
  Comparison comparison = Start({{"seats >= 100", "seats >= 50"}});
  comparison.Add("a", "", Seats(100));
  comparison.Add("b", "", Seats(99));
  comparison.Add("c", "", Seats(50));
  comparison.Add("d", "", Seats(49));
  const auto& transitions = comparison.result().transitions;
  EXPECT_EQ(transitions.size(), 3);
  EXPECT_EQ(transitions.at({"A", "A"}).leads, 1);
  EXPECT_EQ(transitions.at({"D", "A"}).leads, 2);
  EXPECT_EQ(transitions.at({"D", "D"}).leads, 1);
  EXPECT_EQ(transitions.at({"D", "A"}).examples, (std::set<std::string>{"b", "c"}));
}

TEST_F(ComparisonTest, NamesTheFirstLeadsWhateverTheirOrder) {
  options_.examples = 2;
  Comparison comparison = Start({});
  for (const char* id : {"d", "b", "a", "c"}) comparison.Add(id, "", Seats(1));
  EXPECT_EQ(comparison.result().transitions.at({"D", "D"}).examples,
            (std::set<std::string>{"a", "b"}));
}

TEST_F(ComparisonTest, TakesALeadAsItIsOnRecord) {
  Comparison comparison = Start({{"seats >= 100", "seats >= 50"}});
  facts::Lead lead = Seats(60);
  lead.grade_override = facts::GradeOverride{"B", "why", "who", At("2026-03-01T00:00:00+01:00"),
                                             At("2026-03-11T00:00:00+01:00")};
  comparison.Add("a", "", lead);
  EXPECT_EQ(comparison.result().transitions.at({"B", "B"}).leads, 1);
}

TEST_F(ComparisonTest, CountsActionsByOwner) {
  Comparison comparison = Start({{"seats >= 100", "seats >= 50"}});
  comparison.Add("a", "kim", Seats(100));
  comparison.Add("b", "kim", Seats(60));
  comparison.Add("c", "lee", Seats(1));
  const ActionCount& offer = comparison.result().actions.at("offer");
  EXPECT_EQ(offer.before, 1);
  EXPECT_EQ(offer.after, 2);
  EXPECT_EQ(offer.started, 1);
  EXPECT_EQ(offer.examples, (std::set<std::string>{"b"}));
  const OwnerCount& kim = comparison.result().owners.at("kim");
  EXPECT_EQ(kim.leads, 2);
  EXPECT_EQ(kim.regraded, 1);
  EXPECT_EQ(kim.raised, 1);
  EXPECT_EQ(kim.started, 1);
  EXPECT_EQ(comparison.result().owners.at("lee").regraded, 0);
}

TEST_F(ComparisonTest, CountsWhatTheClockBringsOnItsDay) {
  // Visited on 5 March: to be called from the 15th on, five days after today; now from the 12th on.
  Comparison comparison = Start({{"days >= 10", "days >= 7"}});
  comparison.Add("a", "", Visited("2026-03-05T12:00:00+01:00"));
  const std::vector<DayCount>& days = comparison.result().days;
  ASSERT_EQ(days.size(), 30);
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(days[i].before, i == 5 ? 1 : 0) << i;
    EXPECT_EQ(days[i].after, i == 2 ? 1 : 0) << i;
  }
  EXPECT_EQ(comparison.result().action_days.at("call")[5].before, 1);
}

TEST_F(ComparisonTest, CountsWhatTheChangeItselfBringsToday) {
  Comparison comparison = Start({{"seats >= 100", "seats >= 50"}});
  comparison.Add("a", "", Seats(60));
  EXPECT_EQ(comparison.result().days[0].before, 0);
  EXPECT_EQ(comparison.result().days[0].after, 1);
}

TEST_F(ComparisonTest, LooksNoFurtherThanAsked) {
  // The last day that is looked at is the 14th.
  Comparison comparison = Start({}, 5);
  comparison.Add("a", "", Visited("2026-03-04T12:00:00+01:00"));
  comparison.Add("b", "", Visited("2026-03-05T12:00:00+01:00"));
  int64_t calls = 0;
  for (const DayCount& day : comparison.result().days) calls += day.before;
  EXPECT_EQ(calls, 1);
}

TEST_F(ComparisonTest, LooksAtNowOnlyWhereNoDaysAreAsked) {
  Comparison comparison = Start({{"seats >= 100", "seats >= 50"}}, 0);
  comparison.Add("a", "", Seats(60));
  EXPECT_TRUE(comparison.result().days.empty());
  EXPECT_EQ(comparison.result().transitions.at({"D", "A"}).leads, 1);
  EXPECT_EQ(comparison.result().beyond_before, 0);
}

TEST_F(ComparisonTest, CountsScoresThatChange) {
  Comparison comparison = Start({{"seats > 0", "seats > 1"}});
  comparison.Add("a", "", Seats(1));
  comparison.Add("b", "", Seats(2));
  EXPECT_EQ(comparison.result().rescored, 1);
}

TEST_F(ComparisonTest, IsTheSameInPartsThatAreMerged) {
  const Edits edits = {{"seats >= 100", "seats >= 50"}, {"days >= 10", "days >= 3"}};
  Comparison whole = Start(edits), left = Start(edits), right = Start(edits);
  for (int i = 0; i < 60; ++i) {
    facts::Lead lead =
        Visited(absl::StrCat("2026-03-", i % 2 == 0 ? "01" : "08", "T12:00:00+01:00"));
    lead.facts = Seats(i * 2).facts;
    const std::string id = absl::StrCat("lead-", i), owner = absl::StrCat("owner-", i % 3);
    whole.Add(id, owner, lead);
    (i % 3 == 0 ? left : right).Add(id, owner, lead);
  }
  right.Merge(left);
  const ComparisonResult &a = whole.result(), &b = right.result();
  EXPECT_EQ(a.leads, b.leads);
  ASSERT_EQ(a.transitions.size(), b.transitions.size());
  for (const auto& [transition, count] : a.transitions) {
    EXPECT_EQ(count.leads, b.transitions.at(transition).leads);
    EXPECT_EQ(count.examples, b.transitions.at(transition).examples);
  }
  for (const auto& [code, count] : a.actions) {
    EXPECT_EQ(count.started, b.actions.at(code).started);
    EXPECT_EQ(count.stopped, b.actions.at(code).stopped);
    EXPECT_EQ(count.examples, b.actions.at(code).examples);
  }
  for (const auto& [owner, count] : a.owners) {
    EXPECT_EQ(count.raised, b.owners.at(owner).raised);
  }
  for (size_t i = 0; i < a.days.size(); ++i) {
    EXPECT_EQ(a.days[i].before, b.days[i].before);
    EXPECT_EQ(a.days[i].after, b.days[i].after);
  }
}

}  // namespace
}  // namespace leadgrade::trial
