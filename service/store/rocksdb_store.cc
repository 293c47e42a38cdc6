#include "service/store/rocksdb_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/store/keys.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {
namespace {

// The change log is trimmed once it holds this fraction more than it has to keep, so that the range
// deletions stay few.
constexpr uint64_t kTrimFraction = 1000;

constexpr absl::string_view kSweptKey = "swept";

// A lead's entry in an index of instants; InfiniteFuture has none.
void MoveInstant(rocksdb::ColumnFamilyHandle* index, absl::string_view lead_id, absl::Time from,
                 absl::Time to, rocksdb::WriteBatch* batch) {
  if (from == to) return;
  if (from != absl::InfiniteFuture()) batch->Delete(index, DueKey(from, lead_id));
  if (to != absl::InfiniteFuture()) batch->Put(index, DueKey(to, lead_id), "");
}

}  // namespace

absl::Time DueTime(const facts::Lead& lead) {
  if (lead.valid_until > lead.decided_time) return lead.valid_until;
  if (lead.decided_time == absl::InfinitePast()) return absl::InfiniteFuture();
  return lead.decided_time + absl::Minutes(1);
}

absl::Time GradeDueTime(const facts::Lead& lead) {
  return std::max(DueTime(lead), lead.grade_valid_until);
}

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound()) return absl::NotFoundError("not found");
  if (status.IsCorruption()) return absl::DataLossError(status.ToString());
  return absl::UnavailableError(status.ToString());
}

RocksDbStore::~RocksDbStore() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    if (family != nullptr) db_->DestroyColumnFamilyHandle(family);
  }
  db_->Close().PermitUncheckedError();
}

RocksDbStore::IteratorPtr RocksDbStore::Iterate(Family family) const {
  return IteratorPtr(db_->NewIterator(rocksdb::ReadOptions(), families_[family]));
}

RocksDbStore::IteratorPtr RocksDbStore::Iterate(Family family,
                                                const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = false;
  return IteratorPtr(db_->NewIterator(options, families_[family]));
}

absl::StatusOr<StoredLead> RocksDbStore::Get(absl::string_view lead_id) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kLeads], ToSlice(lead_id), &value);
  if (status.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("there is no lead `", lead_id, "`"));
  }
  if (!status.ok()) return ToStatus(status);
  return DecodeLead(lead_id, ToView(value));
}

std::vector<absl::StatusOr<StoredLead>> RocksDbStore::GetMany(
    const std::vector<std::string>& lead_ids) const {
  std::vector<rocksdb::Slice> keys(lead_ids.begin(), lead_ids.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(rocksdb::ReadOptions(), families_[kLeads], keys.size(), keys.data(), values.data(),
                statuses.data());
  std::vector<absl::StatusOr<StoredLead>> leads;
  leads.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      leads.push_back(absl::NotFoundError(absl::StrCat("there is no lead `", lead_ids[i], "`")));
    } else if (!statuses[i].ok()) {
      leads.push_back(ToStatus(statuses[i]));
    } else {
      leads.push_back(DecodeLead(lead_ids[i], ToView(values[i])));
    }
  }
  return leads;
}

absl::StatusOr<bool> RocksDbStore::HasEvent(absl::string_view lead_id,
                                            absl::string_view event_id) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kEvents], EventKey(lead_id, event_id), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return ToStatus(status);
  return true;
}

absl::StatusOr<std::vector<StoredEvent>> RocksDbStore::Events(absl::string_view lead_id,
                                                              size_t limit) const {
  std::vector<StoredEvent> events;
  const std::string prefix = EventPrefix(lead_id);
  const IteratorPtr it = Iterate(kEvents);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    auto event = DecodeEvent(ToView(it->key()).substr(prefix.size()), ToView(it->value()));
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
  if (!it->status().ok()) return ToStatus(it->status());
  std::stable_sort(events.begin(), events.end(),
                   [](const StoredEvent& a, const StoredEvent& b) { return a.time < b.time; });
  if (events.size() > limit) events.resize(limit);
  return events;
}

