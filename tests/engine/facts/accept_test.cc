// What a fact takes for its value, and what it says of anything else.
#include <gtest/gtest.h>

#include <limits>

#include "engine/base/limits.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::facts {
namespace {

using cel::Type;
using cel::TypeKind;

Fact Of(Type type) {
  Fact fact;
  fact.name = "x";
  fact.type = std::move(type);
  return fact;
}

// "ok", or what is said; EXPECTs that what is accepted is `want`.
std::string Accepted(const Fact& fact, FactValue value,
                     const std::optional<FactValue>& want = std::nullopt) {
  const FactValue given = value;
  const auto accepted = Accept(fact, std::move(value));
  if (!accepted.ok()) {
    EXPECT_EQ(accepted.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(accepted.status().message());
  }
  EXPECT_EQ(*accepted, want.value_or(given));
  return "ok";
}

FactValue Text(std::string text) { return {std::move(text)}; }

TEST(Accept, TakesValuesOfTheFactsType) {
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kBool)), {true}), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kInt)), {int64_t{-7}}), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kDouble)), {2.5}), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kString)), Text("")), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kTimestamp)), {absl::UnixEpoch()}), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kDuration)), {-absl::Hours(3)}), "ok");
  EXPECT_EQ(Accepted(Of(Type::List(Type(TypeKind::kInt))), {FactList{{int64_t{1}}}}), "ok");
}

TEST(Accept, ConvertsNumbersOnlyWithoutLoss) {
  const Fact whole = Of(Type(TypeKind::kInt)), real = Of(Type(TypeKind::kDouble));
  EXPECT_EQ(Accepted(whole, {3.0}, FactValue{int64_t{3}}), "ok");
  EXPECT_EQ(Accepted(whole, {9007199254740992.0}, FactValue{int64_t{9007199254740992}}), "ok");
  EXPECT_EQ(Accepted(whole, {9007199254740994.0}), "expected a whole number");
  EXPECT_EQ(Accepted(whole, {2.5}), "expected a whole number");
  EXPECT_EQ(Accepted(whole, {std::numeric_limits<double>::quiet_NaN()}), "expected a whole number");
  EXPECT_EQ(Accepted(whole, Text("123")), "expected a whole number");
  EXPECT_EQ(Accepted(whole, {true}), "expected a whole number");
  EXPECT_EQ(Accepted(real, {int64_t{3}}, FactValue{3.0}), "ok");
  EXPECT_EQ(Accepted(real, {int64_t{9007199254740993}}), "expected a number");
  EXPECT_EQ(Accepted(real, {std::numeric_limits<double>::infinity()}), "expected a number");
}

TEST(Accept, HoldsNumbersAgainstTheRange) {
  Fact fact = Of(Type(TypeKind::kInt));
  fact.minimum = 0;
  fact.maximum = 9;
  EXPECT_EQ(Accepted(fact, {int64_t{0}}), "ok");
  EXPECT_EQ(Accepted(fact, {int64_t{9}}), "ok");
  EXPECT_EQ(Accepted(fact, {int64_t{-1}}), "must be at least 0");
  EXPECT_EQ(Accepted(fact, {int64_t{10}}), "must be at most 9");
  Fact real = Of(Type::Nullable(Type(TypeKind::kDouble)));
  real.maximum = 0.5;
  EXPECT_EQ(Accepted(real, {0.5}), "ok");
  EXPECT_EQ(Accepted(real, {0.51}), "must be at most 0.5");
  EXPECT_EQ(Accepted(real, {std::monostate()}), "ok");
}

TEST(Accept, KnowsTheValuesOfAnEnumeration) {
  auto type = std::make_shared<cel::EnumType>();
  type->name = "Level";
  type->values = {"LOW", "HIGH"};
  const Fact fact = Of(Type::Enum(type));
  EXPECT_EQ(Accepted(fact, Text("HIGH")), "ok");
  EXPECT_EQ(Accepted(fact, Text("HIHG")),
            "`HIHG` is no Level: expected one of `LOW`, `HIGH`; did you mean `HIGH`?");
  EXPECT_EQ(Accepted(fact, Text("none")), "`none` is no Level: expected one of `LOW`, `HIGH`");
  EXPECT_EQ(Accepted(fact, Text("")), "`` is no Level: expected one of `LOW`, `HIGH`");
  EXPECT_EQ(Accepted(fact, {int64_t{1}}), "expected one of `LOW`, `HIGH`");
}

TEST(Accept, TakesNullForANullableFactOnly) {
  EXPECT_EQ(Accepted(Of(Type::Nullable(Type(TypeKind::kBool))), {std::monostate()}), "ok");
  EXPECT_EQ(Accepted(Of(Type(TypeKind::kBool)), {std::monostate()}), "expected `true` or `false`");
}

TEST(Accept, ReadsInstantsWithTheirOffset) {
  const Fact fact = Of(Type(TypeKind::kTimestamp));
  EXPECT_EQ(Accepted(fact, Text("1970-01-01T08:00:00+08:00"), FactValue{absl::UnixEpoch()}), "ok");
  const std::string expected = "expected a timestamp such as `2026-03-01T09:30:00+08:00`";
  EXPECT_EQ(Accepted(fact, Text("2026-03-01T09:30:00")), expected);
  EXPECT_EQ(Accepted(fact, Text("2026-03-01")), expected);
  EXPECT_EQ(Accepted(fact, Text("2026-02-30T00:00:00Z")), expected);
  EXPECT_EQ(Accepted(fact, {int64_t{0}}), expected);
  const std::string within = "expected a timestamp within the years 1 to 9999";
  EXPECT_EQ(
      Accepted(fact, Text("0001-01-01T00:00:00Z"), FactValue{absl::FromUnixSeconds(-62135596800)}),
      "ok");
  EXPECT_EQ(Accepted(fact, Text("0000-12-31T23:59:59Z")), within);
  EXPECT_EQ(Accepted(fact, Text("infinite-future")), within);
  EXPECT_EQ(Accepted(fact, {absl::InfinitePast()}), within);
}

TEST(Accept, ReadsDurations) {
  const Fact fact = Of(Type(TypeKind::kDuration));
  EXPECT_EQ(Accepted(fact, Text("1h30m"), FactValue{absl::Minutes(90)}), "ok");
  EXPECT_EQ(Accepted(fact, Text("3d")), "expected a duration such as `90s`, `1.5h` or `72h30m`");
  EXPECT_EQ(Accepted(fact, Text("inf")), "expected a duration of at most 10000 years");
  EXPECT_EQ(Accepted(fact, {absl::InfiniteDuration()}),
            "expected a duration of at most 10000 years");
}

TEST(Accept, BoundsTextsAndLists) {
  const Fact text = Of(Type(TypeKind::kString));
  EXPECT_EQ(Accepted(text, Text(std::string(base::kMaxFactTextBytes, 'a'))), "ok");
  EXPECT_EQ(Accepted(text, Text(std::string(base::kMaxFactTextBytes + 1, 'a'))),
            "expected at most 4096 bytes");
  const Fact list = Of(Type::List(Type(TypeKind::kBool)));
  EXPECT_EQ(Accepted(list, {FactList(base::kMaxFactListElements, {true})}), "ok");
  EXPECT_EQ(Accepted(list, {FactList(base::kMaxFactListElements + 1, {true})}),
            "expected at most 100 elements");
  EXPECT_EQ(Accepted(list, {FactList{{true}, {int64_t{1}}}}),
            "element 1: expected `true` or `false`");
  EXPECT_EQ(Accepted(list, {true}), "expected a list of `bool`");
}

}  // namespace
}  // namespace leadgrade::facts
