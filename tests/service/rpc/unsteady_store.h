// A store that fails when told to.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "tests/testing/forwarding_store.h"

namespace leadgrade::testing {

class UnsteadyStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::atomic<bool> writes_fail{false};
  std::atomic<bool> reads_fail{false};
  std::atomic<bool> damaged{false};  // reads of single leads
  std::atomic<bool> bundles_gone{false};
  // Where above what the log really begins with.
  std::atomic<uint64_t> log_begins{0};

  absl::StatusOr<store::StoredLead> Get(absl::string_view id) const override {
    if (damaged) return absl::DataLossError("the record does not parse");
    if (reads_fail) return Failure();
    return ForwardingStore::Get(id);
  }
  absl::Status Apply(std::vector<store::LeadWrite>& writes, store::Durability durability) override {
    if (writes_fail) return Failure();
    return ForwardingStore::Apply(writes, durability);
  }
  absl::StatusOr<store::ListPage> ListById(absl::string_view after, size_t limit) const override {
    if (reads_fail) return Failure();
    return ForwardingStore::ListById(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByDue(absl::string_view after, size_t limit) const override {
    if (reads_fail) return Failure();
    return ForwardingStore::ListByDue(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByGrade(absl::string_view grade, absl::string_view after,
                                              size_t limit) const override {
    if (reads_fail) return Failure();
    return ForwardingStore::ListByGrade(grade, after, limit);
  }
  absl::StatusOr<std::vector<store::LoggedChange>> Changes(uint64_t after,
                                                           size_t limit) const override {
    if (reads_fail) return Failure();
    return ForwardingStore::Changes(after, limit);
  }
  uint64_t first_resumable() const override {
    return std::max(ForwardingStore::first_resumable(), log_begins.load());
  }
  absl::StatusOr<store::KeptBundle> Bundle(uint32_t number) const override {
    if (bundles_gone) return absl::NotFoundError("no such bundle");
    return ForwardingStore::Bundle(number);
  }

 private:
  static absl::Status Failure() { return absl::UnavailableError("the disk is gone"); }
};

}  // namespace leadgrade::testing
