#include "tools/cel_text.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSourceCells = 60;
constexpr int kValueCells = 100;

absl::string_view TextOf(absl::string_view source, const cel::Range& range) {
  return source.substr(range.begin, range.end - range.begin);
}

void AppendPart(const CelSession& session, absl::string_view source, const cel::ExplainedPart& part,
                int depth, std::string* out) {
  absl::StrAppend(out, std::string(2 * depth, ' '),
                  CutToCells(Printable(TextOf(source, part.range)), kSourceCells), " → ",
                  CutToCells(Printable(session.ToText(part.value)), kValueCells),
                  part.needed ? "" : " (not needed)", "\n");
  for (const cel::ExplainedPart& child : part.children) {
    AppendPart(session, source, child, depth + 1, out);
  }
}

Json PartJson(const CelSession& session, absl::string_view source, const cel::ExplainedPart& part) {
  Json json = {{"source", std::string(TextOf(source, part.range))}};
  json.update(OutcomeJson(session, part.value));
  json["needed"] = part.needed;
  Json parts = Json::array();
  for (const cel::ExplainedPart& child : part.children) {
    parts.push_back(PartJson(session, source, child));
  }
  json["parts"] = std::move(parts);
  return json;
}

constexpr int64_t kExact = int64_t{1} << 53;

Json IntJson(int64_t number) {
  return number >= -kExact && number <= kExact ? Json(number) : Json(absl::StrCat(number));
}

Json UintJson(uint64_t number) {
  return number <= uint64_t{kExact} ? Json(number) : Json(absl::StrCat(number));
}

std::string Seconds(absl::Duration duration) {
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  const int64_t nanos = std::abs(absl::ToInt64Nanoseconds(rest));
  std::string fraction;
  if (nanos != 0) {
    fraction = absl::StrCat(".", absl::Dec(nanos, absl::kZeroPad9));
    while (fraction.back() == '0') fraction.pop_back();
  }
  const char* sign = seconds == 0 && duration < absl::ZeroDuration() ? "-" : "";
  return absl::StrCat(sign, seconds, fraction, "s");
}

Json DoubleJson(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

Json ListJson(const cel::Value& list) {
  Json json = Json::array();
  for (const cel::Value& element : list.elements()) json.push_back(ValueJson(element));
  return json;
}

// Two keys that JSON cannot tell apart (1 and "1") leave it a literal.
Json MapJson(const cel::Value& value) {
  const cel::MapRep& map = value.map();
  Json json = Json::object();
  for (uint32_t i = 0; i < map.size; ++i) {
    const cel::Value& key = map.entries[size_t{2} * i];
    std::string name = key.kind() == cel::Kind::kString ? std::string(key.text()) : ToString(key);
    if (key.kind() == cel::Kind::kUint) name.pop_back();  // the `u`
    if (json.contains(name)) return cel::ToString(value);
    json[name] = ValueJson(map.entries[size_t{2} * i + 1]);
  }
  return json;
}

}  // namespace

std::string ExplanationText(const CelSession& session, absl::string_view source,
                            const cel::Explanation& explanation) {
  std::string out;
  AppendPart(session, source, explanation.whole, 0, &out);
  if (explanation.cut) {
    absl::StrAppend(&out, "… (the first ", cel::kMaxExplainedParts, " parts)\n");
  }
  return out;
}

Json ExplanationJson(const CelSession& session, absl::string_view source,
                     const cel::Explanation& explanation) {
  Json json = PartJson(session, source, explanation.whole);
  json["cut"] = explanation.cut;
  return json;
}

Json OutcomeJson(const CelSession& session, const cel::Value& value) {
  if (value.is_error()) return {{"error", std::string(value.error().message)}};
  if (value.is_unknown()) return {{"unknown", session.UnknownNames(value)}};
  return {{"value", ValueJson(value)}};
}

Json ValueJson(const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::kNull:
      return nullptr;
    case cel::Kind::kBool:
      return value.bool_value();
    case cel::Kind::kInt:
      return IntJson(value.int_value());
    case cel::Kind::kUint:
      return UintJson(value.uint_value());
    case cel::Kind::kDouble:
      return DoubleJson(value.double_value());
    case cel::Kind::kString:
      return std::string(value.text());
    case cel::Kind::kBytes:
      return absl::Base64Escape(value.text());
    case cel::Kind::kTimestamp:
      return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", value.timestamp(), absl::UTCTimeZone());
    case cel::Kind::kDuration:
      return Seconds(value.duration());
    case cel::Kind::kType:
      return std::string(value.text());
    case cel::Kind::kList:
      return ListJson(value);
    case cel::Kind::kMap:
      return MapJson(value);
    default:
      return cel::ToString(value);
  }
}

}  // namespace leadgrade::tools