void RocksDbStore::AddRemoval(const LeadWrite& write, rocksdb::WriteBatch* batch) const {
  const std::string& id = write.lead.id;
  batch->Delete(families_[kLeads], id);
  batch->DeleteRange(families_[kEvents], EventPrefix(id), EventPrefixEnd(id));
  batch->DeleteRange(families_[kJournal], EventPrefix(id), EventPrefixEnd(id));
  if (!write.old_grade.empty())
    batch->Delete(families_[kGradeIndex], GradeKey(write.old_grade, id));
  constexpr absl::Time kNever = absl::InfiniteFuture();
  MoveInstant(families_[kDueIndex], id, write.old_due, kNever, batch);
  MoveInstant(families_[kGradeDueIndex], id, write.old_grade_due, kNever, batch);
}

void RocksDbStore::AddWrite(const LeadWrite& write, rocksdb::WriteBatch* batch) const {
  const StoredLead& lead = write.lead;
  batch->Put(families_[kLeads], lead.id, EncodeLead(lead));
  for (const StoredEvent& event : write.events) {
    batch->Put(families_[kEvents], EventKey(lead.id, event.event_id), EncodeEvent(event));
  }
  AddJournal(write, batch);
  if (lead.grade != write.old_grade) {
    if (!write.old_grade.empty()) {
      batch->Delete(families_[kGradeIndex], GradeKey(write.old_grade, lead.id));
    }
    if (!lead.grade.empty()) batch->Put(families_[kGradeIndex], GradeKey(lead.grade, lead.id), "");
  }
  MoveInstant(families_[kDueIndex], lead.id, write.old_due, DueTime(lead.lead), batch);
  MoveInstant(families_[kGradeDueIndex], lead.id, write.old_grade_due, GradeDueTime(lead.lead),
              batch);
}

uint64_t RocksDbStore::TrimChanges(uint64_t last, rocksdb::WriteBatch* batch) const {
  const uint64_t first = first_resumable_.load();
  if (last <= first + max_changes_ + max_changes_ / kTrimFraction) return first;
  const uint64_t trimmed = last - max_changes_;
  batch->DeleteRange(families_[kChanges], ChangeKey(0), ChangeKey(trimmed + 1));
  return trimmed;
}

absl::Status RocksDbStore::Apply(std::vector<LeadWrite>& writes, Durability durability) {
  const std::lock_guard<std::mutex> lock(apply_mutex_);
  rocksdb::WriteBatch batch;
  uint64_t sequence = last_sequence_.load();
  for (LeadWrite& write : writes) {
    if (write.remove) {
      AddRemoval(write, &batch);
    } else {
      AddWrite(write, &batch);
    }
    for (LoggedChange& change : write.changes) {
      change.sequence = ++sequence;
      batch.Put(families_[kChanges], ChangeKey(sequence), EncodeChange(change));
    }
  }
  const uint64_t first = TrimChanges(sequence, &batch);
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const rocksdb::Status status = db_->Write(options, &batch);
  if (!status.ok()) return ToStatus(status);
  last_sequence_ = sequence;
  first_resumable_ = first;
  for (const LeadWrite& write : writes) {
    const absl::Time due = write.remove ? absl::InfiniteFuture() : DueTime(write.lead.lead);
    if (due != absl::InfiniteFuture()) due_floor_.Added(DueKey(due, write.lead.id));
  }
  return absl::OkStatus();
}

absl::Status RocksDbStore::Flush() { return ToStatus(db_->FlushWAL(true)); }

absl::StatusOr<ListPage> RocksDbStore::ListById(absl::string_view after, size_t limit) const {
  ListPage page;
  const IteratorPtr it = Iterate(kLeads);
  // The smallest key after `after`.
  for (it->Seek(after.empty() ? std::string() : absl::StrCat(after, absl::string_view("\0", 1)));
       it->Valid(); it->Next()) {
    if (!page.leads.empty() && page.leads.size() >= limit) {
      page.next = page.leads.back().id;
      break;
    }
    auto lead = DecodeLead(ToView(it->key()), ToView(it->value()));
    if (!lead.ok()) return lead.status();
    page.leads.push_back(*std::move(lead));
  }
  if (!it->status().ok()) return ToStatus(it->status());
  return page;
}

absl::StatusOr<std::vector<std::string>> RocksDbStore::ReadIndex(Family family,
                                                                 const std::string& prefix,
                                                                 absl::string_view after,
                                                                 size_t limit,
                                                                 std::string* next) const {
  std::vector<std::string> entries;
  const IteratorPtr it = Iterate(family);
  const std::string begin =
      after.empty() ? prefix : absl::StrCat(prefix, after, absl::string_view("\0", 1));
  for (it->Seek(begin); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    if (!entries.empty() && entries.size() >= limit) {
      *next = entries.back();
      break;
    }
    entries.emplace_back(ToView(it->key()).substr(prefix.size()));
  }
  if (!it->status().ok()) return ToStatus(it->status());
  return entries;
}

