#include "service/rpc/change_feed.h"

#include <array>

#include "service/rpc/run_soon.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kCountedAtOnce = 256;

using facts::Cause;

constexpr std::array kCauses = {Cause::kEvent,  Cause::kFact,   Cause::kTimer,
                                Cause::kBundle, Cause::kImport, Cause::kOverride};

absl::string_view CauseLabel(Cause cause) {
  switch (cause) {
    case Cause::kEvent:
      return "event";
    case Cause::kFact:
      return "fact";
    case Cause::kTimer:
      return "timer";
    case Cause::kBundle:
      return "bundle";
    case Cause::kImport:
      return "import";
    case Cause::kOverride:
      return "override";
  }
  return "";
}

}  // namespace

ChangeFeed::ChangeFeed(WatchSources sources, metrics::Metrics& metrics, absl::Duration heartbeat,
                       size_t max_watchers)
    : sources_(std::move(sources)),
      metrics_(metrics),
      heartbeat_(heartbeat),
      streams_(max_watchers,
               [&metrics](size_t count) { metrics.SetWatchers(static_cast<int64_t>(count)); }),
      counted_(sources_.store->last_sequence()) {
  metrics_.SetWatchers(0);
  for (const Cause cause : kCauses) metrics_.CountGradeChanges(CauseLabel(cause), 0);
}

void ChangeFeed::Start() {
  const std::lock_guard<std::mutex> lock(work_mutex_);
  SetHeartbeatAlarm();
}

void ChangeFeed::OnChanges() {
  if (wakes_.fetch_add(1) > 0) return;
  RunSoon([self = shared_from_this()] {
    uint64_t seen = self->wakes_.load();
    do {
      self->WakeAll();
    } while (!self->wakes_.compare_exchange_strong(seen, 0));
  });
}

void ChangeFeed::WakeAll() {
  const std::lock_guard<std::mutex> lock(work_mutex_);
  if (closed_) return;
  CountChanges();
  for (const std::shared_ptr<WatchStream>& stream : streams_.All()) stream->Wake();
}

void ChangeFeed::CountChanges() {
  std::array<int64_t, kCauses.size()> counts{};
  while (true) {
    const auto changes = sources_.store->Changes(counted_, kCountedAtOnce);
    if (!changes.ok() || changes->empty()) break;
    counted_ = changes->back().sequence;
    for (const store::LoggedChange& change : *changes) {
      for (size_t i = 0; i < kCauses.size(); ++i) counts[i] += change.change.cause == kCauses[i];
    }
  }
  for (size_t i = 0; i < kCauses.size(); ++i) {
    if (counts[i] > 0) metrics_.CountGradeChanges(CauseLabel(kCauses[i]), counts[i]);
  }
}

absl::StatusOr<std::shared_ptr<WatchStream>> ChangeFeed::Open(
    uint64_t position, Delivery delivery, std::function<void(const absl::Status&)> done) {
  const auto ended = [self = shared_from_this(), done = std::move(done)](
                         const WatchStream* stream, const absl::Status& status) {
    self->streams_.Remove(stream);
    done(status);
  };
  auto stream = std::make_shared<WatchStream>(sources_, position, std::move(delivery), ended);
  if (absl::Status added = streams_.Add(stream); !added.ok()) return added;
  return stream;
}

void ChangeFeed::SetHeartbeatAlarm() {
  alarm_ = RunAfter(heartbeat_, [self = shared_from_this()] { self->SendHeartbeats(); });
}

void ChangeFeed::SendHeartbeats() {
  const std::lock_guard<std::mutex> lock(work_mutex_);
  if (closed_) return;
  for (const std::shared_ptr<WatchStream>& stream : streams_.All()) stream->Heartbeat();
  SetHeartbeatAlarm();
}

void ChangeFeed::Close() {
  // The alarm may be the last that uses gRPC: its end then waits for gRPC's threads, one of which
  // may wait for the lock.
  std::unique_ptr<grpc::Alarm> last;
  const std::lock_guard<std::mutex> lock(work_mutex_);
  closed_ = true;
  last = std::move(alarm_);
}

}  // namespace leadgrade::rpc
