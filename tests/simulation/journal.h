// What the client of a simulated quarter knows, in memory that outlives the server's process: what
// it sent and was acknowledged, and when the clock's work was done.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace leadgrade::simulation {

// One item of all lives, in the order in which they are sent.
struct Scheduled {
  int64_t arrival = 0;  // nanoseconds since the Unix epoch, as all times here
  int32_t lead = 0;
  int32_t input = 0;  // index into LifeOf(lead)
};

// An input that took effect.
struct Applied {
  int64_t time = 0;     // of the clock then
  int64_t drained = 0;  // up to when the clock's own work was done by then
  int32_t lead = 0;
  int32_t input = 0;
};

// What the service said of a lead.
struct Probed {
  static constexpr int kMaxSteps = 24;
  struct Step {
    int64_t time = 0;
    int8_t grade = -1;
    int8_t potential = -1;
  };
  int64_t time = 0;
  int64_t drained = 0;
  int64_t applied = 0;  // how many inputs had been applied
  int64_t until = 0;    // INT64_MAX: for ever
  int32_t lead = 0;
  int8_t grade = -1;
  int8_t potential = -1;
  int16_t steps = 0;  // of the forecast; only the first kMaxSteps are kept
  Step step[kMaxSteps];
};

// One life of the server.
struct Stretch {
  int64_t start = 0;
  int64_t end = 0;  // when it was killed, or the quarter was over
};

// Plain arrays in memory shared between processes. One thread of one process writes each member at
// a time; a count is raised after its entry is complete, so a kill leaves nothing half said.
class Journal {
 public:
  // Room for the inputs of `scheduled` items, each sent again now and then.
  explicit Journal(size_t scheduled);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void Append(const Applied& applied);
  void Append(const Probed& probed);

  struct Head {
    std::atomic<int64_t> now;
    std::atomic<int64_t> started;  // the server that runs, or ran last
    std::atomic<int64_t> drained;
    std::atomic<int64_t> draining;  // a drain is under way, or was when the server was killed
    std::atomic<int64_t> cursor;    // all scheduled items before it are done
    std::atomic<int64_t> sent;      // those before it may have been sent
    std::atomic<int64_t> applied;
    std::atomic<int64_t> probed;
  };
  Head& head() { return *head_; }
  const Applied& applied(int64_t i) const { return applied_[i]; }
  const Probed& probed(int64_t i) const { return probed_[i]; }
  bool is_done(int64_t scheduled) const { return done_[scheduled] != 0; }
  void set_done(int64_t scheduled) { done_[scheduled] = 1; }

 private:
  template <typename T>
  T* Take(size_t count);

  size_t size_;
  char* memory_;
  size_t taken_ = 0;
  size_t room_;
  Head* head_;
  Applied* applied_;
  Probed* probed_;
  uint8_t* done_;
};

}  // namespace leadgrade::simulation
