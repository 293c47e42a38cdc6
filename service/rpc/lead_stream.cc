#include "service/rpc/lead_stream.h"

#include <algorithm>
#include <utility>

#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/lead_proto.h"
#include "service/rpc/run_soon.h"

namespace leadgrade::rpc {
namespace {

// A message is full with so many leads or bytes: little work in one turn of a thread that scoring
// calls need too.
constexpr size_t kMostLeads = 64;
constexpr size_t kLeadsARead = 16;
constexpr size_t kFullBytes = 256 << 10;
// A client that does not even take the message in flight when its time is up is cut off after this.
constexpr absl::Duration kGrace = absl::Minutes(1);

}  // namespace

void LeadStream::Start() {
  self_ = shared_from_this();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    alarms_.push_back(RunAfter(longest_, [self = self_] { self->OnTimeout(); }));
  }
  Next();
}

void LeadStream::OnTimeout() {
  End(DeadlineExceeded());
  const std::lock_guard<std::mutex> lock(mutex_);
  if (context_ == nullptr) return;
  alarms_.push_back(RunAfter(std::min(longest_, kGrace), [self = shared_from_this()] {
    const std::lock_guard<std::mutex> held(self->mutex_);
    if (self->context_ != nullptr) self->context_->TryCancel();
  }));
}

void LeadStream::End(const absl::Status& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!end_.has_value()) end_ = why;
}

void LeadStream::Next() {
  const absl::StatusOr<bool> filled = Fill();
  if (!filled.ok()) End(LeadError(filled.status(), ""));
  if (filled.ok() && !*filled && sent_any_) End(absl::OkStatus());
  std::unique_lock<std::mutex> lock(mutex_);
  if (!end_.has_value()) {
    sent_any_ = true;
    lock.unlock();
    StartWrite(&response_);
    return;
  }
  const absl::Status end = *end_;
  lock.unlock();
  // The files of the store are not needed any more.
  source_.scan.reset();
  Finish(ToGrpcStatus(end));
}

absl::StatusOr<bool> LeadStream::Fill() {
  response_.Clear();
  *response_.mutable_read_time() = convert::ToProto(source_.read_time);
  response_.set_bundle_digest(source_.bundle->digest);
  size_t bytes = 0;
  while (response_.leads_size() < static_cast<int>(kMostLeads) && bytes < kFullBytes) {
    const auto leads = source_.scan->Next(kLeadsARead);
    if (!leads.ok()) return leads.status();
    for (const store::StoredLead& lead : *leads) {
      v1::LeadSnapshot* out = response_.add_leads();
      ToProto(lead, *source_.bundle, source_.read_time, out->mutable_lead());
      for (const facts::TimelineEvent& event : lead.lead.timeline) {
        ToProto(event, out->add_events());
      }
      bytes += out->ByteSizeLong();
    }
    if (leads->empty()) break;
  }
  return response_.leads_size() > 0;
}

void LeadStream::OnWriteDone(bool ok) {
  if (!ok) End(CallCancelled());
  Next();
}

void LeadStream::OnCancel() { End(CallCancelled()); }

void LeadStream::OnDone() {
  const std::shared_ptr<LeadStream> self = std::move(self_);
  std::vector<std::unique_ptr<grpc::Alarm>> alarms;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    context_ = nullptr;
    alarms.swap(alarms_);
  }
  done_(this, *end_);
}

}  // namespace leadgrade::rpc
