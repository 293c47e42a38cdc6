#include "service/rpc/delivery.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "service/rpc/settling.h"

namespace leadgrade::rpc {
namespace {

bool Takes(const absl::flat_hash_set<std::string>& wanted, absl::string_view given) {
  return wanted.empty() || wanted.contains(given);
}

}  // namespace

bool Delivery::Use(const std::shared_ptr<const rules::Bundle>& bundle,
                   std::vector<std::string>* problems) {
  if (bundle == bundle_) return true;
  if (!terms_.filter.empty()) {
    filter_ = LeadFilter::Compile(bundle, terms_.filter, problems);
    if (filter_ == nullptr) return false;
  }
  if (terms_.in_zone_of_bundle) terms_.quiet_hours->zone = bundle->time_zone;
  bundle_ = bundle;
  return true;
}

Delivery::Judgement Delivery::Judge(const store::LoggedChange& change, absl::Time now) const {
  const bool settles = terms_.settle_time > absl::ZeroDuration();
  const bool of_grades = settles || !terms_.grades_entered.empty() || !terms_.grades_left.empty();
  // The lead's grade did not change.
  if (of_grades && change.change.overridden) return {Verdict::kSkip, {}};
  // What needs no lead comes first: it costs next to nothing, and needs not wait.
  if (!Takes(terms_.grades_entered, change.change.to) || !Takes(terms_.owners, change.owner) ||
      (!settles && !Takes(terms_.grades_left, change.change.from))) {
    return {Verdict::kSkip, {}};
  }
  absl::Time due = settles ? std::max(now, change.change.time + terms_.settle_time) : now;
  if (terms_.quiet_hours.has_value()) due = QuietUntil(*terms_.quiet_hours, due);
  if (due > now) return {Verdict::kWait, due};
  return {settles || filter_ != nullptr ? Verdict::kReadLead : Verdict::kSend, {}};
}

std::optional<facts::GradeChange> Delivery::JudgeLead(const store::LoggedChange& change,
                                                      const store::StoredLead* lead,
                                                      absl::Time now) const {
  // One that was made after the change is another lead of the same name.
  if (lead == nullptr || lead->create_time > change.recorded_time) return std::nullopt;
  std::optional<facts::GradeChange> sent = change.change;
  if (terms_.settle_time > absl::ZeroDuration()) {
    sent = Settled(change, lead->lead, terms_.settle_time);
    if (!sent.has_value() || !Takes(terms_.grades_left, sent->from)) return std::nullopt;
  }
  if (filter_ != nullptr && !filter_->Passes(lead->lead, now)) return std::nullopt;
  return sent;
}

}  // namespace leadgrade::rpc
