#include "service/leads/lead_book.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/facts/grades.h"
#include "service/leads/history.h"
#include "service/leads/write_batch.h"

namespace leadgrade::leads {
namespace {

// A request on its way through the writer.
class Request {
 public:
  explicit Request(Wanted wanted) : wanted_(std::move(wanted)) {}
  virtual ~Request() = default;
  // How many leads and events there are to work on, at least 1.
  virtual size_t weight() const = 0;
  virtual bool MustWait(const WriteBatch& batch) const = 0;

  // Works on the batch, if somebody still waits for it.
  void Take(WriteBatch& batch) {
    if (wanted_) given_up_ = wanted_();
    if (given_up_.ok()) Prepare(batch);
  }
  // Calls back once the batch is on disk, or with what went wrong.
  void Close(const absl::Status& applied) { given_up_.ok() ? Finish(applied) : Refuse(given_up_); }
  // Instead of both: it never got into the queue.
  virtual void Refuse(const absl::Status& status) = 0;

 private:
  virtual void Prepare(WriteBatch& batch) = 0;
  virtual void Finish(const absl::Status& applied) = 0;

  Wanted wanted_;
  absl::Status given_up_;
};

// One that has one reply.
template <typename Reply>
class ReplyRequest : public Request {
 public:
  using Done = std::function<void(absl::StatusOr<Reply>)>;
  ReplyRequest(Wanted wanted, Done done) : Request(std::move(wanted)), done_(std::move(done)) {}
  void Refuse(const absl::Status& status) override { done_(status); }

 protected:
  absl::StatusOr<Reply> result_ = absl::InternalError("not prepared");

 private:
  void Finish(const absl::Status& applied) override {
    if (result_.ok() && !applied.ok()) result_ = applied;
    done_(std::move(result_));
  }

  Done done_;
};

class EditRequest : public ReplyRequest<EditResult> {
 public:
  EditRequest(LeadEdit edit, Wanted wanted, Done done)
      : ReplyRequest(std::move(wanted), std::move(done)), edit_(std::move(edit)) {}
  size_t weight() const override { return 1; }
  bool MustWait(const WriteBatch& batch) const override { return batch.IsDeleted(edit_.lead_id); }

 private:
  void Prepare(WriteBatch& batch) override { result_ = batch.Edit(edit_); }

  LeadEdit edit_;
};

class RecordRequest : public ReplyRequest<EventsResult> {
 public:
  RecordRequest(std::vector<NewEvent> events, bool create_missing, Wanted wanted, Done done)
      : ReplyRequest(std::move(wanted), std::move(done)),
        events_(std::move(events)),
        create_missing_(create_missing) {}
  size_t weight() const override { return std::max<size_t>(events_.size(), 1); }
  bool MustWait(const WriteBatch& batch) const override {
    return std::any_of(events_.begin(), events_.end(),
                       [&](const NewEvent& event) { return batch.IsDeleted(event.lead_id); });
  }

 private:
  void Prepare(WriteBatch& batch) override { result_ = batch.Record(events_, create_missing_); }

  std::vector<NewEvent> events_;
  bool create_missing_;
};

class RescoreRequest : public ReplyRequest<size_t> {
 public:
  RescoreRequest(size_t limit, Done done) : ReplyRequest(nullptr, std::move(done)), limit_(limit) {}
  size_t weight() const override { return std::max<size_t>(limit_, 1); }
  bool MustWait(const WriteBatch& batch) const override { return false; }

 private:
  void Prepare(WriteBatch& batch) override { result_ = batch.RescoreDue(limit_); }

  size_t limit_;
};

class SweepRequest : public ReplyRequest<Sweep> {
 public:
  SweepRequest(std::string after, size_t limit, Done done)
      : ReplyRequest(nullptr, std::move(done)), after_(std::move(after)), limit_(limit) {}
  size_t weight() const override { return std::max<size_t>(limit_, 1); }
  bool MustWait(const WriteBatch& batch) const override { return false; }

 private:
  void Prepare(WriteBatch& batch) override { result_ = batch.RescoreOutdated(after_, limit_); }

  std::string after_;
  size_t limit_;
};

// Has one outcome a lead.
class ImportRequest : public Request {
 public:
  ImportRequest(std::vector<ImportedLead> leads, Wanted wanted,
                std::function<void(std::vector<absl::Status>)> done)
      : Request(std::move(wanted)), leads_(std::move(leads)), done_(std::move(done)) {
    for (const ImportedLead& lead : leads_) weight_ += 1 + lead.events.size();
  }
  size_t weight() const override { return std::max<size_t>(weight_, 1); }
  bool MustWait(const WriteBatch& batch) const override {
    return std::any_of(leads_.begin(), leads_.end(), [&](const ImportedLead& lead) {
      return batch.IsDeleted(lead.edit.lead_id);
    });
  }
  void Refuse(const absl::Status& status) override {
    done_(std::vector<absl::Status>(leads_.size(), status));
  }

