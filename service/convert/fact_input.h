// What a stranger states of a lead, checked against the schema: from API messages and from
// FACTS.json.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/decision.pb.h"

namespace leadgrade::convert {

// A wrong field of a request: its path as AIP writes it (`facts.kp_level.value`) and what is wrong,
// with a hint.
struct FieldViolation {
  std::string field;
  std::string description;
};

// `path` is where the statement stands in its request ("lead.facts.need"); an unknown fact name is
// a violation with a hint. `now` stands in for a missing observed time. Nothing on a violation.
std::optional<facts::StatedFact> ReadFact(const rules::Bundle& bundle, absl::string_view name,
                                          const v1::FactStatement& statement,
                                          absl::string_view path, absl::Time now,
                                          std::vector<FieldViolation>* violations);

// A timestamp of a request: years 1 to 9999, nanos in range; else a violation and `now`.
absl::Time ReadTime(const google::protobuf::Timestamp& time, absl::string_view path,
                    std::vector<FieldViolation>* violations);

struct JsonInput {
  facts::Lead lead;
  std::vector<FieldViolation> violations;
};

// FACTS.json: one object, fact name → value or → {"value", "status", "source", "observedTime"};
// `events`: [{"type", "time", "amount"}]; `gradeHistory`: [{"grade", "time", "from", "rule"}].
// kInvalidArgument when it is no such JSON (with the position); violations for wrong facts.
absl::StatusOr<JsonInput> ReadFactsJson(const rules::Bundle& bundle, absl::string_view json,
                                        absl::Time now);

}  // namespace leadgrade::convert
