// The facts of a request.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "leadgrade/v1/decision.pb.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

using FactStatements = google::protobuf::Map<std::string, v1::FactStatement>;
// As leads::LeadEdit::facts.
using StatedFacts = std::vector<std::pair<std::string, std::optional<facts::StatedFact>>>;

// All of them, by name; those that are wrong are left out. `field` ("lead.facts") is where they
// stand. More than a lead may have are one violation, and none are read. Stops at enough
// violations.
StatedFacts ReadFacts(const rules::Bundle& bundle, const FactStatements& statements,
                      absl::string_view field, absl::Time now, Violations* violations);

// Statements that name their fact, as above, in the order given, added to `facts`.
void ReadStatements(const rules::Bundle& bundle,
                    const google::protobuf::RepeatedPtrField<v1::FactStatement>& statements,
                    absl::string_view field, absl::Time now, StatedFacts* facts,
                    Violations* violations);

}  // namespace leadgrade::rpc
