// ReadFactsJson.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/limits.h"
#include "service/convert/decision_proto.h"
#include "service/convert/fact_input.h"
#include "tests/service/convert/typed_bundle.h"
#include "tests/testing/bundles.h"

namespace leadgrade::convert {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Lines;
using testing::SalesBundle;
using ::testing::StartsWith;
using testing::TypedBundle;

const absl::Time kNow = absl::FromUnixSeconds(1772330400);  // 2026-03-01T02:00:00Z

JsonInput Read(const rules::Bundle& bundle, const std::string& json) {
  auto input = ReadFactsJson(bundle, json, kNow);
  EXPECT_TRUE(input.ok()) << input.status();
  return input.ok() ? *std::move(input) : JsonInput();
}

facts::Lead Good(const std::string& json) {
  const JsonInput input = Read(*TypedBundle(), json);
  EXPECT_THAT(Lines(input.violations), IsEmpty());
  return input.lead;
}

std::vector<std::string> Wrong(const std::string& json) {
  return Lines(Read(*TypedBundle(), json).violations);
}

TEST(FactsJson, CountsAPlainValueAsConfirmedNow) {
  const facts::Lead lead = Good(R"({"flag": true})");
  ASSERT_EQ(lead.facts.size(), 1u);
  const facts::StatedFact& fact = lead.facts.at("flag").front();
  EXPECT_EQ(fact.value, facts::FactValue{true});
  EXPECT_EQ(fact.status, facts::FactStatus::kConfirmed);
  EXPECT_EQ(fact.source, "");
  EXPECT_EQ(fact.observed_time, kNow);
}

TEST(FactsJson, ReadsAStatementInFull) {
  const facts::Lead lead = Good(R"({"level": {"value": "LOW", "status": "claimed",
      "source": "CFO", "observedTime": "2026-02-28T09:00:00+08:00"}})");
  const facts::StatedFact& fact = lead.facts.at("level").front();
  EXPECT_EQ(fact.value, facts::FactValue{"LOW"});
  EXPECT_EQ(fact.status, facts::FactStatus::kClaimed);
  EXPECT_EQ(fact.source, "CFO");
  EXPECT_EQ(fact.observed_time, At("2026-02-28T01:00:00Z"));
}

TEST(FactsJson, ReadsBackWhatTheApiPrints) {
  facts::StatedFact fact;
  fact.value = {"LOW"};
  fact.status = facts::FactStatus::kClaimed;
  fact.observed_time = At("2026-02-28T01:00:00Z");
  v1::Lead printed;
  ToProto(fact, &(*printed.mutable_facts())["level"]);
  ToProto(facts::GradeChange{fact.observed_time, "", "B", "r", facts::Cause::kTimer, "sha256:0"},
          printed.add_grade_history());
  const std::string facts = ToJson(printed.facts().at("level"), false);
  const std::string change = ToJson(printed.grade_history(0), false);
  const facts::Lead lead =
      Good(absl::StrCat("{\"level\":", facts, ",\"gradeHistory\":[", change, "]}"));
  EXPECT_EQ(lead.facts.at("level").front().status, facts::FactStatus::kClaimed);
  ASSERT_EQ(lead.grade_history.size(), 1u);
  EXPECT_EQ(lead.grade_history[0].cause, facts::Cause::kTimer);
  EXPECT_EQ(lead.grade_history[0].bundle_digest, "sha256:0");
}

TEST(FactsJson, LeavesOutANullForAFactThatIsNotNullable) {
  EXPECT_THAT(Good(R"({"flag": null, "level": {"value": null}})").facts, IsEmpty());
  EXPECT_EQ(Good(R"({"maybe": null})").facts.at("maybe").front().value, facts::FactValue{});
}

TEST(FactsJson, KeepsAllDigitsOfAnInt) {
  const facts::Lead lead = Good(R"({"whole": 9007199254740993, "maybe": "-9007199254740993"})");
  EXPECT_EQ(lead.facts.at("whole").front().value, facts::FactValue{9007199254740993});
  EXPECT_EQ(lead.facts.at("maybe").front().value, facts::FactValue{-9007199254740993});
  EXPECT_THAT(Wrong(R"({"whole": 9223372036854775808})"),
              ElementsAre("whole: expected a whole number of at most 64 bits"));
}

