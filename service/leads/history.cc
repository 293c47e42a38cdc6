#include "service/leads/history.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/decision/advance.h"
#include "engine/facts/grades.h"

namespace leadgrade::leads {
namespace {

constexpr size_t kMaxCompiled = 8;
constexpr char kPayload[] = "leadgrade/past";

absl::Status Error(PastError kind, absl::StatusCode code, absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(kind))));
  return status;
}

std::string ToText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

absl::Status NotStoredThen(absl::string_view lead_id, absl::Time first) {
  return Error(
      PastError::kNotStoredThen, absl::StatusCode::kNotFound,
      absl::StrCat("the lead `", lead_id, "` was not stored then; it is since ", ToText(first)));
}

absl::Status NotKept(absl::string_view lead_id, absl::Time first) {
  const std::string since = first == absl::InfiniteFuture()
                                ? ""
                                : absl::StrCat("; its first entry is of ", ToText(first));
  return Error(
      PastError::kNotKept, absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the journal of the lead `", lead_id, "` does not go back that far", since));
}

absl::Status BundleNotKept(absl::string_view name, absl::string_view why) {
  return Error(PastError::kBundleNotKept, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the bundle ", name, " that was in force then ", why));
}

std::vector<decision::Change> ChangesOf(store::JournalEntry entry) {
  std::vector<decision::Change> changes;
  changes.reserve(entry.changes.size());
  for (store::JournalChange& noted : entry.changes) {
    decision::Change& change = changes.emplace_back();
    change.time = noted.time;
    change.cause = entry.cause;
    if (auto* event = std::get_if<facts::TimelineEvent>(&noted.what)) {
      change.event = std::move(*event);
    } else if (auto* set = std::get_if<facts::GradeOverride>(&noted.what)) {
      change.grade_override = std::move(*set);
    } else {
      change.fact = std::get<store::JournalChange::Fact>(std::move(noted.what));
    }
  }
  return changes;
}

}  // namespace

PastError PastErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return PastError::kNone;
  return static_cast<PastError>((*payload)[0] - '0');
}

absl::StatusOr<PastLead> History::At(absl::string_view lead_id, absl::Time time) const {
  auto history = store_.History(lead_id, time);
  if (!history.ok()) return history.status();
  if (history->entries.empty() && history->complete) {
    return NotStoredThen(lead_id, history->first_time);
  }
  const auto in_force = InForce(*history, time);
  if (absl::IsNotFound(in_force.status())) return NotKept(lead_id, history->first_time);
  if (!in_force.ok()) return in_force.status();
  PastLead past;
  past.lead = std::move(history->before);
  for (store::JournalEntry& entry : history->entries) {
    const absl::Time now = entry.now;
    const auto bundle = Compiled(entry.bundle);
    if (!bundle.ok()) return bundle.status();
    decision::Advance(*bundle, past.lead.lead, ChangesOf(std::move(entry)), now);
  }
  past.lead.grade = facts::LastGrade(past.lead.lead);
  auto bundle = Compiled(*in_force);
  if (!bundle.ok()) return bundle.status();
  past.bundle = *std::move(bundle);
  return past;
}

absl::StatusOr<uint32_t> History::InForce(const store::LeadHistory& history,
                                          absl::Time time) const {
  auto number = store_.BundleInForceAt(time);
  // What was never announced was in force where it decided.
  if (absl::IsNotFound(number.status()) && !history.entries.empty()) {
    return history.entries.back().bundle;
  }
  return number;
}

History::BundlePtr History::FindCompiled(uint32_t number) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(compiled_.begin(), compiled_.end(),
                                  [number](const auto& entry) { return entry.first == number; });
  if (found == compiled_.end()) return nullptr;
  compiled_.splice(compiled_.begin(), compiled_, found);
  return found->second;
}

absl::StatusOr<History::BundlePtr> History::Compiled(uint32_t number) const {
  if (BundlePtr bundle = FindCompiled(number)) return bundle;
  const auto kept = store_.Bundle(number);
  if (absl::IsNotFound(kept.status())) return BundleNotKept(absl::StrCat(number), "is not kept");
  if (!kept.ok()) return kept.status();
  base::IssueList issues;
  BundlePtr bundle = rules::LoadBundle(kept->files, &issues);
  if (bundle == nullptr) return BundleNotKept(kept->digest, "no longer loads");
  if (bundle->digest != kept->digest) return BundleNotKept(kept->digest, "is not as it was");
  // Aside: one that another thread compiled meanwhile is in there twice, and goes the sooner.
  const std::lock_guard<std::mutex> lock(mutex_);
  compiled_.emplace_front(number, bundle);
  if (compiled_.size() > kMaxCompiled) compiled_.pop_back();
  return bundle;
}

}  // namespace leadgrade::leads
