// Reading all of a store and holding its parts against each other.
#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/base/casts.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/facts/grades.h"
#include "service/store/keys.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {

using Report = std::function<void(std::string)>;

namespace {

constexpr char kDueName[] = "due index";
constexpr char kGradeDueName[] = "grade due index";

}  // namespace

absl::StatusOr<uint64_t> RocksDbStore::Verify(const Report& report) const {
  const rocksdb::Snapshot* snapshot = db_->GetSnapshot();
  const std::set<uint32_t> bundles = VerifyBundles(snapshot, report);
  const uint64_t leads = VerifyLeads(bundles, snapshot, report);
  VerifyIndexes(snapshot, report);
  db_->ReleaseSnapshot(snapshot);
  return leads;
}

uint64_t RocksDbStore::VerifyLeads(const std::set<uint32_t>& bundles,
                                   const rocksdb::Snapshot* snapshot, const Report& report) const {
  uint64_t leads = 0;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  const IteratorPtr it = Iterate(kLeads, snapshot);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ++leads;
    const auto lead = DecodeLead(ToView(it->key()), ToView(it->value()));
    if (!lead.ok()) {
      report(std::string(lead.status().message()));
      continue;
    }
    if (lead->grade != facts::LastGrade(lead->lead)) {
      report(absl::StrCat("lead `", lead->id, "`: the grade on record is not its history's last"));
    }
    std::string unused;
    const auto indexed = [&](Family family, const std::string& key) {
      return db_->Get(options, families_[family], key, &unused).ok();
    };
    if (!lead->grade.empty() && !indexed(kGradeIndex, GradeKey(lead->grade, lead->id))) {
      report(absl::StrCat("lead `", lead->id, "`: missing in the grade index"));
    }
    const auto verify_instant = [&](Family family, const char* name, absl::Time due) {
      if (due != absl::InfiniteFuture() && !indexed(family, DueKey(due, lead->id))) {
        report(absl::StrCat("lead `", lead->id, "`: missing in the ", name));
      }
    };
    verify_instant(kDueIndex, kDueName, DueTime(lead->lead));
    verify_instant(kGradeDueIndex, kGradeDueName, GradeDueTime(lead->lead));
    VerifyEvents(*lead, snapshot, report);
    VerifyJournal(*lead, bundles, snapshot, report);
  }
  if (!it->status().ok()) report(absl::StrCat("leads: ", it->status().ToString()));
  return leads;
}

void RocksDbStore::VerifyEvents(const StoredLead& lead, const rocksdb::Snapshot* snapshot,
                                const Report& report) const {
  using Entry = std::tuple<absl::Time, std::string, bool, uint64_t, std::optional<absl::Time>>;
  // The amount by its bits, so that one that is not a number equals itself.
  const auto entry = [](const auto& event) {
    return Entry(event.time, event.type, event.amount.has_value(),
                 absl::bit_cast<uint64_t>(event.amount.value_or(0)), event.due);
  };
  std::vector<Entry> stored, timeline;
  const std::string prefix = EventPrefix(lead.id);
  const IteratorPtr it = Iterate(kEvents, snapshot);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    const auto event = DecodeEvent(ToView(it->key()).substr(prefix.size()), ToView(it->value()));
    if (!event.ok()) {
      report(absl::StrCat("lead `", lead.id, "`: ", event.status().message()));
      continue;
    }
    stored.push_back(entry(*event));
  }
  for (const facts::TimelineEvent& event : lead.lead.timeline) {
    timeline.push_back(entry(event));
  }
  std::sort(stored.begin(), stored.end());
  std::sort(timeline.begin(), timeline.end());
  if (stored != timeline) {
    report(absl::StrCat("lead `", lead.id, "`: ", timeline.size(), " entries in its timeline and ",
                        stored.size(), " events stored do not agree"));
  }
}

void RocksDbStore::VerifyIndexes(const rocksdb::Snapshot* snapshot, const Report& report) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  const auto find = [&](absl::string_view id) -> absl::StatusOr<StoredLead> {
    std::string bytes;
    const rocksdb::Status status = db_->Get(options, families_[kLeads], ToSlice(id), &bytes);
    if (!status.ok()) return ToStatus(status);
    return DecodeLead(id, bytes);
  };
  const auto scan = [&](Family family, const char* name,
                        const std::function<bool(absl::string_view)>& agrees) {
    const IteratorPtr it = Iterate(family, snapshot);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (!agrees(ToView(it->key()))) {
        report(absl::StrCat(name, ": `", absl::CEscape(ToView(it->key())), "` has no such lead"));
      }
    }
    if (!it->status().ok()) report(absl::StrCat(name, ": ", it->status().ToString()));
  };
  scan(kGradeIndex, "grade index", [&](absl::string_view bytes) {
    const auto key = ParseGradeKey(bytes);
    if (!key.has_value()) return false;
    const auto lead = find(key->second);
    return lead.ok() && lead->grade == key->first;
  });
  const auto scan_instants = [&](Family family, const char* name,
                                 absl::Time (*due)(const facts::Lead&)) {
    scan(family, name, [&](absl::string_view bytes) {
      const auto key = ParseDueKey(bytes);
      if (!key.has_value()) return false;
      const auto lead = find(key->second);
      return lead.ok() && due(lead->lead) == key->first;
    });
  };
  scan_instants(kDueIndex, kDueName, &DueTime);
  scan_instants(kGradeDueIndex, kGradeDueName, &GradeDueTime);
  scan(kEvents, "events", [&](absl::string_view bytes) {
    const auto key = ParseEventKey(bytes);
    std::string unused;
    return key.has_value() &&
           db_->Get(options, families_[kLeads], ToSlice(key->first), &unused).ok();
  });
  scan(kJournal, "journal", [&](absl::string_view bytes) {
    const auto key = ParseJournalKey(bytes);
    std::string unused;
    return key.has_value() &&
           db_->Get(options, families_[kLeads], ToSlice(key->first), &unused).ok();
  });
  const IteratorPtr it = Iterate(kChanges, snapshot);
  uint64_t before = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto sequence = ParseChangeKey(ToView(it->key()));
    if (!sequence.has_value() || !DecodeChange(*sequence, ToView(it->value())).ok()) {
      report(absl::StrCat("change log: the entry `", absl::CEscape(ToView(it->key())),
                          "` is damaged"));
    } else if (before != 0 && *sequence != before + 1) {
      report(absl::StrCat("change log: nothing between ", before, " and ", *sequence));
    }
    before = sequence.value_or(before);
  }
}

}  // namespace leadgrade::store
