// Messages as values: fields, presence, equality, text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

using testing::HasSubstr;

TEST(Message, UnsetFieldsHaveDefaults) {
  ProtoWorkbench bench;
  const Value t = bench.Make("t.All"), p = bench.Make("p.All");
  EXPECT_EQ(ToString(bench.Get(t, "int32")), "-32");
  EXPECT_EQ(ToString(bench.Get(p, "int32")), "0");
  for (const auto& [field, text] : std::vector<std::pair<const char*, const char*>>{
           {"uint64", "0u"},
           {"double", "0.0"},
           {"string", "\"\""},
           {"bytes", "b\"\""},
           {"level", "0"},
           {"int32s", "[]"},
           {"names", "{}"},
           {"int64_value", "null"},
           {"any", "null"},
           {"value", "null"},
           {"timestamp", "timestamp(\"1970-01-01T00:00:00Z\")"},
           {"duration", "duration(\"0s\")"},
           {"struct", "{}"},
           {"list_value", "[]"}}) {
    EXPECT_EQ(ToString(bench.Get(t, field)), text) << field;
    EXPECT_EQ(ToString(bench.Get(p, field)), text) << field;
  }
  EXPECT_EQ(ToString(bench.Get(bench.Get(bench.Get(t, "child"), "right"), "int32")), "-32");
  EXPECT_EQ(ToString(bench.Get(t, "missing")), "error: no such field: missing");
  EXPECT_EQ(ToString(bench.Get(t, "t.part")), "t.All{}");
  EXPECT_EQ(ToString(bench.Get(t, "t.number")), "0");
  EXPECT_EQ(t.object().type_name(), "t.All");
}

TEST(Message, KnowsWhatIsSet) {
  ProtoWorkbench bench;
  const auto has = [&](const char* message, const char* field, Value value) {
    return bench.Has(bench.Make(message, {{field, value}}), field).is_true();
  };
  EXPECT_TRUE(has("t.All", "int32", Value::Int(-32)));
  EXPECT_TRUE(has("t.All", "int32", Value::Int(0)));
  EXPECT_FALSE(has("p.All", "int32", Value::Int(0)));
  EXPECT_TRUE(has("p.All", "int32", Value::Int(1)));
  EXPECT_TRUE(has("p.All", "maybe", Value::Int(0)));
  EXPECT_TRUE(has("t.All", "level", Value::Int(0)));
  EXPECT_FALSE(has("p.All", "level", Value::Int(0)));
  EXPECT_FALSE(has("p.All", "int32s", bench.List({})));
  EXPECT_TRUE(has("p.All", "int32s", bench.List({Value::Int(0)})));
  EXPECT_FALSE(has("p.All", "names", bench.Map({})));
  EXPECT_TRUE(has("p.All", "names", bench.Map({Value::String(""), Value::Int(0)})));
  EXPECT_TRUE(has("p.All", "child", bench.Make("p.All")));
  EXPECT_TRUE(has("p.All", "int32_value", Value::Int(0)));
  EXPECT_TRUE(has("p.All", "struct", bench.Map({})));
  EXPECT_TRUE(has("t.All", "t.Scope.inner", Value::Int(0)));
  const Value empty = bench.Make("t.All");
  EXPECT_TRUE(bench.Has(empty, "int32").is_false());
  EXPECT_TRUE(bench.Has(empty, "t.number").is_false());
  EXPECT_TRUE(bench.Has(empty, "child").is_false());
  EXPECT_TRUE(bench.Has(empty, "missing").is_error());
  EXPECT_TRUE(empty.object().IsZero());
  EXPECT_FALSE(bench.Make("t.All", {{"child", empty}}).object().IsZero());
}

TEST(Message, OutlivesNothingItPointsTo) {
  ProtoWorkbench bench;
  // The child points into its parent's message; the arena lets go of both together.
  const Value parent =
      bench.FromText("t.All", "child { string: 'a string too long for the short form' }");
  const Value child = bench.Get(parent, "child");
  EXPECT_EQ(bench.Get(child, "string").text(), "a string too long for the short form");
  bench.arena().Reset();
  EXPECT_EQ(bench.arena().used(), 0u);
}

