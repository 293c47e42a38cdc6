// A failure that comes again at each try, without a line for each.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace leadgrade::server {

// Not thread safe.
class FailureLog {
 public:
  static constexpr absl::Duration kAgain = absl::Minutes(1);

  // `what` could not be done: "leads could not be decided again".
  explicit FailureLog(std::string what) : what_(std::move(what)) {}

  // Logs it: at once where it is new or another than before, else once in kAgain. A full queue is a
  // warning, anything else an error.
  void Failed(const absl::Status& status, absl::Time now);
  // It could be done.
  void Worked() { last_ = absl::OkStatus(); }

 private:
  const std::string what_;
  absl::Status last_;
  absl::Time logged_;
};

}  // namespace leadgrade::server
