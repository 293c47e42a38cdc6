// A store that fails when told to.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/store/lead_store.h"

namespace leadgrade::testing {

class UnsteadyStore : public store::LeadStore {
 public:
  explicit UnsteadyStore(std::unique_ptr<store::LeadStore> real) : real_(std::move(real)) {}

  std::atomic<bool> writes_fail{false};
  std::atomic<bool> reads_fail{false};
  std::atomic<bool> damaged{false};  // reads of single leads
  std::atomic<bool> bundles_gone{false};
  // Where above what the log really begins with.
  std::atomic<uint64_t> log_begins{0};

  const std::string& store_id() const override { return real_->store_id(); }
  absl::StatusOr<store::StoredLead> Get(absl::string_view id) const override {
    if (damaged) return absl::DataLossError("the record does not parse");
    if (reads_fail) return Failure();
    return real_->Get(id);
  }
  std::vector<absl::StatusOr<store::StoredLead>> GetMany(
      const std::vector<std::string>& ids) const override {
    return real_->GetMany(ids);
  }
  absl::StatusOr<bool> HasEvent(absl::string_view id, absl::string_view event) const override {
    return real_->HasEvent(id, event);
  }
  absl::StatusOr<std::vector<store::StoredEvent>> Events(absl::string_view id,
                                                         size_t limit) const override {
    return real_->Events(id, limit);
  }
  absl::Status Apply(std::vector<store::LeadWrite>& writes, store::Durability durability) override {
    if (writes_fail) return Failure();
    return real_->Apply(writes, durability);
  }
  absl::Status Flush() override { return real_->Flush(); }
  absl::StatusOr<store::ListPage> ListById(absl::string_view after, size_t limit) const override {
    if (reads_fail) return Failure();
    return real_->ListById(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByDue(absl::string_view after, size_t limit) const override {
    if (reads_fail) return Failure();
    return real_->ListByDue(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByGrade(absl::string_view grade, absl::string_view after,
                                              size_t limit) const override {
    if (reads_fail) return Failure();
    return real_->ListByGrade(grade, after, limit);
  }
  absl::StatusOr<std::vector<std::string>> ListDue(absl::Time time, size_t limit) const override {
    return real_->ListDue(time, limit);
  }
  absl::StatusOr<std::vector<store::LoggedChange>> Changes(uint64_t after,
                                                           size_t limit) const override {
    if (reads_fail) return Failure();
    return real_->Changes(after, limit);
  }
  uint64_t last_sequence() const override { return real_->last_sequence(); }
  uint64_t first_resumable() const override {
    return std::max(real_->first_resumable(), log_begins.load());
  }
  absl::StatusOr<store::LeadHistory> History(absl::string_view id, absl::Time time) const override {
    return real_->History(id, time);
  }
  absl::StatusOr<uint32_t> KeepBundle(absl::string_view digest, absl::string_view name,
                                      const std::map<std::string, std::string>& files,
                                      absl::Time now) override {
    return real_->KeepBundle(digest, name, files, now);
  }
  absl::Status Activate(uint32_t bundle, absl::Time time) override {
    return real_->Activate(bundle, time);
  }
  absl::StatusOr<store::KeptBundle> Bundle(uint32_t number) const override {
    if (bundles_gone) return absl::NotFoundError("no such bundle");
    return real_->Bundle(number);
  }
  absl::StatusOr<uint32_t> BundleInForceAt(absl::Time time) const override {
    return real_->BundleInForceAt(time);
  }
  absl::StatusOr<std::string> swept() const override { return real_->swept(); }
  absl::Status SetSwept(absl::string_view digest) override { return real_->SetSwept(digest); }
  absl::StatusOr<uint64_t> Verify(const std::function<void(std::string)>& report) const override {
    return real_->Verify(report);
  }

 private:
  static absl::Status Failure() { return absl::UnavailableError("the disk is gone"); }

  std::unique_ptr<store::LeadStore> real_;
};

}  // namespace leadgrade::testing
