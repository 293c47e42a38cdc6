// What the service counts, in Prometheus' text format. Names are documented in docs/operations.md.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace leadgrade::metrics {

// All methods are thread safe; those on the path of a call do not allocate after their first use
// with the same arguments.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // A finished call of `method` ("ScoringService/ScoreLead") with the canonical name of its status
  // ("OK", "NOT_FOUND").
  void CountCall(absl::string_view method, absl::string_view code, absl::Duration took);
  void CountGradeChanges(absl::string_view cause, int64_t count);
  void CountEvents(int64_t recorded, int64_t duplicates);
  // A reload of the rules: whether the new ones were taken. `digest` is the one in force after it.
  void CountReload(bool accepted, absl::string_view bundle, absl::string_view digest,
                   absl::Time activate_time);
  // Leads that the clock rescored, and how far behind the oldest due one is.
  void CountTimers(int64_t rescored, absl::Duration lag);
  void SetWatchers(int64_t count);

  // The exposition for GET /metrics.
  std::string Text() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::metrics
