#include "tools/import/row_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "service/convert/decision_proto.h"
#include "tests/testing/bundles.h"
#include "tools/import/json_row.h"

namespace leadgrade::tools {
namespace {

using testing::At;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kNow[] = "2026-03-12T10:00:00+08:00";

class RowMapperTest : public ::testing::Test {
 protected:
  // Maps a JSON row with a mapping that has this behind its head.
  absl::StatusOr<v1::ImportedLead> Map(absl::string_view mapping, absl::string_view row) {
    base::IssueList issues;
    const auto loaded = LoadMapping(
        "m.yaml",
        absl::StrCat("apiVersion: leadgrade/v1\nkind: Mapping\nmetadata: { name: test }\n",
                     mapping),
        &issues);
    EXPECT_TRUE(loaded.has_value()) << base::FormatIssues(issues);
    if (!loaded.has_value()) return absl::InternalError("the mapping does not load");
    cel::Arena arena(1 << 20);
    const auto value = ParseJsonRow(row, &arena);
    EXPECT_TRUE(value.ok()) << value.status();
    v1::ImportedLead lead;
    absl::Status status = RowMapper(*loaded, At(kNow)).Map(*value, &lead);
    if (!status.ok()) return status;
    return lead;
  }

  std::string Error(absl::string_view mapping, absl::string_view row) {
    const auto lead = Map(mapping, row);
    return lead.ok() ? "no error" : std::string(lead.status().message());
  }

  // The value of the fact `x` that this CEL gives, as JSON; "" where it stays unknown.
  std::string Fact(absl::string_view cel, absl::string_view row = "{}") {
    const auto lead =
        Map(absl::StrCat("lead: { id: '\"l\"' }\nfacts:\n  x: >-\n    ", cel, "\n"), row);
    if (!lead.ok()) return std::string(lead.status().message());
    const auto& facts = lead->lead().facts();
    const auto it = facts.find("x");
    return it == facts.end() ? "" : convert::ToJson(it->second.value(), false);
  }

