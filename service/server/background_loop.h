// A thread that does one thing again and again.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace leadgrade::server {

class BackgroundLoop {
 public:
  // Calls `step` at once, and then again after the time that it gives, on a thread of its own.
  explicit BackgroundLoop(std::function<absl::Duration()> step);
  // Waits for a step that is under way, not for a rest.
  ~BackgroundLoop();
  BackgroundLoop(const BackgroundLoop&) = delete;
  BackgroundLoop& operator=(const BackgroundLoop&) = delete;

 private:
  void Run();

  const std::function<absl::Duration()> step_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace leadgrade::server
