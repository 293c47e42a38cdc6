// From values to messages.
#pragma once

#include "absl/status/status.h"
#include "engine/cel/protobuf/messages.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Sets a field that is not set yet. Fails where the field can't take the value: another kind than
// its own, out of range, a key that JSON does not have. Null leaves a field of a message type
// unset, but is a value of google.protobuf.Value.
absl::Status WriteField(const Messages& messages, google::protobuf::Message* message,
                        const google::protobuf::FieldDescriptor* field, const Value& value);

}  // namespace leadgrade::cel
