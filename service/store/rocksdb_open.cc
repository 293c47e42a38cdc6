// Opening: what is there, what it is opened with, its format and its id.
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <optional>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/store/keys.h"
#include "service/store/rocksdb_store.h"
#include "service/store/rocksdb_store_impl.h"

namespace leadgrade::store {
namespace {

constexpr absl::string_view kFormatKey = "format";
constexpr absl::string_view kStoreIdKey = "store_id";

// Those that a store of an earlier version has come first.
const char* const kFamilyNames[kFamilyCount] = {"default",     "leads",     "events",
                                                "grade_index", "due_index", "changes",
                                                "journal",     "bundles",   "grade_due_index"};
// By version, how many of them it has.
constexpr size_t kFamilyCounts[kFormatVersion + 1] = {0, kJournal, kGradeDueIndex, kFamilyCount};

constexpr int kUpgradeBatch = 10000;

// Of a version that this program reads or brings up to its own; nullopt for any other.
std::optional<int> VersionOf(absl::string_view format) {
  for (int version = 1; version <= kFormatVersion; ++version) {
    if (format == absl::StrCat(version)) return version;
  }
  return std::nullopt;
}

rocksdb::CompressionType Compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  for (auto wanted : {rocksdb::kLZ4Compression, rocksdb::kSnappyCompression}) {
    if (std::find(supported.begin(), supported.end(), wanted) != supported.end()) return wanted;
  }
  return rocksdb::kNoCompression;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                           size_t write_buffer_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // In parts: the index of a large file in one piece has no room in a part of the cache, and would
  // be read and decompressed by each read of a lead.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 4096;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = Compression();
  // No family alone fills what they share.
  options.write_buffer_size = write_buffer_bytes / 2;
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

absl::Status CannotOpen(const std::string& path, const rocksdb::Status& why) {
  // Other column families than ours.
  if (why.IsInvalidArgument()) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", path, "` is no leadgrade store: ", why.ToString()));
  }
  const absl::Status status = ToStatus(why);
  const bool locked = absl::StrContains(status.message(), "lock");
  return absl::Status(status.code(),
                      absl::StrCat("can't open the store `", path, "`: ", status.message(),
                                   locked ? "; is another leadgrade serving it?" : ""));
}

rocksdb::DBOptions DatabaseOptions(const RocksDbOptions& options) {
  rocksdb::DBOptions out;
  out.max_open_files = 512;
  out.max_background_jobs = 2;
  out.wal_bytes_per_sync = 1 << 20;
  out.bytes_per_sync = 1 << 20;
  out.max_total_wal_size = 128 << 20;
  out.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  // RocksDB's own log: a few files, and no statistics in it.
  out.keep_log_file_num = 4;
  out.max_log_file_size = 4 << 20;
  out.stats_dump_period_sec = 0;
  return out;
}

constexpr int kCacheShardBits = 2;

// kOldStore: of an earlier version, and does not have all families that this version has.
enum class Found { kNothing, kHalfMade, kOldStore, kStore };

absl::Status WrongFormat(const std::string& format) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the store has format version `", format, "`, this program reads version ", kFormatVersion));
}

absl::Status MustBeBroughtUp(absl::string_view format) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the store has format version ", format, "; `leadgrade serve` or `import` brings it to ",
      "version ", kFormatVersion, " when it opens it"));
}

// Opens what does not have our column families just far enough to say what it is.
// `families`: how many of ours it has, from the first on.
absl::StatusOr<Found> LookInside(const std::string& path, bool has_others, size_t families,
                                 std::string* format) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(rocksdb::Options(), path, &db);
  if (!opened.ok()) return CannotOpen(path, opened);
  const std::unique_ptr<rocksdb::DB> owned(db);
  if (db->Get(rocksdb::ReadOptions(), ToSlice(kFormatKey), format).ok()) {
    const std::optional<int> version = VersionOf(*format);
    if (!version.has_value()) return WrongFormat(*format);
    const bool old = *version < kFormatVersion && families >= kFamilyCounts[*version];
    if (old && !has_others) return Found::kOldStore;
  }
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  it->SeekToFirst();
  if (!it->status().ok()) return CannotOpen(path, it->status());
  if (has_others || it->Valid())
    return absl::FailedPreconditionError(absl::StrCat("`", path, "` is no leadgrade store"));
  return Found::kHalfMade;
}

// What is there before we touch it. A store whose making was cut short may lack column families; it
// is made again, since nothing was ever written to it.
absl::StatusOr<Found> LookAt(const std::string& path, std::string* format) {
  if (!rocksdb::Env::Default()->FileExists(absl::StrCat(path, "/CURRENT")).ok()) {
    return Found::kNothing;
  }
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names);
  if (!listed.ok()) return CannotOpen(path, listed);
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto ours = std::count_if(std::begin(kFamilyNames), std::end(kFamilyNames), has);
  const bool has_others = static_cast<size_t>(ours) != names.size();
  if (ours == kFamilyCount && !has_others) return Found::kStore;
  const auto missing = std::find_if_not(std::begin(kFamilyNames), std::end(kFamilyNames), has);
  return LookInside(path, has_others, missing - std::begin(kFamilyNames), format);
}

std::string RandomId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppend(&id, absl::Hex(random(), absl::kZeroPad8));
  return id;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LeadStore>> OpenRocksDbStore(const RocksDbOptions& options) {
  auto store = RocksDbStore::Open(options);
  if (!store.ok()) return store.status();
  return std::unique_ptr<LeadStore>(*std::move(store));
}

absl::StatusOr<std::unique_ptr<RocksDbStore>> RocksDbStore::Open(const RocksDbOptions& options) {
  std::string format;
  const absl::StatusOr<Found> found = LookAt(options.path, &format);
  if (!found.ok()) return found.status();
  const bool makes = *found == Found::kNothing || *found == Found::kHalfMade;
  if (makes && (!options.create_if_missing || options.read_only)) {
    return absl::NotFoundError(absl::StrCat("there is no store in `", options.path, "`"));
  }
  if (*found == Found::kOldStore && options.read_only) return MustBeBroughtUp(format);
  // Few parts, each large enough for the undivided index of a file from before.
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes, kCacheShardBits);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) {
    families.emplace_back(name, FamilyOptions(cache, options.write_buffer_bytes));
  }
  rocksdb::DBOptions db_options = DatabaseOptions(options);
  db_options.create_if_missing = makes;
  db_options.create_missing_column_families = *found != Found::kStore;
  auto store = std::unique_ptr<RocksDbStore>(new RocksDbStore());
  store->max_changes_ = std::max<uint64_t>(options.max_changes, 1);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status opened =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(db_options, options.path, families, &handles, &db)
          : rocksdb::DB::Open(db_options, options.path, families, &handles, &db);
  if (!opened.ok()) return CannotOpen(options.path, opened);
  store->db_.reset(db);
  std::copy(handles.begin(), handles.end(), store->families_.begin());
  if (absl::Status status = store->ReadOrWriteMeta(options.read_only); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat("`", options.path, "`: ", status.message()));
  }
  if (absl::Status status = store->FindSequences(); !status.ok()) return status;
  if (absl::Status status = store->FindBundles(); !status.ok()) return status;
  return store;
}

absl::Status RocksDbStore::ReadOrWriteMeta(bool read_only) {
  std::string format;
  const rocksdb::Status read =
      db_->Get(rocksdb::ReadOptions(), families_[kMeta], ToSlice(kFormatKey), &format);
  if (read.IsNotFound()) {
    const IteratorPtr it = Iterate(kMeta);
    it->SeekToFirst();
    if (it->Valid() || read_only)
      return absl::FailedPreconditionError("this is no leadgrade store");
    return WriteMeta();
  }
  if (!read.ok()) return ToStatus(read);
  const std::optional<int> version = VersionOf(format);
  if (!version.has_value()) return WrongFormat(format);
  if (*version < kFormatVersion) {
    if (read_only) return MustBeBroughtUp(format);
    if (absl::Status status = BringToThisVersion(); !status.ok()) return status;
  }
  const rocksdb::Status id =
      db_->Get(rocksdb::ReadOptions(), families_[kMeta], ToSlice(kStoreIdKey), &store_id_);
  if (id.IsNotFound()) return absl::DataLossError("the store's id is missing");
  return ToStatus(id);
}

absl::Status RocksDbStore::WriteMeta() {
  store_id_ = RandomId();
  rocksdb::WriteBatch batch;
  batch.Put(families_[kMeta], ToSlice(kFormatKey), absl::StrCat(kFormatVersion));
  batch.Put(families_[kMeta], ToSlice(kStoreIdKey), store_id_);
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Write(options, &batch));
}

absl::Status RocksDbStore::BringToThisVersion() {
  // Records from before do not tell when the grade changes: not before the decision does.
  rocksdb::WriteBatch batch;
  const IteratorPtr it = Iterate(kDueIndex);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    batch.Put(families_[kGradeDueIndex], it->key(), "");
    if (batch.Count() < kUpgradeBatch) continue;
    if (const auto status = db_->Write({}, &batch); !status.ok()) return ToStatus(status);
    batch.Clear();
  }
  if (!it->status().ok()) return ToStatus(it->status());
  if (const auto status = db_->Write({}, &batch); !status.ok()) return ToStatus(status);
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(
      db_->Put(options, families_[kMeta], ToSlice(kFormatKey), absl::StrCat(kFormatVersion)));
}

absl::Status RocksDbStore::FindSequences() {
  const IteratorPtr it = Iterate(kChanges);
  it->SeekToLast();
  if (it->Valid()) last_sequence_ = ParseChangeKey(ToView(it->key())).value_or(0);
  it->SeekToFirst();
  if (it->Valid()) first_resumable_ = ParseChangeKey(ToView(it->key())).value_or(1) - 1;
  return ToStatus(it->status());
}

}  // namespace leadgrade::store
