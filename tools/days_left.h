// How long a lead's window stays open.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "leadgrade/v1/decision.pb.h"

namespace leadgrade::tools {

// Calendar days of `zone` from the day of the decision to the last day of the window, which counts
// as 0. The window is the decision's output `window_end`: the first instant after it. Nothing where
// there is none, or where it has passed.
std::optional<int64_t> DaysLeft(const v1::Decision& decision, absl::TimeZone zone);

// The instant as absl has it.
absl::Time ToTime(const google::protobuf::Timestamp& time);

}  // namespace leadgrade::tools
