// What came of an expression, as text and as JSON.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "engine/cel/explain.h"
#include "engine/cel/value.h"
#include "nlohmann/json_fwd.hpp"
#include "tools/cel_session.h"

namespace leadgrade::tools {

// One line for each part, indented below what it is part of: `text → value`, and ` (not needed)`
// where it does not matter.
std::string ExplanationText(const CelSession& session, absl::string_view source,
                            const cel::Explanation& explanation);

// {"source", "value" or "error" or "unknown", "needed", "parts"}; at the top also "cut".
nlohmann::ordered_json ExplanationJson(const CelSession& session, absl::string_view source,
                                       const cel::Explanation& explanation);

// {"value": …}, {"error": MESSAGE} or {"unknown": [NAME…]}.
nlohmann::ordered_json OutcomeJson(const CelSession& session, const cel::Value& value);

// Numbers that JSON's readers take exactly are numbers, others strings ("NaN", "Infinity"); bytes
// are base64; an instant is RFC 3339 in UTC, a duration seconds ("1.5s"); an enum value its name; a
// map whose keys are text, numbers or bools is an object. All else is the CEL literal as a string.
nlohmann::ordered_json ValueJson(const cel::Value& value);

}  // namespace leadgrade::tools
