// From messages to values.
#pragma once

#include <memory>

#include "engine/cel/env.h"
#include "engine/cel/protobuf/messages.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// A field of a message that lives as long as what the arena has handed out; its value may point
// into the message. The default where the field is not set: null for a wrapper, Any and Value.
Value ReadField(EvalContext& context, const Messages& messages,
                const google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor* field);

// The value of a whole message: itself, or what a well-known one stands for. Checks its depth.
Value ReadMessage(EvalContext& context, const Messages& messages,
                  std::unique_ptr<const google::protobuf::Message> message);

}  // namespace leadgrade::cel
