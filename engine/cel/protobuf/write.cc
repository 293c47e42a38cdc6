#include "engine/cel/protobuf/write.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/unicode.h"
#include "engine/cel/protobuf/json.h"
#include "engine/cel/protobuf/message_object.h"
#include "engine/cel/protobuf/types.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;
using pb::Descriptor;
using pb::FieldDescriptor;

absl::Status WrongKind(const FieldDescriptor* field, const Value& value) {
  return absl::InvalidArgumentError(absl::StrCat("unsupported field type: ", field->name(), " is ",
                                                 TypeOfField(field, nullptr).ToString(), ", not ",
                                                 TypeNameOf(value)));
}

absl::Status OutOfRange(const FieldDescriptor* field) {
  return absl::OutOfRangeError(absl::StrCat("range error: ", field->name()));
}

template <typename To, typename From>
bool Fits(From value) {
  return value >= std::numeric_limits<To>::min() && value <= std::numeric_limits<To>::max();
}

// May an element or a map's value be null? Such a one is left out, or kept where null is a value.
enum class NullElement { kRefused, kLeftOut, kKept };

NullElement TakesNull(const FieldDescriptor* field) {
  if (field->message_type() == nullptr) return NullElement::kRefused;
  switch (field->message_type()->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
    case Descriptor::WELLKNOWNTYPE_STRUCT:
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return NullElement::kRefused;
    case Descriptor::WELLKNOWNTYPE_ANY:
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return NullElement::kKept;
    default:
      return NullElement::kLeftOut;
  }
}

class Writer {
 public:
  explicit Writer(const Messages& messages) : messages_(messages) {}

  absl::Status Field(pb::Message* message, const FieldDescriptor* field, const Value& value) const {
    if (field->is_map()) {
      return value.kind() == Kind::kMap ? Map(message, field, value.map())
                                        : WrongKind(field, value);
    }
    if (field->is_repeated()) {
      if (value.kind() != Kind::kList) return WrongKind(field, value);
      for (const Value& element : value.elements()) {
        if (element.is_null() && TakesNull(field) == NullElement::kLeftOut) continue;
        if (auto status = Slot(message, field, element); !status.ok()) return status;
      }
      return absl::OkStatus();
    }
    if (value.is_null() && field->message_type() != nullptr) {
      switch (field->message_type()->well_known_type()) {
        case Descriptor::WELLKNOWNTYPE_VALUE:
        case Descriptor::WELLKNOWNTYPE_STRUCT:
        case Descriptor::WELLKNOWNTYPE_LISTVALUE:
          break;
        default:
          return absl::OkStatus();
      }
    }
    return Slot(message, field, value);
  }

