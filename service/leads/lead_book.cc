#include "service/leads/lead_book.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "service/leads/write_batch.h"

namespace leadgrade::leads {
namespace {

// A request on its way through the writer. Prepare works on the batch; Finish calls back once the
// batch is on disk, or with what went wrong.
class Request {
 public:
  virtual ~Request() = default;
  // How many leads and events there are to work on, at least 1.
  virtual size_t weight() const = 0;
  virtual bool MustWait(const WriteBatch& batch) const = 0;
  virtual void Prepare(WriteBatch& batch) = 0;
  virtual void Finish(const absl::Status& applied) = 0;
  // Instead of both: it never got into the queue.
  virtual void Refuse(const absl::Status& status) = 0;
};

class EditRequest : public Request {
 public:
  EditRequest(LeadEdit edit, std::function<void(absl::StatusOr<EditResult>)> done)
      : edit_(std::move(edit)), done_(std::move(done)) {}
  size_t weight() const override { return 1; }
  bool MustWait(const WriteBatch& batch) const override { return batch.IsDeleted(edit_.lead_id); }
  void Prepare(WriteBatch& batch) override { result_ = batch.Edit(edit_); }
  void Finish(const absl::Status& applied) override {
    if (result_.ok() && !applied.ok()) result_ = applied;
    done_(std::move(result_));
  }
  void Refuse(const absl::Status& status) override { done_(status); }

 private:
  LeadEdit edit_;
  std::function<void(absl::StatusOr<EditResult>)> done_;
  absl::StatusOr<EditResult> result_ = absl::InternalError("not prepared");
};

class RecordRequest : public Request {
 public:
  RecordRequest(std::vector<NewEvent> events, bool create_missing,
                std::function<void(absl::StatusOr<EventsResult>)> done)
      : events_(std::move(events)), create_missing_(create_missing), done_(std::move(done)) {}
  size_t weight() const override { return std::max<size_t>(events_.size(), 1); }
  bool MustWait(const WriteBatch& batch) const override {
    for (const NewEvent& event : events_) {
      if (batch.IsDeleted(event.lead_id)) return true;
    }
    return false;
  }
  void Prepare(WriteBatch& batch) override { result_ = batch.Record(events_, create_missing_); }
  void Finish(const absl::Status& applied) override {
    if (result_.ok() && !applied.ok()) result_ = applied;
    done_(std::move(result_));
  }
  void Refuse(const absl::Status& status) override { done_(status); }

 private:
  std::vector<NewEvent> events_;
  bool create_missing_;
  std::function<void(absl::StatusOr<EventsResult>)> done_;
  absl::StatusOr<EventsResult> result_ = absl::InternalError("not prepared");
};

class ImportRequest : public Request {
 public:
  ImportRequest(std::vector<ImportedLead> leads,
                std::function<void(std::vector<absl::Status>)> done)
      : leads_(std::move(leads)), done_(std::move(done)) {
    for (const ImportedLead& lead : leads_) weight_ += 1 + lead.events.size();
  }
  size_t weight() const override { return std::max<size_t>(weight_, 1); }
  bool MustWait(const WriteBatch& batch) const override {
    for (const ImportedLead& lead : leads_) {
      if (batch.IsDeleted(lead.edit.lead_id)) return true;
    }
    return false;
  }
  void Prepare(WriteBatch& batch) override {
    for (const ImportedLead& lead : leads_) results_.push_back(batch.Import(lead));
  }
  void Finish(const absl::Status& applied) override {
    for (absl::Status& result : results_) {
      if (result.ok()) result = applied;
    }
    done_(std::move(results_));
  }
  void Refuse(const absl::Status& status) override {
    done_(std::vector<absl::Status>(leads_.size(), status));
  }

 private:
  std::vector<ImportedLead> leads_;
  size_t weight_ = 0;
  std::function<void(std::vector<absl::Status>)> done_;
  std::vector<absl::Status> results_;
};

class RescoreRequest : public Request {
 public:
  RescoreRequest(size_t limit, std::function<void(absl::StatusOr<size_t>)> done)
      : limit_(limit), done_(std::move(done)) {}
  size_t weight() const override { return std::max<size_t>(limit_, 1); }
  bool MustWait(const WriteBatch& batch) const override { return false; }
  void Prepare(WriteBatch& batch) override { result_ = batch.RescoreDue(limit_); }
  void Finish(const absl::Status& applied) override {
    if (result_.ok() && !applied.ok()) result_ = applied;
    done_(std::move(result_));
  }
  void Refuse(const absl::Status& status) override { done_(status); }

 private:
  size_t limit_;
  std::function<void(absl::StatusOr<size_t>)> done_;
  absl::StatusOr<size_t> result_ = absl::InternalError("not prepared");
};

}  // namespace

class LeadBook::Impl {
 public:
  Impl(store::LeadStore& store, BundleSource bundle, Clock clock, Options options)
      : store_(store),
        bundle_(std::move(bundle)),
        clock_(std::move(clock)),
        options_(options),
        writer_([this] { Write(); }) {}

  ~Impl() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    wake_.notify_one();
    writer_.join();
  }

  absl::Time now() const { return clock_(); }

  // Takes the lead to now, in memory only.
  decision::Decision Carry(const std::shared_ptr<const rules::Bundle>& bundle,
                           store::StoredLead* lead) const {
    decision::Decision decision = decision::Advance(bundle, lead->lead, {}, clock_()).decision;
    const auto& history = lead->lead.grade_history;
    lead->grade = history.empty() ? "" : history.back().to;
    return decision;
  }

