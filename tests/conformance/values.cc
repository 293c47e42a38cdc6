#include "tests/conformance/values.h"

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace leadgrade::cel {
namespace {

using nlohmann::json;

[[noreturn]] void Refuse(absl::string_view what, const json& json) {
  throw std::invalid_argument(absl::StrCat("not a ", what, ": ", json.dump()));
}

Type ScalarFrom(const json& json) {
  // The language's `any` is what a value of any type is to this engine.
  static const auto* const scalars = new std::unordered_map<std::string, TypeKind>{
      {"dyn", TypeKind::kDyn},           {"any", TypeKind::kDyn},
      {"null", TypeKind::kNull},         {"bool", TypeKind::kBool},
      {"int", TypeKind::kInt},           {"uint", TypeKind::kUint},
      {"double", TypeKind::kDouble},     {"string", TypeKind::kString},
      {"bytes", TypeKind::kBytes},       {"timestamp", TypeKind::kTimestamp},
      {"duration", TypeKind::kDuration},
  };
  const auto found = scalars->find(json.get<std::string>());
  if (found == scalars->end()) Refuse("type", json);
  return Type(found->second);
}

template <typename Number>
Number NumberFrom(const json& json, bool (*parse)(absl::string_view, Number*)) {
  Number number;
  if (!parse(json.get<std::string>(), &number)) Refuse("number", json);
  return number;
}

std::string BytesFrom(const json& json) {
  std::string bytes;
  if (!absl::Base64Unescape(json.get<std::string>(), &bytes)) Refuse("base64 text", json);
  return bytes;
}

// ["-1", -500000000]: whole seconds, and nanoseconds
absl::Duration SecondsFrom(const json& json) {
  if (!json.is_array() || json.size() != 2) Refuse("span of time", json);
  return absl::Seconds(NumberFrom<int64_t>(json[0], absl::SimpleAtoi<int64_t>)) +
         absl::Nanoseconds(json[1].get<int64_t>());
}

json SecondsOf(absl::Duration span, bool is_timestamp) {
  absl::Duration rest;
  int64_t seconds = absl::IDivDuration(span, absl::Seconds(1), &rest);
  // A timestamp's nanoseconds count forward; a duration's have the sign of its seconds.
  if (is_timestamp && rest < absl::ZeroDuration()) {
    --seconds;
    rest += absl::Seconds(1);
  }
  return {absl::StrCat(seconds), absl::ToInt64Nanoseconds(rest)};
}

const Value* FindSameKey(const MapRep& map, const Value& key) {
  for (uint32_t i = 0; i < map.size; ++i) {
    if (Same(map.entries[2 * i], key)) return &map.entries[2 * i + 1];
  }
  return nullptr;
}

}  // namespace

Type TypeFrom(const json& json, const TypeProvider& types) {
  if (json.is_string()) return ScalarFrom(json);
  if (!json.is_object() || json.empty()) Refuse("type", json);
  if (json.contains("list")) return Type::List(TypeFrom(json["list"], types));
  if (json.contains("map")) {
    return Type::Map(TypeFrom(json["map"][0], types), TypeFrom(json["map"][1], types));
  }
  if (json.contains("wrapper")) return Type::Nullable(TypeFrom(json["wrapper"], types));
  if (json.contains("type")) {
    return json["type"].is_null() ? Type(TypeKind::kType) : Type::Of(TypeFrom(json["type"], types));
  }
  if (json.contains("param")) return Type::Param(json["param"]);
  if (json.contains("message")) {
    const std::string name = json["message"];
    return types.FindType(name).value_or(Type::Message(name));
  }
  if (!json.contains("abstract")) Refuse("type", json);
  std::vector<Type> parameters;
  for (const auto& parameter : json["parameters"]) {
    parameters.push_back(TypeFrom(parameter, types));
  }
  return Type::Opaque(json["abstract"], std::move(parameters));
}

Type Decided(const Type& type) {
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) parameters.push_back(Decided(parameter));
  switch (type.kind()) {
    case TypeKind::kTypeParam:
      return Type(TypeKind::kDyn);
    case TypeKind::kList:
      return Type::List(parameters[0]);
    case TypeKind::kMap:
      return Type::Map(parameters[0], parameters[1]);
    case TypeKind::kNullable:
      // CEL's own timestamps, durations, messages and abstract types may be null as they are; ours
      // say whether they may.
      switch (parameters[0].kind()) {
        case TypeKind::kTimestamp:
        case TypeKind::kDuration:
        case TypeKind::kMessage:
        case TypeKind::kOpaque:
          return parameters[0];
        default:
          return Type::Nullable(parameters[0]);
      }
    case TypeKind::kType:
      return parameters.empty() ? type : Type::Of(parameters[0]);
    case TypeKind::kOpaque:
      return Type::Opaque(type.name(), std::move(parameters));
    default:
      return type;
  }
}

