// The sales bundle's windows: calendar days in the organisation's zone, to the nanosecond.
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "engine/decision/advance.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::decision {
namespace {

using testing::At;
using testing::EventAt;
using testing::FactAt;
using testing::GradeOf;
using testing::History;
using testing::ToText;

std::shared_ptr<const rules::Bundle> SalesIn(const std::string& zone) {
  rules::BundleFiles files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  std::string& text = files.at("sales/bundle.yaml");
  EXPECT_EQ(absl::StrReplaceAll({{"timeZone: Asia/Shanghai", "timeZone: " + zone}}, &text), 1);
  return testing::Load(files);
}

std::vector<Change> AllThreeLabels(absl::Time time) {
  return {FactAt(time, "kp_level", {"FIRST"}), FactAt(time, "need", {true}),
          FactAt(time, "budget", {true})};
}

// A lead that enters A at `entered` is A up to the instant before `lapses`, and D from then on:
// asked once, asked at each boundary, or asked long after.
void ExpectWindow(const std::shared_ptr<const rules::Bundle>& bundle, const std::string& entered,
                  const std::string& lapses) {
  SCOPED_TRACE("entered " + entered);
  facts::Lead lead;
  const Advanced first = Advance(bundle, lead, AllThreeLabels(At(entered)), At(entered));
  EXPECT_EQ(GradeOf(first.decision), "A");
  EXPECT_EQ(ToText(first.decision.valid_until), ToText(At(lapses)));
  facts::Lead late = lead;

  const Advanced before = Advance(bundle, lead, {}, At(lapses) - absl::Nanoseconds(1));
  EXPECT_EQ(GradeOf(before.decision), "A");
  EXPECT_TRUE(before.changes.empty());
  const Advanced after = Advance(bundle, lead, {}, At(lapses));
  EXPECT_EQ(GradeOf(after.decision), "D");
  ASSERT_EQ(after.changes.size(), 1u);
  EXPECT_EQ(after.changes[0].rule, "window-passed");
  EXPECT_EQ(after.changes[0].cause, facts::Cause::kTimer);

  EXPECT_EQ(GradeOf(Advance(bundle, late, {}, At(lapses) + absl::Hours(24 * 100)).decision), "D");
  EXPECT_EQ(History(late), History(lead));
}

TEST(SalesClock, AnAIsAThroughTheEleventhWhateverTheHour) {
  for (const char* time : {"00:00:00", "09:30:15", "23:59:59.999999999"}) {
    ExpectWindow(testing::SalesBundle(), std::string("2026-03-01T") + time + "+08:00",
                 "2026-03-12T00:00:00+08:00");
  }
}

// Days of 23 and of 25 hours are days.
TEST(SalesClock, CountsDaysAcrossChangesOfTheClock) {
  const auto berlin = SalesIn("Europe/Berlin");
  for (const char* time : {"00:00:00+01:00", "12:00:00+01:00", "23:59:59+01:00"}) {
    ExpectWindow(berlin, std::string("2026-03-20T") + time, "2026-03-31T00:00:00+02:00");
  }
  ExpectWindow(berlin, "2026-03-29T01:59:59+01:00", "2026-04-09T00:00:00+02:00");
  ExpectWindow(berlin, "2026-03-29T03:00:00+02:00", "2026-04-09T00:00:00+02:00");
  for (const char* time : {"00:00:00+02:00", "23:59:59+02:00"}) {
    ExpectWindow(berlin, std::string("2026-10-20T") + time, "2026-10-31T00:00:00+01:00");
  }
  // The hour that comes twice.
  ExpectWindow(berlin, "2026-10-25T02:30:00+02:00", "2026-11-05T00:00:00+01:00");
  ExpectWindow(berlin, "2026-10-25T02:30:00+01:00", "2026-11-05T00:00:00+01:00");
}

// A window that would end on the day of the change ends at that day's midnight.
TEST(SalesClock, EndsOnTheDayOfTheChangeItself) {
  const auto berlin = SalesIn("Europe/Berlin");
  ExpectWindow(berlin, "2026-03-18T10:00:00+01:00", "2026-03-29T00:00:00+01:00");
  ExpectWindow(berlin, "2026-03-19T10:00:00+01:00", "2026-03-30T00:00:00+02:00");
  ExpectWindow(berlin, "2026-10-14T10:00:00+02:00", "2026-10-25T00:00:00+02:00");
  ExpectWindow(berlin, "2026-10-15T10:00:00+02:00", "2026-10-26T00:00:00+01:00");
}

TEST(SalesClock, CountsTheTwentyNinthOfFebruary) {
  const auto bundle = testing::SalesBundle();
  ExpectWindow(bundle, "2028-02-18T10:00:00+08:00", "2028-02-29T00:00:00+08:00");
  ExpectWindow(bundle, "2028-02-19T10:00:00+08:00", "2028-03-01T00:00:00+08:00");
  ExpectWindow(bundle, "2028-02-29T23:59:59+08:00", "2028-03-11T00:00:00+08:00");
  // There is none in 2026 and in 2100.
  ExpectWindow(bundle, "2026-02-18T10:00:00+08:00", "2026-03-01T00:00:00+08:00");
  ExpectWindow(bundle, "2100-02-18T10:00:00+08:00", "2100-03-01T00:00:00+08:00");
}

// Where the clock is changed at midnight, the day begins at one o'clock.
TEST(SalesClock, EndsWhereMidnightDoesNotExist) {
  ExpectWindow(SalesIn("America/Santiago"), "2026-08-26T10:00:00-04:00",
               "2026-09-06T01:00:00-03:00");
}

TEST(SalesClock, ASignatureAtTheInstantOfTheLapseCounts) {
  const auto bundle = testing::SalesBundle();
  const absl::Time entered = At("2026-03-01T10:00:00+08:00");
  const absl::Time lapse = At("2026-03-12T00:00:00+08:00");
  facts::Lead lead;
  Advance(bundle, lead, AllThreeLabels(entered), entered);
  facts::Lead other = lead;
  EXPECT_EQ(GradeOf(Advance(bundle, lead, {EventAt(lapse, "signature")}, lapse).decision), "A");
  EXPECT_EQ(lead.grade_history.size(), 1u);
  // Told later of a signature in time, the same.
  Advance(bundle, other, {EventAt(lapse, "signature")}, lapse + absl::Hours(50));
  EXPECT_EQ(History(other), History(lead));
}

TEST(SalesClock, AFreshGradeHasAFreshWindow) {
  const auto bundle = testing::SalesBundle();
  const absl::Time start = At("2026-03-01T10:00:00+08:00");
  facts::Lead lead;
  Advance(bundle, lead,
          {FactAt(start, "kp_level", {"SECOND"}), FactAt(start, "need", {true}),
           FactAt(start, "budget", {true})},
          start);
  const absl::Time met = At("2026-03-16T18:00:00+08:00");
  Advance(bundle, lead, {FactAt(met, "kp_level", {"FIRST"})}, met);
  Advance(bundle, lead, {}, At("2026-12-31T00:00:00+08:00"));
  EXPECT_EQ(History(lead),
            "none -> B at 2026-03-01T02:00:00Z by one-approval-above\n"
            "B -> A at 2026-03-16T10:00:00Z by all-three-labels\n"
            "A -> D at 2026-03-26T16:00:00Z by window-passed\n");
}

}  // namespace
}  // namespace leadgrade::decision
