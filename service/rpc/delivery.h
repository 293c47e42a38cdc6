// What becomes of each change for one client that watches: sent, left out, or held back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "service/rpc/lead_filter.h"
#include "service/rpc/quiet_hours.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// What a client asked for; see WatchGradeChangesRequest. An empty set takes all.
struct DeliveryTerms {
  absl::flat_hash_set<std::string> grades_entered;
  absl::flat_hash_set<std::string> grades_left;
  absl::flat_hash_set<std::string> owners;
  std::string filter;          // CEL; empty: none
  absl::Duration settle_time;  // zero: none
  std::optional<QuietHours> quiet_hours;
  bool in_zone_of_bundle = false;  // quiet_hours go by the bundle in force
};

// Decides on one change at a time, in the order of the log, by nothing but its arguments. Not
// thread safe.
class Delivery {
 public:
  explicit Delivery(DeliveryTerms terms) : terms_(std::move(terms)) {}

  // Goes by this bundle from here on; to be called before the first Judge. False, with at least one
  // problem added, where the filter does not compile for it. Cheap where it is the one before.
  bool Use(const std::shared_ptr<const rules::Bundle>& bundle, std::vector<std::string>* problems);

  enum class Verdict : uint8_t {
    kSend,      // as it is
    kSkip,      // for ever
    kWait,      // until `until`, which is after `now`; then ask again
    kReadLead,  // the lead decides: read it, and ask JudgeLead
  };
  struct Judgement {
    Verdict verdict = Verdict::kSkip;
    absl::Time until;
  };
  // All that is written with an earlier time than `now` must be readable.
  Judgement Judge(const store::LoggedChange& change, absl::Time now) const;

  // `lead` as it is at the `now` of kReadLead, read after that; null where there is none. Gives the
  // change as it is to be sent; nullopt: left out for ever.
  std::optional<facts::GradeChange> JudgeLead(const store::LoggedChange& change,
                                              const store::StoredLead* lead, absl::Time now) const;

 private:
  DeliveryTerms terms_;
  std::shared_ptr<const rules::Bundle> bundle_;
  std::shared_ptr<const LeadFilter> filter_;
};

}  // namespace leadgrade::rpc
