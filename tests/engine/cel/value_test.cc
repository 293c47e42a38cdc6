// Values by themselves: order, equality, text; types; the memory they live in.
#include "engine/cel/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/type.h"

namespace leadgrade::cel {
namespace {

TEST(Value, KeepsNanosecondsOnBothSidesOfTheEpoch) {
  for (const absl::Duration offset :
       {absl::Nanoseconds(1), absl::Nanoseconds(-1), absl::Seconds(-1) - absl::Nanoseconds(1)}) {
    const absl::Time time = absl::UnixEpoch() + offset;
    EXPECT_EQ(Value::Timestamp(time).timestamp(), time);
    EXPECT_EQ(Value::Duration(offset).duration(), offset);
  }
  // Finer than that is cut off, toward the past.
  EXPECT_EQ(Value::Timestamp(absl::UnixEpoch() - absl::Nanoseconds(0.25)).timestamp(),
            absl::UnixEpoch() - absl::Nanoseconds(1));
}

TEST(Value, OrdersWithinAKindOnly) {
  EXPECT_EQ(Compare(Value::Int(1), Value::Int(2)), -1);
  EXPECT_EQ(Compare(Value::Uint(3), Value::Int(-1)), 1);
  EXPECT_EQ(Compare(Value::Double(2), Value::Uint(2)), 0);
  EXPECT_EQ(Compare(Value::Double(std::nan("")), Value::Int(1)), 2);
  EXPECT_EQ(Compare(Value::Bool(true), Value::Int(1)), 2);
  EXPECT_EQ(Compare(Value::String("a"), Value::Bytes("a")), 2);
  EXPECT_EQ(Compare(Value::Null(), Value::Null()), 2);
  const EnumType one{"One", {"A", "B"}}, other{"Other", {"A", "B"}};
  EXPECT_EQ(Compare(Value::Enum(&one, 0), Value::Enum(&one, 1)), -1);
  EXPECT_EQ(Compare(Value::Enum(&one, 0), Value::Enum(&other, 1)), 2);
}

TEST(Value, EqualsAcrossNumbersAndByContent) {
  EXPECT_TRUE(Equal(Value::Int(2), Value::Double(2)));
  EXPECT_FALSE(Equal(Value::Int(2), Value::String("2")));
  EXPECT_TRUE(Equal(Value::Null(), Value::Null()));
  EXPECT_FALSE(Equal(Value::Double(std::nan("")), Value::Double(std::nan(""))));
  const EnumType one{"One", {"A"}}, other{"Other", {"A"}};
  EXPECT_FALSE(Equal(Value::Enum(&one, 0), Value::Enum(&other, 0)));
  Arena arena;
  const Value list = arena.MakeList({Value::Int(1), Value::String("a")});
  EXPECT_TRUE(Equal(list, arena.MakeList({Value::Double(1), Value::String("a")})));
  EXPECT_FALSE(Equal(list, arena.MakeList({Value::Int(1)})));
}

TEST(Value, WritesItselfAsALiteral) {
  const EnumType level{"Level", {"LOW", "HIGH"}};
  Arena arena;
  EXPECT_EQ(ToString(Value::Null()), "null");
  EXPECT_EQ(ToString(Value::Int(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(ToString(Value::Uint(7)), "7u");
  EXPECT_EQ(ToString(Value::Double(1)), "1.0");
  EXPECT_EQ(ToString(Value::Double(1.1234567)), "1.1234567");
  EXPECT_EQ(ToString(Value::Double(0x1p63)), "9.223372036854776e+18");
  EXPECT_EQ(ToString(Value::Double(0.1 + 0.2)), "0.30000000000000004");
  EXPECT_EQ(ToString(Value::Double(1e21)), "1e+21");
  EXPECT_EQ(ToString(Value::Double(0.1)), "0.1");
  EXPECT_EQ(ToString(Value::Double(1.0 / 3)), "0.3333333333333333");
  EXPECT_EQ(ToString(Value::Double(5e-324)), "4.94066e-324");
  EXPECT_EQ(ToString(Value::String("北\"\n")), "\"北\\\"\\n\"");
  EXPECT_EQ(ToString(Value::Duration(absl::Nanoseconds(-1))), "duration(\"-0.000000001s\")");
  EXPECT_EQ(ToString(Value::Duration(-absl::Seconds(90))), "duration(\"-90s\")");
  EXPECT_EQ(ToString(Value::Enum(&level, 1)), "HIGH");
  EXPECT_EQ(ToString(arena.MakeList({Value::Int(1), Value::Bool(true)})), "[1, true]");
  EXPECT_EQ(ToString(arena.MakeMap({Value::String("a"), Value::Null()})), "{\"a\": null}");
  EXPECT_EQ(ToString(arena.MakeError("division by zero")), "error: division by zero");
  EXPECT_EQ(ToString(arena.MakeUnknown({3, 7})), "unknown{3, 7}");
}

TEST(Arena, MergesWhatIsUnknown) {
  Arena arena;
  const auto merged = [&](std::vector<int32_t> a, std::vector<int32_t> b) {
    return ToString(arena.MergeUnknown(arena.MakeUnknown(a), arena.MakeUnknown(b)));
  };
  EXPECT_EQ(merged({1, 3}, {2}), "unknown{1, 2, 3}");
  EXPECT_EQ(merged({1, 3}, {3}), "unknown{1, 3}");
  EXPECT_EQ(merged({}, {3}), "unknown{3}");
  EXPECT_EQ(merged({}, {}), "unknown{}");
}

TEST(Arena, RewindsToAMarkAndKeepsWhatWasBeforeIt) {
  Arena arena;
  const Value kept = arena.MakeString("kept");
  const Arena::Mark mark = arena.Here();
  const size_t used = arena.used();
  for (int round = 0; round < 3; ++round) {
    // More than the block inside the object, so that others come and go.
    for (int i = 0; i < 40; ++i) arena.MakeString(std::string(1000, 'x'));
    arena.Rewind(mark);
    EXPECT_EQ(arena.used(), used);
  }
  EXPECT_EQ(arena.MakeString("next").text(), "next");
  EXPECT_EQ(kept.text(), "kept");
  arena.Reset();
  EXPECT_EQ(arena.used(), 0u);
}

TEST(Arena, GivesAnErrorPastItsBound) {
  Arena arena(4096);
  EXPECT_FALSE(arena.MakeString(std::string(2000, 'a')).is_error());
  EXPECT_EQ(ToString(arena.MakeString(std::string(3000, 'a'))),
            "error: evaluation needs too much memory");
  // What is small still fits.
  EXPECT_FALSE(arena.MakeString("a").is_error());
  const std::vector<Value> many(1000);
  EXPECT_TRUE(arena.MakeList(many).is_error());
  EXPECT_TRUE(arena.MakeMap(many).is_error());
  arena.Reset();
  EXPECT_EQ(arena.used(), 0u);
  EXPECT_FALSE(arena.MakeString(std::string(3000, 'a')).is_error());
}

TEST(Env, TakesANameOnce) {
  Env env;
  EXPECT_TRUE(env.AddVariable("fact", Type(TypeKind::kInt), 0).ok());
  EXPECT_TRUE(env.AddVariable("set.output", Type(TypeKind::kInt), 1).ok());
  EXPECT_EQ(env.AddVariable("fact", Type(TypeKind::kInt), 2).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(env.AddConstant("fact", Type(TypeKind::kInt), Value::Int(1)).code(),
            absl::StatusCode::kAlreadyExists);
  auto type = std::make_shared<EnumType>();
  type->name = "fact";
  type->values = {"A"};
  EXPECT_EQ(env.AddEnum(type).code(), absl::StatusCode::kAlreadyExists);
}

TEST(Env, RefusesWhatIsNoName) {
  Env env;
  for (const char* name : {"", "1a", "a-b", "a b", "true", "null", "in", "if", "known", "has",
                           "a..b", ".a", "a.", "a.in", "北京", "a\n"}) {
    EXPECT_EQ(env.AddVariable(name, Type(TypeKind::kInt), 0).code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
  for (const char* name : {"_", "a1", "A_b", "a.b.c", "size"}) {
    EXPECT_TRUE(env.AddVariable(name, Type(TypeKind::kInt), 0).ok()) << name;
  }
}

TEST(Type, WritesItselfAsAuthorsDo) {
  const Type integer(TypeKind::kInt);
  EXPECT_EQ(Type::Nullable(Type::List(integer)).ToString(), "list(int)?");
  EXPECT_EQ(Type::Map(Type(TypeKind::kString), Type::Nullable(integer)).ToString(),
            "map(string, int?)");
  EXPECT_EQ(Type::Nullable(Type::Nullable(integer)), Type::Nullable(integer));
  EXPECT_NE(Type::List(integer), Type::List(Type(TypeKind::kUint)));
  EXPECT_EQ(Type::Nullable(integer).WithoutNull(), integer);
}

}  // namespace
}  // namespace leadgrade::cel
