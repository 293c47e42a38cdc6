// The embedded store. Named by service/server and the offline commands only; everybody else sees
// LeadStore.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/store/lead_store.h"

namespace leadgrade::store {

struct RocksDbOptions {
  std::string path;
  bool create_if_missing = true;
  // Others may have it open too; Apply fails. Shows the store as it was at the time of opening.
  bool read_only = false;
  // Memory for what was read, and for what is not yet in table files, of all column families
  // together. Index and filter blocks count in the former.
  size_t block_cache_bytes = size_t{64} << 20;
  size_t write_buffer_bytes = size_t{64} << 20;
  // The change log keeps at least so many of its newest entries, and not many more; at least 1.
  uint64_t max_changes = 10'000'000;
};

// Opens, or makes, the store in the directory `path`. kNotFound when there is none and it is not to
// be made; kFailedPrecondition when its format version is not one this program reads (the message
// names both); kUnavailable when another process has it open or the disk fails; kDataLoss when it
// is damaged.
absl::StatusOr<std::unique_ptr<LeadStore>> OpenRocksDbStore(const RocksDbOptions& options);

}  // namespace leadgrade::store
