// Decisions as a person reads them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "leadgrade/v1/decision.pb.h"

namespace leadgrade::tools {

// How times and headings are written.
struct Reader {
  std::string language;
  absl::TimeZone zone;
};

// Grade, why, what to find out, what to do, until when it holds, what went wrong. Ends with a line
// end; nothing in it can steer a terminal.
std::string DecisionText(const v1::Decision& decision, const Reader& reader);

// The decision, which grade comes when with no news, and the rules that almost gave a better grade
// with what stands against each.
std::string ExplanationText(const v1::Explanation& explanation, const Reader& reader);

// "2026-03-12 00:00:00 +08:00".
std::string TimeText(const google::protobuf::Timestamp& time, absl::TimeZone zone);

// A value as CSV and tables show it: texts as they are, whole numbers without a fraction, "null",
// lists as JSON.
std::string ValueText(const google::protobuf::Value& value);

}  // namespace leadgrade::tools
