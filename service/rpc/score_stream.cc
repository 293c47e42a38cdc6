#include "service/rpc/score_stream.h"

#include "service/rpc/errors.h"
#include "service/rpc/scoring.h"

namespace leadgrade::rpc {

void ScoreStream::Start() {
  self_ = shared_from_this();
  Next();
}

void ScoreStream::Next() {
  const std::shared_ptr<ScoreStream> keep = self_;
  std::unique_lock<std::mutex> lock(mutex_);
  if (!end_.has_value()) {
    working_ = false;
    // Under the lock, so that End can't finish the stream before it.
    StartRead(&request_);
    return;
  }
  lock.unlock();
  Finish(ToGrpcStatus(*end_));
}

void ScoreStream::End(const absl::Status& why) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (end_.has_value()) return;
    end_ = why;
    if (working_) return;
    working_ = true;
  }
  Finish(ToGrpcStatus(why));
}

void ScoreStream::OnReadDone(bool ok) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Finished while it was reading.
    if (working_) return;
    working_ = true;
    if (!ok && !end_.has_value()) end_ = absl::OkStatus();
  }
  if (!ok) return Next();
  response_.Clear();
  response_.set_name(request_.name());
  const absl::Status status = ScoreLead(book_, request_.name(), request_.language_code(), nullptr,
                                        response_.mutable_decision());
  if (!status.ok()) *response_.mutable_error() = ToRpcStatus(status);
  StartWrite(&response_);
}

void ScoreStream::OnWriteDone(bool ok) {
  if (!ok) End(CallCancelled());
  Next();
}

void ScoreStream::OnCancel() { End(CallCancelled()); }

void ScoreStream::OnDone() {
  const std::shared_ptr<ScoreStream> self = std::move(self_);
  done_(this, *end_);
}

}  // namespace leadgrade::rpc
