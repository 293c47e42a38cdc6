// The entries of a map field.
#pragma once

#include <google/protobuf/message.h>

#include <vector>

namespace leadgrade::cel {

// In the order of their keys: the message's own order differs from run to run. Of entries of the
// same key, which the wire form may have, the last.
std::vector<const google::protobuf::Message*> MapEntriesOf(
    const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field);

// Negative, zero, positive for the keys of two entries of the same map type.
int CompareKeys(const google::protobuf::Message& a, const google::protobuf::Message& b);

}  // namespace leadgrade::cel
