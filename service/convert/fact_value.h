// Values of facts in their JSON forms, read as the fact's type asks for.
#pragma once

#include "absl/status/statusor.h"
#include "engine/facts/lead.h"
#include "engine/facts/schema.h"
#include "google/protobuf/struct.pb.h"
#include "nlohmann/json_fwd.hpp"

namespace leadgrade::convert {

// What the record keeps of a stated value, by facts::Accept. kInvalidArgument with a message for
// the one who stated it: what was expected, and a hint.
absl::StatusOr<facts::FactValue> ReadValue(const facts::Fact& fact,
                                           const google::protobuf::Value& value);
absl::StatusOr<facts::FactValue> ReadValue(const facts::Fact& fact, const nlohmann::json& value);

}  // namespace leadgrade::convert
