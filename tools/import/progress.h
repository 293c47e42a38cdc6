// How far a long command is, on stderr.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace leadgrade::tools {

// On a terminal a bar that is drawn again a few times a second; elsewhere a line every few seconds,
// so that a short command shows none. Not thread safe.
class Progress {
 public:
  struct Options {
    bool terminal = false;
    std::optional<int64_t> total_bytes;  // of the input
    std::function<absl::Time()> clock;
  };
  Progress(std::ostream& out, Options options);

  void Update(int64_t rows, int64_t bytes);
  // Takes the bar away, for a line that another writes; the next Update draws it again.
  void Clear();

 private:
  std::string Text(absl::Time now) const;

  std::ostream& out_;
  const Options options_;
  const absl::Time started_;
  absl::Time shown_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
  bool drawn_ = false;
};

}  // namespace leadgrade::tools
