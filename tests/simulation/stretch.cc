#include "tests/simulation/stretch.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "service/leads/lead_book.h"
#include "service/metrics/metrics.h"
#include "service/server/timers.h"
#include "service/store/rocksdb_store.h"
#include "tests/simulation/killing_store.h"

namespace leadgrade::simulation {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kSecond = 1'000'000'000;
// Requests that wait for the writer at once.
constexpr int64_t kMaxAtOnce = 4000;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "simulation: %s\n", what.c_str());
  _exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(result.status().ToString());
  return *std::move(result);
}

int64_t Nanos(absl::Time time) {
  return time == absl::InfiniteFuture() ? kNever : absl::ToUnixNanos(time);
}

class Server {
 public:
  Server(const World& world, const Stretch& stretch, const Kill& kill, uint64_t seed)
      : world_(world),
        schedule_(*world.schedule),
        journal_(*world.journal),
        head_(journal_.head()),
        start_(stretch.start),
        kill_(kill),
        random_(seed),
        store_(Open(), [this](bool before) { return DiesAtWrite(before); }),
        book_(
            store_, [this] { return world_.bundle; }, [this] { return Now(); }, {}),
        timers_(Parts()) {}

  void Run() {
    // Of what was sent before the kill, some was taken.
    const int64_t killed = head_.now;
    for (int64_t i = head_.cursor; i < head_.sent; ++i) LookAfterKill(i, killed);
    head_.now = start_;
    if (head_.draining != 0 || random_() % 2 == 0) Drain();
    while (true) {
      const int64_t arrival = NextArrival();
      const int64_t tick = NextTick();
      const int64_t next = std::min(arrival, tick);
      if (next > Nanos(world_.quarter.end)) break;
      head_.now = std::max<int64_t>(head_.now, next);
      ArmKill();
      if (tick < arrival || (tick == arrival && random_() % 2 == 0)) {
        Drain();
      } else {
        Send();
      }
    }
    head_.now = std::max<int64_t>(head_.now, Nanos(world_.quarter.end));
    Drain();
  }

 private:
  std::unique_ptr<store::LeadStore> Open() {
    store::RocksDbOptions options;
    options.path = world_.data;
    return Must(store::OpenRocksDbStore(options));
  }

  server::Timers::Parts Parts() {
    server::Timers::Parts parts;
    parts.oldest_due = [this](absl::Time now) { return server::OldestDue(store_, now); };
    parts.rescore = [this](size_t limit, std::function<void(absl::StatusOr<size_t>)> done) {
      book_.RescoreDue(limit, [done = std::move(done)](absl::StatusOr<size_t> result) {
        if (!result.ok()) Fail(result.status().ToString());
        done(std::move(result));
      });
    };
    parts.clock = [this] { return Now(); };
    parts.metrics = &metrics_;
    return parts;
  }

  absl::Time Now() const { return absl::FromUnixNanos(head_.now); }

  int64_t NextArrival() const {
    const int64_t cursor = head_.cursor;
    if (cursor == static_cast<int64_t>(schedule_.size())) return kNever;
    return std::max<int64_t>(schedule_[cursor].arrival, head_.now);
  }

  // The server looks each second from its start on; in between nothing is due.
  int64_t NextTick() const {
    const auto page = Must(store_.ListByDue("", 1));
    if (page.leads.empty()) return kNever;
    const int64_t due = Nanos(store::DueTime(page.leads.front().lead));
    if (due == kNever) return kNever;
    const int64_t after = std::max<int64_t>(due, head_.now) - start_;
    return start_ + (after + kSecond - 1) / kSecond * kSecond;
  }

  void Drain() {
    head_.draining = 1;
    while (timers_.Tick() == absl::ZeroDuration()) {
    }
    head_.drained = head_.now.load();
    head_.draining = 0;
  }

  // All that has arrived by now.
  void Send() {
    int64_t end = head_.cursor;
    while (end < static_cast<int64_t>(schedule_.size()) && end - head_.cursor < kMaxAtOnce &&
           schedule_[end].arrival <= head_.now) {
      ++end;
    }
    head_.sent = end;
    for (int64_t i = head_.cursor; i < end; ++i) {
      if (!journal_.is_done(i)) SendOne(i, LifeOf(world_.quarter, schedule_[i].lead));
    }
    WaitForReplies();
    for (int64_t i = head_.cursor; i < end; ++i) {
      if (!journal_.is_done(i)) Probe(i);
    }
    head_.cursor = end;
  }

  void SendOne(int64_t i, const std::vector<Input>& life) {
    const Scheduled& item = schedule_[i];
    const Input& input = life[item.input];
    if (input.is_probe()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++waiting_;
    }
    if (!input.events.empty()) {
      std::vector<leads::NewEvent> events;
      for (const auto& event : input.events) events.push_back({LeadId(item.lead), event});
      book_.Record(std::move(events), true, nullptr,
                   [this, i](absl::StatusOr<leads::EventsResult> result) {
                     Acknowledge(i, result.status());
                   });
      return;
    }
    leads::LeadEdit edit;
    edit.lead_id = LeadId(item.lead);
    // A lead's first input is what makes it.
    edit.kind = item.input == 0 ? leads::LeadEdit::Kind::kCreate : leads::LeadEdit::Kind::kUpdate;
    edit.display_name = Attempt(item);
    edit.facts = input.facts;
    book_.Edit(std::move(edit), nullptr, [this, i](absl::StatusOr<leads::EditResult> result) {
      Acknowledge(i, result.status());
    });
  }