  static std::string Timestamp(const google::protobuf::Timestamp& time) {
    return absl::FormatTime(absl::RFC3339_full, absl::FromUnixSeconds(time.seconds()),
                            absl::UTCTimeZone());
  }
};

TEST_F(RowMapperTest, MapsIdNameAndOwner) {
  const auto lead = Map("lead:\n  id: row.id\n  displayName: row.n\n  owner: get(row, \"o\")\n",
                        R"({"id": "a-1", "n": "云栖包装"})");
  ASSERT_TRUE(lead.ok()) << lead.status();
  EXPECT_EQ(lead->lead().name(), "leads/a-1");
  EXPECT_EQ(lead->lead().display_name(), "云栖包装");
  EXPECT_EQ(lead->lead().owner(), "");
}

TEST_F(RowMapperTest, AWholeNumberIsAnIdToo) {
  EXPECT_EQ(Map("lead: { id: row.id }\n", R"({"id": 42})")->lead().name(), "leads/42");
}

TEST_F(RowMapperTest, AnIdThatIsMissingOrNoneIsAnError) {
  EXPECT_EQ(Error("lead: { id: row.id }\n", R"({"x": 1})"), "lead.id: no such key: \"id\"");
  EXPECT_EQ(Error("lead: { id: row.id }\n", R"({"id": ""})"),
            "lead.id: expected a text that is not empty, or a whole number, got \"\"");
  EXPECT_EQ(Error("lead: { id: row.id }\n", R"({"id": null})"),
            "lead.id: expected a text that is not empty, or a whole number, got null");
  EXPECT_EQ(Error("lead: { id: '\"l\"', displayName: row.n }\n", R"({"n": 7})"),
            "lead.displayName: expected a text, got 7");
}

TEST_F(RowMapperTest, FactsHaveTheFormOfTheApi) {
  EXPECT_EQ(Fact("true"), "true");
  EXPECT_EQ(Fact("row.v", R"({"v": 7})"), "7");
  EXPECT_EQ(Fact("row.v", R"({"v": 9007199254740993})"), "\"9007199254740993\"");
  EXPECT_EQ(Fact("row.v", R"({"v": 2.5})"), "2.5");
  EXPECT_EQ(Fact("row.v", R"({"v": "FIRST"})"), "\"FIRST\"");
  EXPECT_EQ(Fact("row.v", R"({"v": ["a", 1]})"), "[\"a\",1]");
  EXPECT_EQ(Fact("timestamp(\"2026-03-01T09:30:00+08:00\")"), "\"2026-03-01T01:30:00Z\"");
  EXPECT_EQ(Fact("duration(\"1h30m\")"), "\"5400s\"");
  EXPECT_EQ(Fact("row.v", R"({"v": {"a": 1}})"),
            "facts.x: expected a value that a fact can have, got {\"a\": 1}");
}

TEST_F(RowMapperTest, NullLeavesAFactUnknown) {
  EXPECT_EQ(Fact("row.v", R"({"v": null})"), "");
  EXPECT_EQ(Fact("has(row.v) ? row.v : null"), "");
}

TEST_F(RowMapperTest, AFactSaysHowItIsKnown) {
  const auto lead = Map(R"(lead: { id: '"l"' }
facts:
  x: { value: row.v, status: 'row.sure ? confirmed : claimed', source: row.who, observedTime: 'date(row.at, "%Y-%m-%d")' }
)",
                        R"({"v": true, "sure": false, "who": "前台", "at": "2026-02-01"})");
  ASSERT_TRUE(lead.ok()) << lead.status();
  const v1::FactStatement& fact = lead->lead().facts().at("x");
  EXPECT_EQ(fact.status(), v1::FACT_STATUS_CLAIMED);
  EXPECT_EQ(fact.source(), "前台");
  EXPECT_EQ(Timestamp(fact.observed_time()), "2026-02-01T00:00:00+00:00");
}

TEST_F(RowMapperTest, AStatusIsOneOfFour) {
  EXPECT_EQ(
      Error("lead: { id: '\"l\"' }\nfacts: { x: { value: 1, status: row.s } }\n",
            R"({"s": "maybe"})"),
      "facts.x.status: expected `confirmed`, `claimed`, `unknown` or `refuted`, got \"maybe\"");
}

TEST_F(RowMapperTest, WhenFalseTheValueIsNotLookedAt) {
  const char mapping[] =
      "lead: { id: '\"l\"' }\nfacts: { x: { value: row.v, when: 'row.stage == \"Won\"' } }\n";
  EXPECT_THAT(Map(mapping, R"({"stage": "Lost"})")->lead().facts(), SizeIs(0));
  EXPECT_EQ(Error(mapping, R"({"stage": "Won"})"), "facts.x: no such key: \"v\"");
  EXPECT_EQ(
      Error("lead: { id: '\"l\"' }\nfacts: { x: { value: 1, when: row.w } }\n", R"({"w": "yes"})"),
      "facts.x.when: expected true or false, got \"yes\"");
}

TEST_F(RowMapperTest, ObservedTimeHoldsForAllFactsAndDefaultsToNow) {
  const char facts[] = "facts: { x: 1 }\n";
  const auto time = [&](absl::string_view mapping, absl::string_view row) {
    const auto lead = Map(absl::StrCat("lead: { id: '\"l\"' }\n", mapping, facts), row);
    return lead.ok() ? Timestamp(lead->lead().facts().at("x").observed_time())
                     : std::string(lead.status().message());
  };
  EXPECT_EQ(time("", "{}"), "2026-03-12T02:00:00+00:00");
  EXPECT_EQ(time("observedTime: row.t\n", R"({"t": null})"), "2026-03-12T02:00:00+00:00");
  EXPECT_EQ(time("observedTime: timestamp(row.t)\n", R"({"t": "2026-01-02T03:04:05Z"})"),
            "2026-01-02T03:04:05+00:00");
  EXPECT_EQ(time("observedTime: row.t\n", R"({"t": "2026-01-02"})"),
            "observedTime: expected a timestamp: `timestamp(text)` or `date(text, format)`, got "
            "\"2026-01-02\"");
}

TEST_F(RowMapperTest, DatesAreMidnightInTheMappingsZone) {
  const auto lead =
      Map("timeZone: Asia/Shanghai\nlead: { id: '\"l\"' }\nobservedTime: date(row.d, "
          "\"%m/%d/%Y\")\nfacts: { x: 1 }\n",
          R"({"d": "3/1/2026"})");
  ASSERT_TRUE(lead.ok()) << lead.status();
  EXPECT_EQ(Timestamp(lead->lead().facts().at("x").observed_time()), "2026-02-28T16:00:00+00:00");
}

TEST_F(RowMapperTest, DateRefusesWhatIsNone) {
  const auto date = [&](absl::string_view text) {
    return Fact("date(row.d, \"%m/%d/%Y\")", absl::StrCat("{\"d\": \"", text, "\"}"));
  };
  EXPECT_EQ(date("2/29/2024"), "\"2024-02-29T00:00:00Z\"");
  EXPECT_EQ(date(" 12/31/2024 "), "\"2024-12-31T00:00:00Z\"");
  EXPECT_EQ(date("2/29/2023"),
            "facts.x: cannot read \"2/29/2023\" as a date of the form \"%m/%d/%Y\"");
  EXPECT_THAT(date("13/1/2023"), HasSubstr("cannot read \"13/1/2023\""));
  EXPECT_THAT(date(""), HasSubstr("cannot read \"\""));
  EXPECT_THAT(date("3/1/2023 x"), HasSubstr("cannot read"));
  EXPECT_THAT(date("infinite-future"), HasSubstr("cannot read"));
  EXPECT_THAT(date("3/1/17"), HasSubstr("as a date of the form \"%m/%d/%Y\": that is the year 17"));
  EXPECT_EQ(Fact("date(row.d, \"%Y\")", R"({"d": 2023})"),
            "facts.x: date() reads a text, not 2023");
}

TEST_F(RowMapperTest, NumberReadsDigits) {
  const auto number = [&](absl::string_view text) {
    return Fact("number(row.n)", absl::StrCat("{\"n\": \"", text, "\"}"));
  };
  EXPECT_EQ(number("1054"), "1054");
  EXPECT_EQ(number(" -2.50 "), "-2.5");
  EXPECT_EQ(number("1e3"), "1000");
  EXPECT_EQ(Fact("number(row.n)", R"({"n": 3})"), "3");
  EXPECT_THAT(number("1,054"), HasSubstr("cannot read \"1,054\" as a number: write it without "
                                         "separators of thousands"));
  for (const char* text : {"", "abc", "inf", "nan", "0x10", "1e999", "12 34", "--1"}) {
    EXPECT_THAT(number(text), HasSubstr("as a number")) << text;
  }
  EXPECT_THAT(Fact("number(row.n)", R"({"n": true})"), HasSubstr("cannot read true as a number"));
}

TEST_F(RowMapperTest, GetGivesWhatIsThere) {
  const char row[] = R"({"facts": {"need": true}, "list": [1]})";
  EXPECT_EQ(Fact("get(row.facts, \"need\")", row), "true");
  EXPECT_EQ(Fact("get(row.facts, \"budget\")", row), "");
  EXPECT_EQ(Fact("get(row.facts, \"budget\", false)", row), "false");
  EXPECT_EQ(Fact("get(get(row, \"nothing\"), \"budget\", 7)", row), "7");
  EXPECT_EQ(Fact("get(row.list, \"x\", 7)", row), "7");
}

TEST_F(RowMapperTest, MapsAnEventForEachElement) {
  const auto lead = Map(R"(lead: { id: '"l"' }
events:
  - forEach: row.events
    when: item.type != "draft"
    id: item.id
    type: item.type
    time: timestamp(item.at)
    amount: get(item, "amount")
    note: get(item, "note")
)",
                        R"({"events": [
  {"id": 1, "type": "call", "at": "2026-03-01T00:00:00Z"},
  {"id": 2, "type": "draft", "at": "never"},
  {"id": "s", "type": "signature", "at": "2026-03-02T00:00:00Z", "amount": 1000, "note": "签了"}]})");
  ASSERT_TRUE(lead.ok()) << lead.status();
  ASSERT_THAT(lead->events(), SizeIs(2));
  EXPECT_EQ(lead->events(0).event_id(), "1");
  EXPECT_FALSE(lead->events(0).has_amount());
  EXPECT_EQ(lead->events(1).event_id(), "s");
  EXPECT_EQ(lead->events(1).amount(), 1000);
  EXPECT_EQ(lead->events(1).note(), "签了");
  EXPECT_EQ(Timestamp(lead->events(1).event_time()), "2026-03-02T00:00:00+00:00");
}

