// Decisions on leads as rows: one lead, one line.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "leadgrade/v1/decision.pb.h"
#include "tools/table.h"

namespace leadgrade::tools {

// What a row says of a decision; `-` for what there is not.
struct DecisionCells {
  std::string lead;  // the id
  std::string grade;
  std::string potential;
  std::string days_left;
  std::string next_action;  // the title of the first
  std::string reason;       // the text of the first
};

DecisionCells CellsOf(const v1::Decision& decision, absl::TimeZone zone);

// lead, [name,] grade, potential, days left, next action, reason; as wide as the terminal at most.
Table MakeLeadTable(bool with_name, absl::string_view language);

// The zone by its IANA name. UTC, with a warning on stderr, where this machine does not know it.
absl::TimeZone ZoneOf(const std::string& name);

}  // namespace leadgrade::tools