 private:
  void Prepare(WriteBatch& batch) override {
    for (const ImportedLead& lead : leads_) results_.push_back(batch.Import(lead));
  }
  void Finish(const absl::Status& applied) override {
    for (absl::Status& result : results_) {
      if (result.ok()) result = applied;
    }
    done_(std::move(results_));
  }

  std::vector<ImportedLead> leads_;
  size_t weight_ = 0;
  std::function<void(std::vector<absl::Status>)> done_;
  std::vector<absl::Status> results_;
};

using Requests = std::vector<std::unique_ptr<Request>>;

// A batch that is written, or failed.
struct DoneBatch {
  Requests requests;
  absl::Status applied;
  uint64_t last_sequence = 0;  // 0: nothing for the listener
  std::function<void(uint64_t)> listener;
};

// Calls back for batches that are done, in their order, on a thread of its own: an answer costs as
// much as a change, and the next batch need not wait for it.
class Replies {
 public:
  Replies() : thread_([this] { Run(); }) {}
  // Gives all replies first.
  ~Replies() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    moved_.notify_all();
    thread_.join();
  }

  // Waits while too many batches have no reply yet. From one thread.
  void Push(DoneBatch batch) {
    std::unique_lock<std::mutex> lock(mutex_);
    moved_.wait(lock, [this] { return batches_.size() < kMaxBatches; });
    batches_.push_back(std::move(batch));
    moved_.notify_all();
  }

 private:
  static constexpr size_t kMaxBatches = 8;

  // By value: what the requests hold is let go here, and not under the lock.
  static void Reply(DoneBatch batch) {
    for (const auto& request : batch.requests) request->Close(batch.applied);
    if (batch.last_sequence > 0) batch.listener(batch.last_sequence);
  }

  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      moved_.wait(lock, [this] { return closed_ || !batches_.empty(); });
      if (batches_.empty()) return;
      DoneBatch batch = std::move(batches_.front());
      batches_.pop_front();
      moved_.notify_all();
      lock.unlock();
      Reply(std::move(batch));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable moved_;
  std::deque<DoneBatch> batches_;
  bool closed_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

class LeadBook::Impl {
 public:
  Impl(store::LeadStore& store, BundleSource bundle, Clock clock, Options options)
      : store_(store),
        history_(store),
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

  // The lock orders this clock and that of the next batch.
  absl::Time complete_until() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return writing_since_.value_or(clock_());
  }

  // A lead to be decided, under what and as of when.
  struct Case {
    store::StoredLead lead;
    std::shared_ptr<const rules::Bundle> bundle;
    absl::Time time;
  };

  absl::StatusOr<Case> Read(absl::string_view lead_id, std::optional<absl::Time> at) const {
    if (at.has_value()) {
      auto past = history_.At(lead_id, *at);
      if (!past.ok()) return past.status();
      return Case{std::move(past->lead), std::move(past->bundle), *at};
    }
    auto stored = store_.Get(lead_id);
    if (!stored.ok()) return stored.status();
    return Case{*std::move(stored), bundle_(), clock_()};
  }

  // Takes the lead to its time, in memory only.
  static decision::Decision Carry(Case* read) {
    return Carry(read->bundle, &read->lead, read->time);
  }
  decision::Decision CarryToNow(store::StoredLead* lead) const {
    return Carry(bundle_(), lead, clock_());
  }
  static decision::Decision Carry(const std::shared_ptr<const rules::Bundle>& bundle,
                                  store::StoredLead* lead, absl::Time time) {
    decision::Decision decision = decision::Advance(bundle, lead->lead, {}, time).decision;
    lead->grade = facts::LastGrade(lead->lead);
    return decision;
  }

