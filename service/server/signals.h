// The signals that the server acts on, read by one thread instead of interrupting any.
#pragma once

#include <signal.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

namespace leadgrade::server {

// At most one at a time.
class Signals {
 public:
  enum class Kind : uint8_t {
    kStop,    // SIGTERM or SIGINT
    kReload,  // SIGHUP
    kWoken,   // Wake was called
  };

  // From here to destruction SIGTERM, SIGINT and SIGHUP wait for Next, and SIGPIPE is ignored. To
  // be called before the first other thread is started: threads take over what their maker blocks.
  // kInternal where the system does not give the descriptors.
  static absl::StatusOr<std::unique_ptr<Signals>> Take();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Waits for the next one.
  Kind Next();
  // Thread safe.
  void Wake();

 private:
  Signals() = default;

  sigset_t former_mask_ = {};
  struct sigaction former_pipe_ = {};
  int signals_ = -1;  // a signalfd
  int wakes_ = -1;    // an eventfd
};

}  // namespace leadgrade::server
