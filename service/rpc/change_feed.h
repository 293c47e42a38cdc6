// Brings what the writer adds to the change log to the streams that watch it.
#pragma once

#include <grpcpp/alarm.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/metrics/metrics.h"
#include "service/rpc/open_streams.h"
#include "service/rpc/watch_stream.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// Works on gRPC's own threads, through its alarms; no thread waits here. Counts the grade changes,
// by cause, on the way. Thread safe. Held by what may still call it, but it touches the store and
// the metrics only until Close.
class ChangeFeed : public std::enable_shared_from_this<ChangeFeed> {
 public:
  ChangeFeed(WatchSources sources, metrics::Metrics& metrics, absl::Duration heartbeat,
             size_t max_watchers);

  // Heartbeats go out from here on.
  void Start();
  // The log has grown. Takes no time: it is called on the thread of the replies.
  void OnChanges();
  // A stream from after `position`; as OpenStreams::Add. `done` is told how it ended.
  absl::StatusOr<std::shared_ptr<WatchStream>> Open(uint64_t position, Delivery delivery,
                                                    std::function<void(const absl::Status&)> done);
  void Drain() { streams_.Drain(); }
  // Ends all work here, and waits for what is going on. The streams are gone already.
  void Close();

 private:
  void WakeAll();
  void CountChanges();
  void SetHeartbeatAlarm();
  void SendHeartbeats();

  const WatchSources sources_;
  metrics::Metrics& metrics_;
  const absl::Duration heartbeat_;
  OpenStreams<WatchStream> streams_;
  // Calls of OnChanges since nobody took care of them.
  std::atomic<uint64_t> wakes_{0};

  // Held during all work on the streams.
  std::mutex work_mutex_;
  bool closed_ = false;
  uint64_t counted_;  // up to this sequence
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace leadgrade::rpc
