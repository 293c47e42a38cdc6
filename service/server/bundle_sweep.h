// What a new bundle asks of stored leads: each is decided anew under it, a bounded batch at a time.
// The store remembers how far that is, so that a start under the same bundle need not look.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/leads/lead_book.h"
#include "service/server/failure_log.h"

namespace leadgrade::server {

// Not thread safe; one thread calls Tick again and again.
class BundleSweep {
 public:
  // The bundle in force. Of two with one digest the time tells whether another was in force
  // between them.
  struct InForce {
    std::string digest;
    absl::Time since;
    bool operator==(const InForce&) const = default;
  };
  struct Parts {
    // As LeadStore's.
    std::function<absl::StatusOr<std::string>()> swept;
    std::function<absl::Status(absl::string_view digest)> set_swept;
    // As LeadBook::RescoreOutdated.
    std::function<void(std::string after, size_t limit,
                       std::function<void(absl::StatusOr<leads::Sweep>)> done)>
        rescore;
    std::function<InForce()> in_force;
    leads::Clock clock;
  };

  explicit BundleSweep(Parts parts) : parts_(std::move(parts)) {}

  // Does one batch, where leads may be left, and waits for its end. Gives when to come again: at
  // once while there is more. A bundle that takes the place of the one being swept begins anew.
  absl::Duration Tick();

 private:
  // Gives whether there is more; nothing on disk says that all is done until it is.
  absl::StatusOr<bool> SweepOnce();
  absl::Status Begin(const InForce& target);

  const Parts parts_;
  FailureLog failures_{"leads could not be decided under the new bundle"};
  std::optional<InForce> done_;
  // The sweep under way.
  std::optional<InForce> target_;
  std::string after_;
  size_t rescored_ = 0;
  absl::Time started_;
};

}  // namespace leadgrade::server
