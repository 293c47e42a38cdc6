// One client that watches grade changes.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "leadgrade/v1/watch_service.pb.h"
#include "service/rpc/delivery.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// What streams read. The store is borrowed; it and what the functions use outlive the streams.
struct WatchSources {
  const store::LeadStore* store = nullptr;
  std::function<std::shared_ptr<const rules::Bundle>()> bundle;
  // As LeadBook::complete_until.
  std::function<absl::Time()> clock;
};

// Sends what the change log has after a position, as far as Delivery lets it, one message at a
// time: the next one is filled in when gRPC took the one before. So a slow client costs a bounded
// part of the log in memory and no thread, and so does one that wants next to nothing: it looks at
// a bounded number of changes before it lets others have the thread.
//
// At any time at most one thread works on the stream, its owner; the others only leave notes, under
// the lock, and the owner looks at them before it lets go. A write in flight is owned by whoever
// handles its end, work put off by whoever then does it.
class WatchStream : public grpc::ServerWriteReactor<v1::WatchGradeChangesResponse>,
                    public std::enable_shared_from_this<WatchStream> {
 public:
  // Told once, with how the stream ended.
  using Done = std::function<void(const WatchStream*, const absl::Status&)>;

  // `delivery` is ready to judge.
  WatchStream(WatchSources sources, uint64_t position, Delivery delivery, Done done)
      : sources_(std::move(sources)),
        done_(std::move(done)),
        position_(position),
        delivery_(std::move(delivery)) {}

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
  // Works on the stream, or has its owner look again.
  void Resume();
  // The owner's: goes on until a write is in flight, work is put off, the stream is finished, or
  // nothing is left but to wait.
  void Work();
  enum class Step : uint8_t {
    kFilled,  // reply_ is to be sent
    kEmpty,   // nothing is in the log any more
    kWaits,   // the next change is held back until wait_until_
    kEnough,  // for one turn
  };
  absl::StatusOr<Step> LookOn();
  absl::Status UseBundleInForce();
  absl::Status ReadAhead();
  // The next change as it is to be sent, where it is; kReadLead reads the lead.
  absl::StatusOr<std::optional<facts::GradeChange>> Judged(Delivery::Verdict verdict,
                                                           const store::LoggedChange& change,
                                                           absl::Time now) const;
  void Fill(const store::LoggedChange& change, const facts::GradeChange& sent);
  // Once true there is no other owner any more.
  bool IsEnded();
  // What is left where no change is to be sent now. With nothing left the stream has no owner any
  // more.
  enum class Idle : uint8_t { kNothing, kWoken, kToken };
  Idle WhenIdle(bool waits);
  bool IsHeartbeatDue();
  void SetAlarm();
  void OnAlarm();
  void SendToken();
  // No heartbeat is needed just now.
  void SentSomething();

  const WatchSources sources_;
  const Done done_;
  std::shared_ptr<WatchStream> self_;

  std::mutex mutex_;
  bool owned_ = false;
  bool woken_ = false;
  bool waits_ = false;  // news of the log change nothing
  bool heartbeat_due_ = false;
  bool alarm_set_ = false;
  std::optional<absl::Status> end_;

  // The owner's.
  bool greeted_ = false;
  uint64_t position_;  // of the last change sent or left out
  Delivery delivery_;
  std::deque<store::LoggedChange> ahead_;
  absl::Time wait_until_;
  absl::Time alarm_for_;
  std::unique_ptr<grpc::Alarm> alarm_;
  v1::WatchGradeChangesResponse reply_;
};

}  // namespace leadgrade::rpc
