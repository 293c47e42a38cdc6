#include "service/convert/fact_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/base/limits.h"
#include "google/protobuf/util/json_util.h"
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

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << json << ": " << status.ToString();
  return message;
}

// What is wrong with a statement of the fact, at `f`.
std::vector<std::string> Wrong(const rules::Bundle& bundle, const std::string& fact,
                               const v1::FactStatement& statement) {
  std::vector<FieldViolation> violations;
  const auto read = ReadFact(bundle, fact, statement, "f", kNow, &violations);
  EXPECT_EQ(read.has_value(), violations.empty());
  return Lines(violations);
}

std::vector<std::string> Wrong(const std::string& fact, const std::string& json) {
  return Wrong(*TypedBundle(), fact, FromJson<v1::FactStatement>(json));
}

std::optional<facts::StatedFact> Read(const std::string& fact, const std::string& json) {
  std::vector<FieldViolation> violations;
  auto read =
      ReadFact(*TypedBundle(), fact, FromJson<v1::FactStatement>(json), "f", kNow, &violations);
  EXPECT_THAT(Lines(violations), IsEmpty());
  return read;
}

facts::FactValue ValueOf(const std::string& fact, const std::string& value) {
  const auto read = Read(fact, "{\"value\":" + value + "}");
  return read.has_value() ? read->value : facts::FactValue{};
}

TEST(FactInput, ReadsAnEnumValueByItsName) {
  EXPECT_EQ(ValueOf("level", "\"HIGH\""), facts::FactValue{"HIGH"});
}

TEST(FactInput, ReadsATimestampOfAnyOffset) {
  EXPECT_EQ(ValueOf("time", "\"2026-03-01T09:30:00.000000001+08:00\""),
            facts::FactValue{At("2026-03-01T01:30:00Z") + absl::Nanoseconds(1)});
}

TEST(FactInput, ReadsADurationInProtosFormAndInGos) {
  EXPECT_EQ(ValueOf("span", "\"-3.5s\""), facts::FactValue{-absl::Milliseconds(3500)});
  EXPECT_EQ(ValueOf("span", "\"72h30m\""), facts::FactValue{absl::Minutes(72 * 60 + 30)});
}

TEST(FactInput, ReadsAnIntPast2To53AsText) {
  EXPECT_EQ(ValueOf("whole", "\"9007199254740993\""), facts::FactValue{9007199254740993});
  EXPECT_EQ(ValueOf("whole", "\"-9223372036854775808\""),
            facts::FactValue{std::numeric_limits<int64_t>::min()});
}

TEST(FactInput, RefusesAnIntWithin2To53AsText) {
  EXPECT_EQ(ValueOf("whole", "9007199254740992"), facts::FactValue{int64_t{1} << 53});
  EXPECT_THAT(Wrong("whole", R"({"value":"9007199254740992"})"),
              ElementsAre("f.value: expected a whole number"));
}

TEST(FactInput, TellsHowToGiveAnIntThatANumberCannotHold) {
  EXPECT_THAT(Wrong("whole", R"({"value":9007199254740994})"),
              ElementsAre("f.value: expected a whole number; one past 2^53 is given as a text of "
                          "its digits"));
}

TEST(FactInput, TakesTextOfDigitsAsItIsForATextFact) {
  EXPECT_EQ(ValueOf("text", "\"9007199254740993\""), facts::FactValue{"9007199254740993"});
}

TEST(FactInput, TakesNullForANullableFactOnly) {
  EXPECT_EQ(ValueOf("maybe", "null"), facts::FactValue{});
  EXPECT_THAT(Wrong("whole", R"({"value":null})"), ElementsAre("f.value: expected a whole number"));
}

TEST(FactInput, RefusesAStatementWithoutAValue) {
  EXPECT_THAT(Wrong("level", "{}"), ElementsAre("f.value: is required: a value of type `Level`"));
  EXPECT_THAT(Wrong("maybe", "{}"), ElementsAre("f.value: is required: a value of type `int?`"));
}