 private:
  absl::Status Map(pb::Message* message, const FieldDescriptor* field, const MapRep& map) const {
    const auto* const key_field = field->message_type()->map_key();
    const auto* const value_field = field->message_type()->map_value();
    for (uint32_t i = 0; i < map.size; ++i) {
      const Value& value = map.entries[2 * i + 1];
      if (value.is_null() && TakesNull(value_field) == NullElement::kLeftOut) continue;
      auto* const entry = message->GetReflection()->AddMessage(message, field);
      if (auto status = Slot(entry, key_field, map.entries[2 * i]); !status.ok()) return status;
      if (auto status = Slot(entry, value_field, value); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Sets a singular field, adds to a repeated one.
  absl::Status Slot(pb::Message* message, const FieldDescriptor* field, const Value& value) const {
    const auto* const r = message->GetReflection();
    const bool add = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: {
        if (value.kind() != Kind::kInt) return WrongKind(field, value);
        if (!Fits<int32_t>(value.int_value())) return OutOfRange(field);
        const auto n = static_cast<int32_t>(value.int_value());
        add ? r->AddInt32(message, field, n) : r->SetInt32(message, field, n);
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_INT64:
        if (value.kind() != Kind::kInt) return WrongKind(field, value);
        add ? r->AddInt64(message, field, value.int_value())
            : r->SetInt64(message, field, value.int_value());
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_UINT32: {
        if (value.kind() != Kind::kUint) return WrongKind(field, value);
        if (!Fits<uint32_t>(value.uint_value())) return OutOfRange(field);
        const auto n = static_cast<uint32_t>(value.uint_value());
        add ? r->AddUInt32(message, field, n) : r->SetUInt32(message, field, n);
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_UINT64:
        if (value.kind() != Kind::kUint) return WrongKind(field, value);
        add ? r->AddUInt64(message, field, value.uint_value())
            : r->SetUInt64(message, field, value.uint_value());
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_DOUBLE:
        if (value.kind() != Kind::kDouble) return WrongKind(field, value);
        add ? r->AddDouble(message, field, value.double_value())
            : r->SetDouble(message, field, value.double_value());
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_FLOAT: {
        if (value.kind() != Kind::kDouble) return WrongKind(field, value);
        const float n = ToFloat(value.double_value());
        add ? r->AddFloat(message, field, n) : r->SetFloat(message, field, n);
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        if (value.kind() != Kind::kBool) return WrongKind(field, value);
        add ? r->AddBool(message, field, value.bool_value())
            : r->SetBool(message, field, value.bool_value());
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_ENUM: {
        const bool null =
            value.is_null() && field->enum_type()->full_name() == "google.protobuf.NullValue";
        const bool named = value.kind() == Kind::kEnum &&
                           value.enum_type()->name == field->enum_type()->full_name();
        if (value.kind() != Kind::kInt && !null && !named) return WrongKind(field, value);
        const int64_t n = null ? 0 : named ? value.ordinal() : value.int_value();
        if (!Fits<int32_t>(n)) return OutOfRange(field);
        add ? r->AddEnumValue(message, field, static_cast<int>(n))
            : r->SetEnumValue(message, field, static_cast<int>(n));
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
        if (value.kind() != (bytes ? Kind::kBytes : Kind::kString)) return WrongKind(field, value);
        if (!bytes && base::FirstInvalidUtf8(value.text()) != absl::string_view::npos) {
          return absl::InvalidArgumentError(
              absl::StrCat("conversion error: ", field->name(), " is not valid UTF-8"));
        }
        std::string text(value.text());
        add ? r->AddString(message, field, std::move(text))
            : r->SetString(message, field, std::move(text));
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Content(add ? r->AddMessage(message, field, messages_.factory)
                           : r->MutableMessage(message, field, messages_.factory),
                       field, value);
    }
    return WrongKind(field, value);
  }

  // Beyond the range to infinity: what the language says of doubles, and a conversion in C++ leaves
  // undefined.
  static float ToFloat(double value) {
    if (value > std::numeric_limits<float>::max()) {
      return RoundsToMax(value) ? std::numeric_limits<float>::max()
                                : std::numeric_limits<float>::infinity();
    }
    if (value < std::numeric_limits<float>::lowest()) {
      return RoundsToMax(-value) ? std::numeric_limits<float>::lowest()
                                 : -std::numeric_limits<float>::infinity();
    }
    return static_cast<float>(value);
  }
  // Less than half a unit in the last place past the largest float.
  static bool RoundsToMax(double value) { return value < 0x1.ffffffp127; }

  // Fills the empty `part`, which is what `field` holds, from `value`.
  absl::Status Content(pb::Message* part, const FieldDescriptor* field, const Value& value) const {
    const Descriptor* const type = part->GetDescriptor();
    switch (type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
      case Descriptor::WELLKNOWNTYPE_FLOATVALUE:
      case Descriptor::WELLKNOWNTYPE_INT64VALUE:
      case Descriptor::WELLKNOWNTYPE_UINT64VALUE:
      case Descriptor::WELLKNOWNTYPE_INT32VALUE:
      case Descriptor::WELLKNOWNTYPE_UINT32VALUE:
      case Descriptor::WELLKNOWNTYPE_STRINGVALUE:
      case Descriptor::WELLKNOWNTYPE_BYTESVALUE:
      case Descriptor::WELLKNOWNTYPE_BOOLVALUE:
        return Slot(part, type->FindFieldByNumber(1), value);
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP: {
        if (value.kind() != Kind::kTimestamp) return WrongKind(field, value);
        const int64_t seconds = absl::ToUnixSeconds(value.timestamp());
        if (seconds < -62135596800 || seconds >= 253402300800) return OutOfRange(field);
        SetParts(part, seconds, value.timestamp() - absl::FromUnixSeconds(seconds));
        return absl::OkStatus();
      }
      case Descriptor::WELLKNOWNTYPE_DURATION: {
        if (value.kind() != Kind::kDuration) return WrongKind(field, value);
        const int64_t seconds = absl::ToInt64Seconds(value.duration());
        constexpr int64_t kMaxSeconds = 315576000000;
        if (seconds < -kMaxSeconds || seconds > kMaxSeconds) return OutOfRange(field);
        SetParts(part, seconds, value.duration() - absl::Seconds(seconds));
        return absl::OkStatus();
      }
      case Descriptor::WELLKNOWNTYPE_STRUCT:
        if (value.kind() != Kind::kMap) return WrongKind(field, value);
        return WriteJsonStruct(part, value.map());
      case Descriptor::WELLKNOWNTYPE_LISTVALUE:
        if (value.kind() != Kind::kList) return WrongKind(field, value);
        return WriteJsonList(part, value.elements());
      case Descriptor::WELLKNOWNTYPE_VALUE:
        return WriteJsonValue(part, value);
      case Descriptor::WELLKNOWNTYPE_ANY:
        return Pack(part, field, value);
      default: {
        const pb::Message* const message = MessageOf(value);
        if (message == nullptr || message->GetDescriptor() != type) return WrongKind(field, value);
        part->CopyFrom(*message);
        return absl::OkStatus();
      }
    }
  }

  static const pb::Message* MessageOf(const Value& value) {
    if (value.kind() != Kind::kObject) return nullptr;
    const auto* const object = dynamic_cast<const MessageObject*>(&value.object());
    return object == nullptr ? nullptr : &object->message();
  }

  static void SetParts(pb::Message* message, int64_t seconds, absl::Duration rest) {
    const auto* const type = message->GetDescriptor();
    message->GetReflection()->SetInt64(message, type->FindFieldByNumber(1), seconds);
    message->GetReflection()->SetInt32(message, type->FindFieldByNumber(2),
                                       static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  }

  static absl::string_view ContentTypeOf(const Value& value) {
    switch (value.kind()) {
      case Kind::kNull:
        return "google.protobuf.Value";
      case Kind::kBool:
        return "google.protobuf.BoolValue";
      case Kind::kInt:
        return "google.protobuf.Int64Value";
      case Kind::kUint:
        return "google.protobuf.UInt64Value";
      case Kind::kDouble:
        return "google.protobuf.DoubleValue";
      case Kind::kString:
        return "google.protobuf.StringValue";
      case Kind::kBytes:
        return "google.protobuf.BytesValue";
      case Kind::kTimestamp:
      case Kind::kDuration:
        return TypeNameOf(value);
      case Kind::kList:
        return "google.protobuf.ListValue";
      case Kind::kMap:
        return "google.protobuf.Struct";
      default:
        return "";
    }
  }

  absl::Status Pack(pb::Message* any, const FieldDescriptor* field, const Value& value) const {
    if (const pb::Message* const message = MessageOf(value)) return PackMessage(any, *message);
    const absl::string_view name = ContentTypeOf(value);
    const auto* const type =
        name.empty() ? nullptr : messages_.pool->FindMessageTypeByName(std::string(name));
    if (type == nullptr) return WrongKind(field, value);
    const auto content = messages_.New(type);
    if (auto status = Content(content.get(), field, value); !status.ok()) return status;
    return PackMessage(any, *content);
  }

  static absl::Status PackMessage(pb::Message* any, const pb::Message& content) {
    const auto* const type = any->GetDescriptor();
    const auto* const reflection = any->GetReflection();
    std::string bytes;
    if (!content.SerializePartialToString(&bytes)) {
      return absl::ResourceExhaustedError("evaluation needs too much memory");
    }
    reflection->SetString(
        any, type->FindFieldByNumber(1),
        absl::StrCat("type.googleapis.com/", content.GetDescriptor()->full_name()));
    reflection->SetString(any, type->FindFieldByNumber(2), std::move(bytes));
    return absl::OkStatus();
  }

  const Messages& messages_;
};

}  // namespace

absl::Status WriteField(const Messages& messages, pb::Message* message,
                        const FieldDescriptor* field, const Value& value) {
  return Writer(messages).Field(message, field, value);
}

}  // namespace leadgrade::cel
