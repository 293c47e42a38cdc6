// The messages of google.protobuf that are the language's own values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

using testing::HasSubstr;

TEST(WellKnown, LiteralsAreTheirValues) {
  ProtoWorkbench bench;
  const auto make = [&](absl::string_view name, const ProtoWorkbench::Fields& fields = {}) {
    return ToString(bench.Make(absl::StrCat("google.protobuf.", name), fields));
  };
  EXPECT_EQ(make("Int32Value", {{"value", Value::Int(-123)}}), "-123");
  EXPECT_EQ(make("Int32Value"), "0");
  EXPECT_EQ(make("UInt64Value", {{"value", Value::Uint(7)}}), "7u");
  EXPECT_EQ(make("StringValue", {{"value", Value::String("flambé")}}), "\"flambé\"");
  EXPECT_EQ(make("BytesValue"), "b\"\"");
  EXPECT_EQ(make("BoolValue"), "false");
  EXPECT_NE(make("FloatValue", {{"value", Value::Double(1.333)}}), "1.333");
  EXPECT_EQ(make("Timestamp", {{"seconds", Value::Int(5)}, {"nanos", Value::Int(500000000)}}),
            "timestamp(\"1970-01-01T00:00:05.5Z\")");
  EXPECT_EQ(make("Duration", {{"seconds", Value::Int(-1)}, {"nanos", Value::Int(-500000000)}}),
            "duration(\"-1.5s\")");
  EXPECT_EQ(make("Struct", {{"fields", bench.Map({Value::String("b"), Value::Double(2),
                                                  Value::String("a"), Value::Null()})}}),
            "{\"a\": null, \"b\": 2.0}");
  EXPECT_EQ(make("ListValue",
                 {{"values", bench.List({Value::Double(3), Value::String("foo"), Value::Null()})}}),
            "[3.0, \"foo\", null]");
  EXPECT_EQ(make("Value"), "null");
  EXPECT_EQ(make("Value", {{"null_value", Value::Int(0)}}), "null");
  EXPECT_EQ(make("Value", {{"number_value", Value::Double(0)}}), "0.0");
  EXPECT_EQ(make("Value", {{"struct_value", bench.Map({})}}), "{}");
  EXPECT_EQ(make("Value", {{"list_value", bench.List({Value::String("a")})}}), "[\"a\"]");
  EXPECT_EQ(make("Empty"), "google.protobuf.Empty{}");
}

TEST(WellKnown, TimesKeepTheirRange) {
  ProtoWorkbench bench;
  const auto make = [&](absl::string_view name, int64_t seconds, int64_t nanos) {
    return ToString(bench.Make(absl::StrCat("google.protobuf.", name),
                               {{"seconds", Value::Int(seconds)}, {"nanos", Value::Int(nanos)}}));
  };
  EXPECT_EQ(make("Timestamp", 253402300799, 999999999),
            "timestamp(\"9999-12-31T23:59:59.999999999Z\")");
  EXPECT_THAT(make("Timestamp", 253402300800, 0), HasSubstr("out of range"));
  EXPECT_THAT(make("Timestamp", std::numeric_limits<int64_t>::max(), 0), HasSubstr("out of range"));
  EXPECT_THAT(make("Timestamp", 0, -1), HasSubstr("range error"));
  EXPECT_THAT(make("Duration", 315576000001, 0), HasSubstr("out of range"));
  EXPECT_THAT(make("Duration", 1, -1), HasSubstr("range error"));
}

TEST(WellKnown, GoIntoFieldsAndOut) {
  ProtoWorkbench bench;
  const auto round = [&](absl::string_view field, Value value) {
    return ToString(bench.Get(bench.Make("p.All", {{field, value}}), field));
  };
  EXPECT_EQ(round("int64_value", Value::Int(0)), "0");
  EXPECT_EQ(round("bytes_value", Value::Bytes("x")), "b\"x\"");
  EXPECT_EQ(round("timestamp", Value::Timestamp(absl::FromUnixSeconds(-1) + absl::Nanoseconds(1))),
            "timestamp(\"1969-12-31T23:59:59.000000001Z\")");
  EXPECT_EQ(round("duration", Value::Duration(-absl::Milliseconds(1500))), "duration(\"-1.5s\")");
  EXPECT_EQ(round("struct", bench.Map({Value::String("one"), Value::Int(1)})), "{\"one\": 1.0}");
  EXPECT_EQ(round("list_value", bench.List({Value::Double(1), Value::String("one")})),
            "[1.0, \"one\"]");
  EXPECT_THAT(round("struct", bench.Map({Value::Int(1), Value::String("uno")})),
              HasSubstr("bad key type"));
}

