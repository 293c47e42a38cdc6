// What counts of what several sources say of one fact.
#include "engine/facts/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadgrade::facts {
namespace {

using ::testing::ElementsAre;

absl::Time Day(int day) { return absl::UnixEpoch() + absl::Hours(24) * day; }

StatedFact Say(const std::string& source, FactStatus status, FactValue value, int day,
               const std::string& role = "") {
  StatedFact statement;
  statement.source = source;
  statement.status = status;
  statement.value = std::move(value);
  statement.observed_time = Day(day);
  statement.role = role;
  return statement;
}

FactValue Text(const char* text) { return {std::string(text)}; }

class Resolved : public ::testing::Test {
 protected:
  // "confirmed VALUE by SOURCE", with " !" behind it where there is a conflict.
  std::string Of(const Statements& statements, int day = 10) {
    const Belief belief = Resolve(statements, &roles_, Day(day));
    std::string out = "unknown";
    if (belief.value != nullptr) {
      const auto* flag = std::get_if<bool>(&belief.value->value);
      const auto* text = std::get_if<std::string>(&belief.value->value);
      out = belief.status == FactStatus::kConfirmed ? "confirmed " : "claimed ";
      out += flag != nullptr ? (*flag ? "true" : "false") : *text;
      out += " by " + belief.by->source;
    }
    return out + (belief.conflicted ? " !" : "");
  }

  const cel::EnumType roles_{"Role", {"RECEPTION", "MANAGER"}};
};

constexpr FactStatus kConfirmed = FactStatus::kConfirmed;
constexpr FactStatus kClaimed = FactStatus::kClaimed;
constexpr FactStatus kUnknown = FactStatus::kUnknown;
constexpr FactStatus kRefuted = FactStatus::kRefuted;

TEST_F(Resolved, OneStatementCounts) {
  EXPECT_EQ(Of({Say("a", kConfirmed, {true}, 1)}), "confirmed true by a");
  EXPECT_EQ(Of({Say("a", kClaimed, {true}, 1)}), "claimed true by a");
  EXPECT_EQ(Of({Say("a", kUnknown, {}, 1)}), "unknown");
}

TEST_F(Resolved, AConfirmationCountsWhateverWasClaimedBefore) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1), Say("b", kConfirmed, Text("Y"), 1)}),
            "confirmed Y by b");
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 2), Say("b", kClaimed, Text("Y"), 1)}),
            "confirmed X by a");
}

TEST_F(Resolved, AClaimThatDiffersAfterAConfirmationIsAConflictAndDoesNotCount) {
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 1), Say("b", kClaimed, Text("Y"), 2)}),
            "confirmed X by a !");
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 1), Say("b", kClaimed, Text("X"), 2)}),
            "confirmed X by a");
}

TEST_F(Resolved, TheLatestConfirmationSettlesAnEarlierOne) {
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 1), Say("b", kConfirmed, Text("Y"), 2)}),
            "confirmed Y by b");
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 2), Say("b", kConfirmed, Text("Y"), 1)}),
            "confirmed X by a");
  // Of those of one instant, the one recorded last.
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 1), Say("b", kConfirmed, Text("Y"), 1)}),
            "confirmed Y by b");
}

TEST_F(Resolved, ClaimsThatAgreeCount) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 2), Say("b", kClaimed, Text("X"), 1)}),
            "claimed X by a");
}

TEST_F(Resolved, ClaimsThatDifferAreAConflictAndNoneCounts) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1), Say("b", kClaimed, Text("Y"), 2)}), "unknown !");
}

TEST_F(Resolved, WhoHasMoreSayIsBelieved) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1, "MANAGER"),
                Say("b", kClaimed, Text("Y"), 2, "RECEPTION")}),
            "claimed X by a !");
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1, "RECEPTION"), Say("b", kClaimed, Text("Y"), 2)}),
            "claimed X by a !");
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1, "RECEPTION"),
                Say("b", kClaimed, Text("Y"), 2, "RECEPTION"),
                Say("c", kClaimed, Text("Y"), 1, "MANAGER")}),
            "claimed Y by c !");
  // One with as much say that differs comes after one with less.
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1, "MANAGER"),
                Say("b", kClaimed, Text("Z"), 2, "RECEPTION"),
                Say("c", kClaimed, Text("Y"), 1, "MANAGER")}),
            "unknown !");
}

