// Message literals: which field takes which value.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Make, TakesEveryKindOfScalar) {
  ProtoWorkbench bench;
  const Value made = bench.Make("p.All", {{"int32", Value::Int(-3)},
                                          {"uint32", Value::Uint(3)},
                                          {"int64", Value::Int(-5)},
                                          {"uint64", Value::Uint(5)},
                                          {"float", Value::Double(1.5)},
                                          {"double", Value::Double(2.5)},
                                          {"bool", Value::Bool(true)},
                                          {"string", Value::String("s")},
                                          {"bytes", Value::Bytes("\xff")},
                                          {"level", Value::Int(99)},
                                          {"in", Value::Bool(true)}});
  EXPECT_EQ(ToString(made),
            "p.All{int32: -3, uint32: 3u, int64: -5, uint64: 5u, float: 1.5, double: 2.5, bool: "
            "true, string: \"s\", bytes: b\"\\xff\", level: 99, `in`: true}");
}

TEST(Make, RefusesWhatIsOutOfRange) {
  ProtoWorkbench bench;
  const auto make = [&](absl::string_view field, Value value) {
    return ToString(bench.Make("p.All", {{field, value}}));
  };
  EXPECT_EQ(make("int32", Value::Int(2147483648)), "error: range error: int32");
  EXPECT_EQ(make("int32", Value::Int(-2147483648)), "p.All{int32: -2147483648}");
  EXPECT_EQ(make("uint32", Value::Uint(4294967296)), "error: range error: uint32");
  EXPECT_EQ(make("uint32", Value::Uint(4294967295)), "p.All{uint32: 4294967295u}");
  EXPECT_EQ(make("level", Value::Int(5000000000)), "error: range error: level");
  EXPECT_EQ(make("level", Value::Int(-1)), "p.All{level: -1}");
  EXPECT_THAT(make("int32_value", Value::Int(12345678900)), HasSubstr("range error"));
  EXPECT_THAT(make("uint32_value", Value::Uint(6111222333)), HasSubstr("range error"));
  EXPECT_THAT(make("int32s", bench.List({Value::Int(1), Value::Int(1LL << 40)})),
              HasSubstr("range error: int32s"));
}

