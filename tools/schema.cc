#include "tools/schema.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "engine/rules/yaml.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using rules::KeyFormat;
using rules::KindFormat;
using rules::MapFormat;
using rules::Shape;

// As a reader of YAML 1.2 takes it.
Json ToJson(const rules::YamlNode& node) {
  if (node.is_null()) return nullptr;
  if (node.is_sequence()) {
    Json list = Json::array();
    for (const rules::YamlNode& item : node.items) list.push_back(ToJson(item));
    return list;
  }
  if (node.is_map()) {
    Json map = Json::object();
    for (const auto& [key, value] : node.entries) map[key.text] = ToJson(value);
    return map;
  }
  if (!node.plain) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  int64_t whole = 0;
  if (absl::SimpleAtoi(node.text, &whole)) return whole;
  double number = 0;
  if (absl::SimpleAtod(node.text, &number)) return number;
  return node.text;
}

Json Example(absl::string_view yaml) {
  base::IssueList issues;
  const auto file = rules::YamlFile::Parse("example", std::string(yaml), &issues);
  return file.has_value() && !file->documents().empty() ? ToJson(file->documents()[0]) : Json();
}

class SchemaWriter {
 public:
  // A schema that refers to what it needs in Definitions().
  Json Write(const Shape& shape) {
    switch (shape.kind) {
      case Shape::Kind::kAny:
        return Json::object();
      case Shape::Kind::kText:
      case Shape::Kind::kCel:
      case Shape::Kind::kRowCel:
        return AnyText();
      case Shape::Kind::kFlag:
        return {{"type", "boolean"}};
      case Shape::Kind::kNumber:
        return {{"type", "number"}};
      case Shape::Kind::kWhole:
        return {{"type", "integer"}, {"minimum", 0}};
      case Shape::Kind::kInstant:
        return {{"type", "string"}, {"format", "date-time"}};
      case Shape::Kind::kChoice:
        return {{"enum", Choices(shape)}};
      case Shape::Kind::kSuggested:
        return {{"anyOf", Json::array({{{"enum", Choices(shape)}}, {{"type", "string"}}})}};
      case Shape::Kind::kMap:
        return Refer(*shape.map);
      case Shape::Kind::kNamed:
        return WriteNamed(shape);
      case Shape::Kind::kList:
        return {{"type", "array"}, {"items", Write(*shape.element)}};
      case Shape::Kind::kEither: {
        Json options = Json::array();
        for (const Shape* option : shape.options) options.push_back(Write(*option));
        return {{"anyOf", std::move(options)}};
      }
    }
    return Json::object();
  }

  Json Refer(const MapFormat& map) {
    const std::string id(map.id);
    // Entered before it is written: a condition is made of conditions.
    if (definitions_.emplace(id, nullptr).second) {
      Json written = WriteMap(map);
      definitions_[id] = std::move(written);
    }
    return {{"$ref", absl::StrCat("#/definitions/", id)}};
  }

  Json Definitions() const {
    Json all = Json::object();
    for (const auto& [id, schema] : definitions_) all[id] = schema;
    return all;
  }

 private:
  // The loaders take any single value by its text: `description: 2026` is fine.
  static Json AnyText() { return {{"type", Json::array({"string", "number", "boolean"})}}; }

  static Json Choices(const Shape& shape) {
    Json choices = Json::array();
    for (const absl::string_view choice : shape.choices) choices.push_back(std::string(choice));
    return choices;
  }

  Json WriteNamed(const Shape& shape) {
    Json element = Write(*shape.element);
    // An output that is nullable may be given as null.
    if (shape.names == rules::Names::kOutputKey) element["type"].push_back("null");
    return {{"type", "object"}, {"additionalProperties", std::move(element)}};
  }

  Json WriteMap(const MapFormat& map) {
    Json properties = Json::object(), required = Json::array();
    for (const KeyFormat& key : map.keys) {
      Json schema = Write(*key.shape);
      schema["description"] = std::string(key.description);
      if (!key.example.empty()) schema["examples"] = Json::array({Example(key.example)});
      properties[std::string(key.name)] = std::move(schema);
      if (key.required) required.push_back(std::string(key.name));
    }
    Json out = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    return out;
  }

  std::map<std::string, Json> definitions_;
};

// The keys of the document's kind once that is told.
Json IfThen(const KindFormat& kind, SchemaWriter* writer) {
  const Json is_kind = {{"const", std::string(kind.kind)}};
  return {{"if", {{"required", {"kind"}}, {"properties", {{"kind", is_kind}}}}},
          {"then", writer->Refer(*kind.document)}};
}

Json KindChoice() {
  Json names = Json::array(), meanings = Json::array();
  for (const KindFormat& kind : rules::Kinds()) {
    names.push_back(std::string(kind.kind));
    meanings.push_back(std::string(kind.description));
  }
  return {{"description", std::string(rules::kKindKey.description)},
          {"enum", std::move(names)},
          {"enumDescriptions", std::move(meanings)}};
}

}  // namespace

std::string SchemaJson(const KindFormat* kind) {
  SchemaWriter writer;
  Json schema = {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", kind == nullptr ? "leadgrade rule files" : absl::StrCat("leadgrade ", kind->kind)}};
  if (kind != nullptr) {
    schema["description"] = std::string(kind->description);
    schema["allOf"] = Json::array({writer.Refer(*kind->document)});
  } else {
    schema["type"] = "object";
    schema["required"] = {"apiVersion", "kind"};
    schema["properties"] = {{"apiVersion", writer.Write(rules::kApiVersionShape)},
                            {"kind", KindChoice()}};
    schema["allOf"] = Json::array();
    for (const KindFormat& each : rules::Kinds()) schema["allOf"].push_back(IfThen(each, &writer));
  }
  schema["definitions"] = writer.Definitions();
  return absl::StrCat(schema.dump(1), "\n");
}

}  // namespace leadgrade::tools
