// A store that kills its process at a chosen write.
#pragma once

#include <signal.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tests/testing/forwarding_store.h"

namespace leadgrade::simulation {

[[noreturn]] inline void KillThisProcess() {
  raise(SIGKILL);
  abort();
}

class KillingStore final : public testing::ForwardingStore {
 public:
  // Asked before (true) and after (false) each write whether to die there.
  using DiesHere = std::function<bool(bool before)>;
  KillingStore(std::unique_ptr<store::LeadStore> real, DiesHere dies)
      : ForwardingStore(std::move(real)), dies_(std::move(dies)) {}

  absl::Status Apply(std::vector<store::LeadWrite>& writes, store::Durability durability) override {
    if (dies_(true)) KillThisProcess();
    const absl::Status status = ForwardingStore::Apply(writes, durability);
    if (dies_(false)) KillThisProcess();
    return status;
  }

 private:
  DiesHere dies_;
};

}  // namespace leadgrade::simulation
