// Where leads are kept. Nothing outside this folder knows which database that is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"

namespace leadgrade::store {

// A lead with what surrounds it.
struct StoredLead {
  std::string id;
  std::string display_name;
  std::string owner;
  facts::Lead lead;
  absl::Time create_time;
  absl::Time update_time;
  uint64_t revision = 0;         // counts its changes, from 1; 0: not stored yet
  std::string grade;             // on record; facts::LastGrade of the lead, "" where there is none
  uint64_t journal_entries = 0;  // how many there are; their numbers count from 1
};

struct StoredEvent {
  std::string event_id;
  std::string type;
  absl::Time time;
  std::optional<double> amount;
  std::string note;
  absl::Time recorded_time;
  std::optional<absl::Time> due = std::nullopt;  // when what was agreed is due; not before `time`
};

struct LoggedChange {
  uint64_t sequence = 0;  // strictly increasing, from 1
  std::string lead_id;
  facts::GradeChange change;
  absl::Time recorded_time;
  std::string owner;  // the lead's, when this was written; empty also where it was not kept yet
};

// One thing that became known of a lead, as it was handed to the engine.
struct JournalChange {
  // A fact's name and statement; nullopt: retracted.
  using Fact = std::pair<std::string, std::optional<facts::StatedFact>>;

  std::variant<facts::TimelineEvent, Fact, facts::GradeOverride> what;
  absl::Time time;
};

// One write of a lead: with the record before it, all that is needed to do it again.
struct JournalEntry {
  absl::Time now;                            // the clock of the write
  uint32_t bundle = 0;                       // that decided, by its number in the store
  facts::Cause cause = facts::Cause::kFact;  // of all changes; of no meaning where there are none
  std::vector<JournalChange> changes;        // in order
  // The record before the write. Every kJournalStride-th entry has it, and so has the first one of
  // a lead that was stored before there was a journal.
  std::optional<StoredLead> before;
};

// No more entries than this need to be done again to come to any one.
inline constexpr uint64_t kJournalStride = 32;

// How a lead came to be as it was at an instant.
struct LeadHistory {
  StoredLead before;                  // blank where the lead was made by entries[0]
  std::vector<JournalEntry> entries;  // since, oldest first; at most kJournalStride
  // The journal goes back to the making of the lead.
  bool complete = false;
  // The clock of the lead's first entry. InfiniteFuture: there is none.
  absl::Time first_time = absl::InfiniteFuture();
};

// A bundle as it is kept: what it is compiled from, path -> text.
struct KeptBundle {
  std::string digest;
  std::string name;
  std::map<std::string, std::string> files;
};

// When the clock asks for the lead to be decided again: the end of its decision on record. A
// decision that is beyond analysis, and so holds for its own instant only, is looked at again in a
// minute. InfiniteFuture where the clock asks for nothing: the decision holds for ever, or the lead
// was never decided.
absl::Time DueTime(const facts::Lead& lead);

// When the lead's grade may change by the clock alone: DueTime or later. InfiniteFuture: never.
absl::Time GradeDueTime(const facts::Lead& lead);

// All that one lead's change writes, applied as one.
struct LeadWrite {
  StoredLead lead;        // the record after; its revision is set by the caller
  std::string old_grade;  // as indexed before; "" when the lead is new
  // DueTime and GradeDueTime of the lead as it was before.
  absl::Time old_due = absl::InfiniteFuture();
  absl::Time old_grade_due = absl::InfiniteFuture();
  bool is_new = false;
  bool remove = false;                // delete the lead, its events, journal and index entries
  std::vector<StoredEvent> events;    // new ones
  std::vector<LoggedChange> changes;  // sequence is assigned by Apply
  // New ones; the last has the number lead.journal_entries.
  std::vector<JournalEntry> journal;
};

enum class Durability : uint8_t {
  kSynced,    // on disk (WAL synced) when Apply returns
  kBuffered,  // survives a crash of the process, not of the machine, until the next synced write or
              // Flush
};

// A part of a listing. It may hold fewer leads than asked for, even none, and still have a `next`.
struct ListPage {
  std::vector<StoredLead> leads;
  std::string next;  // where it goes on, opaque to callers; empty: no more
};

// All leads as they were when it was made, by id; what is written since is not in it. It holds the
// store's old files: let it go soon. Not thread safe; gone before the store.
class LeadScan {
 public:
  virtual ~LeadScan() = default;
  // The next ones, at most `limit`; none at the end. kDataLoss for a record that does not parse,
  // which is passed over; kUnavailable for an I/O error.
  virtual absl::StatusOr<std::vector<StoredLead>> Next(size_t limit) = 0;
};

// Reads are thread safe and never wait for writes. Apply is called by one writer at a time (it
// would be safe from several, but read-modify-write is the caller's to order).
//
// Errors: kNotFound; kDataLoss for a record that does not parse; kUnavailable for an I/O error.
// What Apply could not write is not seen by reads; only after a crash of the machine all of it may
// turn out to be there.
class LeadStore {
 public:
  virtual ~LeadStore() = default;

