// Where the due index begins.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace leadgrade::store {

// A key that no entry of the index is before. Deleted entries leave tombstones, which a scan from
// the start steps over one by one: while very many leads fall due at once each scan would pay for
// all that were done before. Thread safe.
class DueFloor {
 public:
  struct Seen {
    std::string key;
    uint64_t version = 0;
  };

  // Where a scan may begin.
  Seen Read() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return floor_;
  }

  // The scan that began at `seen` found `first` there. Does not count where entries were added
  // meanwhile, which the scan may not have seen.
  void Raise(const Seen& seen, absl::string_view first) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (floor_.version == seen.version) floor_.key = std::string(first);
  }

  // To be called once the entry can be read.
  void Added(absl::string_view key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++floor_.version;
    if (key < floor_.key) floor_.key = std::string(key);
  }

 private:
  mutable std::mutex mutex_;
  Seen floor_;
};

}  // namespace leadgrade::store
