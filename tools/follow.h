// The change log of a server, followed through broken connections.
#pragma once

#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/client.h"

namespace leadgrade::tools {

// Where in the log to go on.
struct LogPlace {
  std::string token;        // of the last change or heartbeat handled; empty: none yet
  bool from_start = false;  // with an empty token: from the log's beginning, not from now on
};

struct FollowTiming {
  // Between two attempts to connect again; doubled with each.
  absl::Duration first_delay = absl::Milliseconds(500);
  absl::Duration longest_delay = absl::Seconds(30);
  // The server sends a heartbeat every 15 s; a connection silent for so long is broken.
  absl::Duration silence = absl::Minutes(1);
  std::function<absl::Time()> clock = absl::Now;  // silence is measured by it
};

struct Follower {
  // Takes one change; false: enough.
  std::function<bool(const v1::WatchGradeChangesResponse&)> take;
  // Asked several times a second; true: end now.
  std::function<bool()> stop;
  // A connection broke; it will be tried again after the delay.
  std::function<void(const grpc::Status& why, absl::Duration delay)> broke;
};

// Calls `take` with every change from `place` on that meets the conditions, and moves `place`
// along. The place in `conditions` is not looked at. A connection that breaks is made again, from
// the last token; the first one is not. Gives OK where `take` or `stop` ended it; else why it
// cannot go on.
grpc::Status Follow(Client& client, const v1::WatchGradeChangesRequest& conditions,
                    const FollowTiming& timing, const Follower& follower, LogPlace* place);

}  // namespace leadgrade::tools
