#include "service/convert/fact_input.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/convert/fact_checks.h"
#include "service/convert/fact_value.h"
#include "service/convert/time_range.h"

namespace leadgrade::convert {
namespace {

std::string Under(absl::string_view path, absl::string_view name) {
  return absl::StrCat(path, ".", name);
}

facts::FactStatus ReadStatus(v1::FactStatus status, absl::string_view field,
                             Violations* violations) {
  switch (status) {
    case v1::FACT_STATUS_UNSPECIFIED:
    case v1::FACT_STATUS_CONFIRMED:
      return facts::FactStatus::kConfirmed;
    case v1::FACT_STATUS_CLAIMED:
      return facts::FactStatus::kClaimed;
    case v1::FACT_STATUS_UNKNOWN:
      return facts::FactStatus::kUnknown;
    case v1::FACT_STATUS_REFUTED:
      return facts::FactStatus::kRefuted;
    default:
      Add(field,
          absl::StrCat("unknown status ", static_cast<int>(status),
                       "; expected FACT_STATUS_CONFIRMED, CLAIMED, UNKNOWN or REFUTED"),
          violations);
      return facts::FactStatus::kConfirmed;
  }
}

facts::Cause ReadCause(v1::ChangeCause cause, absl::string_view field, Violations* violations) {
  if (cause == v1::CHANGE_CAUSE_UNSPECIFIED) return facts::Cause::kFact;
  if (!v1::ChangeCause_IsValid(cause)) {
    Add(field, absl::StrCat("unknown cause ", static_cast<int>(cause)), violations);
  }
  return static_cast<facts::Cause>(cause);
}

// A time at which something was, and so not far ahead.
absl::Time ReadPastTime(const google::protobuf::Timestamp& timestamp, absl::string_view field,
                        absl::Time now, Violations* violations) {
  const absl::Time time = ReadTime(timestamp, field, violations);
  CheckNotAhead(time, now, field, violations);
  return time;
}

facts::GradeChange ReadGradeChange(const rules::Bundle& bundle, const v1::GradeChange& change,
                                   absl::string_view path, absl::Time now, Violations* violations) {
  facts::GradeChange out;
  CheckGrade(bundle, change.to_grade(), Under(path, "to_grade"), violations);
  if (!change.from_grade().empty()) {
    CheckGrade(bundle, change.from_grade(), Under(path, "from_grade"), violations);
  }
  if (change.has_change_time()) {
    out.time = ReadPastTime(change.change_time(), Under(path, "change_time"), now, violations);
  } else {
    Add(Under(path, "change_time"), "is required: when the grade changed", violations);
  }
  CheckLength(change.rule(), kMaxRuleIdBytes, Under(path, "rule"), violations);
  CheckLength(change.bundle_digest(), kMaxRuleIdBytes, Under(path, "bundle_digest"), violations);
  out.from = change.from_grade();
  out.to = change.to_grade();
  out.rule = change.rule();
  out.cause = ReadCause(change.cause(), Under(path, "cause"), violations);
  out.bundle_digest = change.bundle_digest();
  out.overridden = change.overridden();
  return out;
}

// Event and EvaluatedEvent name these fields alike.
template <typename Event>
std::optional<facts::TimelineEvent> ReadEventFields(const rules::Bundle& bundle, const Event& event,
                                                    absl::string_view path, absl::Time now,
                                                    Violations* violations) {
  const size_t before = violations->size();
  facts::TimelineEvent out;
  CheckEventType(bundle, event.type(), Under(path, "type"), violations);
  out.type = event.type();
  out.time = event.has_event_time()
                 ? ReadPastTime(event.event_time(), Under(path, "event_time"), now, violations)
                 : now;
  if (event.has_amount()) {
    CheckAmount(event.amount(), Under(path, "amount"), violations);
    out.amount = event.amount();
  }
  if (event.has_due_time()) {
    const std::string field = Under(path, "due_time");
    const size_t others = violations->size();
    out.due = ReadTime(event.due_time(), field, violations);
    // A due time that is out of range is not compared as well.
    if (violations->size() == others) CheckDue(*out.due, out.time, field, violations);
  }
  if (violations->size() > before) return std::nullopt;
  return out;
}

}  // namespace

std::optional<facts::StatedFact> ReadFact(const rules::Bundle& bundle, absl::string_view name,
                                          const v1::FactStatement& statement,
                                          absl::string_view path, absl::Time now,
                                          Violations* violations) {
  const size_t before = violations->size();
  facts::StatedFact out;
  out.status = ReadStatus(statement.status(), Under(path, "status"), violations);
  if (const facts::Fact* fact = bundle.schema.Find(name); fact == nullptr) {
    AddUnknown("fact", name, FactNames(bundle), path, violations);
  } else if (out.status == facts::FactStatus::kUnknown) {
    if (statement.has_value() && !statement.value().has_null_value()) {
      Add(Under(path, "value"), "is of a fact that is said to be unknown; leave it out",
          violations);
    }
  } else {
    auto value = ReadValue(*fact, statement.value());
    if (value.ok()) {
      out.value = *std::move(value);
    } else {
      Add(Under(path, "value"), value.status().message(), violations);
    }
  }
  CheckLength(statement.source(), kMaxSourceBytes, Under(path, "source"), violations);
  out.source = statement.source();
  out.observed_time =
      statement.has_observed_time()
          ? ReadPastTime(statement.observed_time(), Under(path, "observed_time"), now, violations)
          : now;
  CheckSourceRole(bundle, statement.source_role(), Under(path, "source_role"), violations);
  out.role = statement.source_role();
  if (statement.has_expire_time()) {
    const std::string field = Under(path, "expire_time");
    out.expire_time = ReadTime(statement.expire_time(), field, violations);
    CheckExpiry(out.expire_time, out.observed_time, field, violations);
  }
  if (violations->size() > before) return std::nullopt;
  return out;
}

std::optional<facts::TimelineEvent> ReadEvent(const rules::Bundle& bundle, const v1::Event& event,
                                              absl::string_view path, absl::Time now,
                                              Violations* violations) {
  return ReadEventFields(bundle, event, path, now, violations);
}

std::optional<facts::TimelineEvent> ReadEvent(const rules::Bundle& bundle,
                                              const v1::EvaluatedEvent& event,
                                              absl::string_view path, absl::Time now,
                                              Violations* violations) {
  auto out = ReadEventFields(bundle, event, path, now, violations);
  if (event.has_event_time()) return out;
  Add(Under(path, "event_time"), "is required: when it happened", violations);
  return std::nullopt;
}

std::vector<facts::GradeChange> ReadGradeHistory(
    const rules::Bundle& bundle, const google::protobuf::RepeatedPtrField<v1::GradeChange>& changes,
    absl::string_view path, absl::Time now, Violations* violations) {
  std::vector<facts::GradeChange> out;
  if (!CheckSize(changes.size(), base::kMaxGradeChangesPerLead, "grade changes", path,
                 violations)) {
    return out;
  }
  for (int i = 0; i < changes.size(); ++i) {
    out.push_back(
        ReadGradeChange(bundle, changes[i], absl::StrCat(path, "[", i, "]"), now, violations));
  }
  SettleHistory(&out);
  return out;
}

absl::Time ReadTime(const google::protobuf::Timestamp& time, absl::string_view path,
                    Violations* violations) {
  if (time.nanos() < 0 || time.nanos() > 999'999'999) {
    Add(path, absl::StrCat("has nanos of ", time.nanos(), "; expected 0 to 999999999"), violations);
    return absl::UnixEpoch();
  }
  const absl::Time out = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  if (IsInRange(out)) return out;
  Add(path, "expected a time within the years 1 to 9999", violations);
  return absl::UnixEpoch();
}

}  // namespace leadgrade::convert
