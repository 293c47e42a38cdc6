#include "tools/decision_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/fake_server.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Reader InEnglish() { return {"en", absl::FixedTimeZone(8 * 3600)}; }

v1::Decision Provisional() {
  v1::Decision decision =
      MakeDecision("leads/acme", "D", "2026-03-01T09:00:00+08:00", "2026-03-12T00:00:00+08:00");
  decision.set_potential_grade("A");
  decision.set_provisional(true);
  decision.clear_attainable_grades();
  decision.add_attainable_grades("A");
  decision.add_attainable_grades("D");
  *decision.mutable_valid_until() = MakeTimestamp("2026-03-12T00:00:00+08:00");
  v1::Reason* reason = decision.add_reasons();
  reason->set_rule_set("next_steps");
  reason->set_rule("ask-budget");
  reason->set_text("Whether there is a budget is not known");
  v1::MissingFact* missing = decision.add_missing_facts();
  missing->set_fact("budget");
  missing->set_title("Has the budget");
  missing->set_question("Is the budget approved?");
  v1::NextAction* action = decision.add_next_actions();
  action->set_title("Confirm the budget");
  action->set_text("Ask who approves it.");
  action->set_channel("phone");
  action->set_priority(v1::ACTION_PRIORITY_HIGH);
  *action->mutable_due_time() = MakeTimestamp("2026-03-04T09:00:00+08:00");
  action->add_checklist("Bring the offer");
  return decision;
}

TEST(DecisionText, HasASectionForEachPart) {
  EXPECT_EQ(DecisionText(Provisional(), InEnglish()),
            "lead         leads/acme\n"
            "grade        D, at best A (attainable: A, D)\n"
            "holds until  2026-03-12 00:00:00 +08:00\n"
            "window_end   2026-03-12T00:00:00+08:00\n"
            "rules        sales sha256:00\n"
            "\n"
            "why\n"
            "  Whether there is a budget is not known [next_steps/ask-budget]\n"
            "\n"
            "to find out\n"
            "  Has the budget: Is the budget approved? [budget]\n"
            "\n"
            "next\n"
            "  Confirm the budget (high, phone, by 2026-03-04 09:00:00 +08:00): Ask who approves "
            "it.\n"
            "    - Bring the offer\n");
}

TEST(DecisionText, SpeaksChinese) {
  const std::string text = DecisionText(Provisional(), {"zh-CN", absl::UTCTimeZone()});
  EXPECT_THAT(text, HasSubstr("等级        D，最好可达 A（可能：A, D）\n"));
  EXPECT_THAT(text, HasSubstr("\n要弄清的\n"));
}

TEST(DecisionText, ShowsTheRangeOfTheScore) {
  v1::Decision decision = MakeDecision("", "A", "2026-03-01T00:00:00Z", "");
  decision.set_score(40);
  decision.set_potential_score(70.5);
  EXPECT_THAT(DecisionText(decision, InEnglish()), HasSubstr("score        40, at best 70.5\n"));
}

TEST(DecisionText, SaysWhatWentWrong) {
  v1::Decision decision = MakeDecision("", "", "2026-03-01T00:00:00Z", "");
  v1::DecisionIssue* issue = decision.add_issues();
  issue->set_code("evaluation-error");
  issue->set_rule_set("grading");
  issue->set_rule("r1");
  issue->set_message("division by zero");
  const std::string text = DecisionText(decision, InEnglish());
  EXPECT_THAT(text, HasSubstr("grade        none\n"));
  EXPECT_THAT(text, HasSubstr("\nwent wrong in the rules\n"
                              "  grading/r1: division by zero [evaluation-error]\n"));
}

TEST(DecisionText, CannotSteerATerminal) {
  v1::Decision decision = Provisional();
  decision.mutable_reasons(0)->set_text("\x1b[2J");
  decision.mutable_next_actions(0)->set_title("a\nb");
  const std::string text = DecisionText(decision, InEnglish());
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("  a b ("));
}

v1::ForecastStep* AddStep(v1::Explanation* explanation, const std::string& grade,
                          const std::string& time) {
  v1::ForecastStep* step = explanation->mutable_forecast()->add_steps();
  step->set_grade(grade);
  step->set_potential_grade(grade);
  *step->mutable_start_time() = MakeTimestamp(time);
  return step;
}