  // Random, made with the store: tells tokens of one store from another's.
  virtual const std::string& store_id() const = 0;

  // One point read.
  virtual absl::StatusOr<StoredLead> Get(absl::string_view lead_id) const = 0;
  // Results in the order of the ids.
  virtual std::vector<absl::StatusOr<StoredLead>> GetMany(
      const std::vector<std::string>& lead_ids) const = 0;
  virtual absl::StatusOr<bool> HasEvent(absl::string_view lead_id,
                                        absl::string_view event_id) const = 0;
  // In time order, those of one time by id; the first `limit`.
  virtual absl::StatusOr<std::vector<StoredEvent>> Events(absl::string_view lead_id,
                                                          size_t limit) const = 0;

  // All of it or nothing, over all leads in it. Assigns change sequences.
  virtual absl::Status Apply(std::vector<LeadWrite>& writes, Durability durability) = 0;
  virtual absl::Status Flush() = 0;

  // By id, after `after` (from ListPage::next; empty: from the start).
  virtual absl::StatusOr<ListPage> ListById(absl::string_view after, size_t limit) const = 0;
  // Leaves the cache to the others. Never null.
  virtual std::unique_ptr<LeadScan> Scan() const = 0;
  // By id within one grade, through the index.
  virtual absl::StatusOr<ListPage> ListByGrade(absl::string_view grade, absl::string_view after,
                                               size_t limit) const = 0;
  // By DueTime, then by id, through the index; leads for which the clock asks nothing are not in
  // it.
  virtual absl::StatusOr<ListPage> ListByDue(absl::string_view after, size_t limit) const = 0;
  // The same by GradeDueTime.
  virtual absl::StatusOr<ListPage> ListByGradeDue(absl::string_view after, size_t limit) const = 0;
  // Ids of leads whose decision on record stopped holding at or before `time`, earliest first.
  virtual absl::StatusOr<std::vector<std::string>> ListDue(absl::Time time, size_t limit) const = 0;

  // Changes with sequence > `after`, in order.
  virtual absl::StatusOr<std::vector<LoggedChange>> Changes(uint64_t after, size_t limit) const = 0;
  virtual uint64_t last_sequence() const = 0;
  // The smallest sequence still kept minus 1: resuming from below it is too old.
  virtual uint64_t first_resumable() const = 0;

  // What it takes to have the lead as it was at `time`: all its writes whose clock said `time` or
  // earlier. Where the clock was set back in between, the last of those in order, and all before
  // it. Time proportional to the lead's entries since `time`. kNotFound where there is no such lead
  // now.
  virtual absl::StatusOr<LeadHistory> History(absl::string_view lead_id, absl::Time time) const = 0;

  // Keeps a bundle for ever, and gives its number, the same for one that is kept already. One that
  // is new counts as in force from `now` on, and so does one that was put in force later than `now`
  // by a clock that was set back since. On disk when it returns. Thread safe.
  virtual absl::StatusOr<uint32_t> KeepBundle(absl::string_view digest, absl::string_view name,
                                              const std::map<std::string, std::string>& files,
                                              absl::Time now) = 0;
  // Notes that the bundle, which is kept, is in force from `time` on. Nothing is written where that
  // is known. Thread safe.
  virtual absl::Status Activate(uint32_t bundle, absl::Time time) = 0;
  // kNotFound for a number never given.
  virtual absl::StatusOr<KeptBundle> Bundle(uint32_t number) const = 0;
  // Number of the bundle in force at `time`: the last one noted for `time` or earlier. kNotFound
  // where that is before the first.
  virtual absl::StatusOr<uint32_t> BundleInForceAt(absl::Time time) const = 0;

  // Digest of the bundle under which every lead was decided last, as noted by SetSwept; empty where
  // that is not known.
  virtual absl::StatusOr<std::string> swept() const = 0;
  virtual absl::Status SetSwept(absl::string_view digest) = 0;

  // Reads everything: each record parses, each index entry has its record and each record its index
  // entries, each timeline entry its event, each journal its entries and their bundles. Calls
  // `report` per finding. Returns how many leads there are.
  virtual absl::StatusOr<uint64_t> Verify(const std::function<void(std::string)>& report) const = 0;
};

}  // namespace leadgrade::store
