// A mapping: how the rows of a file become leads. A document of kind Mapping, all of whose values
// are CEL over the row; docs/import.md is its reference.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/cel/program.h"

namespace leadgrade::tools {

// What the expressions read, by slot.
enum MappingSlot : int32_t { kRowSlot, kNowSlot, kItemSlot, kMappingSlots };

// Each program may be null where its key was left out.
using MappedValue = std::shared_ptr<const cel::Program>;

struct MappedFact {
  std::string name;
  base::Issue at;  // its place, as an issue without a message
  MappedValue value;
  MappedValue status;  // "confirmed", "claimed", "unknown" or "refuted"
  MappedValue source, source_role;
  MappedValue when;           // false: not known
  MappedValue observed_time;  // null: the lead's
  MappedValue expire_time;    // null: never
};

struct MappedEvents {
  MappedValue for_each;  // a list; `item` is each of its elements
  MappedValue when;
  MappedValue id, type, time;  // always there
  MappedValue due;             // null: nothing is due
  MappedValue amount, note;
};

// Immutable; thread safe.
struct Mapping {
  // A column or key that an expression reads and none asks for (`has(row.x)`).
  struct ColumnUse {
    std::string column;
    base::Issue at;
  };

  std::string name;
  std::string description;
  absl::TimeZone time_zone;  // of dates and calendar days
  MappedValue id;
  MappedValue display_name, owner;
  MappedValue observed_time;      // null: now
  std::vector<MappedFact> facts;  // of one name, as many as there are sources
  std::vector<MappedEvents> events;
  std::vector<ColumnUse> columns;
};

// `path` is how issues name the file. nullopt where an error was added; all that can be found is.
std::optional<Mapping> LoadMapping(const std::string& path, const std::string& text,
                                   base::IssueList* issues);

// Columns that a CSV file does not have, at their places in the mapping.
void CheckColumns(const Mapping& mapping, const std::vector<std::string>& columns,
                  base::IssueList* issues);

// Facts that the bundle `bundle` does not have.
void CheckFactNames(const Mapping& mapping, absl::string_view bundle,
                    const std::vector<std::string>& names, base::IssueList* issues);

}  // namespace leadgrade::tools
