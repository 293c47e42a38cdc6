// The messages of a descriptor pool: made, read from the wire and measured.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadgrade::cel {

class EnumTypes;

// Messages in each other, what an Any holds included. Past it nothing is made, so that all that
// goes through a message recursively (its comparison, its text, its destructor) stays on the stack.
inline constexpr int kMaxMessageDepth = 200;
// Lists and maps in each other that become a google.protobuf.Value: each is up to three messages.
inline constexpr int kMaxJsonDepth = 64;

struct Messages {
  const google::protobuf::DescriptorPool* pool;
  // Of this factory are all messages, so that any two of a type can be copied to each other.
  google::protobuf::DynamicMessageFactory* factory;
  const EnumTypes* enums = nullptr;  // null: enum values are ints

  std::unique_ptr<google::protobuf::Message> New(const google::protobuf::Descriptor* type) const;
  // Refused before anything is allocated: bytes that nest too deeply, would take much more memory
  // than an evaluation may use, or have a string that is not UTF-8.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Parse(
      const google::protobuf::Descriptor* type, absl::string_view bytes) const;
  // What an Any holds.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Unpack(
      const google::protobuf::Message& any) const;
  // The type of an Any's content; null where the pool does not have it.
  const google::protobuf::Descriptor* ContentType(absl::string_view type_url) const;
  // Fails for a message that is deeper than kMaxMessageDepth, by itself or in an Any of it.
  absl::Status CheckDepth(const google::protobuf::Message& message, int depth = 0) const;
};

}  // namespace leadgrade::cel
