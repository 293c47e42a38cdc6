// One batch of the writer: leads as they will be, and what must be written for it. See lead_book.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/leads/lead_book.h"

namespace leadgrade::leads {

// Builds up in memory what the store will apply as one. A request that fails leaves no trace. Not
// thread safe.
class WriteBatch {
 public:
  WriteBatch(store::LeadStore& store, std::shared_ptr<const rules::Bundle> bundle, absl::Time now)
      : store_(store), bundle_(std::move(bundle)), now_(now) {}

  absl::StatusOr<EditResult> Edit(const LeadEdit& edit);
  absl::StatusOr<EventsResult> Record(const std::vector<NewEvent>& events, bool create_missing);
  absl::Status Import(const ImportedLead& imported);
  // Rescores leads that are due; gives how many.
  absl::StatusOr<size_t> RescoreDue(size_t limit);
  absl::StatusOr<Sweep> RescoreOutdated(const std::string& after, size_t limit);

  // Deleted in this batch: a request that touches it has to wait for the next one.
  bool IsDeleted(const std::string& lead_id) const;
  bool empty() const { return order_.empty(); }
  // Applies the batch. Gives whether there were grade changes.
  absl::StatusOr<bool> Apply(store::Durability durability = store::Durability::kSynced);

 private:
  struct Working {
    store::LeadWrite write;
    bool exists = false;
    absl::flat_hash_set<std::string> new_events;
  };

  static Working Existing(store::StoredLead stored);
  // The lead as of this batch, or a blank one that does not exist.
  absl::StatusOr<Working> Load(const std::string& lead_id) const;
  void Keep(Working working);
  // Of a lead as it will be after `changes`; what was over a bound before may shrink.
  absl::Status CheckBounds(const Working& working,
                           const std::vector<decision::Change>& changes) const;
  absl::StatusOr<bool> IsKnown(const Working& working, const std::string& event_id) const;
  // Takes the lead to now; what the clock or the rules did counts as a change of the lead where its
  // grade changed.
  void Rescore(Working working);
  // Notes what Carry is about to do, so that it can be done again.
  void AddToJournal(const std::vector<decision::Change>& changes, Working* working) const;
  // Advances the lead through `changes` and notes what that means for indexes, log and journal.
  decision::Decision Carry(Working* working, std::vector<decision::Change> changes) const;
  // The last `count` changes of the history are written by this batch.
  void NoteRecorded(size_t count, std::vector<facts::GradeChange>* history) const;
  void CountRevision(Working* working) const;
  absl::Status ApplyEdit(const LeadEdit& edit, facts::Cause cause, Working* working,
                         std::vector<decision::Change>* changes) const;
  void AddEvent(store::StoredEvent event, facts::Cause cause, Working* working,
                std::vector<decision::Change>* changes) const;

  store::LeadStore& store_;
  const std::shared_ptr<const rules::Bundle> bundle_;
  const absl::Time now_;
  absl::flat_hash_map<std::string, Working> leads_;
  std::vector<std::string> order_;
};

}  // namespace leadgrade::leads