TEST(Make, RoundsToFloat) {
  ProtoWorkbench bench;
  const auto read = [&](double value) {
    return bench.Get(bench.Make("p.All", {{"float", Value::Double(value)}}), "float")
        .double_value();
  };
  EXPECT_EQ(read(1.4e55), std::numeric_limits<double>::infinity());
  EXPECT_EQ(read(-9.9e100), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(read(1e-50), 0.0);
  EXPECT_TRUE(std::signbit(read(-9.9e-100)));
  EXPECT_TRUE(std::signbit(read(-0.0)));
  EXPECT_EQ(read(0.1), static_cast<double>(0.1f));
  EXPECT_EQ(read(std::nextafter(0x1.fffffep127, 1e300)), 0x1.fffffep127);
  EXPECT_TRUE(std::isnan(read(std::nan(""))));
}

TEST(Make, RefusesOtherKinds) {
  ProtoWorkbench bench;
  const auto make = [&](absl::string_view field, Value value) {
    return ToString(bench.Make("t.All", {{field, value}}));
  };
  EXPECT_EQ(make("int32", Value::Uint(1)), "error: unsupported field type: int32 is int, not uint");
  EXPECT_EQ(make("string", Value::Bytes("x")),
            "error: unsupported field type: string is string, not bytes");
  EXPECT_THAT(make("double", Value::Int(1)), HasSubstr("double is double, not int"));
  EXPECT_THAT(make("level", Value::String("LOW")), HasSubstr("level is int, not string"));
  EXPECT_THAT(make("int32s", Value::Int(1)), HasSubstr("int32s is list(int), not int"));
  EXPECT_THAT(make("names", bench.List({})), HasSubstr("names is map(string, int), not list"));
  EXPECT_THAT(make("names", bench.Map({Value::Int(1), Value::Int(1)})), StartsWith("error"));
  EXPECT_THAT(make("child", bench.Make("p.All")), HasSubstr("child is t.All, not p.All"));
  EXPECT_THAT(make("child", bench.Map({})), HasSubstr("child is t.All, not map"));
  EXPECT_THAT(make("timestamp", Value::Int(1)), HasSubstr("timestamp is timestamp, not int"));
  EXPECT_THAT(make("string", Value::String("\xff")), HasSubstr("not valid UTF-8"));
  EXPECT_EQ(make("missing", Value::Int(1)), "error: no such field: missing");
  EXPECT_EQ(ToString(bench.Make("t.Missing")), "error: unknown type: t.Missing");
}

TEST(Make, NullLeavesMessagesUnset) {
  ProtoWorkbench bench;
  for (const char* field : {"child", "duration", "timestamp", "any", "int32_value", "bool_value",
                            "string_value", "right", "group"}) {
    const Value made = bench.Make("t.All", {{field, Value::Null()}});
    EXPECT_EQ(ToString(made), "t.All{}") << field;
    EXPECT_TRUE(made.object().IsZero()) << field;
  }
  for (const char* field : {"bool", "int32s", "names", "list_value", "struct", "level"}) {
    EXPECT_THAT(ToString(bench.Make("t.All", {{field, Value::Null()}})),
                HasSubstr("unsupported field type"))
        << field;
  }
  EXPECT_EQ(ToString(bench.Make("t.All", {{"value", Value::Null()}})), "t.All{value: null}");
}

TEST(Make, NullElementsAreLeftOutOrKept) {
  ProtoWorkbench bench;
  const Value one = Value::Int(1), null = Value::Null(), time = Value::Timestamp(absl::UnixEpoch());
  const auto read = [&](absl::string_view field, Value value) {
    return ToString(bench.Get(bench.Make("t.All", {{field, value}}), field));
  };
  EXPECT_EQ(read("int32_values", bench.List({one, null})), "[1]");
  EXPECT_EQ(read("timestamps", bench.List({null, time})), "[timestamp(\"1970-01-01T00:00:00Z\")]");
  EXPECT_EQ(read("anys", bench.List({one, null})), "[1, null]");
  EXPECT_EQ(read("values", bench.List({Value::Bool(true), null})), "[true, null]");
  EXPECT_THAT(read("children", bench.List({null})), HasSubstr("unsupported field type"));
  EXPECT_EQ(read("wrapped", bench.Map({Value::Bool(true), null, Value::Bool(false), one})),
            "{false: 1}");
  EXPECT_EQ(read("any_of", bench.Map({Value::Uint(2), null, Value::Uint(1), one})),
            "{1u: 1, 2u: null}");
}

TEST(Make, TakesMessagesListsAndMaps) {
  ProtoWorkbench bench;
  const Value child = bench.Make("t.All", {{"int32", Value::Int(1)}});
  const Value made =
      bench.Make("t.All", {{"child", child},
                           {"children", bench.List({child, bench.Make("t.All")})},
                           {"group", bench.Make("t.All.Group", {{"n", Value::Int(4)}})},
                           {"by_id", bench.Map({Value::Int(9), child, Value::Int(-9), child})},
                           {"t.number", Value::Int(42)},
                           {"t.parts", bench.List({child})}});
  EXPECT_EQ(ToString(made),
            "t.All{child: t.All{int32: 1}, children: [t.All{int32: 1}, t.All{}], "
            "by_id: {-9: t.All{int32: 1}, 9: t.All{int32: 1}}, group: t.All.Group{n: 4}, "
            "`t.number`: 42, `t.parts`: [t.All{int32: 1}]}");
}

TEST(Make, TheLastOfAOneofCounts) {
  ProtoWorkbench bench;
  const Value made = bench.Make("p.All", {{"left", Value::Int(1)}, {"right", bench.Make("p.All")}});
  EXPECT_TRUE(bench.Has(made, "left").is_false());
  EXPECT_TRUE(bench.Has(made, "right").is_true());
  EXPECT_TRUE(bench.Has(bench.Make("p.All", {{"left", Value::Int(0)}}), "left").is_true());
}

TEST(Make, MayLackWhatIsRequired) {
  ProtoWorkbench bench;
  const Value made = bench.Make("t.Needed");
  EXPECT_TRUE(bench.Has(made, "needed").is_false());
  EXPECT_EQ(ToString(bench.Get(bench.Make("t.All", {{"any", made}}), "any")), "t.Needed{}");
}

}  // namespace
}  // namespace leadgrade::cel
