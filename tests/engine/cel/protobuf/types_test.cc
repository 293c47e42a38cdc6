// What the checker is told of messages, their fields and enumerations.
#include <google/protobuf/api.pb.h>
#include <gtest/gtest.h>

#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

std::string Text(const std::optional<Type>& type) { return type ? type->ToString() : "none"; }

std::optional<int64_t> Number(const MessageTypes& types, absl::string_view name) {
  const auto constant = types.FindEnumValue(name);
  if (!constant.has_value()) return std::nullopt;
  return constant->value.int_value();
}

TEST(Types, OfMessagesAreTheLanguagesOwnWhereItHasThem) {
  ProtoWorkbench bench;
  const auto type = [&](absl::string_view name) { return Text(bench.types().FindType(name)); };
  EXPECT_EQ(type("t.All"), "t.All");
  EXPECT_EQ(bench.types().FindType("t.All")->kind(), TypeKind::kMessage);
  EXPECT_EQ(type("t.All.Group"), "t.All.Group");
  EXPECT_EQ(type("google.protobuf.Int32Value"), "int?");
  EXPECT_EQ(type("google.protobuf.UInt64Value"), "uint?");
  EXPECT_EQ(type("google.protobuf.FloatValue"), "double?");
  EXPECT_EQ(type("google.protobuf.BoolValue"), "bool?");
  EXPECT_EQ(type("google.protobuf.StringValue"), "string?");
  EXPECT_EQ(type("google.protobuf.BytesValue"), "bytes?");
  EXPECT_EQ(type("google.protobuf.Timestamp"), "timestamp");
  EXPECT_EQ(type("google.protobuf.Duration"), "duration");
  EXPECT_EQ(type("google.protobuf.Struct"), "map(string, dyn)");
  EXPECT_EQ(type("google.protobuf.ListValue"), "list(dyn)");
  EXPECT_EQ(type("google.protobuf.Value"), "dyn");
  EXPECT_EQ(type("google.protobuf.Any"), "dyn");
  EXPECT_EQ(type("google.protobuf.Empty"), "google.protobuf.Empty");
  EXPECT_EQ(type("t.All.Level"), "int");
  EXPECT_EQ(type("t.Color"), "int");
  EXPECT_EQ(type("t.Missing"), "none");
  EXPECT_EQ(type("t"), "none");
  EXPECT_EQ(type("t.All.NamesEntry"), "none");
}

TEST(Types, OfFields) {
  ProtoWorkbench bench;
  const auto field = [&](absl::string_view name) {
    return Text(bench.types().FindField("t.All", name));
  };
  EXPECT_EQ(field("int32"), "int");
  EXPECT_EQ(field("uint32"), "uint");
  EXPECT_EQ(field("float"), "double");
  EXPECT_EQ(field("bytes"), "bytes");
  EXPECT_EQ(field("level"), "int");
  EXPECT_EQ(field("child"), "t.All");
  EXPECT_EQ(field("group"), "t.All.Group");
  EXPECT_EQ(field("any"), "dyn");
  EXPECT_EQ(field("timestamp"), "timestamp");
  EXPECT_EQ(field("int32_value"), "int?");
  EXPECT_EQ(field("levels"), "list(int)");
  EXPECT_EQ(field("children"), "list(t.All)");
  EXPECT_EQ(field("int32_values"), "list(int?)");
  EXPECT_EQ(field("names"), "map(string, int)");
  EXPECT_EQ(field("by_id"), "map(int, t.All)");
  EXPECT_EQ(field("any_of"), "map(uint, dyn)");
  EXPECT_EQ(field("missing"), "none");
  EXPECT_EQ(Text(bench.types().FindField("t.Missing", "int32")), "none");
  EXPECT_EQ(Text(bench.types().FindField("google.protobuf.Int32Value", "value")), "int");
}

TEST(Types, OfExtensionsByTheirFullNames) {
  ProtoWorkbench bench;
  EXPECT_EQ(Text(bench.types().FindField("t.All", "t.number")), "int");
  EXPECT_EQ(Text(bench.types().FindField("t.All", "t.Scope.inner")), "int");
  EXPECT_EQ(Text(bench.types().FindField("t.All", "t.parts")), "list(t.All)");
  EXPECT_EQ(Text(bench.types().FindField("t.All", "number")), "none");
  EXPECT_EQ(Text(bench.types().FindField("p.All", "t.number")), "none");
}

TEST(Types, EnumValuesByTheirTypesName) {
  ProtoWorkbench bench;
  const MessageTypes& types = bench.types();
  EXPECT_EQ(Number(types, "t.Color.BLUE"), 5);
  EXPECT_EQ(Number(types, "t.All.Level.HIGH"), 7);
  EXPECT_EQ(Number(types, "google.protobuf.NullValue.NULL_VALUE"), 0);
  EXPECT_EQ(Number(types, "t.BLUE"), std::nullopt);
  EXPECT_EQ(Number(types, "t.Color.GREEN"), std::nullopt);
  EXPECT_EQ(Number(types, "BLUE"), std::nullopt);
}

TEST(Types, OfGeneratedCode) {
  const MessageTypes types(google::protobuf::Api::descriptor()->file()->pool());
  EXPECT_EQ(Text(types.FindField("google.protobuf.Api", "methods")),
            "list(google.protobuf.Method)");
  EXPECT_EQ(Number(types, "google.protobuf.Syntax.SYNTAX_PROTO3"), 1);
  Arena arena;
  EvalContext context;
  context.arena = &arena;
  const Value api = types.Make(context, "google.protobuf.Api", {"name"}, {Value::String("leads")});
  ASSERT_EQ(api.kind(), Kind::kObject);
  EXPECT_EQ(ToString(api), "google.protobuf.Api{name: \"leads\"}");
  EXPECT_EQ(ToString(types.Parse(context, "google.protobuf.Api", "\x0a\x01x")),
            "google.protobuf.Api{name: \"x\"}");
}

}  // namespace
}  // namespace leadgrade::cel
