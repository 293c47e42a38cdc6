// The rows that an import could not take: reported on stderr, and kept.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace leadgrade::tools {

inline constexpr int64_t kMaxReportedRejects = 20;

// Not thread safe.
class Rejects {
 public:
  struct Options {
    std::string input;  // as messages name it
    std::string path;   // of the file that keeps them, made with the first one; empty: none is kept
    std::string header;                 // written first
    std::function<void()> before_line;  // called before each line of a message
  };
  Rejects(std::ostream& err, Options options);

  // Reports the first ones as `FILE:LINE: error: …`, and keeps the row byte for byte.
  void Add(int64_t line, absl::string_view error, absl::string_view text);
  // A further part of the row added last.
  void AddRest(absl::string_view text);
  // Says how many were not reported, and closes the file. Why a row could not be kept.
  absl::Status Close();

  int64_t count() const { return count_; }
  const std::string& path() const { return options_.path; }

 private:
  void Keep(absl::string_view text);
  void Print(absl::string_view line);

  std::ostream& err_;
  const Options options_;
  int64_t count_ = 0;
  std::ofstream file_;
  absl::Status status_;
};

}  // namespace leadgrade::tools
