#include "tests/engine/cel/protobuf/workbench.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/cel/program.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;

// A field a line: name, number, what it is. `label` is for those that are not repeated.
std::string Field(absl::string_view name, int number, absl::string_view rest,
                  absl::string_view label = "LABEL_OPTIONAL") {
  return absl::StrCat("field { name: '", name, "' number: ", number, " label: ", label, " ", rest,
                      " }\n");
}

std::string Part(absl::string_view type) {
  return absl::StrCat("type: TYPE_MESSAGE type_name: '", type, "'");
}

std::string Wrapped(absl::string_view name) {
  return Part(absl::StrCat(".google.protobuf.", name));
}

std::string MapEntry(absl::string_view name, absl::string_view key, absl::string_view value) {
  return absl::StrCat("nested_type { name: '", name, "' ", Field("key", 1, key),
                      Field("value", 2, value), "options { map_entry: true } }\n");
}

// The fields that both syntaxes have.
std::string Shared(const std::string& package) {
  constexpr absl::string_view kRepeated = "LABEL_REPEATED";
  const std::string all = absl::StrCat(".", package, ".All");
  std::string text =
      absl::StrCat(Field("uint32", 2, "type: TYPE_UINT32"), Field("int64", 3, "type: TYPE_INT64"),
                   Field("uint64", 4, "type: TYPE_UINT64"), Field("float", 5, "type: TYPE_FLOAT"),
                   Field("double", 6, "type: TYPE_DOUBLE"), Field("bool", 7, "type: TYPE_BOOL"),
                   Field("string", 8, "type: TYPE_STRING"), Field("bytes", 9, "type: TYPE_BYTES"),
                   Field("level", 10, absl::StrCat("type: TYPE_ENUM type_name: '", all, ".Level'")),
                   Field("child", 11, Part(all)), Field("in", 12, "type: TYPE_BOOL"),
                   Field("left", 13, "type: TYPE_INT32 oneof_index: 0"),
                   Field("right", 14, absl::StrCat(Part(all), " oneof_index: 0")));
  absl::StrAppend(
      &text, Field("any", 20, Wrapped("Any")), Field("duration", 21, Wrapped("Duration")),
      Field("timestamp", 22, Wrapped("Timestamp")), Field("struct", 23, Wrapped("Struct")),
      Field("value", 24, Wrapped("Value")), Field("list_value", 25, Wrapped("ListValue")),
      Field("int32_value", 26, Wrapped("Int32Value")),
      Field("int64_value", 27, Wrapped("Int64Value")),
      Field("uint32_value", 28, Wrapped("UInt32Value")),
      Field("uint64_value", 29, Wrapped("UInt64Value")),
      Field("float_value", 30, Wrapped("FloatValue")),
      Field("double_value", 31, Wrapped("DoubleValue")),
      Field("bool_value", 32, Wrapped("BoolValue")),
      Field("string_value", 33, Wrapped("StringValue")),
      Field("bytes_value", 34, Wrapped("BytesValue")),
      Field("null_value", 35, "type: TYPE_ENUM type_name: '.google.protobuf.NullValue'"));
  absl::StrAppend(
      &text, Field("int32s", 41, "type: TYPE_INT32", kRepeated),
      Field("strings", 42, "type: TYPE_STRING", kRepeated),
      Field("children", 43, Part(all), kRepeated), Field("anys", 44, Wrapped("Any"), kRepeated),
      Field("timestamps", 45, Wrapped("Timestamp"), kRepeated),
      Field("int32_values", 46, Wrapped("Int32Value"), kRepeated),
      Field("values", 47, Wrapped("Value"), kRepeated),
      Field("levels", 48, absl::StrCat("type: TYPE_ENUM type_name: '", all, ".Level'"), kRepeated),
      Field("names", 51, Part(all + ".NamesEntry"), kRepeated),
      Field("by_id", 52, Part(all + ".ByIdEntry"), kRepeated),
      Field("wrapped", 53, Part(all + ".WrappedEntry"), kRepeated),
      Field("any_of", 54, Part(all + ".AnyOfEntry"), kRepeated),
      MapEntry("NamesEntry", "type: TYPE_STRING", "type: TYPE_INT32"),
      MapEntry("ByIdEntry", "type: TYPE_INT64", Part(all)),
      MapEntry("WrappedEntry", "type: TYPE_BOOL", Wrapped("Int32Value")),
      MapEntry("AnyOfEntry", "type: TYPE_UINT32", Wrapped("Any")));
  return text +
         "enum_type { name: 'Level' value { name: 'LOW' number: 0 } value { name: 'MID' number: 1 }"
         " value { name: 'HIGH' number: 7 } }\n"
         "oneof_decl { name: 'side' }\n";
}

