// Aggregates: what counts at an instant, and when that changes, to the nanosecond.
#include "engine/facts/aggregates.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::facts {
namespace {

using testing::At;

Lead Events(const std::vector<std::pair<std::string, std::string>>& events) {
  Lead lead;
  for (const auto& [time, type] : events) {
    lead.timeline.push_back({At(time), type, std::nullopt});
  }
  return lead;
}

cel::EvalContext ContextAt(absl::Time now, const std::string& zone, cel::Arena* arena) {
  absl::TimeZone loaded;
  EXPECT_TRUE(absl::LoadTimeZone(zone, &loaded));
  return {{}, now, loaded, arena};
}

std::string ValueAt(const Aggregate& aggregate, const Lead& lead, absl::Time now,
                    const std::string& zone = "Asia/Shanghai") {
  cel::Arena arena;
  return cel::ToString(EvaluateAggregate(aggregate, lead, ContextAt(now, zone, &arena)));
}

std::string NextAt(const Aggregate& aggregate, const Lead& lead, absl::Time now,
                   const std::string& zone = "Asia/Shanghai") {
  cel::Arena arena;
  return testing::ToText(NextAggregateChange(aggregate, lead, ContextAt(now, zone, &arena)));
}

Aggregate Count() {
  Aggregate aggregate;
  aggregate.type = cel::Type(cel::TypeKind::kInt);
  return aggregate;
}

// A window counts from an instant on and up to another: checks both sides of both.
void ExpectWindow(Aggregate::Window window, const std::string& zone, const std::string& event,
                  const std::string& leaves) {
  SCOPED_TRACE(absl::StrCat("event at ", event));
  Aggregate aggregate = Count();
  aggregate.within = window;
  const Lead lead = Events({{event, "visit"}});
  const absl::Duration tick = absl::Nanoseconds(1);
  EXPECT_EQ(ValueAt(aggregate, lead, At(event) - tick, zone), "0");
  EXPECT_EQ(NextAt(aggregate, lead, At(event) - tick, zone), testing::ToText(At(event)));
  EXPECT_EQ(ValueAt(aggregate, lead, At(event), zone), "1");
  EXPECT_EQ(NextAt(aggregate, lead, At(event), zone), testing::ToText(At(leaves)));
  EXPECT_EQ(ValueAt(aggregate, lead, At(leaves) - tick, zone), "1");
  EXPECT_EQ(ValueAt(aggregate, lead, At(leaves), zone), "0");
  EXPECT_EQ(NextAt(aggregate, lead, At(leaves), zone), "never");
}

TEST(Aggregates, AWindowOfDaysIsTodayAndTheDaysBeforeIt) {
  const Aggregate::Window today{.days = 1, .duration = {}}, week{.days = 7, .duration = {}};
  for (const char* time : {"00:00:00", "13:14:15", "23:59:59.999999999"}) {
    const std::string event = absl::StrCat("2026-03-01T", time, "+08:00");
    ExpectWindow(today, "Asia/Shanghai", event, "2026-03-02T00:00:00+08:00");
    ExpectWindow(week, "Asia/Shanghai", event, "2026-03-08T00:00:00+08:00");
  }
}

TEST(Aggregates, AWindowOfDaysEndsAtLocalMidnightAcrossChangesOfTheClock) {
  const Aggregate::Window two{.days = 2, .duration = {}};
  ExpectWindow(two, "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-30T00:00:00+02:00");
  ExpectWindow(two, "Europe/Berlin", "2026-10-24T12:00:00+02:00", "2026-10-26T00:00:00+01:00");
  // Midnight of 2026-09-06 does not exist in Santiago.
  ExpectWindow(two, "America/Santiago", "2026-09-04T12:00:00-04:00", "2026-09-06T01:00:00-03:00");
}

TEST(Aggregates, AWindowOfTimeIsExact) {
  const Aggregate::Window window{.days = 0, .duration = absl::Hours(36)};
  ExpectWindow(window, "Asia/Shanghai", "2026-03-01T10:00:00+08:00", "2026-03-02T22:00:00+08:00");
  // Hours of the clock, not of the wall.
  ExpectWindow(window, "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-30T01:00:00+02:00");
}

const absl::Time kLater = At("2026-12-31T00:00:00Z");

TEST(Aggregates, CountsTheTypesItNames) {
  const Lead lead = Events({{"2026-03-01T00:00:00Z", "visit"},
                            {"2026-03-02T00:00:00Z", "call"},
                            {"2026-03-03T00:00:00Z", "order"}});
  Aggregate aggregate = Count();
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "3");
  aggregate.event_types = {"call", "order"};
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "2");
  aggregate.event_types = {"demo"};
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "0");
}