TEST_F(RowMapperTest, MapsWhenAnEventIsDue) {
  const char mapping[] = R"(lead: { id: '"l"' }
events:
  - { forEach: row.due, id: '"p" + item', type: '"promise"', time: now, due: 'item == "" ? null : timestamp(item)' }
)";
  const auto lead = Map(mapping, R"({"due": ["2036-03-01T00:00:00Z", ""]})");
  ASSERT_TRUE(lead.ok()) << lead.status();
  EXPECT_EQ(Timestamp(lead->events(0).due_time()), "2036-03-01T00:00:00+00:00");
  EXPECT_FALSE(lead->events(1).has_due_time());
}

TEST_F(RowMapperTest, AnEventsErrorNamesItsPlace) {
  const char mapping[] = R"(lead: { id: '"l"' }
events:
  - { id: '"a"', type: '"call"', time: now }
  - { forEach: row.events, id: item.id, type: '"call"', time: item.at }
)";
  EXPECT_THAT(Error(mapping, R"({"events": [{"id": "x", "at": 7}]})"),
              HasSubstr("events[1].time: expected a timestamp"));
  EXPECT_EQ(Error(mapping, R"({"events": [{"id": "x"}]})"),
            "events[1].time: no such key: \"at\" (item 0 of the list)");
  EXPECT_EQ(Error(mapping, R"({"events": [{"id": "x", "at": null}]})"),
            "events[1].time: expected a timestamp, got null (item 0 of the list)");
  EXPECT_EQ(Error(mapping, R"({"events": 7})"), "events[1].forEach: expected a list, got 7");
}

TEST_F(RowMapperTest, ARowHasABoundedNumberOfEvents) {
  const auto row = [](int count) {
    std::string text = "{\"ids\": [0";
    for (int i = 1; i < count; ++i) absl::StrAppend(&text, ",", i);
    return text + "]}";
  };
  const char mapping[] = R"(lead: { id: '"l"' }
events: [{ forEach: row.ids, id: item, type: '"call"', time: now }]
)";
  EXPECT_THAT(Map(mapping, row(kMaxEventsPerRow))->events(), SizeIs(kMaxEventsPerRow));
  EXPECT_THAT(Error(mapping, row(kMaxEventsPerRow + 1)),
              StartsWith("events[0].id: a row may have 1000 events"));
}

}  // namespace
}  // namespace leadgrade::tools