std::string Proto2() {
  constexpr absl::string_view kExtendee = " extendee: '.t.All'";
  const auto extension = [&](absl::string_view name, int number, absl::string_view rest,
                             absl::string_view label = "LABEL_OPTIONAL") {
    std::string text = Field(name, number, absl::StrCat(rest, kExtendee), label);
    return text.replace(0, 5, "extension");
  };
  return absl::StrCat(
      "name: 't.proto' package: 't' syntax: 'proto2'\n", "message_type { name: 'All'\n",
      Shared("t"), Field("int32", 1, "type: TYPE_INT32 default_value: '-32'"),
      Field("group", 60, "type: TYPE_GROUP type_name: '.t.All.Group'"),
      "nested_type { name: 'Group' ", Field("n", 1, "type: TYPE_INT32"), "}\n",
      "extension_range { start: 100 end: 200 }\n}\n", "message_type { name: 'Scope'\n",
      extension("inner", 101, "type: TYPE_INT64"), "}\n", "message_type { name: 'Node' ",
      Field("next", 1, Part(".t.Node")), "}\nmessage_type { name: 'Needed'\n",
      Field("needed", 1, "type: TYPE_INT32", "LABEL_REQUIRED"), "}\n",
      extension("number", 100, "type: TYPE_INT32"), extension("part", 102, Part(".t.All")),
      extension("parts", 103, Part(".t.All"), "LABEL_REPEATED"),
      "enum_type { name: 'Color' value { name: 'RED' number: 0 } value { name: 'BLUE' number: 5 } "
      "}");
}

std::string Proto3() {
  return absl::StrCat("name: 'p.proto' package: 'p' syntax: 'proto3'\n",
                      "message_type { name: 'All'\n", Shared("p"),
                      Field("int32", 1, "type: TYPE_INT32"),
                      Field("maybe", 61, "type: TYPE_INT32 proto3_optional: true oneof_index: 1"),
                      "oneof_decl { name: '_maybe' } }");
}

void Add(pb::DescriptorPool* pool, const std::string& text) {
  pb::FileDescriptorProto file;
  ASSERT_TRUE(pb::TextFormat::ParseFromString(text, &file)) << text;
  for (const auto* known :
       {pb::Any::descriptor(), pb::Duration::descriptor(), pb::Struct::descriptor(),
        pb::Timestamp::descriptor(), pb::Int32Value::descriptor()}) {
    file.add_dependency(known->file()->name());
  }
  ASSERT_NE(pool->BuildFile(file), nullptr);
}

void AddKnown(pb::DescriptorPool* pool, const pb::Descriptor* type) {
  pb::FileDescriptorProto file;
  type->file()->CopyTo(&file);
  ASSERT_NE(pool->BuildFile(file), nullptr);
}

}  // namespace

ProtoWorkbench::ProtoWorkbench(MessageTypes::Enums enums) : types_(&pool_, enums) {
  for (const auto* known :
       {pb::Any::descriptor(), pb::Duration::descriptor(), pb::Struct::descriptor(),
        pb::Timestamp::descriptor(), pb::Int32Value::descriptor(), pb::FieldMask::descriptor(),
        pb::Empty::descriptor()}) {
    AddKnown(&pool_, known);
  }
  Add(&pool_, Proto2());
  Add(&pool_, Proto3());
  context_.arena = &arena_;
}

std::string ProtoWorkbench::Eval(const std::string& source) {
  Env env;
  env.SetTypes(&types_);
  std::vector<ExprIssue> issues;
  const auto program = Compile(source, env, std::nullopt, &issues);
  return program == nullptr ? issues[0].message : ToString(program->Eval(context_));
}

Value ProtoWorkbench::Make(absl::string_view message, const Fields& fields) {
  std::vector<absl::string_view> names;
  std::vector<Value> values;
  for (const auto& [name, value] : fields) {
    if (value.is_error()) return value;
    names.push_back(name);
    values.push_back(value);
  }
  return types_.Make(context_, message, names, values);
}

Value ProtoWorkbench::Get(const Value& message, absl::string_view field) {
  return message.kind() == Kind::kObject ? message.object().Get(context_, field) : message;
}

Value ProtoWorkbench::Has(const Value& message, absl::string_view field) {
  return message.kind() == Kind::kObject ? message.object().Has(context_, field) : message;
}

std::string ProtoWorkbench::Bytes(const std::string& name, const std::string& text) {
  pb::DynamicMessageFactory factory(&pool_);
  const std::unique_ptr<pb::Message> message(
      factory.GetPrototype(pool_.FindMessageTypeByName(name))->New());
  EXPECT_TRUE(pb::TextFormat::ParseFromString(text, message.get())) << text;
  return message->SerializeAsString();
}

Value ProtoWorkbench::FromText(const std::string& name, const std::string& text) {
  return types_.Parse(context_, name, Bytes(name, text));
}

}  // namespace leadgrade::cel
