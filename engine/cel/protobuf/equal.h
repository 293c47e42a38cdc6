// Equality of messages.
#pragma once

#include "engine/cel/protobuf/messages.h"

namespace leadgrade::cel {

// As protobuf's MessageDifferencer::Equals has it, which the language definition names: the same
// fields set to equal values, NaN equal to nothing, an Any by what it holds, unknown fields and an
// Any of unknown content by their bytes. Not that itself, because it logs what it can't unpack and
// builds the types of an Any's content anew for each comparison. Both messages are made by
// `messages`.
bool EqualMessages(const Messages& messages, const google::protobuf::Message& a,
                   const google::protobuf::Message& b);

}  // namespace leadgrade::cel
