#include "service/rpc/watch_stream.h"

#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kReadAhead = 256;

}  // namespace

void WatchStream::Start() {
  self_ = shared_from_this();
  Wake();
}

void WatchStream::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    if (owned_) return;
    owned_ = true;
  }
  Work();
}

void WatchStream::Heartbeat() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    heartbeat_due_ = true;
  }
  Wake();
}

void WatchStream::End(const absl::Status& why) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!end_.has_value()) end_ = why;
  }
  Wake();
}

void WatchStream::Work() {
  while (!IsEnded()) {
    if (!greeted_) {
      greeted_ = true;
      return SendToken();
    }
    const absl::StatusOr<bool> change = TakeChange();
    if (!change.ok()) {
      End(change.status());
      continue;
    }
    if (*change) return StartWrite(&reply_);
    switch (WhenIdle()) {
      case Idle::kToken:
        return SendToken();
      case Idle::kNothing:
        return;
      case Idle::kWoken:
        break;
    }
  }
  Finish(ToGrpcStatus(*end_));
}

bool WatchStream::IsEnded() {
  const std::lock_guard<std::mutex> lock(mutex_);
  woken_ = false;
  return end_.has_value();
}

WatchStream::Idle WatchStream::WhenIdle() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (woken_) return Idle::kWoken;
  if (heartbeat_due_) return Idle::kToken;
  owned_ = false;
  return Idle::kNothing;
}

void WatchStream::SendToken() {
  SentSomething();
  reply_.Clear();
  reply_.set_resume_token(MakeResumeToken(store_.store_id(), position_));
  StartWrite(&reply_);
}

absl::StatusOr<bool> WatchStream::TakeChange() {
  if (ahead_.empty()) {
    auto changes = store_.Changes(position_, kReadAhead);
    if (!changes.ok()) return LeadError(changes.status(), "");
    // Asked after reading: a log that was trimmed meanwhile may have left some out.
    if (position_ < store_.first_resumable()) return ResumeTokenExpired();
    ahead_.assign(std::make_move_iterator(changes->begin()),
                  std::make_move_iterator(changes->end()));
  }
  if (ahead_.empty()) return false;
  SentSomething();
  const store::LoggedChange& change = ahead_.front();
  reply_.Clear();
  reply_.mutable_change()->set_lead(absl::StrCat("leads/", change.lead_id));
  convert::ToProto(change.change, reply_.mutable_change()->mutable_change());
  *reply_.mutable_change()->mutable_record_time() = convert::ToProto(change.recorded_time);
  reply_.set_resume_token(MakeResumeToken(store_.store_id(), change.sequence));
  position_ = change.sequence;
  ahead_.pop_front();
  return true;
}

void WatchStream::SentSomething() {
  const std::lock_guard<std::mutex> lock(mutex_);
  heartbeat_due_ = false;
}

void WatchStream::OnWriteDone(bool ok) {
  if (!ok) End(CallCancelled());
  Work();
}

void WatchStream::OnCancel() { End(CallCancelled()); }

void WatchStream::OnDone() {
  const std::shared_ptr<WatchStream> self = std::move(self_);
  done_(this, *end_);
}

}  // namespace leadgrade::rpc