TEST(FactInput, RefusesAnUnknownFactWithAHint) {
  const auto statement = FromJson<v1::FactStatement>(R"({"value":"FIRST"})");
  EXPECT_THAT(Wrong(*SalesBundle(), "kp_levl", statement),
              ElementsAre("f: unknown fact `kp_levl`; did you mean `kp_level`?"));
}

TEST(FactInput, ShowsOnlyTheBeginningOfALongName) {
  const std::string start(78, 'x');
  v1::FactStatement statement;
  statement.mutable_value()->set_bool_value(true);
  EXPECT_THAT(Wrong(*SalesBundle(), start + "约约约", statement),
              ElementsAre(StartsWith("f: unknown fact `" + start + "…`")));
}

TEST(FactInput, RefusesAnUnknownEnumValueWithAHint) {
  EXPECT_THAT(Wrong("level", R"({"value":"HIHG"})"),
              ElementsAre("f.value: `HIHG` is no Level: expected one of `LOW`, `MIDDLE`, `HIGH`; "
                          "did you mean `HIGH`?"));
}

TEST(FactInput, HoldsTheDeclaredRange) {
  EXPECT_EQ(ValueOf("count", "9"), facts::FactValue{int64_t{9}});
  EXPECT_THAT(Wrong("count", R"({"value":10})"), ElementsAre("f.value: must be at most 9"));
  EXPECT_THAT(Wrong("count", R"({"value":-1})"), ElementsAre("f.value: must be at least 0"));
}

TEST(FactInput, NamesTheWrongElementOfAList) {
  EXPECT_THAT(Wrong("matrix", R"({"value":[[1],[2,"x"]]})"),
              ElementsAre("f.value: element 1: element 1: expected a whole number"));
}

TEST(FactInput, RefusesAnObjectEvenInAList) {
  EXPECT_THAT(Wrong("flag", R"({"value":{"yes":true}})"),
              ElementsAre("f.value: expected `bool`: an object is no value of a fact"));
  EXPECT_THAT(Wrong("levels", R"({"value":["LOW",{}]})"),
              ElementsAre("f.value: element 1: expected `Level`: an object is no value of a fact"));
}

TEST(FactInput, RefusesAListWhereNoneBelongsHoweverDeep) {
  EXPECT_THAT(Wrong("flag", R"({"value":[[[[]]]]})"),
              ElementsAre("f.value: expected `true` or `false`"));
  EXPECT_THAT(Wrong("matrix", R"({"value":[[[1]]]})"),
              ElementsAre("f.value: element 0: element 0: expected a whole number"));
}

TEST(FactInput, RefusesNumbersThatAreNotFinite) {
  for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    v1::FactStatement statement;
    statement.mutable_value()->set_number_value(number);
    EXPECT_THAT(Wrong(*TypedBundle(), "amount", statement),
                ElementsAre("f.value: expected a finite number"));
  }
}

TEST(FactInput, BoundsTextsAndLists) {
  v1::FactStatement statement;
  statement.mutable_value()->set_string_value(std::string(base::kMaxFactTextBytes, 'x'));
  EXPECT_THAT(Wrong(*TypedBundle(), "text", statement), IsEmpty());
  statement.mutable_value()->mutable_string_value()->push_back('x');
  EXPECT_THAT(Wrong(*TypedBundle(), "text", statement),
              ElementsAre("f.value: has 4097 bytes; expected at most 4096 bytes"));
  auto* list = statement.mutable_value()->mutable_list_value();
  for (size_t i = 0; i < base::kMaxFactListElements; ++i) list->add_values()->set_number_value(1);
  EXPECT_THAT(Wrong(*TypedBundle(), "counts", statement), IsEmpty());
  list->add_values()->set_number_value(1);
  EXPECT_THAT(Wrong(*TypedBundle(), "counts", statement),
              ElementsAre("f.value: has 101 elements; expected at most 100 elements"));
}

TEST(FactInput, CountsAStatementWithoutStatusAsConfirmedNow) {
  const auto read = Read("flag", R"({"value":true,"source":"CFO"})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->status, facts::FactStatus::kConfirmed);
  EXPECT_EQ(read->source, "CFO");
  EXPECT_EQ(read->observed_time, kNow);
}

TEST(FactInput, ReadsStatusAndObservedTime) {
  const auto read = Read("flag", R"({"value":true,"status":"FACT_STATUS_CLAIMED",
                                     "observedTime":"2026-02-28T10:00:00.5Z"})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->status, facts::FactStatus::kClaimed);
  EXPECT_EQ(read->observed_time, At("2026-02-28T10:00:00.5Z"));
}

