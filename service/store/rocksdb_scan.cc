// All leads, one after the other.
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {
namespace {

constexpr size_t kReadAhead = 1 << 20;

// An iterator sees the database as it was when it was made.
class RocksDbScan : public LeadScan {
 public:
  explicit RocksDbScan(std::unique_ptr<rocksdb::Iterator> it) : it_(std::move(it)) {
    it_->SeekToFirst();
  }

  absl::StatusOr<std::vector<StoredLead>> Next(size_t limit) override {
    std::vector<StoredLead> leads;
    for (; leads.size() < limit && it_->Valid(); it_->Next()) {
      auto lead = DecodeLead(ToView(it_->key()), ToView(it_->value()));
      if (!lead.ok()) {
        it_->Next();
        return lead.status();
      }
      leads.push_back(*std::move(lead));
    }
    if (!it_->status().ok()) return ToStatus(it_->status());
    return leads;
  }

 private:
  const std::unique_ptr<rocksdb::Iterator> it_;
};

}  // namespace

std::unique_ptr<LeadScan> RocksDbStore::Scan() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = kReadAhead;
  return std::make_unique<RocksDbScan>(IteratorPtr(db_->NewIterator(options, families_[kLeads])));
}

}  // namespace leadgrade::store