TEST(WellKnown, ValueTakesWhatJsonCanSay) {
  ProtoWorkbench bench;
  const auto value = [&](Value v) {
    return ToString(bench.Get(bench.Make("p.All", {{"value", v}}), "value"));
  };
  EXPECT_EQ(value(Value::Int(1)), "1.0");
  EXPECT_EQ(value(Value::Int(9007199254740991)), "9007199254740991.0");
  EXPECT_EQ(value(Value::Int(9007199254740992)), "\"9007199254740992\"");
  EXPECT_EQ(value(Value::Int(std::numeric_limits<int64_t>::min())), "\"-9223372036854775808\"");
  EXPECT_EQ(value(Value::Uint(18446744073709551615u)), "\"18446744073709551615\"");
  EXPECT_EQ(value(Value::Double(std::numeric_limits<double>::infinity())), "\"Infinity\"");
  EXPECT_EQ(value(Value::Double(std::nan(""))), "\"NaN\"");
  EXPECT_EQ(value(Value::Bytes("foo")), "\"Zm9v\"");
  EXPECT_EQ(value(Value::Duration(absl::Seconds(1000000))), "\"1000000s\"");
  EXPECT_EQ(value(Value::Duration(-absl::Milliseconds(10))), "\"-0.010s\"");
  EXPECT_EQ(
      value(Value::Timestamp(absl::FromUnixSeconds(253402300799) + absl::Nanoseconds(999999999))),
      "\"9999-12-31T23:59:59.999999999Z\"");
  const Value paths = bench.List({Value::String("foo"), Value::String("bar")});
  EXPECT_EQ(value(bench.Make("google.protobuf.FieldMask", {{"paths", paths}})), "\"foo,bar\"");
  EXPECT_EQ(value(bench.Make("google.protobuf.Empty")), "{}");
  EXPECT_EQ(value(bench.Make("p.All", {{"int32_value", Value::Int(3)}})), "{\"int32Value\": 3.0}");
  EXPECT_THAT(value(Value::TypeNamed("int")), HasSubstr("conversion error"));
  EXPECT_THAT(value(bench.Map({Value::Bool(true), Value::Null()})), HasSubstr("bad key type"));
}

TEST(WellKnown, AnyHoldsMessagesAndValues) {
  ProtoWorkbench bench;
  const auto any = [&](Value v) {
    return ToString(bench.Get(bench.Make("p.All", {{"any", v}}), "any"));
  };
  EXPECT_EQ(any(bench.Make("t.All", {{"int32", Value::Int(150)}})), "t.All{int32: 150}");
  EXPECT_EQ(any(Value::Int(1)), "1");
  EXPECT_EQ(any(Value::Uint(1)), "1u");
  EXPECT_EQ(any(Value::Bytes("foo")), "b\"foo\"");
  EXPECT_EQ(any(Value::String("foo")), "\"foo\"");
  EXPECT_EQ(any(Value::Bool(true)), "true");
  EXPECT_EQ(any(Value::Double(1)), "1.0");
  EXPECT_EQ(any(Value::Duration(absl::Seconds(1))), "duration(\"1s\")");
  EXPECT_EQ(any(bench.List({bench.Map({Value::String("almost"), Value::String("done")})})),
            "[{\"almost\": \"done\"}]");
  EXPECT_EQ(any(bench.Map({})), "{}");
  EXPECT_EQ(any(Value::Null()), "null");
  EXPECT_THAT(any(Value::TypeNamed("int")), HasSubstr("unsupported field type"));
}

TEST(WellKnown, AnyLiteralsAreUnpacked) {
  ProtoWorkbench bench;
  const auto any = [&](absl::string_view url, absl::string_view bytes) {
    return ToString(bench.Make("google.protobuf.Any",
                               {{"type_url", Value::String(url)}, {"value", Value::Bytes(bytes)}}));
  };
  EXPECT_EQ(any("type.googleapis.com/t.All", "\x08\x96\x01"), "t.All{int32: 150}");
  EXPECT_EQ(any("x/google.protobuf.Int32Value", "\x08\x01"), "1");
  EXPECT_THAT(any("type.googleapis.com/t.Missing", ""), HasSubstr("conversion error"));
  EXPECT_THAT(any("t.All", ""), HasSubstr("conversion error"));
  EXPECT_THAT(any("x/t.All", "\x08"), HasSubstr("conversion error"));
  EXPECT_THAT(ToString(bench.Make("google.protobuf.Any")), HasSubstr("conversion error"));
}

TEST(WellKnown, BindingsAreValues) {
  ProtoWorkbench bench;
  const auto bind = [&](const std::string& name, const std::string& text) {
    return ToString(bench.FromText("google.protobuf." + name, text));
  };
  EXPECT_EQ(bind("Int32Value", "value: 2000000"), "2000000");
  EXPECT_EQ(bind("StringValue", "value: 'bar'"), "\"bar\"");
  EXPECT_EQ(bind("Value", "struct_value { fields { key: 'x' value { null_value: 0 } } }"),
            "{\"x\": null}");
  EXPECT_EQ(bind("Any", "type_url: 'x/t.All' value: '\\010\\226\\001'"), "t.All{int32: 150}");
}

}  // namespace
}  // namespace leadgrade::cel
