#include "service/convert/lead_json.h"

#include <gtest/gtest.h>

#include "engine/facts/statements.h"
#include "service/convert/fact_input.h"
#include "tests/service/convert/typed_bundle.h"

namespace leadgrade::convert {
namespace {

using facts::FactStatus;
using facts::FactValue;
using facts::StatedFact;

constexpr char kNow[] = "2026-03-12T10:00:00.000000001+08:00";

absl::Time At(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) << text;
  return time;
}

StatedFact Plain(FactValue value) {
  StatedFact statement;
  statement.value = std::move(value);
  statement.observed_time = At(kNow);
  return statement;
}

std::string Write(const facts::Lead& lead) {
  return WriteFactsJson(lead, At(kNow), absl::FixedTimeZone(8 * 3600));
}

// Written, read, and written again: the two texts.
void ExpectReadsBack(const facts::Lead& lead) {
  const std::string text = Write(lead);
  const auto bundle = testing::TypedBundle();
  const auto input = ReadFactsJson(*bundle, text, At(kNow));
  ASSERT_TRUE(input.ok()) << input.status() << "\n" << text;
  EXPECT_EQ(testing::Lines(input->violations), std::vector<std::string>()) << text;
  EXPECT_EQ(Write(input->lead), text);
}

TEST(WriteFactsJson, WritesWhatIsSettledAsPlainValues) {
  facts::Lead lead;
  lead.facts["flag"] = {Plain({true})};
  lead.facts["amount"] = {Plain({2.5})};
  lead.facts["level"] = {Plain({std::string("HIGH")})};
  lead.facts["maybe"] = {Plain({std::monostate()})};
  lead.facts["span"] = {Plain({-absl::Milliseconds(500)})};
  lead.facts["time"] = {Plain({At("2026-03-01T00:00:00+08:00")})};
  lead.facts["whole"] = {Plain({int64_t{9007199254740993}})};
  EXPECT_EQ(Write(lead), R"({"amount":2.5,"flag":true,"level":"HIGH","maybe":null,"span":"-0.5s",)"
                         R"("time":"2026-03-01T00:00:00+08:00","whole":"9007199254740993"})");
  ExpectReadsBack(lead);
}

TEST(WriteFactsJson, WritesWhoSaidWhatAndWhen) {
  facts::Lead lead;
  StatedFact claim = Plain({true});
  claim.status = FactStatus::kClaimed;
  claim.source = "Li";
  claim.observed_time = At("2026-03-01T09:00:00+08:00");
  claim.expire_time = At("2026-06-01T00:00:00+08:00");
  StatedFact doubt = Plain({std::monostate()});
  doubt.status = FactStatus::kUnknown;
  doubt.source = "Zhao";
  lead.facts["flag"] = {claim, doubt};
  EXPECT_EQ(
      Write(lead),
      R"({"flag":{"statements":[{"value":true,"status":"claimed","source":"Li",)"
      R"("observedTime":"2026-03-01T09:00:00+08:00","expireTime":"2026-06-01T00:00:00+08:00"},)"
      R"({"status":"unknown","source":"Zhao"}]}})");
  ExpectReadsBack(lead);
}

TEST(WriteFactsJson, WritesThePast) {
  facts::Lead lead;
  lead.timeline.push_back(
      {At("2026-03-01T09:00:00+08:00"), "promise", 2.0, At("2026-03-09T09:00:00+08:00")});
  facts::GradeChange change;
  change.time = At("2026-03-02T09:00:00+08:00");
  change.to = "A";
  change.rule = "all-labels";
  lead.grade_history = {change};
  EXPECT_EQ(Write(lead),
            R"({"events":[{"type":"promise","time":"2026-03-01T09:00:00+08:00","amount":2.0,)"
            R"("due":"2026-03-09T09:00:00+08:00"}],)"
            R"("gradeHistory":[{"grade":"A","time":"2026-03-02T09:00:00+08:00",)"
            R"("rule":"all-labels"}]})");
  ExpectReadsBack(lead);
}

TEST(WriteFactsJson, IsAsciiOnOneLine) {
  facts::Lead lead;
  lead.facts["text"] = {Plain({std::string("约\n'定'\"")})};
  EXPECT_EQ(Write(lead), R"({"text":"\u7ea6\n'\u5b9a'\""})");
  ExpectReadsBack(lead);
}

}  // namespace
}  // namespace leadgrade::convert
