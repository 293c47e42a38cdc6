#include "engine/cel/protobuf/read.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/cel/operators.h"
#include "engine/cel/protobuf/enum_types.h"
#include "engine/cel/protobuf/map_entries.h"
#include "engine/cel/protobuf/message_object.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;
using pb::Descriptor;
using pb::FieldDescriptor;

Value ErrorOf(EvalContext& context, const absl::Status& status) {
  return context.arena->MakeError(status.message());
}

class Reader {
 public:
  // `kept`: the messages read live as long as what the arena hands out, so that values may point
  // into them; what is not kept is copied.
  Reader(EvalContext& context, const Messages& messages, bool kept)
      : context_(context), messages_(messages), kept_(kept) {}

  Value Field(const pb::Message& message, const FieldDescriptor* field) const {
    const auto* const reflection = message.GetReflection();
    if (field->is_map()) return Map(message, field);
    if (field->is_repeated()) {
      std::vector<Value> elements;
      const int size = reflection->FieldSize(message, field);
      elements.reserve(size);
      for (int i = 0; i < size; ++i) {
        elements.push_back(Slot(message, field, i));
        if (elements.back().is_error()) return elements.back();
      }
      return context_.arena->MakeList(elements);
    }
    if (field->message_type() != nullptr && !reflection->HasField(message, field) &&
        UnsetIsNull(field->message_type())) {
      return Value::Null();
    }
    return Slot(message, field, -1);
  }

  // What a message stands for.
  Value Content(const pb::Message& message) const {
    const Descriptor* const type = message.GetDescriptor();
    const auto part = [&](int number) {
      return Slot(message, type->FindFieldByNumber(number), -1);
    };
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
        return part(1);
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
        return Timestamp(part(1).int_value(), part(2).int_value());
      case Descriptor::WELLKNOWNTYPE_DURATION:
        return Duration(part(1).int_value(), part(2).int_value());
      case Descriptor::WELLKNOWNTYPE_STRUCT:
      case Descriptor::WELLKNOWNTYPE_LISTVALUE:
        return Field(message, type->FindFieldByNumber(1));
      case Descriptor::WELLKNOWNTYPE_VALUE: {
        const auto* const set =
            message.GetReflection()->GetOneofFieldDescriptor(message, type->oneof_decl(0));
        constexpr int kNullValue = 1;
        if (set == nullptr || set->number() == kNullValue) return Value::Null();
        return Slot(message, set, -1);
      }
      case Descriptor::WELLKNOWNTYPE_ANY: {
        auto content = messages_.Unpack(message);
        if (!content.ok()) return ErrorOf(context_, content.status());
        return Whole(*std::move(content));
      }
      default:
        return MessageObject::Borrow(context_, messages_, message);
    }
  }

  // The same of a message that nobody else keeps.
  Value Whole(std::unique_ptr<const pb::Message> message) const {
    if (message->GetDescriptor()->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED ||
        message->GetDescriptor()->well_known_type() == Descriptor::WELLKNOWNTYPE_FIELDMASK) {
      return MessageObject::Own(context_, messages_, std::move(message));
    }
    return Reader(context_, messages_, false).Content(*message);
  }

 private:
  static bool UnsetIsNull(const Descriptor* type) {
    switch (type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
      case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      case Descriptor::WELLKNOWNTYPE_DURATION:
      case Descriptor::WELLKNOWNTYPE_STRUCT:
      case Descriptor::WELLKNOWNTYPE_LISTVALUE:
        return false;
      default:
        return true;
    }
  }

  // A singular field (i = -1) or an element of a repeated one.
  Value Slot(const pb::Message& message, const FieldDescriptor* field, int i) const {
    const auto* const r = message.GetReflection();
    const bool one = i < 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Value::Int(one ? r->GetInt32(message, field)
                              : r->GetRepeatedInt32(message, field, i));
      case FieldDescriptor::CPPTYPE_INT64:
        return Value::Int(one ? r->GetInt64(message, field)
                              : r->GetRepeatedInt64(message, field, i));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Value::Uint(one ? r->GetUInt32(message, field)
                               : r->GetRepeatedUInt32(message, field, i));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Value::Uint(one ? r->GetUInt64(message, field)
                               : r->GetRepeatedUInt64(message, field, i));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Value::Double(one ? r->GetDouble(message, field)
                                 : r->GetRepeatedDouble(message, field, i));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Value::Double(one ? r->GetFloat(message, field)
                                 : r->GetRepeatedFloat(message, field, i));
      case FieldDescriptor::CPPTYPE_BOOL:
        return Value::Bool(one ? r->GetBool(message, field)
                               : r->GetRepeatedBool(message, field, i));
      case FieldDescriptor::CPPTYPE_ENUM:
        return ValueOfEnum(
            messages_.enums, field->enum_type(),
            one ? r->GetEnumValue(message, field) : r->GetRepeatedEnumValue(message, field, i));
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& text = one ? r->GetStringReference(message, field, &scratch)
                                      : r->GetRepeatedStringReference(message, field, i, &scratch);
        return Text(text, field, kept_ && &text != &scratch);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Content(one ? r->GetMessage(message, field, messages_.factory)
                           : r->GetRepeatedMessage(message, field, i));
    }
    return Value::Null();
  }

  Value Text(const std::string& text, const FieldDescriptor* field, bool stays) const {
    if (field->type() == FieldDescriptor::TYPE_BYTES) {
      return stays ? Value::Bytes(text) : context_.arena->MakeBytes(text);
    }
    return stays ? Value::String(text) : context_.arena->MakeString(text);
  }

  Value Map(const pb::Message& message, const FieldDescriptor* field) const {
    std::vector<Value> entries;
    for (const pb::Message* entry : MapEntriesOf(message, field)) {
      for (const auto* part :
           {field->message_type()->map_key(), field->message_type()->map_value()}) {
        entries.push_back(Slot(*entry, part, -1));
        if (entries.back().is_error()) return entries.back();
      }
    }
    return context_.arena->MakeMap(entries);
  }

  Value Timestamp(int64_t seconds, int64_t nanos) const {
    if (nanos < 0 || nanos >= 1000000000) return BadNanos("google.protobuf.Timestamp");
    return CheckedTime(context_, absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos));
  }

  Value Duration(int64_t seconds, int64_t nanos) const {
    constexpr int64_t kMaxSeconds = 315576000000;
    if (seconds < -kMaxSeconds || seconds > kMaxSeconds) {
      return context_.arena->MakeError("duration out of range");
    }
    if (nanos <= -1000000000 || nanos >= 1000000000 || (seconds < 0 && nanos > 0) ||
        (seconds > 0 && nanos < 0)) {
      return BadNanos("google.protobuf.Duration");
    }
    return Value::Duration(absl::Seconds(seconds) + absl::Nanoseconds(nanos));
  }

  Value BadNanos(absl::string_view type) const {
    return context_.arena->MakeError(absl::StrCat("range error: nanos of ", type));
  }

  EvalContext& context_;
  const Messages& messages_;
  const bool kept_;
};

}  // namespace

Value ReadField(EvalContext& context, const Messages& messages, const pb::Message& message,
                const FieldDescriptor* field) {
  return Reader(context, messages, true).Field(message, field);
}

Value ReadMessage(EvalContext& context, const Messages& messages,
                  std::unique_ptr<const pb::Message> message) {
  if (auto status = messages.CheckDepth(*message); !status.ok()) return ErrorOf(context, status);
  return Reader(context, messages, true).Whole(std::move(message));
}

}  // namespace leadgrade::cel
