// The journal of each lead: what was written, in order, so that it can be done again.
#include <rocksdb/snapshot.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/store/journal_codec.h"
#include "service/store/keys.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {
namespace {

// The number of the entry at which the iterator stands; 0 past the lead's.
absl::StatusOr<uint64_t> NumberAt(const rocksdb::Iterator& it, absl::string_view lead_id) {
  if (!it.Valid()) {
    if (!it.status().ok()) return ToStatus(it.status());
    return 0;
  }
  const auto key = ParseJournalKey(ToView(it.key()));
  if (!key.has_value()) return absl::DataLossError("a key of the journal is damaged");
  return key->first == lead_id ? key->second : 0;
}

// The iterator stands at the last entry whose clock said `time` or earlier, its number is the
// result; 0: there is none. Later ones are looked at for their time only.
absl::StatusOr<uint64_t> SeekLast(absl::string_view lead_id, absl::Time time,
                                  rocksdb::Iterator* it) {
  for (it->SeekForPrev(JournalKey(lead_id, ~uint64_t{0}));; it->Prev()) {
    const auto number = NumberAt(*it, lead_id);
    if (!number.ok() || *number == 0) return number;
    const auto now = DecodeEntryTime(lead_id, *number, ToView(it->value()));
    if (!now.ok()) return now.status();
    if (*now <= time) return number;
  }
}

// Those from the nearest one to begin with up to where the iterator stands.
absl::Status ReadEntries(absl::string_view lead_id, uint64_t number, rocksdb::Iterator* it,
                         std::vector<JournalEntry>* entries) {
  while (number > 0) {
    auto entry = DecodeEntry(lead_id, number, ToView(it->value()));
    if (!entry.ok()) return entry.status();
    const bool begins = entry->before.has_value() || number == 1;
    entries->push_back(*std::move(entry));
    if (begins) break;
    it->Prev();
    const auto before = NumberAt(*it, lead_id);
    if (!before.ok()) return before.status();
    if (*before + 1 != number) {
      return absl::DataLossError(absl::StrCat("the journal of `", lead_id, "` has gaps"));
    }
    number = *before;
  }
  std::reverse(entries->begin(), entries->end());
  return absl::OkStatus();
}

}  // namespace

void RocksDbStore::AddJournal(const LeadWrite& write, rocksdb::WriteBatch* batch) const {
  uint64_t number = write.lead.journal_entries - write.journal.size();
  for (const JournalEntry& entry : write.journal) {
    batch->Put(families_[kJournal], JournalKey(write.lead.id, ++number), EncodeEntry(entry));
  }
}

absl::StatusOr<LeadHistory> RocksDbStore::History(absl::string_view lead_id,
                                                  absl::Time time) const {
  rocksdb::ManagedSnapshot snapshot(db_.get());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  rocksdb::PinnableSlice value;
  const rocksdb::Status read = db_->Get(options, families_[kLeads], ToSlice(lead_id), &value);
  if (read.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("there is no lead `", lead_id, "`"));
  }
  if (!read.ok()) return ToStatus(read);
  const auto lead = DecodeLead(lead_id, ToView(value));
  if (!lead.ok()) return lead.status();
  LeadHistory history;
  if (lead->journal_entries == 0) {
    history.before = *lead;
    return history;
  }
  const IteratorPtr it(db_->NewIterator(options, families_[kJournal]));
  it->Seek(JournalKey(lead_id, 1));
  const auto beginning = NumberAt(*it, lead_id);
  if (!beginning.ok()) return beginning.status();
  if (*beginning != 1) {
    return absl::DataLossError(absl::StrCat("the journal of `", lead_id, "` has no beginning"));
  }
  auto first = DecodeEntry(lead_id, 1, ToView(it->value()));
  if (!first.ok()) return first.status();
  history.first_time = first->now;
  history.complete = !first->before.has_value();
  const auto last = SeekLast(lead_id, time, it.get());
  if (!last.ok()) return last.status();
  if (absl::Status status = ReadEntries(lead_id, *last, it.get(), &history.entries); !status.ok()) {
    return status;
  }
  JournalEntry& begin = history.entries.empty() ? *first : history.entries.front();
  history.before.id = std::string(lead_id);
  if (begin.before.has_value()) history.before = *std::move(begin.before);
  return history;
}

void RocksDbStore::VerifyJournal(const StoredLead& lead, const std::set<uint32_t>& bundles,
                                 const rocksdb::Snapshot* snapshot,
                                 const std::function<void(std::string)>& report) const {
  const auto say = [&](absl::string_view what) {
    report(absl::StrCat("lead `", lead.id, "`: ", what));
  };
  uint64_t last = 0;
  const std::string prefix = EventPrefix(lead.id);
  const IteratorPtr it = Iterate(kJournal, snapshot);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    const auto key = ParseJournalKey(ToView(it->key()));
    if (!key.has_value()) {
      say("a key of its journal is damaged");
      continue;
    }
    if (key->second != last + 1) {
      say(absl::StrCat("nothing between ", last, " and ", key->second, " in its journal"));
    }
    last = key->second;
    const auto entry = DecodeEntry(lead.id, last, ToView(it->value()));
    if (!entry.ok()) {
      say(entry.status().message());
    } else if (bundles.count(entry->bundle) == 0) {
      say(absl::StrCat("the entry ", last, " of its journal names the bundle ", entry->bundle,
                       ", which is not kept"));
    }
  }
  if (!it->status().ok()) say(it->status().ToString());
  if (last != lead.journal_entries) {
    say(absl::StrCat("its journal ends with ", last, ", not with ", lead.journal_entries));
  }
}

}  // namespace leadgrade::store