TEST(FactInput, RefusesAStatusThatIsNone) {
  EXPECT_THAT(Wrong("flag", R"({"value":true,"status":7})"),
              ElementsAre("f.status: unknown status 7; expected FACT_STATUS_CONFIRMED, "
                          "CLAIMED, UNKNOWN or REFUTED"));
}

TEST(FactInput, BoundsTheSource) {
  v1::FactStatement statement;
  statement.mutable_value()->set_bool_value(true);
  statement.set_source(std::string(256, 's'));
  EXPECT_THAT(Wrong(*TypedBundle(), "flag", statement), IsEmpty());
  statement.set_source(std::string(257, 's'));
  EXPECT_THAT(Wrong(*TypedBundle(), "flag", statement),
              ElementsAre("f.source: has 257 bytes; at most 256"));
}

TEST(FactInput, RefusesWhatWasObservedMoreThanADayAhead) {
  EXPECT_THAT(Wrong("flag", R"({"value":true,"observedTime":"2026-03-02T02:00:00Z"})"), IsEmpty());
  EXPECT_THAT(Wrong("flag", R"({"value":true,"observedTime":"2026-03-02T02:00:00.000000001Z"})"),
              ElementsAre("f.observed_time: lies more than a day ahead of the clock, "
                          "2026-03-01T02:00:00+00:00"));
}

TEST(FactInput, CollectsAllThatIsWrongWithAStatement) {
  EXPECT_THAT(
      Wrong("flag", R"({"value":1,"status":7,"observedTime":"2027-03-01T00:00:00Z"})"),
      ElementsAre(HasSubstr("f.status: "), HasSubstr("f.value: "), HasSubstr("f.observed_time: ")));
}

std::vector<std::string> WrongTime(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  std::vector<FieldViolation> violations;
  const absl::Time read = ReadTime(time, "t", &violations);
  EXPECT_EQ(read, violations.empty() ? absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos)
                                     : absl::UnixEpoch());
  return Lines(violations);
}

TEST(FactInput, ReadsTimestampsOfTheYears1To9999) {
  EXPECT_THAT(WrongTime(-62135596800, 0), IsEmpty());
  EXPECT_THAT(WrongTime(253402300799, 999'999'999), IsEmpty());
  const std::string outside = "t: expected a time within the years 1 to 9999";
  EXPECT_THAT(WrongTime(-62135596801, 999'999'999), ElementsAre(outside));
  EXPECT_THAT(WrongTime(253402300800, 0), ElementsAre(outside));
  EXPECT_THAT(WrongTime(std::numeric_limits<int64_t>::max(), 999'999'999), ElementsAre(outside));
  EXPECT_THAT(WrongTime(std::numeric_limits<int64_t>::min(), 0), ElementsAre(outside));
}

TEST(FactInput, RefusesNanosOutOfRange) {
  EXPECT_THAT(WrongTime(0, -1), ElementsAre("t: has nanos of -1; expected 0 to 999999999"));
  EXPECT_THAT(WrongTime(0, 1'000'000'000),
              ElementsAre("t: has nanos of 1000000000; expected 0 to 999999999"));
}

template <typename Event>
std::vector<std::string> WrongEvent(const rules::Bundle& bundle, const Event& event) {
  std::vector<FieldViolation> violations;
  const auto read = ReadEvent(bundle, event, "e", kNow, &violations);
  EXPECT_EQ(read.has_value(), violations.empty());
  return Lines(violations);
}

std::vector<std::string> WrongEvent(const std::string& json) {
  return WrongEvent(*SalesBundle(), FromJson<v1::Event>(json));
}

TEST(EventInput, ReadsTypeTimeAndAmount) {
  std::vector<FieldViolation> violations;
  const auto event = ReadEvent(
      *SalesBundle(),
      FromJson<v1::Event>(R"({"type":"order","eventTime":"2026-02-01T00:00:00Z","amount":-1.5})"),
      "e", kNow, &violations);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->type, "order");
  EXPECT_EQ(event->time, At("2026-02-01T00:00:00Z"));
  EXPECT_EQ(event->amount, -1.5);
}

