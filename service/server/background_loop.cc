#include "service/server/background_loop.h"

#include <algorithm>

namespace leadgrade::server {
namespace {

// What a condition variable can be told to wait for without overflow.
constexpr absl::Duration kLongestRest = absl::Hours(24);

}  // namespace

BackgroundLoop::BackgroundLoop(std::function<absl::Duration()> step)
    : step_(std::move(step)), thread_([this] { Run(); }) {}

BackgroundLoop::~BackgroundLoop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void BackgroundLoop::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const absl::Duration rest = std::min(step_(), kLongestRest);
    lock.lock();
    wake_.wait_for(lock, absl::ToChronoNanoseconds(rest), [this] { return stopping_; });
  }
}

}  // namespace leadgrade::server
