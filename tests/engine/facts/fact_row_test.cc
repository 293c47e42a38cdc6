// From a lead to the row of values that rules read: stated over derived, unknown, unreadable.
#include "engine/facts/fact_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"

namespace leadgrade::facts {
namespace {

using ::testing::IsEmpty;
using testing::Stated;

const char kFacts[] = R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: test }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types: { Grade: [B, A], Level: [LOW, HIGH] }
facts:
  # Each is derived from one that stands below it.
  top: { type: int, derive: middle + 1 }
  middle: { type: int, derive: "base * 2" }
  base: { type: int }
  level: { type: Level }
  real: { type: double }
  note: { type: string, nullable: true }
  tags: { type: list(Level) }
  when: { type: timestamp }
  span: { type: duration }
  is_high: { type: bool, derive: level == HIGH }
  either: { type: bool, derive: is_high || base > 3 }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
outputs: [{ name: grade, type: Grade }]
rules: [{ id: r, reason: { zh: 因, en: R }, then: { grade: A } }]
)";

class FactRow : public ::testing::Test {
 protected:
  // The fact's value in the row, as CEL writes it.
  std::string Value(const std::string& name) {
    slots_.assign(bundle_->slot_count, cel::Value());
    notes_ = {};
    arena_.Reset();
    context_ = {slots_, absl::UnixEpoch(), bundle_->time_zone, &arena_};
    stated_ = FillRow(bundle_->schema, lead_, context_, absl::MakeSpan(slots_), &notes_);
    return cel::ToString(slots_[bundle_->schema.Find(name)->slot]);
  }
  std::string Unknown(const std::string& name) {
    return absl::StrCat("unknown{", bundle_->schema.Find(name)->slot, "}");
  }

  const std::shared_ptr<const rules::Bundle> bundle_ = testing::LoadText(kFacts);
  Lead lead_;
  std::vector<cel::Value> slots_;
  cel::Arena arena_;
  cel::EvalContext context_;
  RowNotes notes_;
  StatedMask stated_;
};

TEST_F(FactRow, DerivesInTheOrderOfDependency) {
  lead_.facts["base"] = {Stated({int64_t{5}})};
  EXPECT_EQ(Value("top"), "11");
  EXPECT_EQ(Value("middle"), "10");
}

TEST_F(FactRow, AStatedValueTakesPrecedenceOverItsDerivation) {
  lead_.facts["base"] = {Stated({int64_t{5}})};
  lead_.facts["middle"] = {Stated({int64_t{100}})};
  EXPECT_EQ(Value("top"), "101");
  EXPECT_EQ(Value("middle"), "100");
  EXPECT_TRUE(stated_[1]);
  EXPECT_FALSE(stated_[0]);
}

TEST_F(FactRow, WhatIsNotStatedIsUnknownAndSoIsWhatHangsOnIt) {
  EXPECT_EQ(Value("base"), Unknown("base"));
  EXPECT_EQ(Value("top"), Unknown("base"));
  EXPECT_EQ(Value("is_high"), Unknown("level"));
  lead_.facts["level"] = {Stated({std::string("HIGH")})};
  EXPECT_EQ(Value("either"), "true");
  lead_.facts["level"] = {Stated({std::string("LOW")})};
  EXPECT_EQ(Value("either"), Unknown("base"));
}

TEST_F(FactRow, ReadsEveryTypeOfValue) {
  lead_.facts["real"] = {Stated({int64_t{2}})};  // from before it was a double
  EXPECT_EQ(Value("real"), "2.0");
  lead_.facts["note"] = {Stated({std::monostate()})};
  EXPECT_EQ(Value("note"), "null");
  lead_.facts["note"] = {Stated({std::string("北京")})};
  EXPECT_EQ(Value("note"), "\"北京\"");
  lead_.facts["tags"] = {Stated({FactList{{std::string("HIGH")}, {std::string("LOW")}}})};
  EXPECT_EQ(Value("tags"), "[HIGH, LOW]");
  lead_.facts["when"] = {Stated({absl::UnixEpoch()})};
  EXPECT_EQ(Value("when"), "timestamp(\"1970-01-01T00:00:00Z\")");
  lead_.facts["span"] = {Stated({absl::Minutes(1)})};
  EXPECT_EQ(Value("span"), "duration(\"60s\")");
  EXPECT_THAT(notes_.unreadable, IsEmpty());
}

TEST_F(FactRow, WhatTheSchemaCannotReadIsUnknownAndSaid) {
  for (const auto& [fact, value, reason] :
       std::vector<std::tuple<std::string, FactValue, std::string>>{
           {"level", {std::string("MIDDLE")}, "the stated value is no `Level`"},
           {"base", {2.0}, "the stated value is no `int`"},
           {"real", {std::string("2")}, "the stated value is no `double`"},
           {"note", {true}, "the stated value is no `string?`"},
           {"tags", {FactList{{std::string("GONE")}}}, "the stated value is no `list(Level)`"},
           {"when", {int64_t{1}}, "the stated value is no `timestamp`"},
           {"span", {absl::UnixEpoch()}, "the stated value is no `duration`"},
           {"level", {std::monostate()}, "the stated value is no `Level`"}}) {
    lead_.facts.clear();
    lead_.facts[fact] = {Stated(value)};
    EXPECT_EQ(Value(fact), Unknown(fact));
    ASSERT_EQ(notes_.unreadable.size(), 1u) << fact;
    EXPECT_EQ(notes_.unreadable[0].fact, fact);
    EXPECT_EQ(notes_.unreadable[0].reason, reason);
  }
}

// One that is derived falls back to its derivation.
TEST_F(FactRow, AnUnreadableStatementDoesNotHideTheDerivation) {
  lead_.facts["base"] = {Stated({int64_t{5}})};
  lead_.facts["middle"] = {Stated({std::string("many")})};
  EXPECT_EQ(Value("middle"), "10");
  EXPECT_EQ(notes_.unreadable.size(), 1u);
}

TEST_F(FactRow, IgnoresFactsOfOtherBundles) {
  lead_.facts["elsewhere"] = {Stated({true})};
  EXPECT_EQ(Value("base"), Unknown("base"));
  EXPECT_THAT(notes_.unreadable, IsEmpty());
}

TEST_F(FactRow, RederivesAfterAnAnswerIsTried) {
  EXPECT_EQ(Value("top"), Unknown("base"));
  slots_[bundle_->schema.Find("base")->slot] = cel::Value::Int(4);
  Rederive(bundle_->schema, stated_, context_, absl::MakeSpan(slots_));
  EXPECT_EQ(cel::ToString(slots_[bundle_->schema.Find("top")->slot]), "9");
}

TEST(ToFactValue, KeepsWhatARecordCanHold) {
  cel::Arena arena;
  EXPECT_EQ(ToFactValue(cel::Value::Null()), FactValue{std::monostate()});
  EXPECT_EQ(ToFactValue(cel::Value::Int(3)), FactValue{int64_t{3}});
  EXPECT_EQ(ToFactValue(cel::Value::String("a")), FactValue{std::string("a")});
  EXPECT_EQ(ToFactValue(arena.MakeList({cel::Value::Bool(true)})), FactValue{FactList{{true}}});
  EXPECT_EQ(ToFactValue(arena.MakeError("failed")), std::nullopt);
  EXPECT_EQ(ToFactValue(arena.MakeUnknown({1})), std::nullopt);
  EXPECT_EQ(ToFactValue(arena.MakeMap({cel::Value::Int(1), cel::Value::Int(2)})), std::nullopt);
}

}  // namespace
}  // namespace leadgrade::facts
