// The streams of one kind that are open: so that there are not too many, and that they can be
// ended.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

// `Stream` has `void End(const absl::Status& why)`, which may be called at any time, also more than
// once. Thread safe.
template <typename Stream>
class OpenStreams {
 public:
  // `resized` is told how many there are, in the order in which it changes; it must be quick.
  explicit OpenStreams(
      size_t limit, std::function<void(size_t)> resized = [](size_t) {})
      : limit_(limit), resized_(std::move(resized)) {}

  // TooManyStreams past the limit; ShuttingDown after Drain.
  absl::Status Add(std::shared_ptr<Stream> stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (draining_) return ShuttingDown();
    if (streams_.size() >= limit_) return TooManyStreams(limit_);
    streams_.push_back(std::move(stream));
    resized_(streams_.size());
    return absl::OkStatus();
  }

  void Remove(const Stream* stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto it = std::find_if(streams_.begin(), streams_.end(),
                                 [&](const auto& open) { return open.get() == stream; });
    if (it != streams_.end()) streams_.erase(it);
    resized_(streams_.size());
  }

  std::vector<std::shared_ptr<Stream>> All() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return streams_;
  }

  // Ends all there are, and takes no more.
  void Drain() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      draining_ = true;
    }
    for (const std::shared_ptr<Stream>& stream : All()) stream->End(ShuttingDown());
  }

 private:
  const size_t limit_;
  const std::function<void(size_t)> resized_;
  mutable std::mutex mutex_;
  bool draining_ = false;
  std::vector<std::shared_ptr<Stream>> streams_;
};

// A stream that is refused from the start.
template <typename Reactor>
class RefusedStream : public Reactor {
 public:
  explicit RefusedStream(const absl::Status& why) { this->Finish(ToGrpcStatus(why)); }
  void OnDone() override { delete this; }
};

}  // namespace leadgrade::rpc
