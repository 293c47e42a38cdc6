// The RocksDB store's inner face, for its own files. See rocksdb_store.h.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "service/store/due_floor.h"
#include "service/store/journal_codec.h"
#include "service/store/lead_store.h"
#include "service/store/rocksdb_store.h"

namespace leadgrade::store {

inline constexpr int kFormatVersion = 3;

enum Family : size_t {
  kMeta,
  kLeads,
  kEvents,
  kGradeIndex,
  kDueIndex,
  kChanges,
  kJournal,
  kBundles,
  kGradeDueIndex,
  kFamilyCount
};

inline rocksdb::Slice ToSlice(absl::string_view text) { return {text.data(), text.size()}; }
inline absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}
// kUnavailable for I/O errors, kDataLoss for damage.
absl::Status ToStatus(const rocksdb::Status& status);

class RocksDbStore : public LeadStore {
 public:
  // Opens the database and checks, or writes, format and id.
  static absl::StatusOr<std::unique_ptr<RocksDbStore>> Open(const RocksDbOptions& options);
  ~RocksDbStore() override;

  const std::string& store_id() const override { return store_id_; }
  absl::StatusOr<StoredLead> Get(absl::string_view lead_id) const override;
  std::vector<absl::StatusOr<StoredLead>> GetMany(
      const std::vector<std::string>& lead_ids) const override;
  absl::StatusOr<bool> HasEvent(absl::string_view lead_id,
                                absl::string_view event_id) const override;
  absl::StatusOr<std::vector<StoredEvent>> Events(absl::string_view lead_id,
                                                  size_t limit) const override;
  absl::Status Apply(std::vector<LeadWrite>& writes, Durability durability) override;
  absl::Status Flush() override;
  absl::StatusOr<ListPage> ListById(absl::string_view after, size_t limit) const override;
  std::unique_ptr<LeadScan> Scan() const override;
  absl::StatusOr<ListPage> ListByGrade(absl::string_view grade, absl::string_view after,
                                       size_t limit) const override;
  absl::StatusOr<ListPage> ListByDue(absl::string_view after, size_t limit) const override;
  absl::StatusOr<ListPage> ListByGradeDue(absl::string_view after, size_t limit) const override;
  absl::StatusOr<std::vector<std::string>> ListDue(absl::Time time, size_t limit) const override;
  absl::StatusOr<std::vector<LoggedChange>> Changes(uint64_t after, size_t limit) const override;
  uint64_t last_sequence() const override { return last_sequence_.load(); }
  uint64_t first_resumable() const override { return first_resumable_.load(); }
  absl::StatusOr<LeadHistory> History(absl::string_view lead_id, absl::Time time) const override;
  absl::StatusOr<uint32_t> KeepBundle(absl::string_view digest, absl::string_view name,
                                      const std::map<std::string, std::string>& files,
                                      absl::Time now) override;
  absl::Status Activate(uint32_t bundle, absl::Time time) override;
  absl::StatusOr<KeptBundle> Bundle(uint32_t number) const override;
  absl::StatusOr<uint32_t> BundleInForceAt(absl::Time time) const override;
  absl::StatusOr<std::string> swept() const override;
  absl::Status SetSwept(absl::string_view digest) override;
  absl::StatusOr<uint64_t> Verify(const std::function<void(std::string)>& report) const override;

 private:
  using IteratorPtr = std::unique_ptr<rocksdb::Iterator>;

  RocksDbStore() = default;
  absl::Status ReadOrWriteMeta(bool read_only);
  absl::Status WriteMeta();
  // Of an earlier version, which has all column families by now.
  absl::Status BringToThisVersion();
  absl::Status FindSequences();
  void AddWrite(const LeadWrite& write, rocksdb::WriteBatch* batch) const;
  void AddRemoval(const LeadWrite& write, rocksdb::WriteBatch* batch) const;
  // Deletes what the log keeps too much of, a good many at a time; gives the new first_resumable.
  uint64_t TrimChanges(uint64_t last, rocksdb::WriteBatch* batch) const;
  IteratorPtr Iterate(Family family) const;
  // The keys of an index that begin with `prefix`, without it, after `after` (empty: from the
  // start); `next` as in ListPage.
  absl::StatusOr<std::vector<std::string>> ReadIndex(Family family, const std::string& prefix,
                                                     absl::string_view after, size_t limit,
                                                     std::string* next) const;
  // By an index of instants, of which `due` gives the lead's.
  absl::StatusOr<ListPage> ListByInstant(Family family, absl::Time (*due)(const facts::Lead&),
                                         absl::string_view after, size_t limit) const;
  // For Verify: leaves the block cache to the others.
  IteratorPtr Iterate(Family family, const rocksdb::Snapshot* snapshot) const;

  // rocksdb_journal.cc
  void AddJournal(const LeadWrite& write, rocksdb::WriteBatch* batch) const;
  void VerifyJournal(const StoredLead& lead, const std::set<uint32_t>& bundles,
                     const rocksdb::Snapshot* snapshot,
                     const std::function<void(std::string)>& report) const;
  // rocksdb_bundles.cc
  absl::Status FindBundles();
  // With bundles_mutex_ held.
  absl::Status AddActivation(const Activation& activation);
  // The numbers there are.
  std::set<uint32_t> VerifyBundles(const rocksdb::Snapshot* snapshot,
                                   const std::function<void(std::string)>& report) const;

  // rocksdb_verify.cc
  uint64_t VerifyLeads(const std::set<uint32_t>& bundles, const rocksdb::Snapshot* snapshot,
                       const std::function<void(std::string)>& report) const;
  void VerifyEvents(const StoredLead& lead, const rocksdb::Snapshot* snapshot,
                    const std::function<void(std::string)>& report) const;
  void VerifyIndexes(const rocksdb::Snapshot* snapshot,
                     const std::function<void(std::string)>& report) const;

  std::string store_id_;
  uint64_t max_changes_ = 0;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  std::mutex apply_mutex_;
  mutable DueFloor due_floor_;
  std::atomic<uint64_t> last_sequence_{0};
  std::atomic<uint64_t> first_resumable_{0};

  std::mutex bundles_mutex_;                                     // guards what follows
  std::map<std::string, uint32_t, std::less<>> bundle_numbers_;  // of digests met since opening
  uint32_t last_bundle_ = 0;                                     // the highest number given
  uint64_t last_activation_ = 0;                                 // its sequence; 0: none
  Activation activation_;
};

}  // namespace leadgrade::store
