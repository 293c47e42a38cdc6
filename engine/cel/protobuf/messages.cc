#include "engine/cel/protobuf/messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/unicode.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;
using pb::internal::WireFormatLite;

absl::Status TooDeep() {
  return absl::ResourceExhaustedError(
      absl::StrCat("messages nest more than ", kMaxMessageDepth, " deep"));
}

absl::Status Malformed(const pb::Descriptor* type) {
  return absl::InvalidArgumentError(
      absl::StrCat("conversion error: malformed ", type->full_name()));
}

// Goes through the wire form without allocating. Two bytes can be an empty message of kilobytes, so
// that the size of the input says little about what reading it takes.
class Measure {
 public:
  Measure(const Messages& messages, absl::string_view bytes)
      : messages_(messages),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {
    in_.SetRecursionLimit(kMaxMessageDepth);
  }

  // Up to the limit, or where it is a group (`group` its number, otherwise 0) up to its end.
  absl::Status Run(const pb::Descriptor* type, int depth, int group) {
    if (depth > kMaxMessageDepth) return TooDeep();
    if (auto status = Use(messages_.factory->GetPrototype(type)->SpaceUsedLong()); !status.ok()) {
      return status;
    }
    while (const uint32_t tag = in_.ReadTag()) {
      const int number = WireFormatLite::GetTagFieldNumber(tag);
      const auto wire_type = WireFormatLite::GetTagWireType(tag);
      if (wire_type == WireFormatLite::WIRETYPE_END_GROUP) {
        return number == group ? absl::OkStatus() : Malformed(type);
      }
      const auto* const field = FieldOf(type, number);
      const auto* const part = field == nullptr ? nullptr : field->message_type();
      if (part != nullptr && wire_type == WireFormatLite::WIRETYPE_START_GROUP) {
        if (auto status = Run(part, depth + 1, number); !status.ok()) return status;
      } else if (part != nullptr && wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        int size = 0;
        if (!in_.ReadVarintSizeAsInt(&size)) return Malformed(type);
        const auto limit = in_.PushLimit(size);
        if (auto status = Run(part, depth + 1, 0); !status.ok()) return status;
        in_.PopLimit(limit);
      } else if (field != nullptr && field->type() == pb::FieldDescriptor::TYPE_STRING &&
                         wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED
                     ? !SkipText()
                     : !WireFormatLite::SkipField(&in_, tag)) {
        return Malformed(type);
      } else if (auto status = Use(kScalarBytes); !status.ok()) {
        return status;
      }
    }
    return in_.ConsumedEntireMessage() && group == 0 ? absl::OkStatus() : Malformed(type);
  }

 private:
  // What a field of a few bytes may take: an unknown field, or an element's share of a list.
  static constexpr size_t kScalarBytes = 16;

  const pb::FieldDescriptor* FieldOf(const pb::Descriptor* type, int number) const {
    const auto* const field = type->FindFieldByNumber(number);
    if (field != nullptr || !type->IsExtensionNumber(number)) return field;
    return messages_.pool->FindExtensionByNumber(type, number);
  }
  // proto2 lets everything pass, the language does not; and protobuf would log it.
  bool SkipText() {
    int size = 0;
    const void* data = nullptr;
    int left = 0;
    if (!in_.ReadVarintSizeAsInt(&size)) return false;
    if (size == 0) return true;
    if (!in_.GetDirectBufferPointer(&data, &left) || left < size) return false;
    const absl::string_view text(static_cast<const char*>(data), size);
    return base::FirstInvalidUtf8(text) == absl::string_view::npos && in_.Skip(size);
  }
  absl::Status Use(size_t bytes) {
    used_ += bytes;
    return used_ <= base::kMaxEvaluationBytes
               ? absl::OkStatus()
               : absl::ResourceExhaustedError("evaluation needs too much memory");
  }

  const Messages& messages_;
  pb::io::CodedInputStream in_;
  size_t used_ = 0;
};

}  // namespace

std::unique_ptr<pb::Message> Messages::New(const pb::Descriptor* type) const {
  return std::unique_ptr<pb::Message>(factory->GetPrototype(type)->New());
}

absl::StatusOr<std::unique_ptr<pb::Message>> Messages::Parse(const pb::Descriptor* type,
                                                             absl::string_view bytes) const {
  if (bytes.size() > base::kMaxEvaluationBytes) {
    return absl::ResourceExhaustedError("evaluation needs too much memory");
  }
  if (auto status = Measure(*this, bytes).Run(type, 0, 0); !status.ok()) return status;
  auto message = New(type);
  pb::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  in.SetRecursionLimit(kMaxMessageDepth + 1);
  // Required fields may be missing: an expression asks with has().
  if (!message->ParsePartialFromCodedStream(&in) || !in.ConsumedEntireMessage()) {
    return Malformed(type);
  }
  return message;
}

const pb::Descriptor* Messages::ContentType(absl::string_view type_url) const {
  const size_t slash = type_url.rfind('/');
  if (slash == absl::string_view::npos) return nullptr;
  return pool->FindMessageTypeByName(std::string(type_url.substr(slash + 1)));
}

absl::StatusOr<std::unique_ptr<pb::Message>> Messages::Unpack(const pb::Message& any) const {
  const auto* const type = any.GetDescriptor();
  const auto* const reflection = any.GetReflection();
  std::string url_scratch, scratch;
  const std::string& url =
      reflection->GetStringReference(any, type->FindFieldByNumber(1), &url_scratch);
  const std::string& bytes =
      reflection->GetStringReference(any, type->FindFieldByNumber(2), &scratch);
  const auto* const content = ContentType(url);
  if (content == nullptr) {
    return absl::InvalidArgumentError(
        url.empty() ? "conversion error: google.protobuf.Any without a type"
                    : absl::StrCat("conversion error: unknown type ", url.substr(0, 256)));
  }
  return Parse(content, bytes);
}

absl::Status Messages::CheckDepth(const pb::Message& message, int depth) const {
  if (depth > kMaxMessageDepth) return TooDeep();
  const auto* const reflection = message.GetReflection();
  if (message.GetDescriptor()->well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY) {
    const auto content = Unpack(message);
    if (content.ok()) return CheckDepth(**content, depth + 1);
    // What is malformed or of an unknown type is bytes to all.
    return absl::IsResourceExhausted(content.status()) ? content.status() : absl::OkStatus();
  }
  std::vector<const pb::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      const auto& part = reflection->GetMessage(message, field, factory);
      if (auto status = CheckDepth(part, depth + 1); !status.ok()) return status;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const auto& part = reflection->GetRepeatedMessage(message, field, i);
      if (auto status = CheckDepth(part, depth + 1); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace leadgrade::cel
