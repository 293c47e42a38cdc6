#include "service/rpc/lead_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::rpc {
namespace {

using ::testing::AllOf;
using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::Stated;

const absl::Time kNow = At("2026-03-02T09:00:00+08:00");

class LeadFilterTest : public ::testing::Test {
 protected:
  bool Passes(const std::string& source, absl::Time now = kNow) {
    std::vector<std::string> problems;
    const auto filter = LeadFilter::Compile(testing::SalesBundle(), source, &problems);
    EXPECT_THAT(problems, IsEmpty());
    return filter != nullptr && filter->Passes(lead_, now);
  }
  std::vector<std::string> Problems(const std::string& source) {
    std::vector<std::string> problems;
    EXPECT_EQ(LeadFilter::Compile(testing::SalesBundle(), source, &problems), nullptr);
    return problems;
  }

  facts::Lead lead_;
};

TEST_F(LeadFilterTest, ReadsStatedFacts) {
  lead_.facts["kp_level"] = {Stated({std::string("FIRST")})};
  EXPECT_TRUE(Passes("kp_level == FIRST"));
  EXPECT_FALSE(Passes("kp_level == SECOND"));
}

TEST_F(LeadFilterTest, ReadsAggregatesAndDerivedFacts) {
  lead_.timeline = {{kNow - absl::Hours(1), "signature", {}}};
  EXPECT_TRUE(Passes("signatures == 1"));
}

TEST_F(LeadFilterTest, ReadsTheClock) {
  EXPECT_TRUE(Passes("now == timestamp('2026-03-02T01:00:00Z')"));
  EXPECT_FALSE(Passes("now == timestamp('2026-03-02T01:00:00Z')", kNow + absl::Nanoseconds(1)));
}

TEST_F(LeadFilterTest, TheFutureDoesNotCountYet) {
  lead_.timeline = {{kNow + absl::Hours(1), "signature", {}}};
  EXPECT_FALSE(Passes("signatures == 1"));
  EXPECT_TRUE(Passes("signatures == 1", kNow + absl::Hours(1)));
}

TEST_F(LeadFilterTest, WhatIsUnknownDoesNotPass) {
  EXPECT_FALSE(Passes("budget"));
  EXPECT_FALSE(Passes("!budget"));
  EXPECT_TRUE(Passes("budget || true"));
}

TEST_F(LeadFilterTest, AnErrorDoesNotPass) {
  EXPECT_FALSE(Passes("1 / signatures == 1"));
  EXPECT_FALSE(Passes("!(1 / signatures == 1)"));
}

TEST_F(LeadFilterTest, AMistakeIsToldWithItsPlaceAndAHint) {
  EXPECT_THAT(Problems("budget &&\n  kp_levl == FIRST"),
              ElementsAre(AllOf(StartsWith("line 2, column 3: "), HasSubstr("`kp_levl`"),
                                HasSubstr("did you mean `kp_level`?"))));
}

TEST_F(LeadFilterTest, ColumnsCountCharacters) {
  EXPECT_THAT(Problems("'\xE4\xB8\xAD\xE6\x96\x87' == nme"),
              ElementsAre(StartsWith("line 1, column 9: ")));
}

TEST_F(LeadFilterTest, MustBeABool) {
  EXPECT_THAT(Problems("signatures"), ElementsAre(StartsWith("line 1, column 1: ")));
}

TEST_F(LeadFilterTest, OutputsOfRuleSetsAreNotKnown) {
  EXPECT_THAT(Problems("budget && grading.grade == A"),
              ElementsAre("line 1, column 11: `grading.grade` is an output of a rule set; a filter "
                          "can use facts, aggregates, parameters and `now`"));
  EXPECT_THAT(Problems("[1].exists(i, i == 1 && grading.grade == A)"),
              ElementsAre(StartsWith("line 1, column 25: `grading.grade` is an output")));
}

TEST_F(LeadFilterTest, ALiteralThatAlwaysFailsIsAMistake) {
  EXPECT_THAT(Problems("now < timestamp('tomorrow')"),
              ElementsAre(StartsWith("line 1, column 17: ")));
}

TEST_F(LeadFilterTest, WhatCostsTooMuchIsAMistake) {
  std::string loops = "true";
  for (int i = 0; i < 6; ++i) loops = "[1,2,3,4,5,6,7,8,9,10,11,12].all(x, " + loops + ")";
  EXPECT_THAT(Problems(loops), ElementsAre(HasSubstr("steps")));
}

}  // namespace
}  // namespace leadgrade::rpc