TEST(FactsJson, TakesAWholeNumberForADouble) {
  EXPECT_EQ(Good(R"({"amount": 10000000000000000})").facts.at("amount").front().value,
            facts::FactValue{1e16});
}

TEST(FactsJson, NamesWhatIsWrongWithFacts) {
  EXPECT_THAT(
      Wrong(R"({"flag": "yes", "level": {"value": "HIHG", "status": "maybe", "sorce": 1},
                "levle": 1, "span": {"status": "claimed"}, "text": {"value": "x", "source": 5}})"),
      ElementsAre(
          "flag: expected `true` or `false`", "level: unknown key `sorce`; did you mean `source`?",
          "level.status: expected `confirmed`, `claimed`, `unknown` or `refuted`",
          "level.value: `HIHG` is no Level: expected one of `LOW`, `MIDDLE`, `HIGH`; did "
          "you mean `HIGH`?",
          "levle: unknown fact `levle`; did you mean `level`?",
          "span.value: is required: the value of the fact", "text.source: expected a text"));
}

TEST(FactsJson, KnowsWhatIsMeantByAWrongNameOfTheTimeline) {
  EXPECT_THAT(Wrong(R"({"event": [], "grade_history": []})"),
              ElementsAre("event: unknown fact `event`; did you mean `events`?",
                          "grade_history: unknown fact `grade_history`; did you mean "
                          "`gradeHistory`?"));
}

TEST(FactsJson, TakesNoFactOfWhichAnythingIsWrong) {
  const JsonInput input =
      Read(*TypedBundle(), R"({"flag": {"value": true, "status": "maybe"}, "count": 3})");
  EXPECT_EQ(input.violations.size(), 1u);
  EXPECT_EQ(input.lead.facts.count("flag"), 0u);
  EXPECT_EQ(input.lead.facts.count("count"), 1u);
}

TEST(FactsJson, ChecksTimes) {
  const auto wrong = [](const std::string& time) {
    return absl::StrJoin(
        Wrong(absl::StrCat(R"({"flag": {"value": true, "observedTime": ")", time, "\"}}")), "\n");
  };
  EXPECT_EQ(wrong("2026-03-02T02:00:00Z"), "");
  EXPECT_EQ(wrong("0001-01-01T00:00:00Z"), "");
  EXPECT_THAT(wrong("2026-03-02T02:00:01Z"), HasSubstr("more than a day ahead of the clock"));
  EXPECT_EQ(wrong("yesterday"),
            "flag.observedTime: expected a time such as `2026-03-01T09:30:00+08:00`");
  EXPECT_EQ(wrong("2026-03-01"),
            "flag.observedTime: expected a time such as `2026-03-01T09:30:00+08:00`");
  EXPECT_EQ(wrong("infinite-past"),
            "flag.observedTime: expected a time within the years 1 to 9999");
}

TEST(FactsJson, ReadsEventsInTimeOrder) {
  const facts::Lead lead = Good(R"({"events": [
      {"type": "now"}, {"type": "late", "time": "2026-02-02T00:00:00Z", "amount": 5},
      {"type": "early", "eventTime": "2026-02-01T00:00:00Z", "amount": null},
      {"type": "late too", "time": "2026-02-02T08:00:00+08:00"}]})");
  ASSERT_EQ(lead.timeline.size(), 4u);
  EXPECT_EQ(lead.timeline[0].type, "early");
  EXPECT_EQ(lead.timeline[0].amount, std::nullopt);
  EXPECT_EQ(lead.timeline[1].type, "late");
  EXPECT_EQ(lead.timeline[1].amount, 5.0);
  EXPECT_EQ(lead.timeline[2].type, "late too");
  EXPECT_EQ(lead.timeline[3].time, kNow);
}

