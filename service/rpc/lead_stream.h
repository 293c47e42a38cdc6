// One client that reads all leads.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// Sends what a scan of the store gives, one message at a time: the next one is filled in when gRPC
// took the one before. So a slow client costs one message in memory and no thread, but it holds old
// files of the store: it is ended after `longest`.
class LeadStream : public grpc::ServerWriteReactor<v1::StreamLeadsResponse>,
                   public std::enable_shared_from_this<LeadStream> {
 public:
  // Told once, with how the stream ended.
  using Done = std::function<void(const LeadStream*, const absl::Status&)>;

  struct Source {
    std::unique_ptr<store::LeadScan> scan;
    absl::Time read_time;
    std::shared_ptr<const rules::Bundle> bundle;  // in force then
  };

  // `context` is the call's.
  LeadStream(Source source, absl::Duration longest, grpc::CallbackServerContext* context, Done done)
      : source_(std::move(source)), longest_(longest), done_(std::move(done)), context_(context) {}

  // Keeps itself alive from here until gRPC is done with it.
  void Start();
  // Once the message in flight is through.
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Next();
  // False at the end of all leads.
  absl::StatusOr<bool> Fill();
  void OnTimeout();

  Source source_;
  const absl::Duration longest_;
  const Done done_;
  std::shared_ptr<LeadStream> self_;

  std::mutex mutex_;
  grpc::CallbackServerContext* context_;  // null once the call is over
  std::optional<absl::Status> end_;
  std::vector<std::unique_ptr<grpc::Alarm>> alarms_;

  // Of whoever works on the stream: of the write in flight, or who handles its end.
  bool sent_any_ = false;
  v1::StreamLeadsResponse response_;
};

}  // namespace leadgrade::rpc
