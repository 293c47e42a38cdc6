// Values as google.protobuf.Value, Struct and ListValue, by the mapping of the language definition
// to JSON.
#pragma once

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Each fills an empty message of its type.
absl::Status WriteJsonValue(google::protobuf::Message* message, const Value& value, int depth = 0);
absl::Status WriteJsonStruct(google::protobuf::Message* message, const MapRep& map, int depth = 0);
absl::Status WriteJsonList(google::protobuf::Message* message, absl::Span<const Value> elements,
                           int depth = 0);

}  // namespace leadgrade::cel
