#include "service/rpc/watch_stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/run_soon.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kReadAhead = 256;
// One turn is so many changes looked at; a lead that is read for one counts as several.
constexpr size_t kTurn = 256;
constexpr size_t kLeadRead = 16;
// A stream that waits looks again no more often than this, and no less often: the clock may have
// been set.
constexpr absl::Duration kShortestWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Hours(1);

}  // namespace

void WatchStream::Start() {
  self_ = shared_from_this();
  Resume();
}

void WatchStream::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waits_) return;
  }
  Resume();
}

void WatchStream::Resume() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    if (owned_) return;
    owned_ = true;
    waits_ = false;
  }
  Work();
}

void WatchStream::Heartbeat() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    heartbeat_due_ = true;
  }
  Resume();
}

void WatchStream::OnAlarm() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    alarm_set_ = false;
  }
  Resume();
}

void WatchStream::End(const absl::Status& why) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!end_.has_value()) end_ = why;
  }
  Resume();
}

void WatchStream::Work() {
  while (!IsEnded()) {
    if (!greeted_) {
      greeted_ = true;
      return SendToken();
    }
    const absl::StatusOr<Step> step = LookOn();
    if (!step.ok()) {
      End(step.status());
      continue;
    }
    if (*step == Step::kFilled) return StartWrite(&reply_);
    if (*step == Step::kEnough) {
      // Also a write lets others have the thread.
      if (IsHeartbeatDue()) return SendToken();
      return RunSoon([self = shared_from_this()] { self->Work(); });
    }
    if (*step == Step::kWaits) SetAlarm();
    switch (WhenIdle(*step == Step::kWaits)) {
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

WatchStream::Idle WatchStream::WhenIdle(bool waits) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (woken_) return Idle::kWoken;
  if (heartbeat_due_) return Idle::kToken;
  owned_ = false;
  waits_ = waits;
  return Idle::kNothing;
}

bool WatchStream::IsHeartbeatDue() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return heartbeat_due_;
}

void WatchStream::SetAlarm() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (alarm_set_ && alarm_for_ == wait_until_) return;
    alarm_set_ = true;
  }
  alarm_for_ = wait_until_;
  const absl::Duration wait =
      std::clamp(wait_until_ - sources_.clock(), kShortestWait, kLongestWait);
  alarm_ = RunAfter(wait, [self = shared_from_this()] { self->OnAlarm(); });
}

void WatchStream::SendToken() {
  SentSomething();
  reply_.Clear();
  reply_.set_resume_token(MakeResumeToken(sources_.store->store_id(), position_));
  StartWrite(&reply_);
}

absl::StatusOr<WatchStream::Step> WatchStream::LookOn() {
  if (absl::Status status = UseBundleInForce(); !status.ok()) return status;
  for (size_t work = 0; work < kTurn; ++work) {
    if (ahead_.empty()) {
      if (absl::Status status = ReadAhead(); !status.ok()) return status;
    }
    if (ahead_.empty()) return Step::kEmpty;
    const store::LoggedChange& change = ahead_.front();
    const absl::Time now = sources_.clock();
    const Delivery::Judgement judgement = delivery_.Judge(change, now);
    if (judgement.verdict == Delivery::Verdict::kWait) {
      wait_until_ = judgement.until;
      return Step::kWaits;
    }
    if (judgement.verdict == Delivery::Verdict::kReadLead) work += kLeadRead;
    const auto sent = Judged(judgement.verdict, change, now);
    if (!sent.ok()) return sent.status();
    position_ = change.sequence;
    if (sent->has_value()) Fill(change, **sent);
    ahead_.pop_front();
    if (sent->has_value()) return Step::kFilled;
  }
  return Step::kEnough;
}

absl::Status WatchStream::UseBundleInForce() {
  std::vector<std::string> problems;
  if (delivery_.Use(sources_.bundle(), &problems)) return absl::OkStatus();
  return WatchFilterInvalid(problems.front());
}

absl::Status WatchStream::ReadAhead() {
  auto changes = sources_.store->Changes(position_, kReadAhead);
  if (!changes.ok()) return LeadError(changes.status(), "");
  // Asked after reading: a log that was trimmed meanwhile may have left some out.
  if (position_ < sources_.store->first_resumable()) return ResumeTokenExpired();
  ahead_.assign(std::make_move_iterator(changes->begin()), std::make_move_iterator(changes->end()));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<facts::GradeChange>> WatchStream::Judged(
    Delivery::Verdict verdict, const store::LoggedChange& change, absl::Time now) const {
  if (verdict == Delivery::Verdict::kSend) return change.change;
  if (verdict != Delivery::Verdict::kReadLead) return std::nullopt;
  const auto lead = sources_.store->Get(change.lead_id);
  if (!lead.ok() && !absl::IsNotFound(lead.status())) {
    return LeadError(lead.status(), change.lead_id);
  }
  return delivery_.JudgeLead(change, lead.ok() ? &*lead : nullptr, now);
}

void WatchStream::Fill(const store::LoggedChange& change, const facts::GradeChange& sent) {
  SentSomething();
  reply_.Clear();
  v1::LeadGradeChange* out = reply_.mutable_change();
  out->set_lead(absl::StrCat("leads/", change.lead_id));
  convert::ToProto(sent, out->mutable_change());
  *out->mutable_record_time() = convert::ToProto(change.recorded_time);
  out->set_owner(change.owner);
  reply_.set_resume_token(MakeResumeToken(sources_.store->store_id(), change.sequence));
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
  alarm_.reset();
  const std::shared_ptr<WatchStream> self = std::move(self_);
  done_(this, *end_);
}

}  // namespace leadgrade::rpc
