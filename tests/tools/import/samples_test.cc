// The sample leads show what the bundle can say, whenever they are imported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "engine/decision/decision.h"
#include "tests/tools/import/file_import.h"

namespace leadgrade::tools {
namespace {

using testing::At;
using ::testing::Each;
using ::testing::Ge;
using ::testing::IsSupersetOf;
using ::testing::Pair;

constexpr char kNow[] = "2026-03-12T10:00:00+08:00";
constexpr char kToday[] = "2026-03-12T00:00:00+08:00";
constexpr char kTomorrow[] = "2026-03-13T00:00:00+08:00";

const FileImport& Samples() {
  static const auto* const samples =
      new FileImport(LEADGRADE_SOURCE_DIR "/rules/sales/samples/leads.jsonl",
                     ShippedMapping("samples.yaml"), At(kNow));
  return *samples;
}

decision::Decision Decide(const store::StoredLead& lead) {
  return decision::Decide(testing::SalesBundle(), lead.lead, At(kNow));
}

TEST(Samples, AreTwoHundredLeadsHalfOfThemChinese) {
  EXPECT_EQ(Samples().errors(), "");
  EXPECT_GE(Samples().imported(), 200);
  int chinese = 0, all = 0;
  for (const store::StoredLead& lead : Samples().Leads()) {
    ++all;
    chinese += absl::StartsWith(lead.display_name, "a") ? 0 : lead.display_name[0] < 0;
    EXPECT_FALSE(lead.owner.empty()) << lead.id;
  }
  EXPECT_GE(all, 200);
  EXPECT_GE(chinese * 3, all);
  EXPECT_LE(chinese * 3, all * 2);
}

TEST(Samples, HaveEveryGrade) {
  std::map<std::string, int> grades;
  for (const store::StoredLead& lead : Samples().Leads()) ++grades[lead.grade];
  EXPECT_EQ(grades.size(), 4u);
  EXPECT_THAT(grades, Each(Pair(::testing::_, Ge(15))));
}

TEST(Samples, TouchEveryRule) {
  std::set<std::string> touched;
  for (const store::StoredLead& lead : Samples().Leads()) {
    for (const decision::MatchedRule& matched : Decide(lead).reasons) {
      touched.insert(matched.rule->id);
    }
    for (const facts::GradeChange& change : lead.lead.grade_history) touched.insert(change.rule);
  }
  for (const rules::RuleSet& set : testing::SalesBundle()->rule_sets) {
    for (const rules::Rule& rule : set.rules) {
      EXPECT_TRUE(touched.count(rule.id) > 0) << set.name << "/" << rule.id;
    }
  }
}

TEST(Samples, StandOnBothSidesOfEachWindowsEnd) {
  std::set<std::string> last_day, lapsed_today;
  for (const store::StoredLead& lead : Samples().Leads()) {
    const auto& history = lead.lead.grade_history;
    const decision::Decision decision = Decide(lead);
    for (const auto& [name, value] : decision.outputs) {
      if (name == "window_end" && value == facts::FactValue{At(kTomorrow)}) {
        last_day.insert(lead.grade);
      }
    }
    if (history.size() > 1 && history.back().rule == "window-passed" &&
        history.back().time == At(kToday)) {
      lapsed_today.insert(history.back().from);
    }
  }
  EXPECT_THAT(last_day, IsSupersetOf({"A", "B", "C"}));
  EXPECT_THAT(lapsed_today, IsSupersetOf({"A", "B", "C"}));
}

TEST(Samples, LackEachOfTheLabels) {
  std::set<std::string> missing;
  int provisional = 0;
  for (const store::StoredLead& lead : Samples().Leads()) {
    const decision::Decision decision = Decide(lead);
    provisional += decision.provisional;
    if (!decision.missing.empty()) missing.insert(decision.missing.front().fact->name);
  }
  EXPECT_THAT(missing, IsSupersetOf({"kp_level", "need", "budget"}));
  EXPECT_GE(provisional, 30);
}

TEST(Samples, KnowClaimedFactsSignaturesAndReopenedLeads) {
  int claimed = 0, signed_leads = 0, reopened = 0, from_b_to_a = 0;
  for (const store::StoredLead& lead : Samples().Leads()) {
    for (const auto& [name, statements] : lead.lead.facts) {
      const facts::StatedFact& fact = statements.front();
      claimed += fact.status == facts::FactStatus::kClaimed;
    }
    for (const facts::TimelineEvent& event : lead.lead.timeline) {
      signed_leads += event.type == "signature";
      reopened += event.type == "reopened";
    }
    for (const facts::GradeChange& change : lead.lead.grade_history) {
      from_b_to_a += change.from == "B" && change.to == "A";
    }
  }
  EXPECT_GE(claimed, 10);
  EXPECT_GE(signed_leads, 10);
  EXPECT_GE(reopened, 8);
  EXPECT_GE(from_b_to_a, 2);
}

// The hour of the import, and the day, change nothing in the picture.
TEST(Samples, LookTheSameWheneverTheyAreImported) {
  const auto grades = [](const FileImport& samples) {
    std::map<std::string, std::string> grades;
    for (const store::StoredLead& lead : samples.Leads()) grades[lead.id] = lead.grade;
    return grades;
  };
  const auto expected = grades(Samples());
  for (const char* now : {"2026-03-12T00:00:30+08:00", "2026-07-01T23:59:59+08:00"}) {
    const FileImport again(LEADGRADE_SOURCE_DIR "/rules/sales/samples/leads.jsonl",
                           ShippedMapping("samples.yaml"), At(now));
    EXPECT_EQ(grades(again), expected) << now;
  }
}

}  // namespace
}  // namespace leadgrade::tools
