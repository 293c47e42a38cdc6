#include "tools/follow.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include <algorithm>
#include <memory>

namespace leadgrade::tools {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);

// One call of WatchGradeChanges, read so that `stop` and silence can end it.
class Stream {
 public:
  // `request` is what to ask for, but for the place.
  Stream(Client& client, v1::WatchGradeChangesRequest request, const LogPlace& place,
         const FollowTiming& timing, const std::function<bool()>& stop)
      : timing_(timing), stop_(stop) {
    request.set_resume_token(place.token);
    request.set_from_start(place.from_start && place.token.empty());
    reader_ = client.watch().PrepareAsyncWatchGradeChanges(&context_, request, &queue_);
    reader_->StartCall(this);
    ended_ = !Await();
  }
  ~Stream() { queue_.Shutdown(); }

  // False at the stream's end.
  bool Read(v1::WatchGradeChangesResponse* response) {
    if (!ended_) {
      reader_->Read(response, this);
      ended_ = !Await();
    }
    return !ended_;
  }

  // After Read gave false, or to leave before that.
  grpc::Status Finish() {
    // A stream that ended by itself has a status of its own.
    if (!ended_) context_.TryCancel();
    grpc::Status status;
    reader_->Finish(&status, this);
    Await();
    return silent_ ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server has gone silent")
                   : status;
  }

 private:
  // Waits for the operation under way. Cancelling lets it fail, so that it always ends.
  bool Await() {
    const absl::Time start = timing_.clock();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(absl::Now() + kPoll)) ==
           grpc::CompletionQueue::TIMEOUT) {
      silent_ |= timing_.clock() - start > timing_.silence;
      if (silent_ || stop_()) context_.TryCancel();
    }
    return ok;
  }

  const FollowTiming& timing_;
  const std::function<bool()>& stop_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchGradeChangesResponse>> reader_;
  bool ended_ = false;
  bool silent_ = false;
};

// Whether a new attempt may fare better.
bool MayPass(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::DATA_LOSS:
      return false;
    default:
      return true;
  }
}

// False where `stop` ended the wait.
bool Pause(absl::Duration delay, const std::function<bool()>& stop) {
  const absl::Time end = absl::Now() + delay;
  while (!stop()) {
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) return true;
    absl::SleepFor(std::min(left, kPoll));
  }
  return false;
}

}  // namespace

grpc::Status Follow(Client& client, const v1::WatchGradeChangesRequest& conditions,
                    const FollowTiming& timing, const Follower& follower, LogPlace* place) {
  bool ever_connected = false;
  absl::Duration delay = timing.first_delay;
  for (;;) {
    Stream stream(client, conditions, *place, timing, follower.stop);
    v1::WatchGradeChangesResponse response;
    bool enough = false;
    while (!enough && stream.Read(&response)) {
      ever_connected = true;
      delay = timing.first_delay;
      enough = response.has_change() && !follower.take(response);
      place->token = response.resume_token();
    }
    const grpc::Status status = stream.Finish();
    if (enough || follower.stop()) return grpc::Status::OK;
    if (!ever_connected || !MayPass(status.error_code())) return status;
    follower.broke(status, delay);
    if (!Pause(delay, follower.stop)) return grpc::Status::OK;
    delay = std::min(delay * 2, timing.longest_delay);
  }
}

}  // namespace leadgrade::tools
