// A client that watches grade changes.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "leadgrade/v1/watch_service.grpc.pb.h"

namespace leadgrade::testing {

// A stream of one client. Its reads wait, so each is of something that is to come.
class Watcher {
 public:
  Watcher(v1::WatchService::Stub& stub, const v1::WatchGradeChangesRequest& request)
      : stream_(stub.WatchGradeChanges(&context_, request)) {}
  ~Watcher() { context_.TryCancel(); }

  // False at the end of the stream.
  bool Read() { return stream_->Read(&last_); }
  // The next change's lead and grade, heartbeats passed over; "" at the end.
  std::string Next() {
    do {
      if (!Read()) return "";
    } while (!last_.has_change());
    return last_.change().lead() + ": " + last_.change().change().to_grade();
  }
  const v1::WatchGradeChangesResponse& last() const { return last_; }
  const std::string& token() const { return last_.resume_token(); }
  grpc::Status Finish() { return stream_->Finish(); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchGradeChangesResponse>> stream_;
  v1::WatchGradeChangesResponse last_;
};

}  // namespace leadgrade::testing
