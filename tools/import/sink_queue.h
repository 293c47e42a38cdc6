// Batches through a sink, several at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/import/import_batch.h"
#include "tools/import/lead_sink.h"

namespace leadgrade::tools {

// Calls the sink on threads of its own. One thread uses the queue.
class SinkQueue {
 public:
  // Takes each batch when the sink is through with it, in the order of Push, within Push and
  // Finish.
  using Done = std::function<void(ImportBatch& batch)>;

  SinkQueue(LeadSink& sink, Done done);
  // Waits for the calls that are under way.
  ~SinkQueue();

  // Waits while there is no room, and for an earlier batch with a lead of this one. Where a call
  // failed: its status, and the batch is not taken.
  absl::Status Push(std::unique_ptr<ImportBatch> batch);
  // Waits for all batches. The status of the first call that failed; batches behind it that the
  // sink had not begun with have it as theirs.
  absl::Status Finish();

 private:
  struct Slot {
    std::unique_ptr<ImportBatch> batch;
    enum class State { kWaiting, kRunning, kDone } state = State::kWaiting;
  };

  void Work();
  bool SharesLeads(const ImportBatch& batch) const;
  // Takes finished batches off the front until at most `left` are there.
  void Collect(std::unique_lock<std::mutex>& lock, size_t left);

  LeadSink& sink_;
  const Done done_;
  const size_t room_;
  absl::flat_hash_set<absl::string_view> leads_;  // of all batches in slots_

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::shared_ptr<Slot>> slots_;
  absl::Status failed_;
  bool closed_ = false;

  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace leadgrade::tools
