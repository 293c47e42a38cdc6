// A protobuf message as a value.
#pragma once

#include <memory>
#include <string>

#include "engine/cel/env.h"
#include "engine/cel/protobuf/messages.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

class MessageObject final : public Object {
 public:
  // Hands `message` to the arena. It must have passed Messages::CheckDepth.
  static Value Own(EvalContext& context, const Messages& messages,
                   std::unique_ptr<const google::protobuf::Message> message);
  // Of a message that lives as long as what the arena has handed out.
  static Value Borrow(EvalContext& context, const Messages& messages,
                      const google::protobuf::Message& message);

  const google::protobuf::Message& message() const { return *message_; }

  absl::string_view type_name() const override;
  bool Equals(const Object& other) const override;
  std::string ToString() const override;
  bool IsZero() const override;
  Value Get(EvalContext& context, absl::string_view field) const override;
  Value Has(EvalContext& context, absl::string_view field) const override;

 private:
  MessageObject(const Messages& messages, const google::protobuf::Message* message,
                std::unique_ptr<const google::protobuf::Message> owned)
      : messages_(messages), message_(message), owned_(std::move(owned)) {}

  const Messages messages_;
  const google::protobuf::Message* const message_;
  const std::unique_ptr<const google::protobuf::Message> owned_;  // null where borrowed
};

// A field by its name, an extension by its full name; null where `type` has none.
const google::protobuf::FieldDescriptor* FindFieldOf(const Messages& messages,
                                                     const google::protobuf::Descriptor* type,
                                                     absl::string_view name);

}  // namespace leadgrade::cel
