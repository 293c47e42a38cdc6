#include "service/rpc/evaluate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/facts/statements.h"
#include "service/rpc/errors.h"
#include "service/rpc/fact_fields.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

absl::Status CheckSizes(const v1::EvaluateFactsRequest& request) {
  const size_t events = request.events_size();
  const size_t changes = request.grade_history_size();
  if (events > kMaxBatch) return BatchTooLarge("events", kMaxBatch, events);
  if (changes > base::kMaxGradeChangesPerLead) {
    return BatchTooLarge("grade_history", base::kMaxGradeChangesPerLead, changes);
  }
  return absl::OkStatus();
}

// A lead of which that is known. Times are held against `now`.
facts::Lead ReadLead(const rules::Bundle& bundle, const v1::EvaluateFactsRequest& request,
                     absl::Time now, Violations* violations) {
  facts::Lead lead;
  StatedFacts stated = ReadFacts(bundle, request.facts(), "facts", now, violations);
  ReadStatements(bundle, request.statements(), "statements", now, &stated, violations);
  for (auto& [name, fact] : stated) {
    facts::State(lead, name, *std::move(fact));
  }
  for (int i = 0; i < request.events_size() && !IsEnough(*violations); ++i) {
    std::optional<facts::TimelineEvent> event = convert::ReadEvent(
        bundle, request.events(i), absl::StrCat("events[", i, "]"), now, violations);
    if (event.has_value()) lead.timeline.push_back(*std::move(event));
  }
  std::stable_sort(lead.timeline.begin(), lead.timeline.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  lead.grade_history =
      convert::ReadGradeHistory(bundle, request.grade_history(), "grade_history", now, violations);
  return lead;
}

}  // namespace

absl::StatusOr<decision::Decision> EvaluateFacts(const std::shared_ptr<const rules::Bundle>& bundle,
                                                 const v1::EvaluateFactsRequest& request,
                                                 absl::Time now) {
  if (absl::Status status = CheckSizes(request); !status.ok()) return status;
  Violations violations;
  const absl::Time as_of =
      request.has_decision_time()
          ? convert::ReadTime(request.decision_time(), "decision_time", &violations)
          : now;
  // Who asks about a time to come may say what will have happened by then.
  const facts::Lead lead = ReadLead(*bundle, request, std::max(now, as_of), &violations);
  CheckLanguage(request.language_code(), &violations);
  if (!violations.empty()) return InvalidFields(violations);
  return decision::Decide(bundle, lead, as_of);
}

}  // namespace leadgrade::rpc