TEST(Aggregates, TakesTheFirstAndTheLastInTime) {
  const Lead lead = Events({{"2026-03-01T00:00:00Z", "visit"},
                            {"2026-03-02T00:00:00Z", "call"},
                            {"2026-03-03T00:00:00Z", "visit"}});
  Aggregate first = Count(), last = Count();
  first.take = Aggregate::Take::kFirst;
  last.take = Aggregate::Take::kLast;
  EXPECT_EQ(ValueAt(first, lead, kLater), "timestamp(\"2026-03-01T00:00:00Z\")");
  EXPECT_EQ(ValueAt(last, lead, kLater), "timestamp(\"2026-03-03T00:00:00Z\")");
  // What lies ahead does not count yet.
  EXPECT_EQ(ValueAt(last, lead, At("2026-03-02T23:59:59Z")), "timestamp(\"2026-03-02T00:00:00Z\")");
  EXPECT_EQ(ValueAt(last, lead, At("2026-02-01T00:00:00Z")), "null");
  EXPECT_EQ(ValueAt(first, Lead(), kLater), "null");
}

TEST(Aggregates, SumsAmountsAndTakesNoneForNothing) {
  Lead lead = Events({{"2026-03-01T00:00:00Z", "order"},
                      {"2026-03-02T00:00:00Z", "order"},
                      {"2026-03-03T00:00:00Z", "order"}});
  lead.timeline[0].amount = 100.5;
  lead.timeline[2].amount = -0.5;
  Aggregate aggregate = Count();
  aggregate.take = Aggregate::Take::kSum;
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "100.0");
  EXPECT_EQ(ValueAt(aggregate, Lead(), kLater), "0.0");
}

TEST(Aggregates, TakesWhenTheFirstAndTheLastThatAreDueAreDue) {
  Lead lead = Events({{"2026-03-01T00:00:00Z", "promise"},
                      {"2026-03-02T00:00:00Z", "promise"},
                      {"2026-03-03T00:00:00Z", "promise"},
                      {"2026-03-04T00:00:00Z", "promise"}});
  lead.timeline[1].due = At("2026-05-02T00:00:00Z");
  lead.timeline[2].due = At("2026-04-03T00:00:00Z");
  Aggregate first, last;
  first.take = Aggregate::Take::kFirst;
  last.take = Aggregate::Take::kLast;
  first.value = last.value = Aggregate::Value::kDue;
  EXPECT_EQ(ValueAt(first, lead, kLater), "timestamp(\"2026-05-02T00:00:00Z\")");
  EXPECT_EQ(ValueAt(last, lead, kLater), "timestamp(\"2026-04-03T00:00:00Z\")");
  // Known from when it was agreed, however far ahead it is due.
  EXPECT_EQ(ValueAt(last, lead, At("2026-03-02T00:00:00Z")), "timestamp(\"2026-05-02T00:00:00Z\")");
  EXPECT_EQ(ValueAt(last, lead, At("2026-03-01T23:59:59Z")), "null");
}

TEST(Aggregates, WhatIsDueEntersAndLeavesAWindowByWhenItHappened) {
  Lead lead = Events({{"2026-03-01T00:00:00Z", "promise"}, {"2026-03-02T00:00:00Z", "promise"}});
  lead.timeline[1].due = At("2026-05-02T00:00:00Z");
  Aggregate aggregate;
  aggregate.take = Aggregate::Take::kLast;
  aggregate.value = Aggregate::Value::kDue;
  aggregate.within = Aggregate::Window{.days = 0, .duration = absl::Hours(36)};
  EXPECT_EQ(NextAt(aggregate, lead, At("2026-02-01T00:00:00Z")),
            testing::ToText(At("2026-03-02T00:00:00Z")));
  EXPECT_EQ(NextAt(aggregate, lead, At("2026-03-02T00:00:00Z")),
            testing::ToText(At("2026-03-03T12:00:00Z")));
  EXPECT_EQ(ValueAt(aggregate, lead, At("2026-03-03T12:00:00Z")), "null");
}

TEST(Aggregates, ReadsTheGradeHistory) {
  auto grades = std::make_shared<cel::EnumType>();
  grades->name = "Grade";
  grades->values = {"D", "C", "B", "A"};
  Lead lead;
  for (const auto& [time, to, rule] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"2026-03-01T00:00:00Z", "B", "met"},
           {"2026-03-02T00:00:00Z", "D", "lapsed"},
           {"2026-03-03T00:00:00Z", "B", "met"},
           {"2026-03-04T00:00:00Z", "Z", "old"}}) {
    GradeChange change;
    change.time = At(time);
    change.to = to;
    change.rule = rule;
    lead.grade_history.push_back(change);
  }
  Aggregate aggregate = Count();
  aggregate.of = Aggregate::Of::kGradeHistory;
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "4");
  aggregate.grades = {"B"};
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "2");
  aggregate.rules = {"lapsed"};
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "0");
  aggregate.grades = {};
  aggregate.take = Aggregate::Take::kLast;
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "timestamp(\"2026-03-02T00:00:00Z\")");
  aggregate.rules = {};
  aggregate.value = Aggregate::Value::kGrade;
  aggregate.type = cel::Type::Nullable(cel::Type::Enum(grades));
  EXPECT_EQ(ValueAt(aggregate, lead, At("2026-03-03T12:00:00Z")), "B");
  // A grade that the bundle no longer has is none.
  EXPECT_EQ(ValueAt(aggregate, lead, kLater), "null");
}

}  // namespace
}  // namespace leadgrade::facts
