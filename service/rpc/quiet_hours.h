// A part of each day in which a stream keeps quiet.
#pragma once

#include "absl/time/time.h"

namespace leadgrade::rpc {

// From `start` to before `end`, in minutes since midnight (0 to 1439) by the clocks of `zone`; to
// the next day where `end` comes before `start`. The two differ.
struct QuietHours {
  int start = 0;
  int end = 0;
  absl::TimeZone zone;
};

// `now` where it is not quiet then; else the first instant after the quiet hours that `now` is in.
// A time that the clocks skip is the first instant after the gap. Where the clocks show a time
// twice, it is quiet from the first `start` to the second `end`.
absl::Time QuietUntil(const QuietHours& quiet, absl::Time now);

}  // namespace leadgrade::rpc
