#include "service/rpc/watch_service.h"

#include "service/rpc/call.h"
#include "service/rpc/tokens.h"
#include "service/rpc/watch_request.h"

namespace leadgrade::rpc {
namespace {

constexpr char kMethod[] = "WatchService/WatchGradeChanges";

}  // namespace

absl::StatusOr<uint64_t> WatchService::StartOf(const v1::WatchGradeChangesRequest& request) const {
  const uint64_t first = store_.first_resumable();
  const uint64_t last = store_.last_sequence();
  if (request.resume_token().empty()) return request.from_start() ? first : last;
  const auto sequence = ReadResumeToken(store_.store_id(), request.resume_token());
  // Past the end is a store that was put back to an earlier state.
  if (!sequence.has_value() || *sequence > last) return ResumeTokenInvalid();
  if (*sequence < first) return ResumeTokenExpired();
  return *sequence;
}

grpc::ServerWriteReactor<v1::WatchGradeChangesResponse>* WatchService::WatchGradeChanges(
    grpc::CallbackServerContext* context, const v1::WatchGradeChangesRequest* request) {
  const Stopwatch::time_point begin = Stopwatch::now();
  const auto count = [&metrics = metrics_, begin](const absl::Status& status) {
    CountCall(metrics, kMethod, begin, status);
  };
  auto stream = Open(*context, *request, count);
  if (stream.ok()) {
    (*stream)->Start();
    return stream->get();
  }
  count(stream.status());
  return new RefusedStream<grpc::ServerWriteReactor<v1::WatchGradeChangesResponse>>(
      stream.status());
}

absl::StatusOr<std::shared_ptr<WatchStream>> WatchService::Open(
    const grpc::CallbackServerContext& context, const v1::WatchGradeChangesRequest& request,
    std::function<void(const absl::Status&)> done) const {
  if (absl::Status status = CheckWanted(context); !status.ok()) return status;
  const absl::StatusOr<uint64_t> start = StartOf(request);
  if (!start.ok()) return start.status();
  absl::StatusOr<Delivery> delivery = ReadDelivery(bundles_.bundle(), request);
  if (!delivery.ok()) return delivery.status();
  return feed_->Open(*start, *std::move(delivery), std::move(done));
}

}  // namespace leadgrade::rpc