TEST(EventInput, TakesNowForAnEventWithoutATime) {
  std::vector<FieldViolation> violations;
  const auto event =
      ReadEvent(*SalesBundle(), FromJson<v1::Event>(R"({"type":"visit"})"), "e", kNow, &violations);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->time, kNow);
  EXPECT_EQ(event->amount, std::nullopt);
}

TEST(EventInput, WantsTheTimeOfAnEventToEvaluate) {
  EXPECT_THAT(
      WrongEvent(*SalesBundle(), FromJson<v1::EvaluatedEvent>(R"({"type":"vist","amount":1})")),
      ElementsAre("e.type: unknown event type `vist`; did you mean `visit`?",
                  "e.event_time: is required: when it happened"));
}

TEST(EventInput, RefusesAnUnknownTypeWithWhatThereIs) {
  EXPECT_THAT(WrongEvent(R"({"type":"weather"})"),
              ElementsAre("e.type: unknown event type `weather`; expected one of `visit`, `call`, "
                          "`message`, `meeting`, `demo`, `order`, `signature`, `promise`, "
                          "`reopened`"));
  EXPECT_THAT(WrongEvent("{}"), ElementsAre("e.type: is required: the type of the event"));
}

TEST(EventInput, TakesAnyTypeWhereTheBundleDeclaresNoneButNotOfAnyLength) {
  v1::Event event;
  event.set_type(std::string(128, 'x'));
  EXPECT_THAT(WrongEvent(*TypedBundle(), event), IsEmpty());
  event.set_type(std::string(129, 'x'));
  EXPECT_THAT(WrongEvent(*TypedBundle(), event), ElementsAre("e.type: has 129 bytes; at most 128"));
}

TEST(EventInput, RefusesAnAmountThatIsNotFinite) {
  EXPECT_THAT(WrongEvent(R"({"type":"order","amount":"NaN"})"),
              ElementsAre("e.amount: expected a finite number"));
  EXPECT_THAT(WrongEvent(R"({"type":"order","amount":"-Infinity"})"),
              ElementsAre("e.amount: expected a finite number"));
}

TEST(EventInput, ReadsWhenItIsDue) {
  std::vector<FieldViolation> violations;
  const char json[] =
      R"({"type":"promise","eventTime":"2026-02-01T00:00:00Z","dueTime":"2030-02-08T01:30:00Z"})";
  const auto event = ReadEvent(*SalesBundle(), FromJson<v1::Event>(json), "e", kNow, &violations);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->due, At("2030-02-08T01:30:00Z"));
  const auto evaluated =
      ReadEvent(*SalesBundle(), FromJson<v1::EvaluatedEvent>(json), "e", kNow, &violations);
  ASSERT_TRUE(evaluated.has_value());
  EXPECT_EQ(evaluated->due, At("2030-02-08T01:30:00Z"));
}

TEST(EventInput, RefusesWhatIsDueBeforeItHappened) {
  const auto due = [](const std::string& time) {
    return WrongEvent(R"({"type":"promise","eventTime":"2026-02-01T00:00:00Z","dueTime":")" + time +
                      "\"}");
  };
  EXPECT_THAT(due("2026-02-01T00:00:00Z"), IsEmpty());
  EXPECT_THAT(due("2026-01-31T23:59:59Z"), ElementsAre("e.due_time: is due before it happened"));
}

TEST(EventInput, WithoutATimeItIsDueFromNowOn) {
  v1::Event event;
  event.set_type("promise");
  event.mutable_due_time()->set_seconds(absl::ToUnixSeconds(kNow));
  EXPECT_THAT(WrongEvent(*SalesBundle(), event), IsEmpty());
  event.mutable_due_time()->set_seconds(absl::ToUnixSeconds(kNow) - 1);
  EXPECT_THAT(WrongEvent(*SalesBundle(), event),
              ElementsAre("e.due_time: is due before it happened"));
}

