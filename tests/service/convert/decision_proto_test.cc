#include "service/convert/decision_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "google/protobuf/util/time_util.h"
#include "tests/testing/bundles.h"

namespace leadgrade::convert {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::SalesBundle;

const absl::Time kNow = absl::FromUnixSeconds(1772330400);  // 2026-03-01T02:00:00Z

std::string Shown(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

facts::StatedFact Stated(facts::FactValue value) {
  facts::StatedFact fact;
  fact.value = std::move(value);
  return fact;
}

facts::Lead LeadWith(std::map<std::string, facts::FactValue> values) {
  facts::Lead lead;
  for (auto& [name, value] : values) lead.facts[name] = {Stated(std::move(value))};
  return lead;
}

v1::Decision Proto(const decision::Decision& decision, const std::string& lead = "",
                   const std::string& language = "en") {
  v1::Decision out;
  ToProto(decision, lead, language, &out);
  return out;
}

TEST(DecisionProto, ShowsAGradeAndWhy) {
  const auto decision = decision::Decide(
      SalesBundle(), LeadWith({{"kp_level", {"FIRST"}}, {"need", {true}}, {"budget", {true}}}),
      kNow);
  const v1::Decision out = Proto(decision, "42");
  EXPECT_EQ(out.lead(), "leads/42");
  EXPECT_EQ(Shown(out.decision_time()), "2026-03-01T02:00:00Z");
  EXPECT_EQ(out.grade(), "A");
  EXPECT_EQ(out.potential_grade(), "A");
  EXPECT_FALSE(out.provisional());
  EXPECT_THAT(out.attainable_grades(), ElementsAre("A"));
  ASSERT_GE(out.reasons_size(), 1);
  EXPECT_EQ(out.reasons(0).rule_set(), "grading");
  EXPECT_EQ(out.reasons(0).rule(), "all-three-labels");
  EXPECT_EQ(out.reasons(0).text(), "First key person met, need, budget: all three");
  EXPECT_THAT(out.missing_facts(), IsEmpty());
  EXPECT_EQ(out.bundle().name(), "sales");
  EXPECT_EQ(out.bundle().digest(), SalesBundle()->digest);
  EXPECT_THAT(out.issues(), IsEmpty());
  EXPECT_FALSE(out.has_score());
  EXPECT_FALSE(out.has_potential_score());
}

TEST(DecisionProto, ShowsWhatIsMissingInTheLanguageAskedFor) {
  const auto decision =
      decision::Decide(SalesBundle(), LeadWith({{"kp_level", {"FIRST"}}, {"need", {true}}}), kNow);
  const v1::Decision out = Proto(decision, "", "zh-CN");
  EXPECT_EQ(out.lead(), "");
  EXPECT_TRUE(out.provisional());
  EXPECT_EQ(out.grade(), "D");
  EXPECT_EQ(out.potential_grade(), "A");
  EXPECT_THAT(out.attainable_grades(), ElementsAre("A", "B", "C", "D"));
  ASSERT_EQ(out.missing_facts_size(), 1);
  EXPECT_EQ(out.missing_facts(0).status(), v1::FACT_STATUS_UNKNOWN);
  EXPECT_EQ(out.missing_facts(0).fact(), "budget");
  EXPECT_EQ(out.missing_facts(0).title(), "有预算");
  EXPECT_EQ(out.missing_facts(0).question(), "这笔预算批下来了吗？由谁批？");
  ASSERT_EQ(out.next_actions_size(), 1);
  EXPECT_EQ(out.next_actions(0).code(), "confirm_budget");
  EXPECT_EQ(out.next_actions(0).title(), "确认预算");
}

// A decision by hand, for what the shipped bundle does not give.
decision::Decision Bare() {
  decision::Decision decision;
  decision.bundle = SalesBundle();
  decision.now = kNow;
  return decision;
}

TEST(DecisionProto, ShowsActionsInFull) {
  rules::Action action;
  action.code = "call";
  action.title = {"打电话", "Call"};
  action.text = {"现在就打。", "Do it now."};
  action.channel = "phone";
  action.priority = rules::Priority::kUrgent;
  action.checklist = {{"一", "one"}, {"二", "two"}};
  decision::Decision decision = Bare();
  decision.actions = {{&action, kNow - absl::Hours(1), kNow + absl::Hours(1)},
                      {&action, kNow, absl::InfiniteFuture()}};
  const v1::Decision out = Proto(decision);
  ASSERT_EQ(out.next_actions_size(), 2);
  const v1::NextAction& next = out.next_actions(0);
  EXPECT_EQ(next.code(), "call");
  EXPECT_EQ(next.title(), "Call");
  EXPECT_EQ(next.text(), "Do it now.");
  EXPECT_EQ(next.channel(), "phone");
  EXPECT_EQ(next.priority(), v1::ACTION_PRIORITY_URGENT);
  EXPECT_EQ(Shown(next.proposed_time()), "2026-03-01T01:00:00Z");
  EXPECT_EQ(Shown(next.due_time()), "2026-03-01T03:00:00Z");
  EXPECT_THAT(next.checklist(), ElementsAre("one", "two"));
  EXPECT_FALSE(out.next_actions(1).has_due_time());
}

TEST(DecisionProto, ShowsNoGradeAsEmptyAndWhyNot) {
  decision::Decision decision = Bare();
  decision.provisional = true;
  decision.issues = {{"no-outcome", "grading", "r", "no rule matched"}};
  const v1::Decision out = Proto(decision);
  EXPECT_EQ(out.grade(), "");
  EXPECT_EQ(out.potential_grade(), "");
  ASSERT_EQ(out.issues_size(), 1);
  EXPECT_EQ(out.issues(0).code(), "no-outcome");
  EXPECT_EQ(out.issues(0).rule_set(), "grading");
  EXPECT_EQ(out.issues(0).rule(), "r");
  EXPECT_EQ(out.issues(0).message(), "no rule matched");
}

TEST(DecisionProto, ShowsScores) {
  decision::Decision decision = Bare();
  decision.score = 0;
  decision.potential_score = 12.5;
  const v1::Decision out = Proto(decision);
  EXPECT_TRUE(out.has_score());
  EXPECT_EQ(out.score(), 0);
  EXPECT_EQ(out.potential_score(), 12.5);
}

TEST(DecisionProto, HoldsForEverWithoutValidUntil) {
  decision::Decision decision = Bare();
  EXPECT_FALSE(Proto(decision).has_valid_until());
  decision.valid_until = kNow + absl::Nanoseconds(1);
  EXPECT_EQ(Shown(Proto(decision).valid_until()), "2026-03-01T02:00:00.000000001Z");
}

TEST(DecisionProto, HoldsForItsOwnInstantWhereItIsBeyondAnalysis) {
  decision::Decision decision = Bare();
  for (const absl::Time until : {kNow, kNow - absl::Hours(1), absl::InfinitePast()}) {
    decision.valid_until = until;
    EXPECT_EQ(Shown(Proto(decision).valid_until()), "2026-03-01T02:00:00Z");
  }
}

TEST(DecisionProto, ShowsOutputs) {
  decision::Decision decision = Bare();
  decision.outputs = {{"window_end", {At("2026-03-12T00:00:00+08:00")}},
                      {"segment", {std::monostate()}},
                      {"ratio", {std::numeric_limits<double>::infinity()}}};
  const v1::Decision out = Proto(decision);
  EXPECT_EQ(out.outputs().at("window_end").string_value(), "2026-03-11T16:00:00Z");
  EXPECT_EQ(out.outputs().at("segment").kind_case(), google::protobuf::Value::kNullValue);
  EXPECT_EQ(out.outputs().at("ratio").string_value(), "Infinity");
}

TEST(DecisionProto, ShowsAnExplanation) {
  const auto explanation = decision::Explain(
      SalesBundle(), LeadWith({{"kp_level", {"SECOND"}}, {"need", {true}}, {"budget", {true}}}),
      kNow);
  v1::Explanation out;
  ToProto(explanation, "42", "zh", &out);
  EXPECT_EQ(out.decision().lead(), "leads/42");
  ASSERT_EQ(out.rules_size(), static_cast<int>(explanation.rules.size()));
  const auto find = [&](const std::string& rule) {
    for (const v1::RuleTrace& trace : out.rules()) {
      if (trace.rule() == rule) return trace;
    }
    ADD_FAILURE() << "no trace of " << rule;
    return v1::RuleTrace();
  };
  const v1::RuleTrace settled = find("one-approval-above");
  EXPECT_EQ(settled.rule_set(), "grading");
  EXPECT_EQ(settled.text(), "有需求和预算，上面还需一人同意");
  EXPECT_EQ(settled.truth(), v1::TRUTH_TRUE);
  EXPECT_TRUE(settled.settles());
  EXPECT_FALSE(settled.almost());
  const v1::RuleTrace almost = find("all-three-labels");
  EXPECT_EQ(almost.truth(), v1::TRUTH_FALSE);
  EXPECT_TRUE(almost.almost());
  ASSERT_EQ(almost.terms_size(), 4);
  EXPECT_EQ(almost.terms(0).source(), "kp_level == FIRST");
  EXPECT_EQ(almost.terms(0).truth(), v1::TRUTH_FALSE);
  EXPECT_THAT(almost.terms(0).facts(), ElementsAre("kp_level = SECOND"));
  EXPECT_THAT(almost.blocked_by(), ElementsAre());
  ASSERT_EQ(out.facts_size(), static_cast<int>(SalesBundle()->schema.facts.size()));
  EXPECT_EQ(out.facts(0).fact(), "kp_level");
  EXPECT_EQ(out.facts(0).value(), "SECOND");
}

TEST(DecisionProto, ShowsAGradeChange) {
  v1::GradeChange out;
  ToProto(facts::GradeChange{kNow, "B", "D", "window-passed", facts::Cause::kTimer, "sha256:0"},
          &out);
  EXPECT_EQ(Shown(out.change_time()), "2026-03-01T02:00:00Z");
  EXPECT_EQ(out.from_grade(), "B");
  EXPECT_EQ(out.to_grade(), "D");
  EXPECT_EQ(out.rule(), "window-passed");
  EXPECT_EQ(out.cause(), v1::CHANGE_CAUSE_TIMER);
  EXPECT_EQ(out.bundle_digest(), "sha256:0");
}

TEST(DecisionProto, ShowsAStatedFact) {
  facts::StatedFact fact = Stated({int64_t{3}});
  fact.status = facts::FactStatus::kClaimed;
  fact.source = "CFO";
  v1::FactStatement out;
  ToProto(fact, &out);
  EXPECT_EQ(out.value().number_value(), 3);
  EXPECT_EQ(out.status(), v1::FACT_STATUS_CLAIMED);
  EXPECT_EQ(out.source(), "CFO");
  EXPECT_FALSE(out.has_observed_time());
  fact.observed_time = kNow;
  fact.status = facts::FactStatus::kConfirmed;
  ToProto(fact, &out);
  EXPECT_EQ(out.status(), v1::FACT_STATUS_CONFIRMED);
  EXPECT_EQ(Shown(out.observed_time()), "2026-03-01T02:00:00Z");
}

std::string TextOf(facts::FactValue value) {
  google::protobuf::Value out;
  ToProto(value, &out);
  return out.string_value();
}

TEST(ValueProto, WritesDurationsAsSeconds) {
  EXPECT_EQ(TextOf({absl::Milliseconds(3500)}), "3.5s");
  EXPECT_EQ(TextOf({-absl::Milliseconds(500)}), "-0.5s");
  EXPECT_EQ(TextOf({absl::ZeroDuration()}), "0s");
  EXPECT_EQ(TextOf({absl::Hours(72) + absl::Nanoseconds(1)}), "259200.000000001s");
  EXPECT_EQ(TextOf({-absl::Seconds(2) - absl::Nanoseconds(10)}), "-2.00000001s");
}

TEST(ValueProto, WritesTimestampsInUtcWithFourDigitsOfTheYear) {
  EXPECT_EQ(TextOf({At("0001-01-01T00:00:00Z")}), "0001-01-01T00:00:00Z");
  EXPECT_EQ(TextOf({At("2026-03-01T09:30:00.25+08:00")}), "2026-03-01T01:30:00.25Z");
}

TEST(ValueProto, WritesAnIntPast2To53AsText) {
  google::protobuf::Value out;
  ToProto(facts::FactValue{int64_t{1} << 53}, &out);
  EXPECT_EQ(out.number_value(), 9007199254740992);
  EXPECT_EQ(TextOf({(int64_t{1} << 53) + 1}), "9007199254740993");
  EXPECT_EQ(TextOf({-(int64_t{1} << 53) - 1}), "-9007199254740993");
}

TEST(ValueProto, NamesNumbersThatAreNotFinite) {
  EXPECT_EQ(TextOf({std::nan("")}), "NaN");
  EXPECT_EQ(TextOf({HUGE_VAL}), "Infinity");
  EXPECT_EQ(TextOf({-HUGE_VAL}), "-Infinity");
}

TEST(TimestampProto, IsAlwaysValid) {
  EXPECT_EQ(Shown(ToProto(absl::InfinitePast())), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Shown(ToProto(absl::FromUnixSeconds(-62135596801))), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Shown(ToProto(absl::InfiniteFuture())), "9999-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Shown(ToProto(absl::FromUnixSeconds(253402300800))), "9999-12-31T23:59:59.999999999Z");
}

TEST(TimestampProto, RoundsDownToNanoseconds) {
  const google::protobuf::Timestamp before = ToProto(absl::UnixEpoch() - absl::Nanoseconds(1) / 4);
  EXPECT_EQ(before.seconds(), -1);
  EXPECT_EQ(before.nanos(), 999'999'999);
}

}  // namespace
}  // namespace leadgrade::convert
