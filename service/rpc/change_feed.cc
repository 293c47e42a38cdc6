#include "service/rpc/change_feed.h"

#include <grpc/support/time.h>

#include <array>

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

// On a thread of gRPC's, soon: an alarm that goes calls its function at once.
void RunSoon(std::function<void()> work) {
  grpc::Alarm alarm;
  alarm.Set(gpr_inf_future(GPR_CLOCK_MONOTONIC), [work = std::move(work)](bool) { work(); });
}

}  // namespace

ChangeFeed::ChangeFeed(const store::LeadStore& store, metrics::Metrics& metrics,
                       absl::Duration heartbeat, size_t max_watchers)
    : store_(store),
      metrics_(metrics),
      heartbeat_(heartbeat),
      streams_(max_watchers,
               [&metrics](size_t count) { metrics.SetWatchers(static_cast<int64_t>(count)); }),
      counted_(store.last_sequence()) {
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
    const auto changes = store_.Changes(counted_, kCountedAtOnce);
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
    uint64_t position, std::function<void(const absl::Status&)> done) {
  const auto ended = [self = shared_from_this(), done = std::move(done)](
                         const WatchStream* stream, const absl::Status& status) {
    self->streams_.Remove(stream);
    done(status);
  };
  auto stream = std::make_shared<WatchStream>(store_, position, ended);
  if (absl::Status added = streams_.Add(stream); !added.ok()) return added;
  return stream;
}

void ChangeFeed::SetHeartbeatAlarm() {
  // A new one each time: one that has just called may not be set again from within.
  alarm_ = std::make_unique<grpc::Alarm>();
  const gpr_timespec wait = gpr_time_from_nanos(absl::ToInt64Nanoseconds(heartbeat_), GPR_TIMESPAN);
  alarm_->Set(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), wait),
              [self = shared_from_this()](bool) { self->SendHeartbeats(); });
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
