// The tests that are known not to pass, from a file of lines `PATTERN: reason`; `#` begins a
// comment. A pattern is a test's key, in which `*` stands for any text.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace leadgrade::cel {

struct Deviation {
  std::string pattern;
  std::string reason;
  int line = 0;
};

class Deviations {
 public:
  static absl::StatusOr<Deviations> Read(const std::string& path);

  // The first that covers the test; null where none does.
  const Deviation* Find(const std::string& key) const;
  const std::vector<Deviation>& all() const { return all_; }

 private:
  std::vector<Deviation> all_;
};

}  // namespace leadgrade::cel
