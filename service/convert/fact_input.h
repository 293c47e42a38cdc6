// What a stranger states of a lead, checked against the bundle's schema: from API messages and from
// FACTS.json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "leadgrade/v1/decision.pb.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "leadgrade/v1/scoring_service.pb.h"

namespace leadgrade::convert {

inline constexpr size_t kMaxSourceBytes = 256;
inline constexpr size_t kMaxSourceRoleBytes = 64;
inline constexpr size_t kMaxEventTypeBytes = 128;
inline constexpr size_t kMaxRuleIdBytes = 256;
inline constexpr size_t kMaxFactsJsonBytes = 1 << 20;
inline constexpr int kMaxFactsJsonDepth = 32;
// How far ahead of the clock a time may be at which something was observed or happened.
inline constexpr absl::Duration kMaxAhead = absl::Hours(24);

// A wrong field of a request: its path as AIP writes it (`facts.kp_level.value`) and what is wrong,
// with a hint.
struct FieldViolation {
  std::string field;
  std::string description;
};

// `path` is where the statement stands in its request ("lead.facts.need"); an unknown fact name is
// a violation with a hint. `now` stands in for a missing observed time, which may be at most
// kMaxAhead of it. Nothing on a violation.
std::optional<facts::StatedFact> ReadFact(const rules::Bundle& bundle, absl::string_view name,
                                          const v1::FactStatement& statement,
                                          absl::string_view path, absl::Time now,
                                          std::vector<FieldViolation>* violations);

// Type, time, amount and due time of an event that stands at `path` ("events[3]"). Where the bundle
// declares event types it is one of them; its time is at most kMaxAhead of `now`. Nothing on a
// violation. `now` stands in for a missing time of an Event; an EvaluatedEvent must have one.
std::optional<facts::TimelineEvent> ReadEvent(const rules::Bundle& bundle, const v1::Event& event,
                                              absl::string_view path, absl::Time now,
                                              std::vector<FieldViolation>* violations);
std::optional<facts::TimelineEvent> ReadEvent(const rules::Bundle& bundle,
                                              const v1::EvaluatedEvent& event,
                                              absl::string_view path, absl::Time now,
                                              std::vector<FieldViolation>* violations);

// Grade changes that stand at `path` ("grade_history"), in time order, those of one instant as
// given. An empty from_grade is taken from the change before. More than kMaxGradeChangesPerLead are
// one violation, and none are read.
std::vector<facts::GradeChange> ReadGradeHistory(
    const rules::Bundle& bundle, const google::protobuf::RepeatedPtrField<v1::GradeChange>& changes,
    absl::string_view path, absl::Time now, std::vector<FieldViolation>* violations);

// A timestamp of a request: years 1 to 9999, nanos in range; else a violation and the Unix epoch.
absl::Time ReadTime(const google::protobuf::Timestamp& time, absl::string_view path,
                    std::vector<FieldViolation>* violations);

struct JsonInput {
  facts::Lead lead;  // facts, timeline and grade_history
  std::vector<FieldViolation> violations;
};

// FACTS.json: one object, fact name → value or → {"value", "status", "source", "sourceRole",
// "observedTime", "expireTime"} or → {"statements": [such objects, of one source each]};
// `events`: [{"type", "time", "amount", "due"}]; `gradeHistory`: [{"grade", "time", "from",
// "rule"}]. The names and enum values of the API's JSON are understood too (`toGrade`, `eventTime`,
// FACT_STATUS_CLAIMED), so that what a command printed can be put in. A plain value counts as
// confirmed. A null for a fact that is not nullable says that it is unknown: it is left out. An
// event without a time is one of `now`; `from` defaults to the grade of the change before.
//
// kInvalidArgument, with `LINE:COLUMN: ` of the place, for what is no such JSON or is past
// kMaxFactsJsonBytes or kMaxFactsJsonDepth, for a key given twice, and for too many facts. All else
// that is wrong is in the violations, whose fields are the JSON's own keys (`events[2].type`).
absl::StatusOr<JsonInput> ReadFactsJson(const rules::Bundle& bundle, absl::string_view json,
                                        absl::Time now);

}  // namespace leadgrade::convert
