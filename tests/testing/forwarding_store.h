// A store that hands everything to another one: to be derived from by those that change a little.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/store/lead_store.h"

namespace leadgrade::testing {

class ForwardingStore : public store::LeadStore {
 public:
  explicit ForwardingStore(std::unique_ptr<store::LeadStore> real) : real_(std::move(real)) {}

  absl::Status Apply(std::vector<store::LeadWrite>& writes, store::Durability durability) override {
    return real_->Apply(writes, durability);
  }
  const std::string& store_id() const override { return real_->store_id(); }
  absl::StatusOr<store::StoredLead> Get(absl::string_view id) const override {
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
  absl::Status Flush() override { return real_->Flush(); }
  absl::StatusOr<store::ListPage> ListById(absl::string_view after, size_t limit) const override {
    return real_->ListById(after, limit);
  }
  std::unique_ptr<store::LeadScan> Scan() const override { return real_->Scan(); }
  absl::StatusOr<store::ListPage> ListByDue(absl::string_view after, size_t limit) const override {
    return real_->ListByDue(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByGradeDue(absl::string_view after,
                                                 size_t limit) const override {
    return real_->ListByGradeDue(after, limit);
  }
  absl::StatusOr<store::ListPage> ListByGrade(absl::string_view grade, absl::string_view after,
                                              size_t limit) const override {
    return real_->ListByGrade(grade, after, limit);
  }
  absl::StatusOr<std::vector<std::string>> ListDue(absl::Time time, size_t limit) const override {
    return real_->ListDue(time, limit);
  }
  absl::StatusOr<std::vector<store::LoggedChange>> Changes(uint64_t after,
                                                           size_t limit) const override {
    return real_->Changes(after, limit);
  }
  uint64_t last_sequence() const override { return real_->last_sequence(); }
  uint64_t first_resumable() const override { return real_->first_resumable(); }
  absl::StatusOr<std::string> swept() const override { return real_->swept(); }
  absl::Status SetSwept(absl::string_view digest) override { return real_->SetSwept(digest); }
  absl::StatusOr<store::LeadHistory> History(absl::string_view id, absl::Time time) const override {
    return real_->History(id, time);
  }
  absl::StatusOr<uint32_t> KeepBundle(absl::string_view digest, absl::string_view name,
                                      const std::map<std::string, std::string>& files,
                                      absl::Time time) override {
    return real_->KeepBundle(digest, name, files, time);
  }
  absl::Status Activate(uint32_t bundle, absl::Time time) override {
    return real_->Activate(bundle, time);
  }
  absl::StatusOr<store::KeptBundle> Bundle(uint32_t number) const override {
    return real_->Bundle(number);
  }
  absl::StatusOr<uint32_t> BundleInForceAt(absl::Time time) const override {
    return real_->BundleInForceAt(time);
  }
  absl::StatusOr<uint64_t> Verify(const std::function<void(std::string)>& report) const override {
    return real_->Verify(report);
  }

 private:
  const std::unique_ptr<store::LeadStore> real_;
};

}  // namespace leadgrade::testing