Value ValueFrom(const json& json, const MessageTypes& types, EvalContext& context) {
  if (!json.is_object() || json.size() != 1) Refuse("value", json);
  const std::string& kind = json.begin().key();
  const auto& content = json.begin().value();
  Arena& arena = *context.arena;
  if (kind == "null") return Value::Null();
  if (kind == "bool") return Value::Bool(content.get<bool>());
  if (kind == "enum") {
    const int number = content["number"];
    const auto type = types.FindType(content["type"].get<std::string>());
    if (!type.has_value()) Refuse("enum", json);
    // Which of the two it is was settled with `types`.
    return type->kind() == TypeKind::kEnum ? Value::Enum(type->enum_type().get(), number)
                                           : Value::Int(number);
  }
  if (kind == "int") {
    return Value::Int(NumberFrom<int64_t>(content, absl::SimpleAtoi<int64_t>));
  }
  if (kind == "uint") return Value::Uint(NumberFrom<uint64_t>(content, absl::SimpleAtoi<uint64_t>));
  if (kind == "double") return Value::Double(NumberFrom<double>(content, absl::SimpleAtod));
  if (kind == "string") return arena.MakeString(content.get<std::string>());
  if (kind == "bytes") return arena.MakeBytes(BytesFrom(content));
  if (kind == "type") {
    return Value::TypeNamed(arena.MakeString(content.get<std::string>()).text());
  }
  if (kind == "timestamp") {
    return Value::Timestamp(absl::UnixEpoch() + SecondsFrom(content));
  }
  if (kind == "duration") return Value::Duration(SecondsFrom(content));
  if (kind == "message") {
    return types.Parse(context, content["type"].get<std::string>(), BytesFrom(content["bytes"]));
  }
  std::vector<Value> elements;
  if (kind == "list") {
    for (const auto& element : content) elements.push_back(ValueFrom(element, types, context));
    return arena.MakeList(elements);
  }
  if (kind != "map") Refuse("value", json);
  for (const auto& entry : content) {
    elements.push_back(ValueFrom(entry[0], types, context));
    elements.push_back(ValueFrom(entry[1], types, context));
  }
  return arena.MakeMap(elements);
}

json JsonOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return {{"null", true}};
    case Kind::kBool:
      return {{"bool", value.bool_value()}};
    case Kind::kInt:
      return {{"int", absl::StrCat(value.int_value())}};
    case Kind::kUint:
      return {{"uint", absl::StrCat(value.uint_value())}};
    case Kind::kDouble: {
      // All digits, so that it reads back as the same.
      char text[32];
      std::snprintf(text, sizeof(text), "%.17g", value.double_value());
      return {{"double", text}};
    }
    case Kind::kString:
      return {{"string", std::string(value.text())}};
    case Kind::kBytes:
      return {{"bytes", absl::Base64Escape(value.text())}};
    case Kind::kTimestamp:
      return {{"timestamp", SecondsOf(value.timestamp() - absl::UnixEpoch(), true)}};
    case Kind::kDuration:
      return {{"duration", SecondsOf(value.duration(), false)}};
    case Kind::kList: {
      json elements = json::array();
      for (const Value& element : value.elements()) elements.push_back(JsonOf(element));
      return {{"list", elements}};
    }
    case Kind::kMap: {
      json entries = json::array();
      for (uint32_t i = 0; i < value.map().size; ++i) {
        entries.push_back(json::array(
            {JsonOf(value.map().entries[2 * i]), JsonOf(value.map().entries[2 * i + 1])}));
      }
      return {{"map", entries}};
    }
    case Kind::kType:
      return {{"type", std::string(value.text())}};
    default:
      throw std::invalid_argument(absl::StrCat("no json for ", ToString(value)));
  }
}

bool Same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kDouble:
      if (std::isnan(a.double_value())) return std::isnan(b.double_value());
      return a.double_value() == b.double_value() &&
             std::signbit(a.double_value()) == std::signbit(b.double_value());
    case Kind::kList: {
      if (a.elements().size() != b.elements().size()) return false;
      for (size_t i = 0; i < a.elements().size(); ++i) {
        if (!Same(a.elements()[i], b.elements()[i])) return false;
      }
      return true;
    }
    case Kind::kMap: {
      if (a.map().size != b.map().size) return false;
      for (uint32_t i = 0; i < a.map().size; ++i) {
        const Value* other = FindSameKey(b.map(), a.map().entries[2 * i]);
        if (other == nullptr || !Same(a.map().entries[2 * i + 1], *other)) return false;
      }
      return true;
    }
    case Kind::kOptional:
      if (a.content() == nullptr || b.content() == nullptr) return a.content() == b.content();
      return Same(*a.content(), *b.content());
    case Kind::kObject:
      return a.object().type_name() == b.object().type_name() && Equal(a, b);
    case Kind::kError:
    case Kind::kUnknown:
      return false;
    default:
      return Equal(a, b);
  }
}

}  // namespace leadgrade::cel
