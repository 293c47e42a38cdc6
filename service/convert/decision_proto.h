// Engine decisions to the API's messages, the one way they are shown: by the server, by `eval`, by
// `explain`.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "engine/decision/explain.h"
#include "engine/decision/forecast.h"
#include "engine/facts/lead.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "leadgrade/v1/decision.pb.h"

namespace leadgrade::convert {

// Each fills a message that is empty.

// `lead_id` empty: no lead name. `language` as base::LocalizedText::In.
void ToProto(const decision::Decision& decision, absl::string_view lead_id,
             absl::string_view language, v1::Decision* out);
void ToProto(const decision::Explanation& explanation, absl::string_view lead_id,
             absl::string_view language, v1::Explanation* out);
void ToProto(const decision::Forecast& forecast, v1::Forecast* out);
void ToProto(const facts::GradeChange& change, v1::GradeChange* out);
void ToProto(const facts::GradeOverride& set, v1::GradeOverride* out);
void ToProto(const facts::StatedFact& fact, v1::FactStatement* out);
// The form that FactStatement.value describes; ReadFact reads it back to the same value. A number
// that is not finite, which no statement can be but an output can, is its name in proto JSON
// ("NaN", "Infinity", "-Infinity").
void ToProto(const facts::FactValue& value, google::protobuf::Value* out);

// Whole nanoseconds, rounded down; a time outside the years 1 to 9999 is the nearest one inside.
google::protobuf::Timestamp ToProto(absl::Time time);

// Proto JSON as every command shows it: camelCase names, fields that are empty or false printed,
// map entries in the order of their keys. `pretty`: with line breaks, and one at the end. A message
// that has no JSON form, such as one of a foreign server with a timestamp past the year 9999, gives
// {"error": why}.
std::string ToJson(const google::protobuf::Message& message, bool pretty);

}  // namespace leadgrade::convert
