// The instants that a google.protobuf.Timestamp and RFC 3339 can write.
#pragma once

#include "absl/time/time.h"

namespace leadgrade::convert {

// 0001-01-01T00:00:00Z.
inline absl::Time FirstTime() { return absl::FromUnixSeconds(-62135596800); }
// The last nanosecond of the year 9999.
inline absl::Time LastTime() { return absl::FromUnixSeconds(253402300800) - absl::Nanoseconds(1); }
inline bool IsInRange(absl::Time time) { return FirstTime() <= time && time <= LastTime(); }

}  // namespace leadgrade::convert