TEST(ExplanationText, TellsWhichGradeComesWhen) {
  v1::Explanation explanation;
  AddStep(&explanation, "A", "2026-03-01T00:00:00Z");
  AddStep(&explanation, "D", "2026-03-12T00:00:00Z")->set_potential_grade("B");
  EXPECT_THAT(ExplanationText(explanation, InEnglish()),
              HasSubstr("\nwith no news\n"
                        "  A until 2026-03-12 08:00:00 +08:00, then D (at best B)\n"));
  *explanation.mutable_forecast()->mutable_until_time() = MakeTimestamp("2026-04-01T00:00:00Z");
  EXPECT_THAT(ExplanationText(explanation, InEnglish()),
              HasSubstr("then D (at best B), at least until 2026-04-01 08:00:00 +08:00\n"));
}

TEST(ExplanationText, ShowsWhatSettledTheGradeAndWhatAlmostDid) {
  v1::Explanation explanation;
  *explanation.mutable_decision() = MakeDecision("leads/acme", "D", "2026-03-01T00:00:00Z", "");
  v1::Reason* reason = explanation.mutable_decision()->add_reasons();
  reason->set_rule_set("grading");
  reason->set_rule("no-need");
  reason->set_text("No need");
  v1::RuleTrace* settles = explanation.add_rules();
  settles->set_rule_set("grading");
  settles->set_rule("no-need");
  settles->set_settles(true);
  v1::TermTrace* term = settles->add_terms();
  term->set_source("!need");
  term->set_truth(v1::TRUTH_TRUE);
  term->add_facts("need = false");
  v1::RuleTrace* almost = explanation.add_rules();
  almost->set_rule_set("grading");
  almost->set_rule("one-approval-above");
  almost->set_text("One person above must still agree");
  almost->set_almost(true);
  term = almost->add_terms();
  term->set_source("kp_level >= THIRD");
  term->set_truth(v1::TRUTH_TRUE);
  term->add_facts("kp_level = THIRD");
  term = almost->add_terms();
  term->set_source("approval_layers <= 1");
  term->set_truth(v1::TRUTH_FALSE);
  term->add_facts("approval_layers = 2");
  almost->add_blocked_by("no-need");
  EXPECT_THAT(ExplanationText(explanation, InEnglish()),
              HasSubstr("\nwhy\n"
                        "  No need [grading/no-need]\n"
                        "    holds  !need   ← need = false\n"
                        "\n"
                        "almost a better grade\n"
                        "  One person above must still agree [grading/one-approval-above]\n"
                        "    holds          kp_level >= THIRD   ← kp_level = THIRD\n"
                        "    does not hold  approval_layers <= 1   ← approval_layers = 2\n"
                        "    goes after no-need\n"));
}

std::string Text(const google::protobuf::Value& value) { return ValueText(value); }

TEST(ValueText, WritesNumbersWithAllTheirDigits) {
  google::protobuf::Value value;
  value.set_number_value(-3);
  EXPECT_EQ(Text(value), "-3");
  value.set_number_value(0.1);
  EXPECT_EQ(Text(value), "0.1");
  value.set_number_value(1234567.25);
  EXPECT_EQ(Text(value), "1234567.25");
  value.set_number_value(9007199254740991);
  EXPECT_EQ(Text(value), "9007199254740991");
  value.set_number_value(1e300);
  EXPECT_EQ(Text(value), "1e+300");
}

TEST(ValueText, WritesOtherKinds) {
  google::protobuf::Value value;
  value.set_bool_value(true);
  EXPECT_EQ(Text(value), "true");
  value.set_string_value("FIRST");
  EXPECT_EQ(Text(value), "FIRST");
  value.set_null_value(google::protobuf::NULL_VALUE);
  EXPECT_EQ(Text(value), "null");
  value.mutable_list_value()->add_values()->set_string_value("a\"b");
  EXPECT_EQ(Text(value), "[\"a\\\"b\"]");
}

}  // namespace
}  // namespace leadgrade::tools