TEST_F(Resolved, OfClaimsThatAgreeTheOneWithMoreSayIsRestedOn) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1, "MANAGER"),
                Say("b", kClaimed, Text("X"), 2, "RECEPTION")}),
            "claimed X by a");
}

TEST_F(Resolved, ARefutationStrikesOutWhatWasSaidBefore) {
  EXPECT_EQ(Of({Say("a", kClaimed, Text("X"), 1), Say("b", kRefuted, Text("X"), 2)}), "unknown");
  EXPECT_EQ(Of({Say("a", kConfirmed, Text("X"), 1), Say("b", kRefuted, Text("X"), 2)}), "unknown");
  EXPECT_EQ(Of({Say("a", kClaimed, Text("Y"), 1), Say("b", kRefuted, Text("X"), 2)}),
            "claimed Y by a");
}

TEST_F(Resolved, WhatIsSaidAgainAfterARefutationCountsAndIsAConflictUntilConfirmed) {
  EXPECT_EQ(Of({Say("b", kRefuted, Text("X"), 2), Say("a", kClaimed, Text("X"), 3)}),
            "claimed X by a !");
  EXPECT_EQ(Of({Say("b", kRefuted, Text("X"), 2), Say("a", kConfirmed, Text("X"), 3)}),
            "confirmed X by a");
}

TEST_F(Resolved, ABoolThatIsRefutedIsTheOtherOne) {
  EXPECT_EQ(Of({Say("a", kClaimed, {true}, 1), Say("b", kRefuted, {true}, 2)}),
            "confirmed false by b");
  EXPECT_EQ(Of({Say("b", kRefuted, {true}, 2), Say("a", kClaimed, {true}, 3)}),
            "confirmed false by b !");
}

TEST_F(Resolved, AnExpiredStatementDoesNotCountFromItsInstantOn) {
  StatedFact brief = Say("b", kConfirmed, Text("Y"), 2);
  brief.expire_time = Day(10);
  const Statements both = {Say("a", kClaimed, Text("X"), 1), brief};
  EXPECT_EQ(Of(both, 9), "confirmed Y by b");
  EXPECT_EQ(Of(both, 10), "claimed X by a");
  EXPECT_EQ(Of({brief}, 10), "unknown");
}

TEST(State, ReplacesWhatTheSameSourceSaidAndMovesItToTheEnd) {
  Lead lead;
  State(lead, "f", Say("a", kClaimed, Text("X"), 1));
  State(lead, "f", Say("b", kClaimed, Text("Y"), 2));
  State(lead, "f", Say("a", kUnknown, {}, 3));
  std::vector<std::string> sources;
  for (const StatedFact& statement : lead.facts.at("f")) sources.push_back(statement.source);
  EXPECT_THAT(sources, ElementsAre("b", "a"));
  EXPECT_EQ(lead.facts.at("f").size(), 2u);
}

TEST(NextExpiry, IsTheFirstAfterNow) {
  Lead lead;
  EXPECT_EQ(NextExpiry(lead, Day(1)), absl::InfiniteFuture());
  for (int day : {5, 3}) {
    StatedFact statement = Say(std::to_string(day), kClaimed, {true}, 1);
    statement.expire_time = Day(day);
    State(lead, "f", statement);
  }
  EXPECT_EQ(NextExpiry(lead, Day(1)), Day(3));
  EXPECT_EQ(NextExpiry(lead, Day(3)), Day(5));
  EXPECT_EQ(NextExpiry(lead, Day(5)), absl::InfiniteFuture());
}

}  // namespace
}  // namespace leadgrade::facts
