// What the clock asks of stored leads: those whose decision on record stopped holding are decided
// again, a bounded batch at a time.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"
#include "service/server/failure_log.h"
#include "service/store/lead_store.h"

namespace leadgrade::server {

// How many stored leads one request to the writer is about: what waits behind it waits for so many
// decisions, some ten milliseconds.
inline constexpr size_t kRescoreBatch = 500;
// How often it is looked whether there is something to do.
inline constexpr absl::Duration kRescoreRest = absl::Seconds(1);

// When the decision that stopped holding first did so, at or before `now`; nullopt where all hold.
// A damaged lead is passed over: it can't be decided.
absl::StatusOr<std::optional<absl::Time>> OldestDue(const store::LeadStore& store, absl::Time now);

// Not thread safe; one thread calls Tick again and again. With one Tick at a time there is never
// more than one request under way.
class Timers {
 public:
  struct Parts {
    std::function<absl::StatusOr<std::optional<absl::Time>>(absl::Time now)> oldest_due;
    // As LeadBook::RescoreDue.
    std::function<void(size_t limit, std::function<void(absl::StatusOr<size_t>)> done)> rescore;
    leads::Clock clock;
    metrics::Metrics* metrics = nullptr;  // borrowed
  };

  explicit Timers(Parts parts) : parts_(std::move(parts)) {}

  // Does one batch, where one is due, and waits for its end. Gives when to come again: at once
  // while there is more. Counts, and logs the end of a backlog of more than one batch, as a start
  // after a pause has it.
  absl::Duration Tick();

 private:
  // Gives whether there is more.
  bool RescoreOnce(absl::Time now, absl::Time oldest);
  void EndBacklog(absl::Time now);

  const Parts parts_;
  FailureLog failures_{"leads that are due could not be decided again"};
  // Of the backlog being worked on.
  size_t batches_ = 0;
  size_t rescored_ = 0;
  absl::Time since_;
};

}  // namespace leadgrade::server