TEST(FactsJson, ReadsWhenEventsAreDue) {
  const facts::Lead lead = Good(R"({"events": [
      {"type": "a", "time": "2026-02-01T00:00:00Z", "due": "2026-09-01T09:30:00+08:00"},
      {"type": "b", "time": "2026-02-02T00:00:00Z", "dueTime": "2026-02-02T00:00:00Z"},
      {"type": "c", "time": "2026-02-03T00:00:00Z", "due": null}]})");
  ASSERT_EQ(lead.timeline.size(), 3u);
  EXPECT_EQ(lead.timeline[0].due, At("2026-09-01T01:30:00Z"));
  EXPECT_EQ(lead.timeline[1].due, At("2026-02-02T00:00:00Z"));
  EXPECT_EQ(lead.timeline[2].due, std::nullopt);
}

TEST(FactsJson, NamesWhatIsWrongWithWhenEventsAreDue) {
  EXPECT_THAT(Wrong(R"({"events": [
      {"type": "a", "time": "2026-02-02T00:00:00Z", "due": "2026-02-01T23:59:59Z"},
      {"type": "b", "due": "tomorrow"}]})"),
              ElementsAre("events[0].due: is due before it happened",
                          "events[1].due: expected a time such as `2026-03-01T09:30:00+08:00`"));
}

TEST(FactsJson, NamesWhatIsWrongWithEvents) {
  const JsonInput input =
      Read(*SalesBundle(), R"({"events": [{"type": "vist", "amount": "5"}, {"tpye": "visit"},
           {"type": "", "time": 5}, {"type": "visit", "time": "2026-02-02T00:00:00Z",
            "eventTime": "2026-02-02T00:00:00Z"}]})");
  EXPECT_THAT(Lines(input.violations),
              ElementsAre("events[0].type: unknown event type `vist`; did you mean `visit`?",
                          "events[0].amount: expected a number",
                          "events[1]: unknown key `tpye`; did you mean `type`?",
                          "events[1].type: is required: the type of the event",
                          "events[2].type: is required: the type of the event",
                          "events[2].time: expected a time such as `2026-03-01T09:30:00+08:00`",
                          "events[3].time: is `eventTime` by another name: give one of the two"));
}

TEST(FactsJson, WantsListsOfObjects) {
  EXPECT_THAT(
      Wrong(R"({"events": {}, "gradeHistory": [1, {"grade": "Z"}, null]})"),
      ElementsAre("events: expected a list of events", "gradeHistory[0]: expected an object",
                  "gradeHistory[2]: expected an object"));
}

TEST(FactsJson, ReadsTheGradeHistoryByEitherNames) {
  const facts::Lead lead = Good(R"({"gradeHistory": [
      {"toGrade": "B", "changeTime": "2026-02-03T00:00:00Z", "fromGrade": ""},
      {"to": "C", "time": "2026-02-05T00:00:00Z", "from": "A", "rule": "r"},
      {"grade": "A", "time": "2026-02-01T00:00:00Z"}]})");
  ASSERT_EQ(lead.grade_history.size(), 3u);
  EXPECT_EQ(lead.grade_history[0].to, "A");
  EXPECT_EQ(lead.grade_history[0].from, "");
  EXPECT_EQ(lead.grade_history[1].to, "B");
  EXPECT_EQ(lead.grade_history[1].from, "A");
  EXPECT_EQ(lead.grade_history[2].to, "C");
  EXPECT_EQ(lead.grade_history[2].from, "A");
  EXPECT_EQ(lead.grade_history[2].rule, "r");
}

TEST(FactsJson, NamesWhatIsWrongWithTheGradeHistory) {
  EXPECT_THAT(Wrong(R"({"gradeHistory": [{"toGrade": "E", "from": "a", "cause": "WEATHER"},
                        {"grade": "", "time": "2026-02-01T00:00:00Z", "rule": 3}]})"),
              ElementsAre("gradeHistory[0].toGrade: unknown grade `E`; expected one of `D`, `C`, "
                          "`B`, `A`",
                          "gradeHistory[0].time: is required: when the grade changed",
                          "gradeHistory[0].from: unknown grade `a`; did you mean `A`?",
                          "gradeHistory[0].cause: unknown cause `WEATHER`; expected one such as "
                          "CHANGE_CAUSE_FACT",
                          "gradeHistory[1].grade: is required: the grade",
                          "gradeHistory[1].rule: expected a text"));
}

