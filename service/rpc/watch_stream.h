// One client that watches grade changes.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "leadgrade/v1/watch_service.pb.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// Sends what the change log has after a position, one message at a time: the next one is filled in
// when gRPC took the one before. So a slow client costs a bounded part of the log in memory and no
// thread.
//
// At any time at most one thread works on the stream, its owner; the others only leave notes, under
// the lock, and the owner looks at them before it lets go. A write in flight is owned by whoever
// handles its end.
class WatchStream : public grpc::ServerWriteReactor<v1::WatchGradeChangesResponse>,
                    public std::enable_shared_from_this<WatchStream> {
 public:
  // Told once, with how the stream ended.
  using Done = std::function<void(const WatchStream*, const absl::Status&)>;

  WatchStream(const store::LeadStore& store, uint64_t position, Done done)
      : store_(store), done_(std::move(done)), position_(position) {}

  // Sends a first token. Keeps itself alive from here until gRPC is done with it.
  void Start();
  // There may be something new in the log. May read from the store.
  void Wake();
  // A token is to be sent, unless a change is.
  void Heartbeat();
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // The owner's: goes on until a write is in flight, the stream is finished, or nothing is left.
  void Work();
  // Fills reply_ with the next change, if there is one; reads on where nothing was read ahead.
  absl::StatusOr<bool> TakeChange();
  // Once true there is no other owner any more.
  bool IsEnded();
  // What is left where no change is. With nothing left the stream has no owner any more.
  enum class Idle : uint8_t { kNothing, kWoken, kToken };
  Idle WhenIdle();
  void SendToken();
  // No heartbeat is needed just now.
  void SentSomething();

  const store::LeadStore& store_;
  const Done done_;
  std::shared_ptr<WatchStream> self_;

  std::mutex mutex_;
  bool owned_ = false;
  bool woken_ = false;
  bool heartbeat_due_ = false;
  std::optional<absl::Status> end_;

  // The owner's.
  bool greeted_ = false;
  uint64_t position_;  // of the last change sent
  std::deque<store::LoggedChange> ahead_;
  v1::WatchGradeChangesResponse reply_;
};

}  // namespace leadgrade::rpc
