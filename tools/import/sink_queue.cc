#include "tools/import/sink_queue.h"

#include <algorithm>

namespace leadgrade::tools {

SinkQueue::SinkQueue(LeadSink& sink, Done done)
    : sink_(sink), done_(std::move(done)), room_(static_cast<size_t>(sink.calls()) + 1) {
  for (int i = 0; i < sink.calls(); ++i) threads_.emplace_back([this] { Work(); });
}

SinkQueue::~SinkQueue() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

absl::Status SinkQueue::Push(std::unique_ptr<ImportBatch> batch) {
  std::unique_lock<std::mutex> lock(mutex_);
  Collect(lock, SharesLeads(*batch) ? 0 : room_ - 1);
  if (!failed_.ok()) return failed_;
  for (const v1::ImportedLead& lead : batch->request().leads()) leads_.insert(lead.lead().name());
  auto slot = std::make_shared<Slot>();
  if (batch->request().leads().empty()) slot->state = Slot::State::kDone;
  slot->batch = std::move(batch);
  slots_.push_back(std::move(slot));
  lock.unlock();
  changed_.notify_all();
  return absl::OkStatus();
}

absl::Status SinkQueue::Finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  Collect(lock, 0);
  return failed_;
}

bool SinkQueue::SharesLeads(const ImportBatch& batch) const {
  const auto& leads = batch.request().leads();
  return std::any_of(leads.begin(), leads.end(), [this](const v1::ImportedLead& lead) {
    return leads_.contains(lead.lead().name());
  });
}

void SinkQueue::Collect(std::unique_lock<std::mutex>& lock, size_t left) {
  const auto front_is_done = [this] { return slots_.front()->state == Slot::State::kDone; };
  while (!slots_.empty() && (slots_.size() > left || front_is_done())) {
    changed_.wait(lock, front_is_done);
    const std::unique_ptr<ImportBatch> batch = std::move(slots_.front()->batch);
    slots_.pop_front();
    lock.unlock();
    for (const v1::ImportedLead& lead : batch->request().leads()) leads_.erase(lead.lead().name());
    done_(*batch);
    lock.lock();
  }
}

void SinkQueue::Work() {
  const auto next = [this]() -> std::shared_ptr<Slot> {
    for (const auto& slot : slots_) {
      if (slot->state == Slot::State::kWaiting) return slot;
    }
    return nullptr;
  };
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    std::shared_ptr<Slot> slot;
    changed_.wait(lock, [&] { return closed_ || (slot = next()) != nullptr; });
    if (closed_) return;
    slot->state = Slot::State::kRunning;
    absl::Status status = failed_;
    if (status.ok()) {
      lock.unlock();
      status = sink_.Import(slot->batch->request(), &slot->batch->response());
      lock.lock();
    }
    slot->batch->status = status;
    if (failed_.ok()) failed_ = status;
    slot->state = Slot::State::kDone;
    changed_.notify_all();
  }
}

}  // namespace leadgrade::tools