std::string Error(absl::string_view json) {
  const auto input = ReadFactsJson(*TypedBundle(), json, kNow);
  EXPECT_EQ(input.status().code(),
            input.ok() ? absl::StatusCode::kOk : absl::StatusCode::kInvalidArgument);
  return std::string(input.status().message());
}

TEST(FactsJson, RefusesWhatIsNoObjectOfFacts) {
  EXPECT_EQ(Error("[]"), "1:1: expected an object of facts and their values");
  EXPECT_EQ(Error("{\n\"flag\": yes}"), "2:9: no JSON: while parsing value - invalid literal");
  EXPECT_EQ(Error(R"({"flag": true, "flag": false})"), "1:16: the key `flag` is given twice");
}

TEST(FactsJson, BoundsSizeAndDepth) {
  EXPECT_EQ(Error("{}" + std::string((1 << 20) - 2, ' ')), "");
  EXPECT_EQ(Error("{}" + std::string((1 << 20) - 1, ' ')), "has 1048577 bytes; at most 1048576");
  const auto nested = [](int depth) {
    return absl::StrCat("{\"flag\":", std::string(depth - 1, '['), std::string(depth - 1, ']'),
                        "}");
  };
  EXPECT_EQ(Error(nested(32)), "");
  EXPECT_EQ(Error(nested(33)), "1:40: nested deeper than 32 levels");
}

TEST(FactsJson, BoundsTheNumberOfFacts) {
  std::vector<std::string> facts;
  for (size_t i = 0; i < base::kMaxFactsPerLead; ++i)
    facts.push_back(absl::StrCat("\"", i, "\":1"));
  const auto object = [&] {
    return absl::StrCat("{\"events\":[],\"gradeHistory\":[],", absl::StrJoin(facts, ","), "}");
  };
  EXPECT_EQ(Error(object()), "");
  facts.push_back("\"flag\":true");
  EXPECT_EQ(Error(object()), "1:1: has 501 facts; at most 500");
}

TEST(FactsJson, BoundsTheNumberOfEventsAndGradeChanges) {
  const auto list = [](size_t size, absl::string_view element) {
    return absl::StrCat("[", absl::StrJoin(std::vector<absl::string_view>(size, element), ","),
                        "]");
  };
  const std::string event = R"({"type":"x"})";
  const std::string change = R"({"grade":"A","time":"2026-02-01T00:00:00Z"})";
  EXPECT_EQ(Good("{\"events\":" + list(base::kMaxEventsPerLead, event) + "}").timeline.size(),
            base::kMaxEventsPerLead);
  EXPECT_THAT(Wrong("{\"events\":" + list(base::kMaxEventsPerLead + 1, event) + "}"),
              ElementsAre("events: has 10001 events; at most 10000"));
  EXPECT_EQ(Good("{\"gradeHistory\":" + list(base::kMaxGradeChangesPerLead, change) + "}")
                .grade_history.size(),
            base::kMaxGradeChangesPerLead);
  EXPECT_THAT(Wrong("{\"gradeHistory\":" + list(base::kMaxGradeChangesPerLead + 1, change) + "}"),
              ElementsAre("gradeHistory: has 1001 grade changes; at most 1000"));
}

TEST(FactsJson, ShowsAnOddNameHarmlessly) {
  EXPECT_THAT(Wrong("{\"\\u001b[31m\\n\": 1}"),
              ElementsAre(StartsWith("?[31m?: unknown fact `?[31m?`;")));
  EXPECT_THAT(Wrong(R"({"": 1})"), ElementsAre(StartsWith(": unknown fact ``;")));
}

}  // namespace
}  // namespace leadgrade::convert