  const store::LeadStore& store() const { return store_; }

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
      Requests requests;
      for (size_t taken = 0; !queue_.empty(); queue_.pop_front()) {
        const size_t weight = queue_.front()->weight();
        if (!requests.empty() && taken + weight > options_.max_batch) break;
        taken += weight;
        queued_ -= weight;
        requests.push_back(std::move(queue_.front()));
      }
      const auto listener = listener_;
      lock.unlock();
      while (!requests.empty()) requests = WriteBatchOf(std::move(requests), listener);
      lock.lock();
    }
  }

  absl::Time BeginWriting() {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_since_ = clock_();
    return *writing_since_;
  }

  void EndWriting() {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_since_.reset();
  }

  // Writes as many of the requests as can share a batch; gives the others.
  Requests WriteBatchOf(Requests requests, const std::function<void(uint64_t)>& listener) {
    WriteBatch batch(store_, bundle_(), BeginWriting());
    auto it = requests.begin();
    for (; it != requests.end() && !(it != requests.begin() && (*it)->MustWait(batch)); ++it) {
      (*it)->Take(batch);
    }
    Requests rest(std::make_move_iterator(it), std::make_move_iterator(requests.end()));
    requests.erase(it, requests.end());
    DoneBatch done{std::move(requests), absl::OkStatus(), 0, listener};
    if (!batch.empty()) {
      const auto changed = batch.Apply();
      done.applied = changed.status();
      if (changed.ok() && *changed && listener) done.last_sequence = store_.last_sequence();
    }
    EndWriting();
    replies_.Push(std::move(done));
    return rest;
  }

  store::LeadStore& store_;
  const History history_;
  const BundleSource bundle_;
  const Clock clock_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Request>> queue_;
  size_t queued_ = 0;                        // weight of it
  std::optional<absl::Time> writing_since_;  // the time of the batch under way
  std::function<void(uint64_t)> listener_;
  bool closed_ = false;
  Replies replies_;
  std::thread writer_;  // last: it uses all of the above
};

LeadBook::LeadBook(store::LeadStore& store, BundleSource bundle, Clock clock, Options options)
    : impl_(std::make_unique<Impl>(store, std::move(bundle), std::move(clock), options)) {}

LeadBook::~LeadBook() = default;

absl::StatusOr<EditResult> LeadBook::Score(absl::string_view lead_id,
                                           std::optional<absl::Time> at) const {
  auto read = impl_->Read(lead_id, at);
  if (!read.ok()) return read.status();
  EditResult result;
  result.decision = Impl::Carry(&*read);
  result.lead = std::move(read->lead);
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
    result.decision = impl_->CarryToNow(&*stored);
    result.lead = *std::move(stored);
    results.push_back(std::move(result));
  }
  return results;
}

decision::Decision LeadBook::DecideNow(const store::StoredLead& lead) const {
  store::StoredLead copy = lead;
  return impl_->CarryToNow(&copy);
}

absl::StatusOr<ExplainResult> LeadBook::Explain(absl::string_view lead_id,
                                                std::optional<absl::Time> at) const {
  auto read = impl_->Read(lead_id, at);
  if (!read.ok()) return read.status();
  const absl::Time as_of = Impl::Carry(&*read).now;
  ExplainResult result;
  result.explanation = decision::Explain(read->bundle, read->lead.lead, as_of);
  result.forecast = decision::MakeForecast(read->bundle, read->lead.lead, as_of);
  result.lead = std::move(read->lead);
  return result;
}

void LeadBook::Edit(LeadEdit edit, Wanted wanted,
                    std::function<void(absl::StatusOr<EditResult>)> done) {
  impl_->Push(std::make_unique<EditRequest>(std::move(edit), std::move(wanted), std::move(done)));
}

void LeadBook::Record(std::vector<NewEvent> events, bool create_missing, Wanted wanted,
                      std::function<void(absl::StatusOr<EventsResult>)> done) {
  impl_->Push(std::make_unique<RecordRequest>(std::move(events), create_missing, std::move(wanted),
                                              std::move(done)));
}

void LeadBook::Import(std::vector<ImportedLead> leads, Wanted wanted,
                      std::function<void(std::vector<absl::Status>)> done) {
  impl_->Push(
      std::make_unique<ImportRequest>(std::move(leads), std::move(wanted), std::move(done)));
}

void LeadBook::RescoreDue(size_t limit, std::function<void(absl::StatusOr<size_t>)> done) {
  impl_->Push(std::make_unique<RescoreRequest>(limit, std::move(done)));
}

void LeadBook::RescoreOutdated(std::string after, size_t limit,
                               std::function<void(absl::StatusOr<Sweep>)> done) {
  impl_->Push(std::make_unique<SweepRequest>(std::move(after), limit, std::move(done)));
}

void LeadBook::OnChanges(std::function<void(uint64_t last_sequence)> listener) {
  impl_->OnChanges(std::move(listener));
}

absl::Time LeadBook::now() const { return impl_->now(); }

absl::Time LeadBook::complete_until() const { return impl_->complete_until(); }

}  // namespace leadgrade::leads