TEST(Message, EqualsFieldByField) {
  ProtoWorkbench bench;
  const auto make = [&](const char* text) { return bench.FromText("t.All", text); };
  EXPECT_TRUE(Equal(make("int64: 1 string: '2'"), make("string: '2' int64: 1")));
  EXPECT_FALSE(Equal(make("int64: 1"), make("string: '2'")));
  // Set to the default is not the same as unset.
  EXPECT_FALSE(Equal(make("int32: -32"), make("")));
  EXPECT_FALSE(Equal(make("double: nan"), make("double: nan")));
  EXPECT_FALSE(Equal(make(""), bench.FromText("p.All", "")));
  EXPECT_TRUE(Equal(make("names { key: 'a' value: 1 } names { key: 'b' value: 2 }"),
                    make("names { key: 'b' value: 2 } names { key: 'a' value: 1 }")));
  EXPECT_FALSE(
      Equal(make("children {} children { int32: 1 }"), make("children { int32: 1 } children {}")));
  EXPECT_TRUE(Equal(make("[t.number]: 1"), make("[t.number]: 1")));
  EXPECT_FALSE(Equal(make("[t.number]: 1"), make("[t.number]: 2")));
  ProtoWorkbench other;
  EXPECT_FALSE(Equal(make(""), other.FromText("t.All", "")));
}

TEST(Message, EqualsByWhatAnAnyHolds) {
  ProtoWorkbench bench;
  const auto any = [&](const char* url, const std::string& bytes) {
    return bench.types().Parse(
        bench.context(), "t.All",
        bench.arena()
            .MakeString(bench.Bytes(
                "t.All", absl::StrCat("any { type_url: '", url, "' value: '", bytes, "' }")))
            .text());
  };
  const char* const known = "type.googleapis.com/t.All";
  const char* const one = "\\030\\001\\102\\001x";  // int64: 1 string: 'x'
  const char* const turned = "\\102\\001x\\030\\001";
  EXPECT_TRUE(Equal(any(known, one), any(known, turned)));
  EXPECT_FALSE(Equal(any(known, one), any(known, "\\030\\002")));
  EXPECT_FALSE(Equal(any("x/unknown", one), any("x/unknown", turned)));
  EXPECT_TRUE(Equal(any("x/unknown", one), any("x/unknown", one)));
}

TEST(Message, KeepsAndComparesUnknownFields) {
  ProtoWorkbench bench;
  const auto parse = [&](absl::string_view bytes) {
    return bench.types().Parse(bench.context(), "t.Scope", bytes);
  };
  EXPECT_TRUE(Equal(parse("\x08\x01"), parse("\x08\x01")));
  EXPECT_FALSE(Equal(parse("\x08\x01"), parse("\x08\x02")));
  EXPECT_FALSE(parse("\x08\x01").object().IsZero());
}

TEST(Message, IsReadFromTheWire) {
  ProtoWorkbench bench;
  EXPECT_EQ(ToString(bench.FromText("t.All", "Group { n: 3 } [t.part] { bool: true } left: 2")),
            "t.All{left: 2, group: t.All.Group{n: 3}, `t.part`: t.All{bool: true}}");
  // A map's key twice: the last counts.
  EXPECT_EQ(ToString(bench.Get(
                bench.FromText("p.All", "names { key: 'a' value: 1 } names { key: 'a' value: 2 }"),
                "names")),
            "{\"a\": 2}");
  EXPECT_THAT(ToString(bench.types().Parse(bench.context(), "t.All", "\x08")),
              HasSubstr("malformed t.All"));
  EXPECT_THAT(ToString(bench.types().Parse(bench.context(), "t.All", "\x0c")),
              HasSubstr("malformed t.All"));
  EXPECT_THAT(ToString(bench.types().Parse(bench.context(), "t.Missing", "")),
              HasSubstr("unknown type"));
  EXPECT_THAT(ToString(bench.types().Parse(bench.context(), "t.All", "\x42\x01\xff")),
              HasSubstr("malformed"));
  EXPECT_EQ(ToString(bench.types().Parse(bench.context(), "t.All", "\x42\x01\x7f")),
            "t.All{string: \"\\177\"}");
}

}  // namespace
}  // namespace leadgrade::cel
