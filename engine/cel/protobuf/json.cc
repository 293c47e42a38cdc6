#include "engine/cel/protobuf/json.h"

#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "engine/base/unicode.h"
#include "engine/cel/protobuf/message_object.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;

// The fields of google.protobuf.Value.
constexpr int kNullValue = 1, kNumberValue = 2, kStringValue = 3, kBoolValue = 4, kStructValue = 5,
              kListValue = 6;
// Integers beyond it are not exact as doubles.
constexpr int64_t kMaxExactInteger = (int64_t{1} << 53) - 1;

absl::Status NoJson(const Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("conversion error: ", TypeNameOf(value), " to google.protobuf.Value"));
}

std::string DurationText(absl::Duration duration) {
  const absl::Duration size = absl::AbsDuration(duration);
  const int64_t seconds = absl::ToInt64Seconds(size);
  const int64_t nanos = absl::ToInt64Nanoseconds(size - absl::Seconds(seconds));
  std::string text = absl::StrCat(duration < absl::ZeroDuration() ? "-" : "", seconds);
  // As protobuf writes them: 0, 3, 6 or 9 digits.
  if (nanos % 1000000 == 0) {
    if (nanos != 0) absl::StrAppendFormat(&text, ".%03d", nanos / 1000000);
  } else if (nanos % 1000 == 0) {
    absl::StrAppendFormat(&text, ".%06d", nanos / 1000);
  } else {
    absl::StrAppendFormat(&text, ".%09d", nanos);
  }
  return text + "s";
}

absl::Status WriteObject(pb::Message* message, const Value& value) {
  const auto* const object = dynamic_cast<const MessageObject*>(&value.object());
  if (object == nullptr) return NoJson(value);
  std::string text;
  if (!pb::util::MessageToJsonString(object->message(), &text).ok() ||
      !pb::util::JsonStringToMessage(text, message).ok()) {
    return NoJson(value);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteJsonValue(pb::Message* message, const Value& value, int depth) {
  const auto* const reflection = message->GetReflection();
  const auto field = [&](int number) {
    return message->GetDescriptor()->FindFieldByNumber(number);
  };
  const auto number = [&](double n) {
    reflection->SetDouble(message, field(kNumberValue), n);
    return absl::OkStatus();
  };
  const auto text = [&](std::string s) {
    reflection->SetString(message, field(kStringValue), std::move(s));
    return absl::OkStatus();
  };
  switch (value.kind()) {
    case Kind::kNull:
      reflection->SetEnumValue(message, field(kNullValue), 0);
      return absl::OkStatus();
    case Kind::kBool:
      reflection->SetBool(message, field(kBoolValue), value.bool_value());
      return absl::OkStatus();
    case Kind::kInt: {
      const int64_t n = value.int_value();
      if (n < -kMaxExactInteger || n > kMaxExactInteger) return text(absl::StrCat(n));
      return number(static_cast<double>(n));
    }
    case Kind::kUint: {
      const uint64_t n = value.uint_value();
      if (n > static_cast<uint64_t>(kMaxExactInteger)) return text(absl::StrCat(n));
      return number(static_cast<double>(n));
    }
    case Kind::kDouble: {
      const double n = value.double_value();
      if (std::isnan(n)) return text("NaN");
      if (std::isinf(n)) return text(n > 0 ? "Infinity" : "-Infinity");
      return number(n);
    }
    case Kind::kString:
      if (base::FirstInvalidUtf8(value.text()) != absl::string_view::npos) return NoJson(value);
      return text(std::string(value.text()));
    case Kind::kBytes:
      return text(absl::Base64Escape(value.text()));
    case Kind::kTimestamp:
      return text(
          absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", value.timestamp(), absl::UTCTimeZone()));
    case Kind::kDuration:
      return text(DurationText(value.duration()));
    case Kind::kList:
      return WriteJsonList(reflection->MutableMessage(message, field(kListValue)), value.elements(),
                           depth);
    case Kind::kMap:
      return WriteJsonStruct(reflection->MutableMessage(message, field(kStructValue)), value.map(),
                             depth);
    case Kind::kObject:
      return WriteObject(message, value);
    default:
      return NoJson(value);
  }
}

absl::Status WriteJsonStruct(pb::Message* message, const MapRep& map, int depth) {
  if (depth >= kMaxJsonDepth) {
    return absl::InvalidArgumentError("conversion error: maps and lists nest too deeply");
  }
  const auto* const reflection = message->GetReflection();
  const auto* const fields = message->GetDescriptor()->FindFieldByNumber(1);
  for (uint32_t i = 0; i < map.size; ++i) {
    const Value& key = map.entries[2 * i];
    if (key.kind() != Kind::kString) {
      return absl::InvalidArgumentError(absl::StrCat(
          "bad key type: google.protobuf.Struct has string keys, not ", TypeNameOf(key)));
    }
    if (base::FirstInvalidUtf8(key.text()) != absl::string_view::npos) return NoJson(key);
    auto* const entry = reflection->AddMessage(message, fields);
    entry->GetReflection()->SetString(entry, fields->message_type()->map_key(),
                                      std::string(key.text()));
    auto* const content =
        entry->GetReflection()->MutableMessage(entry, fields->message_type()->map_value());
    if (auto status = WriteJsonValue(content, map.entries[2 * i + 1], depth + 1); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status WriteJsonList(pb::Message* message, absl::Span<const Value> elements, int depth) {
  if (depth >= kMaxJsonDepth) {
    return absl::InvalidArgumentError("conversion error: maps and lists nest too deeply");
  }
  const auto* const reflection = message->GetReflection();
  const auto* const values = message->GetDescriptor()->FindFieldByNumber(1);
  for (const Value& element : elements) {
    if (auto status = WriteJsonValue(reflection->AddMessage(message, values), element, depth + 1);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace leadgrade::cel
