// The clock as a person gives it.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace leadgrade::tools {

// RFC 3339 with an offset or `Z`, or a date, which is its first instant in `zone`. Years 1 to 9999.
// kInvalidArgument says what was expected.
absl::StatusOr<absl::Time> ParseClock(absl::string_view text, absl::TimeZone zone);

}  // namespace leadgrade::tools
