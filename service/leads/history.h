// Leads as they were, from the journal that the store keeps of them.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "service/store/lead_store.h"

namespace leadgrade::leads {

// A lead as it was at an instant, and the bundle that was in force then.
struct PastLead {
  // What decisions come from is as of then. Name, owner, times and revision are those at an
  // earlier entry of the journal.
  store::StoredLead lead;
  std::shared_ptr<const rules::Bundle> bundle;
};

// Why there is no decision as of an instant, for an error of History.
enum class PastError : uint8_t {
  kNone,           // it is another error
  kNotStoredThen,  // kNotFound: the lead was made later
  kNotKept,        // kFailedPrecondition: the journal does not go back that far
  kBundleNotKept,  // kFailedPrecondition: a bundle is missing, or no longer loads
};
PastError PastErrorOf(const absl::Status& status);

// Does the writes of a lead again, each under the bundle that was in force: decisions are pure, so
// what comes out is what was there, byte for byte. A write that was on its way at the instant
// counts as done. An instant that was lived twice, since the clock was set back, is as it was the
// last time. Thread safe. `store` is borrowed.
class History {
 public:
  explicit History(const store::LeadStore& store) : store_(store) {}

  // Errors: kNotFound for a lead that is not there now; those of PastError; kDataLoss, kUnavailable
  // of the store. At most kJournalStride writes are done again; bundles are compiled where they are
  // not among those used last.
  absl::StatusOr<PastLead> At(absl::string_view lead_id, absl::Time time) const;

 private:
  using BundlePtr = std::shared_ptr<const rules::Bundle>;

  // Number of the bundle in force at `time`, of which `history` is the lead's.
  absl::StatusOr<uint32_t> InForce(const store::LeadHistory& history, absl::Time time) const;
  absl::StatusOr<BundlePtr> Compiled(uint32_t number) const;
  BundlePtr FindCompiled(uint32_t number) const;

  const store::LeadStore& store_;
  mutable std::mutex mutex_;
  mutable std::list<std::pair<uint32_t, BundlePtr>> compiled_;  // the last used first
};

}  // namespace leadgrade::leads
