// Rows to leads of the API, by a mapping.
#pragma once

#include <array>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/value.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "tools/import/mapping.h"

namespace leadgrade::tools {

// Of one lead in one import; what ImportLeads takes.
inline constexpr int kMaxEventsPerRow = 1000;

// Not thread safe.
class RowMapper {
 public:
  // `mapping` is borrowed. `now` is the import's instant, the same for all of its rows.
  RowMapper(const Mapping& mapping, absl::Time now);

  // Fills `lead`, which is empty, from a row, a map. kInvalidArgument with `KEY: what is wrong`,
  // KEY being the place in the mapping (`facts.need.when`, `events[1].time`); the lead is of no use
  // then.
  absl::Status Map(const cel::Value& row, v1::ImportedLead* lead);

 private:
  // Each evaluates a program, which may be null, for the mapping's `key`: null gives nothing.
  absl::Status Eval(const MappedValue& program, absl::string_view key, cel::Value* value);
  absl::Status Text(const MappedValue& program, absl::string_view key, std::string* text);
  absl::Status Id(const MappedValue& program, absl::string_view key, std::string* id);
  absl::Status Time(const MappedValue& program, absl::string_view key, absl::Time* time);
  absl::Status When(const MappedValue& program, absl::string_view key, bool* holds);

  absl::Status MapFacts(absl::Time observed, v1::Lead* lead);
  absl::Status MapFact(const MappedFact& fact, absl::Time observed, v1::Lead* lead);
  absl::Status MapStatus(const MappedFact& fact, v1::FactStatement* statement);
  absl::Status MapEvents(const MappedEvents& events, v1::ImportedLead* lead);
  absl::Status MapEvent(const MappedEvents& events, v1::ImportedLead* lead);
  absl::Status FillEvent(const MappedEvents& events, v1::Event* event);

  const Mapping& mapping_;
  const absl::Time now_;
  cel::Arena arena_;
  std::array<cel::Value, kMappingSlots> slots_;
  cel::EvalContext context_;
};

}  // namespace leadgrade::tools
