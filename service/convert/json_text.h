// JSON from a stranger: parsed within bounds, every error with its place.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace leadgrade::convert {

// kInvalidArgument, for what is no JSON, lies deeper than `max_depth` or names a key twice, with
// `LINE:COLUMN: ` in front, counted from 1, columns in code points; for a text of more than
// `max_bytes`, without a place. Nothing is built of what is refused.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, size_t max_bytes, int max_depth);

}  // namespace leadgrade::convert