  // Which of a lead's edits was the last to be written, and by which life of the server.
  std::string Attempt(const Scheduled& item) const { return absl::StrCat(item.input, "/", start_); }

  void Acknowledge(int64_t i, const absl::Status& status) {
    // It was made by an attempt whose reply was lost.
    const bool made = absl::IsAlreadyExists(status);
    if (!status.ok() && !made) Fail(status.ToString());
    if (!made) NoteApplied(i, head_.now);
    journal_.set_done(i);
    if (kill_.where == Kill::Where::kInReplies && armed_ && --kill_.count <= 0) KillThisProcess();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--waiting_ == 0) replied_.notify_one();
  }

  void NoteApplied(int64_t i, int64_t now) {
    journal_.Append(Applied{now, head_.drained, schedule_[i].lead, schedule_[i].input});
  }

  void WaitForReplies() {
    std::unique_lock<std::mutex> lock(mutex_);
    replied_.wait(lock, [this] { return waiting_ == 0; });
  }

  // Whether an input without a reply took effect before the kill; it is sent again in any case,
  // unless a later edit of the lead would be undone by it.
  void LookAfterKill(int64_t i, int64_t killed) {
    const Scheduled& item = schedule_[i];
    if (journal_.is_done(i)) return;
    const Input input = LifeOf(world_.quarter, item.lead)[item.input];
    if (input.is_probe()) return;
    const auto lead = store_.Get(LeadId(item.lead));
    if (absl::IsNotFound(lead.status())) return;
    if (!lead.ok()) Fail(lead.status().ToString());
    if (!input.events.empty()) {
      LookAtEvents(i, input, killed);
      return;
    }
    int written = 0;
    long long by = 0;
    if (std::sscanf(lead->display_name.c_str(), "%d/%lld", &written, &by) != 2) return;
    // Only what the killed server wrote is new.
    if (by != before_ || written < item.input) return;
    NoteApplied(i, killed);
    if (written > item.input) journal_.set_done(i);
  }

  // Event ids do not repeat, so they tell; but for a request that had nothing new, which does
  // nothing.
  void LookAtEvents(int64_t i, const Input& input, int64_t killed) {
    bool all = true;
    for (const auto& event : input.events) {
      all &= Must(store_.HasEvent(LeadId(schedule_[i].lead), event.event_id));
    }
    if (all) NoteApplied(i, killed);
  }

  int8_t Ordinal(int grade) const { return static_cast<int8_t>(grade); }

  void Probe(int64_t i) {
    const Scheduled& item = schedule_[i];
    const auto scored = Must(book_.Score(LeadId(item.lead)));
    const auto explained = Must(book_.Explain(LeadId(item.lead)));
    Probed probed;
    probed.time = head_.now;
    probed.drained = head_.drained;
    probed.applied = head_.applied;
    probed.until = Nanos(explained.forecast.until);
    probed.lead = item.lead;
    probed.grade = Ordinal(scored.decision.grade);
    probed.potential = Ordinal(scored.decision.potential_grade);
    const std::string& grade = decision::GradeName(scored.decision, scored.decision.grade);
    if (scored.lead.grade != grade) {
      Fail(absl::StrCat(scored.lead.id, " has the grade ", scored.lead.grade, " and is ", grade));
    }
    for (const auto& step : explained.forecast.steps) {
      if (probed.steps < Probed::kMaxSteps) {
        const auto ordinal = [&](const std::string& name) {
          return Ordinal(scored.decision.bundle->grade_enum->OrdinalOf(name).value_or(-1));
        };
        probed.step[probed.steps] = {Nanos(step.time), ordinal(step.grade),
                                     ordinal(step.potential_grade)};
      }
      ++probed.steps;
    }
    journal_.Append(probed);
    journal_.set_done(i);
  }

  void ArmKill() {
    if (armed_ || kill_.where == Kill::Where::kNever || head_.now < kill_.after) return;
    armed_ = true;
    if (kill_.where != Kill::Where::kAnywhere) return;
    std::thread([wait = kill_.count] {
      usleep(static_cast<useconds_t>(wait));
      KillThisProcess();
    }).detach();
  }

  bool DiesAtWrite(bool before) {
    if (!armed_) return false;
    if (kill_.where != (before ? Kill::Where::kBeforeWrite : Kill::Where::kAfterWrite)) {
      return false;
    }
    return --kill_.count <= 0;
  }

  const World& world_;
  const std::vector<Scheduled>& schedule_;
  Journal& journal_;
  Journal::Head& head_;
  const int64_t start_;
  const int64_t before_ =
      head_.started.exchange(start_);  // when the server before this one started
  Kill kill_;
  std::atomic<bool> armed_ = false;
  std::mt19937_64 random_;
  metrics::Metrics metrics_;
  std::mutex mutex_;
  std::condition_variable replied_;
  int64_t waiting_ = 0;
  KillingStore store_;
  leads::LeadBook book_;
  server::Timers timers_;
};

}  // namespace

void RunStretch(const World& world, const Stretch& stretch, const Kill& kill, uint64_t seed) {
  Server(world, stretch, kill, seed).Run();
}

}  // namespace leadgrade::simulation