TEST(EventInput, RefusesADueTimeOutOfRangeAndSaysSoOnce) {
  v1::Event event;
  event.set_type("promise");
  event.mutable_due_time()->set_seconds(-62135596801);
  EXPECT_THAT(WrongEvent(*SalesBundle(), event), ElementsAre(HasSubstr("e.due_time: ")));
  event.mutable_due_time()->set_seconds(253402300800);
  EXPECT_THAT(WrongEvent(*SalesBundle(), event), ElementsAre(HasSubstr("e.due_time: ")));
}

TEST(EventInput, RefusesAnEventMoreThanADayAhead) {
  EXPECT_THAT(WrongEvent(R"({"type":"visit","eventTime":"2026-03-02T02:00:00Z"})"), IsEmpty());
  EXPECT_THAT(WrongEvent(R"({"type":"visit","eventTime":"2026-03-02T02:00:01Z"})"),
              ElementsAre(HasSubstr("e.event_time: lies more than a day ahead")));
}

struct History {
  std::vector<facts::GradeChange> changes;
  std::vector<std::string> wrong;
};

// `json` is the list.
History ReadHistory(const std::string& json) {
  const auto request = FromJson<v1::EvaluateFactsRequest>("{\"gradeHistory\":" + json + "}");
  std::vector<FieldViolation> violations;
  History history;
  history.changes =
      ReadGradeHistory(*TypedBundle(), request.grade_history(), "h", kNow, &violations);
  history.wrong = Lines(violations);
  return history;
}

TEST(GradeHistoryInput, IsPutInTimeOrderAndFromIsFilled) {
  const auto [changes, wrong] = ReadHistory(
      R"([{"toGrade":"B","changeTime":"2026-02-03T00:00:00Z","rule":"r","cause":"CHANGE_CAUSE_TIMER"},
          {"toGrade":"A","changeTime":"2026-02-01T00:00:00Z"},
          {"toGrade":"D","changeTime":"2026-02-03T00:00:00Z","fromGrade":"C"}])");
  EXPECT_THAT(wrong, IsEmpty());
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].from, "");
  EXPECT_EQ(changes[0].to, "A");
  EXPECT_EQ(changes[0].cause, facts::Cause::kFact);
  EXPECT_EQ(changes[1].from, "A");
  EXPECT_EQ(changes[1].to, "B");
  EXPECT_EQ(changes[1].rule, "r");
  EXPECT_EQ(changes[1].cause, facts::Cause::kTimer);
  EXPECT_EQ(changes[2].from, "C");
}

TEST(GradeHistoryInput, CollectsAllThatIsWrong) {
  EXPECT_THAT(ReadHistory(R"([{"toGrade":"E","fromGrade":"F","changeTime":"2027-01-01T00:00:00Z"},
                      {"cause":77}])")
                  .wrong,
              ElementsAre("h[0].to_grade: unknown grade `E`; expected one of `D`, `C`, `B`, `A`",
                          "h[0].from_grade: unknown grade `F`; expected one of `D`, `C`, `B`, `A`",
                          HasSubstr("h[0].change_time: lies more than a day ahead"),
                          "h[1].to_grade: is required: the grade",
                          "h[1].change_time: is required: when the grade changed",
                          "h[1].cause: unknown cause 77"));
}

TEST(GradeHistoryInput, IsBounded) {
  google::protobuf::RepeatedPtrField<v1::GradeChange> changes;
  for (size_t i = 0; i < base::kMaxGradeChangesPerLead; ++i) {
    v1::GradeChange* change = changes.Add();
    change->set_to_grade("A");
    change->mutable_change_time();
  }
  std::vector<FieldViolation> violations;
  EXPECT_EQ(ReadGradeHistory(*TypedBundle(), changes, "h", kNow, &violations).size(), 1000u);
  EXPECT_THAT(Lines(violations), IsEmpty());
  changes.Add();
  EXPECT_THAT(ReadGradeHistory(*TypedBundle(), changes, "h", kNow, &violations), IsEmpty());
  EXPECT_THAT(Lines(violations), ElementsAre("h: has 1001 grade changes; at most 1000"));
}

}  // namespace
}  // namespace leadgrade::convert
