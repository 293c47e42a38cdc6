// A client that has leads scored one after the other on one stream.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "leadgrade/v1/scoring_service.pb.h"
#include "service/leads/lead_book.h"

namespace leadgrade::rpc {

// Reads a request, answers it, and only then reads the next: what is in flight is bounded, and the
// replies are in order.
class ScoreStream
    : public grpc::ServerBidiReactor<v1::StreamScoreLeadsRequest, v1::StreamScoreLeadsResponse>,
      public std::enable_shared_from_this<ScoreStream> {
 public:
  // Told once, with how the stream ended.
  using Done = std::function<void(const ScoreStream*, const absl::Status&)>;

  ScoreStream(const leads::LeadBook& book, Done done) : book_(book), done_(std::move(done)) {}

  // Keeps itself alive from here until gRPC is done with it.
  void Start();
  // After the request in work, if there is one.
  void End(const absl::Status& why);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Reads on, or finishes where the stream has been ended.
  void Next();

  const leads::LeadBook& book_;
  const Done done_;
  std::shared_ptr<ScoreStream> self_;

  std::mutex mutex_;
  bool working_ = true;  // on a request; else a read is in flight
  std::optional<absl::Status> end_;

  v1::StreamScoreLeadsRequest request_;
  v1::StreamScoreLeadsResponse response_;
};

}  // namespace leadgrade::rpc
