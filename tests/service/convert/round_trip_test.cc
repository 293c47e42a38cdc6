// Values of facts, written as JSON and read back.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "engine/facts/fact_row.h"
#include "service/convert/decision_proto.h"
#include "service/convert/fact_input.h"
#include "service/convert/time_range.h"
#include "tests/service/convert/typed_bundle.h"

namespace leadgrade::convert {
namespace {

using cel::Type;
using cel::TypeKind;
using facts::FactValue;
using testing::Lines;
using testing::TypedBundle;

constexpr int64_t kExact = int64_t{1} << 53;
constexpr int64_t kMostSeconds = int64_t{24} * 3600 * 366 * 10000;

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  FactValue Of(const Type& type) {
    switch (type.kind()) {
      case TypeKind::kNullable:
        return Below(3) == 0 ? FactValue{std::monostate()} : Of(type.parameter(0));
      case TypeKind::kBool:
        return {Below(2) == 0};
      case TypeKind::kInt:
        return {Int()};
      case TypeKind::kDouble:
        return {Double()};
      case TypeKind::kString:
        return {Text()};
      case TypeKind::kEnum:
        return {type.enum_type()->values[Below(3)]};
      case TypeKind::kTimestamp:
        return {Time()};
      case TypeKind::kDuration:
        return {Duration()};
      default: {
        facts::FactList list;
        for (uint64_t i = Below(4); i > 0; --i) list.push_back(Of(type.parameter(0)));
        return {std::move(list)};
      }
    }
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  int64_t Int() {
    switch (Below(4)) {
      case 0:
        return static_cast<int64_t>(Below(10));
      case 1:  // around the end of what a double holds
        return (Below(2) == 0 ? kExact : -kExact) + static_cast<int64_t>(Below(5)) - 2;
      case 2:
        return Below(2) == 0 ? INT64_MIN : INT64_MAX;
      default:
        return static_cast<int64_t>(random_());
    }
  }

  double Double() {
    if (Below(4) == 0) return static_cast<double>(Below(100));
    double number = 0;
    do {
      const uint64_t bits = random_();
      std::memcpy(&number, &bits, sizeof number);
    } while (!std::isfinite(number));
    return number;
  }

  std::string Text() {
    static const char* const parts[] = {"a", "é", "约定", "\"", "\n", "9007199254740993", "3.5s"};
    std::string text;
    for (uint64_t i = Below(4); i > 0; --i) text += parts[Below(7)];
    return text;
  }

  absl::Duration Nanos() { return absl::Nanoseconds(static_cast<int64_t>(Below(1'000'000'000))); }

  absl::Time Time() {
    if (Below(5) == 0) return Below(2) == 0 ? FirstTime() : LastTime();
    const auto range = static_cast<uint64_t>((LastTime() - FirstTime()) / absl::Seconds(1));
    return FirstTime() + absl::Seconds(static_cast<int64_t>(Below(range))) + Nanos();
  }

  absl::Duration Duration() {
    const absl::Duration size =
        Below(2) == 0 ? Nanos()
                      : absl::Seconds(static_cast<int64_t>(Below(kMostSeconds))) + Nanos();
    return Below(2) == 0 ? size : -size;
  }

  std::mt19937_64 random_;
};

class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, GivesTheSameValueBack) {
  const auto bundle = TypedBundle();
  const facts::Fact& fact = *bundle->schema.Find(GetParam());
  const uint64_t seed = 20260301;
  RandomValues values(seed);
  for (int i = 0; i < 2000; ++i) {
    const auto value = facts::Accept(fact, values.Of(fact.type));
    ASSERT_TRUE(value.ok()) << value.status() << " seed " << seed << " round " << i;
    v1::FactStatement statement;
    ToProto(*value, statement.mutable_value());
    std::vector<FieldViolation> violations;
    const auto read =
        ReadFact(*bundle, fact.name, statement, fact.name, absl::UnixEpoch(), &violations);
    ASSERT_TRUE(read.has_value()) << ::testing::PrintToString(Lines(violations)) << " round " << i
                                  << "\n"
                                  << statement.DebugString();
    ASSERT_EQ(read->value, *value) << " seed " << seed << " round " << i << "\n"
                                   << statement.DebugString();
    const auto json =
        ReadFactsJson(*bundle, "{\"" + fact.name + "\":" + ToJson(statement.value(), false) + "}",
                      absl::UnixEpoch());
    ASSERT_TRUE(json.ok()) << json.status();
    ASSERT_EQ(json->lead.facts.count(fact.name), 1u) << statement.DebugString();
    ASSERT_EQ(json->lead.facts.at(fact.name).front().value, *value) << statement.DebugString();
  }
}

INSTANTIATE_TEST_SUITE_P(Types, RoundTrip,
                         ::testing::Values("flag", "whole", "amount", "text", "level", "time",
                                           "span", "maybe", "counts", "levels", "times", "spans",
                                           "matrix"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace leadgrade::convert
