// Engine decisions to the API's messages, the one way they are shown: by the server, by `eval`, by
// `explain`.
#pragma once

#include "absl/strings/string_view.h"
#include "engine/decision/decision.h"
#include "engine/decision/explain.h"
#include "engine/facts/lead.h"
#include "leadgrade/v1/decision.pb.h"
#include "leadgrade/v1/lead_service.pb.h"

namespace leadgrade::convert {

// `lead_id` empty: no lead name. `language` as base::LocalizedText::In.
void ToProto(const decision::Decision& decision, absl::string_view lead_id,
             absl::string_view language, v1::Decision* out);
void ToProto(const decision::Explanation& explanation, absl::string_view lead_id,
             absl::string_view language, v1::Explanation* out);
void ToProto(const facts::GradeChange& change, v1::GradeChange* out);
void ToProto(const facts::StatedFact& fact, v1::FactStatement* out);

google::protobuf::Timestamp ToProto(absl::Time time);

}  // namespace leadgrade::convert
