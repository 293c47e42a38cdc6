#include "service/rpc/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::rpc {
namespace {

using testing::At;
using Verdict = Delivery::Verdict;

const absl::Time kNow = At("2026-03-02T09:00:00+08:00");

class DeliveryTest : public ::testing::Test {
 protected:
  DeliveryTest() {
    change_.lead_id = "a";
    change_.change = {kNow, "A", "B", "r", facts::Cause::kFact, ""};
    change_.recorded_time = kNow;
    change_.owner = "li";
    lead_.id = "a";
    lead_.create_time = kNow;
    lead_.lead.grade_history = {{kNow - absl::Hours(9), "", "A", "r", facts::Cause::kFact, ""},
                                change_.change};
  }

  Delivery Make() const {
    Delivery delivery(terms_);
    std::vector<std::string> problems;
    EXPECT_TRUE(delivery.Use(testing::SalesBundle(), &problems));
    return delivery;
  }
  Verdict Judge(absl::Time now = kNow) const { return Make().Judge(change_, now).verdict; }
  // When it is due; kNow where it need not wait.
  absl::Time Due(absl::Time now = kNow) const {
    const Delivery::Judgement judgement = Make().Judge(change_, now);
    return judgement.verdict == Verdict::kWait ? judgement.until : kNow;
  }
  // "A>B"; "" where it is left out.
  std::string Sent(const store::StoredLead* lead, absl::Time now = kNow) const {
    const auto sent = Make().JudgeLead(change_, lead, now);
    return sent.has_value() ? sent->from + ">" + sent->to : "";
  }

  DeliveryTerms terms_;
  store::LoggedChange change_;
  store::StoredLead lead_;
};

TEST_F(DeliveryTest, WithoutConditionsAllIsSent) { EXPECT_EQ(Judge(), Verdict::kSend); }

TEST_F(DeliveryTest, GradesEntered) {
  terms_.grades_entered = {"B", "C"};
  EXPECT_EQ(Judge(), Verdict::kSend);
  terms_.grades_entered = {"A"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
}

TEST_F(DeliveryTest, GradesLeft) {
  terms_.grades_left = {"A"};
  EXPECT_EQ(Judge(), Verdict::kSend);
  terms_.grades_left = {"B"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
}

TEST_F(DeliveryTest, AFirstGradeLeavesNone) {
  change_.change.from = "";
  terms_.grades_left = {"A", "B", "C", "D"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
}

TEST_F(DeliveryTest, Owners) {
  terms_.owners = {"li", "wang"};
  EXPECT_EQ(Judge(), Verdict::kSend);
  terms_.owners = {"wang"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
  change_.owner = "";
  EXPECT_EQ(Judge(), Verdict::kSkip);
  terms_.owners = {""};
  EXPECT_EQ(Judge(), Verdict::kSend);
}

TEST_F(DeliveryTest, AllConditionsMustHold) {
  terms_.grades_entered = {"B"};
  terms_.owners = {"wang"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
}

TEST_F(DeliveryTest, AFilterReadsTheLead) {
  terms_.filter = "budget";
  EXPECT_EQ(Judge(), Verdict::kReadLead);
  EXPECT_EQ(Sent(&lead_), "");
  lead_.lead.facts["budget"] = {testing::Stated({true})};
  EXPECT_EQ(Sent(&lead_), "A>B");
}

TEST_F(DeliveryTest, ADeletedLeadIsLeftOutWhereItMatters) {
  EXPECT_EQ(Judge(), Verdict::kSend);
  terms_.filter = "true";
  EXPECT_EQ(Sent(&lead_), "A>B");
  EXPECT_EQ(Sent(nullptr), "");
  terms_.filter = "";
  terms_.settle_time = absl::Minutes(1);
  EXPECT_EQ(Sent(nullptr), "");
}

TEST_F(DeliveryTest, ALeadMadeAgainIsAnotherOne) {
  terms_.filter = "true";
  lead_.create_time = kNow + absl::Seconds(1);
  EXPECT_EQ(Sent(&lead_), "");
}

TEST_F(DeliveryTest, AChangeWaitsUntilItSettled) {
  terms_.settle_time = absl::Minutes(10);
  EXPECT_EQ(Due(), kNow + absl::Minutes(10));
  EXPECT_EQ(Due(kNow + absl::Minutes(10) - absl::Nanoseconds(1)), kNow + absl::Minutes(10));
  EXPECT_EQ(Judge(kNow + absl::Minutes(10)), Verdict::kReadLead);
}

TEST_F(DeliveryTest, WhatCannotBeSentAnywayDoesNotWait) {
  terms_.settle_time = absl::Minutes(10);
  terms_.quiet_hours = QuietHours{0, 23 * 60, absl::UTCTimeZone()};
  terms_.grades_entered = {"A"};
  EXPECT_EQ(Judge(), Verdict::kSkip);
}

// It is known only then which grade was left.
TEST_F(DeliveryTest, GradesLeftAreThoseSettledIn) {
  lead_.lead.grade_history = {
      {kNow - absl::Hours(9), "", "C", "r", facts::Cause::kFact, ""},
      {kNow - absl::Minutes(1), "C", "A", "r", facts::Cause::kFact, ""},
      change_.change,
  };
  terms_.settle_time = absl::Minutes(10);
  terms_.grades_left = {"C"};
  EXPECT_EQ(Judge(kNow + absl::Minutes(10)), Verdict::kReadLead);
  EXPECT_EQ(Sent(&lead_, kNow + absl::Minutes(10)), "C>B");
  terms_.grades_left = {"A"};
  EXPECT_EQ(Sent(&lead_, kNow + absl::Minutes(10)), "");
}

TEST_F(DeliveryTest, QuietHoursHoldBack) {
  terms_.quiet_hours = QuietHours{9 * 60, 10 * 60, testing::SalesBundle()->time_zone};
  EXPECT_EQ(Due(), kNow + absl::Hours(1));
  EXPECT_EQ(Judge(kNow + absl::Hours(1)), Verdict::kSend);
}

TEST_F(DeliveryTest, WhatSettlesInQuietHoursWaitsForTheirEnd) {
  terms_.settle_time = absl::Minutes(10);
  terms_.quiet_hours = QuietHours{9 * 60 + 10, 10 * 60, testing::SalesBundle()->time_zone};
  EXPECT_EQ(Due(), kNow + absl::Hours(1));
}

TEST_F(DeliveryTest, QuietHoursMayGoByTheBundlesZone) {
  terms_.quiet_hours = QuietHours{9 * 60, 10 * 60, absl::UTCTimeZone()};
  terms_.in_zone_of_bundle = true;
  EXPECT_EQ(Due(), kNow + absl::Hours(1));
}

TEST_F(DeliveryTest, AFilterThatDoesNotCompileIsToldOf) {
  terms_.filter = "nonsense";
  Delivery delivery(terms_);
  std::vector<std::string> problems;
  EXPECT_FALSE(delivery.Use(testing::SalesBundle(), &problems));
  EXPECT_EQ(problems.size(), 1u);
}

}  // namespace
}  // namespace leadgrade::rpc
