// The leads, as a service: reads that decide as of now, and the one writer that changes them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/decision/advance.h"
#include "engine/decision/decision.h"
#include "engine/decision/explain.h"
#include "engine/decision/forecast.h"
#include "service/store/lead_store.h"

namespace leadgrade::leads {

// The time, injected; thread safe.
using Clock = std::function<absl::Time()>;
// The bundle in force; thread safe, never null, wait-free for readers.
using BundleSource = std::function<std::shared_ptr<const rules::Bundle>()>;
// Asked on the writer thread right before a request is worked on: OK while somebody waits for it,
// else why not (kCancelled, kDeadlineExceeded), which becomes its result, with nothing written.
// Null: always wanted.
using Wanted = std::function<absl::Status()>;

struct NewEvent {
  std::string lead_id;
  store::StoredEvent event;  // recorded_time is set by the book
};

// A change of one lead's stated side. Facts are already accepted by the schema (facts::Accept).
struct LeadEdit {
  std::string lead_id;
  enum class Kind : uint8_t { kCreate, kUpdate, kDelete } kind = Kind::kUpdate;
  std::optional<std::string> display_name;
  std::optional<std::string> owner;
  std::optional<uint64_t> expected_revision;
  bool replace_all_facts = false;
  // A grade set from now on; its start_time does not count.
  std::optional<facts::GradeOverride> grade_override;
  // The override in force ends now; kFailedPrecondition where there is none.
  bool end_override = false;
  // Statements, in the order they are recorded; nullopt: retract what all sources said.
  std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> facts;
};

// The lead as of now, and what the bundle says of it. For a lead that was deleted: as it was, and
// no decision (decision.bundle is null).
struct EditResult {
  store::StoredLead lead;
  decision::Decision decision;
};

// The lead as of now, why the bundle says what it says of it, and what it will say with no news.
struct ExplainResult {
  store::StoredLead lead;
  decision::Explanation explanation;
  decision::Forecast forecast;
};

struct EventsResult {
  std::vector<bool> duplicate;                // one per event
  std::vector<store::StoredLead> leads;       // touched, in order of first mention
  std::vector<decision::Decision> decisions;  // same order
};

// A part of the way through all leads.
struct Sweep {
  size_t rescored = 0;
  std::string next;  // where it goes on; empty: it is done
};

// A lead of an import: everything at once. Events already there are skipped. An edit of kind
// kDelete is not for imports; it counts as kUpdate.
struct ImportedLead {
  LeadEdit edit;  // kCreate or, where the lead exists, treated as kUpdate
  std::vector<store::StoredEvent> events;
};

// The id of the lead that an error of the book is about; "" where it names none.
std::string LeadOf(const absl::Status& status);

// Reads run on the caller's thread. Writes are queued to one writer thread, which takes all that
// waits, applies each with decision::Advance in order, and writes them as one synced batch: so
// concurrent writers share a sync and no lead needs a lock. Callbacks come after that, in order, on
// one further thread, and must be quick. A request that fails (not found, exists, aborted, over a
// bound) fails alone and leaves no trace; of an import, each lead for itself. Where the store
// fails, so do all requests of the batch.
//
// The revision of a lead counts edits, records of new events, imports, and what the clock did where
// the grade changed.
//
// Errors: kNotFound, kAlreadyExists, kAborted (revision), kFailedPrecondition (bounds of a lead),
// kResourceExhausted (the queue is full), kDataLoss (the stored lead is damaged), kUnavailable (the
// store failed, or the book is closed).
class LeadBook {
 public:
  struct Options {
    // Both count leads and events; a request of more is taken when it is the only one.
    size_t max_queue = 20000;  // waiting
    size_t max_batch = 2000;   // written as one
  };

  LeadBook(store::LeadStore& store, BundleSource bundle, Clock clock, Options options);
  // Finishes what is queued.
  ~LeadBook();

  // `at`: as of that instant, which has passed, as History has it and with its errors; else of now.
  absl::StatusOr<EditResult> Score(absl::string_view lead_id,
                                   std::optional<absl::Time> at = std::nullopt) const;
  std::vector<absl::StatusOr<EditResult>> ScoreMany(const std::vector<std::string>& ids) const;
  // Decides a stored lead as of now, for listings that already read it.
  decision::Decision DecideNow(const store::StoredLead& lead) const;
  // `at` as for Score.
  absl::StatusOr<ExplainResult> Explain(absl::string_view lead_id,
                                        std::optional<absl::Time> at = std::nullopt) const;

  void Edit(LeadEdit edit, Wanted wanted, std::function<void(absl::StatusOr<EditResult>)> done);
  void Record(std::vector<NewEvent> events, bool create_missing, Wanted wanted,
              std::function<void(absl::StatusOr<EventsResult>)> done);
  void Import(std::vector<ImportedLead> leads, Wanted wanted,
              std::function<void(std::vector<absl::Status>)> done);
  // Rescores leads whose decision on record stopped holding, the longest overdue first; at most
  // `limit`; gives how many. A damaged lead is passed over; kDataLoss where there was nothing else.
  void RescoreDue(size_t limit, std::function<void(absl::StatusOr<size_t>)> done);
  // Rescores leads that another bundle than the one in force decided last: looks at no more than
  // `limit` of them, by id after `after` (empty: from the start). A damaged lead is kDataLoss.
  void RescoreOutdated(std::string after, size_t limit,
                       std::function<void(absl::StatusOr<Sweep>)> done);

  // Called on the thread of the callbacks after a batch with grade changes was written, after its
  // own callbacks.
  void OnChanges(std::function<void(uint64_t last_sequence)> listener);
  absl::Time now() const;
  // All that is written with an earlier time than this can be read: now, or the time of the batch
  // that is just being written. Right as long as the clock is not set back.
  absl::Time complete_until() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::leads