  const store::LeadStore& store() const { return store_; }
  std::shared_ptr<const rules::Bundle> bundle() const { return bundle_(); }

  void Push(std::unique_ptr<Request> request) {
    const size_t weight = request->weight();
    absl::Status refused;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (closed_) {
        refused = absl::UnavailableError("the server is shutting down");
      } else if (!queue_.empty() && queued_ + weight > options_.max_queue) {
        refused = absl::ResourceExhaustedError("too many writes are waiting; try again");
      } else {
        queued_ += weight;
        queue_.push_back(std::move(request));
      }
    }
    if (!refused.ok()) {
      request->Refuse(refused);
    } else {
      wake_.notify_one();
    }
  }

  void OnChanges(std::function<void(uint64_t)> listener) {
    const std::lock_guard<std::mutex> lock(mutex_);
    listener_ = std::move(listener);
  }

 private:
  void Write() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<std::unique_ptr<Request>> requests;
      for (size_t taken = 0; !queue_.empty(); queue_.pop_front()) {
        const size_t weight = queue_.front()->weight();
        if (!requests.empty() && taken + weight > options_.max_batch) break;
        taken += weight;
        queued_ -= weight;
        requests.push_back(std::move(queue_.front()));
      }
      const auto listener = listener_;
      lock.unlock();
      for (auto begin = requests.begin(); begin != requests.end();) {
        begin = WriteBatchOf(begin, requests.end(), listener);
      }
      lock.lock();
    }
  }

  using Iterator = std::vector<std::unique_ptr<Request>>::iterator;

  // Writes as many of the requests as can share a batch; gives the first that can't.
  Iterator WriteBatchOf(Iterator begin, Iterator end,
                        const std::function<void(uint64_t)>& listener) {
    WriteBatch batch(store_, bundle_(), clock_());
    Iterator it = begin;
    for (; it != end && !(it != begin && (*it)->MustWait(batch)); ++it) (*it)->Prepare(batch);
    absl::Status applied;
    bool changed = false;
    if (!batch.empty()) {
      const auto result = batch.Apply();
      applied = result.status();
      changed = result.ok() && *result;
    }
    for (Iterator done = begin; done != it; ++done) (*done)->Finish(applied);
    if (changed && listener) listener(store_.last_sequence());
    return it;
  }

  store::LeadStore& store_;
  const BundleSource bundle_;
  const Clock clock_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Request>> queue_;
  size_t queued_ = 0;  // weight of it
  std::function<void(uint64_t)> listener_;
  bool closed_ = false;
  std::thread writer_;  // last: it uses all of the above
};

LeadBook::LeadBook(store::LeadStore& store, BundleSource bundle, Clock clock, Options options)
    : impl_(std::make_unique<Impl>(store, std::move(bundle), std::move(clock), options)) {}

LeadBook::~LeadBook() = default;

absl::StatusOr<EditResult> LeadBook::Score(absl::string_view lead_id) const {
  auto stored = impl_->store().Get(lead_id);
  if (!stored.ok()) return stored.status();
  EditResult result;
  result.decision = impl_->Carry(impl_->bundle(), &*stored);
  result.lead = *std::move(stored);
  return result;
}

std::vector<absl::StatusOr<EditResult>> LeadBook::ScoreMany(
    const std::vector<std::string>& ids) const {
  std::vector<absl::StatusOr<EditResult>> results;
  results.reserve(ids.size());
  for (absl::StatusOr<store::StoredLead>& stored : impl_->store().GetMany(ids)) {
    if (!stored.ok()) {
      results.push_back(stored.status());
      continue;
    }
    EditResult result;
    result.decision = impl_->Carry(impl_->bundle(), &*stored);
    result.lead = *std::move(stored);
    results.push_back(std::move(result));
  }
  return results;
}

decision::Decision LeadBook::DecideNow(const store::StoredLead& lead) const {
  store::StoredLead copy = lead;
  return impl_->Carry(impl_->bundle(), &copy);
}

absl::StatusOr<std::pair<store::StoredLead, decision::Explanation>> LeadBook::Explain(
    absl::string_view lead_id) const {
  auto stored = impl_->store().Get(lead_id);
  if (!stored.ok()) return stored.status();
  const auto bundle = impl_->bundle();
  const absl::Time as_of = impl_->Carry(bundle, &*stored).now;
  decision::Explanation explanation = decision::Explain(bundle, stored->lead, as_of);
  return std::pair(*std::move(stored), std::move(explanation));
}

void LeadBook::Edit(LeadEdit edit, std::function<void(absl::StatusOr<EditResult>)> done) {
  impl_->Push(std::make_unique<EditRequest>(std::move(edit), std::move(done)));
}

void LeadBook::Record(std::vector<NewEvent> events, bool create_missing,
                      std::function<void(absl::StatusOr<EventsResult>)> done) {
  impl_->Push(std::make_unique<RecordRequest>(std::move(events), create_missing, std::move(done)));
}

void LeadBook::Import(std::vector<ImportedLead> leads,
                      std::function<void(std::vector<absl::Status>)> done) {
  impl_->Push(std::make_unique<ImportRequest>(std::move(leads), std::move(done)));
}

void LeadBook::RescoreDue(size_t limit, std::function<void(absl::StatusOr<size_t>)> done) {
  impl_->Push(std::make_unique<RescoreRequest>(limit, std::move(done)));
}

void LeadBook::OnChanges(std::function<void(uint64_t last_sequence)> listener) {
  impl_->OnChanges(std::move(listener));
}

absl::Time LeadBook::now() const { return impl_->now(); }

}  // namespace leadgrade::leads