absl::StatusOr<ListPage> RocksDbStore::ListByGrade(absl::string_view grade, absl::string_view after,
                                                   size_t limit) const {
  ListPage page;
  const auto ids = ReadIndex(kGradeIndex, GradeKey(grade, ""), after, limit, &page.next);
  if (!ids.ok()) return ids.status();
  for (absl::StatusOr<StoredLead>& lead : GetMany(*ids)) {
    // A lead that left the grade, or was deleted, since the index was read.
    if (absl::IsNotFound(lead.status())) continue;
    if (!lead.ok()) return lead.status();
    if (lead->grade == grade) page.leads.push_back(*std::move(lead));
  }
  return page;
}

absl::StatusOr<ListPage> RocksDbStore::ListByDue(absl::string_view after, size_t limit) const {
  return ListByInstant(kDueIndex, &DueTime, after, limit);
}

absl::StatusOr<ListPage> RocksDbStore::ListByGradeDue(absl::string_view after, size_t limit) const {
  return ListByInstant(kGradeDueIndex, &GradeDueTime, after, limit);
}

absl::StatusOr<ListPage> RocksDbStore::ListByInstant(Family family,
                                                     absl::Time (*due)(const facts::Lead&),
                                                     absl::string_view after, size_t limit) const {
  ListPage page;
  const auto keys = ReadIndex(family, "", after, limit, &page.next);
  if (!keys.ok()) return keys.status();
  std::vector<std::string> ids;
  std::vector<absl::Time> times;
  for (const std::string& entry : *keys) {
    const auto key = ParseDueKey(entry);
    if (!key.has_value()) return absl::DataLossError("a key of an index of instants is damaged");
    times.push_back(key->first);
    ids.emplace_back(key->second);
  }
  std::vector<absl::StatusOr<StoredLead>> leads = GetMany(ids);
  for (size_t i = 0; i < leads.size(); ++i) {
    // A lead that was decided anew, or deleted, since the index was read.
    if (absl::IsNotFound(leads[i].status())) continue;
    if (!leads[i].ok()) return leads[i].status();
    if (due(leads[i]->lead) == times[i]) page.leads.push_back(*std::move(leads[i]));
  }
  return page;
}

absl::StatusOr<std::vector<std::string>> RocksDbStore::ListDue(absl::Time time,
                                                               size_t limit) const {
  std::vector<std::string> ids;
  const DueFloor::Seen floor = due_floor_.Read();
  const IteratorPtr it = Iterate(kDueIndex);
  it->Seek(floor.key);
  if (it->Valid()) due_floor_.Raise(floor, ToView(it->key()));
  for (; it->Valid() && ids.size() < limit; it->Next()) {
    const auto key = ParseDueKey(ToView(it->key()));
    if (!key.has_value()) return absl::DataLossError("a key of the due index is damaged");
    if (key->first > time) break;
    ids.emplace_back(key->second);
  }
  if (!it->status().ok()) return ToStatus(it->status());
  return ids;
}

absl::StatusOr<std::vector<LoggedChange>> RocksDbStore::Changes(uint64_t after,
                                                                size_t limit) const {
  std::vector<LoggedChange> changes;
  if (after >= last_sequence()) return changes;
  const IteratorPtr it = Iterate(kChanges);
  for (it->Seek(ChangeKey(after + 1)); it->Valid() && changes.size() < limit; it->Next()) {
    const auto sequence = ParseChangeKey(ToView(it->key()));
    if (!sequence.has_value()) return absl::DataLossError("a key of the change log is damaged");
    auto change = DecodeChange(*sequence, ToView(it->value()));
    if (!change.ok()) return change.status();
    changes.push_back(*std::move(change));
  }
  if (!it->status().ok()) return ToStatus(it->status());
  return changes;
}

absl::StatusOr<std::string> RocksDbStore::swept() const {
  std::string digest;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[kMeta], ToSlice(kSweptKey), &digest);
  if (!status.ok() && !status.IsNotFound()) return ToStatus(status);
  return digest;
}

absl::Status RocksDbStore::SetSwept(absl::string_view digest) {
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Put(options, families_[kMeta], ToSlice(kSweptKey), ToSlice(digest)));
}

}  // namespace leadgrade::store
