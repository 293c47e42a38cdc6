// The fact schema of a bundle: which facts there are, of which type, and where they come from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/base/text.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"
#include "engine/facts/timed_program.h"

namespace leadgrade::facts {

// `from the timeline (or the grade history) take ...`.
struct Aggregate {
  enum class Of : uint8_t { kEvents, kGradeHistory };
  enum class Take : uint8_t { kCount, kFirst, kLast, kSum };
  // A sliding window that ends at `now`. Calendar days include today: `7d` is today and the six
  // local days before it.
  struct Window {
    int days = 0;             // calendar days in the organisation's zone, where > 0
    absl::Duration duration;  // else exact time: (now - duration, now]
  };

  std::string name;
  base::SourceSpan span;
  Of of = Of::kEvents;
  Take take = Take::kCount;
  std::vector<std::string> event_types;  // kEvents; empty: all
  std::vector<std::string> rules;        // kGradeHistory: changes made by these rules; empty: all
  std::vector<std::string> grades;       // kGradeHistory: changes to these grades; empty: all
  std::optional<Window> within;
  // What first and last give. kTime: when it happened. kGrade, of the grade history: the grade.
  // kDue, of events: the due time of the first or last event that has one.
  enum class Value : uint8_t { kTime, kGrade, kDue } value = Value::kTime;
  // count: int; sum (of event amounts): double; first, last: nullable timestamp, or nullable grade.
  cel::Type type;
  int32_t slot = -1;
};

struct Fact {
  std::string name;
  base::SourceSpan span;
  cel::Type type;  // bool, int, double, string, enum, timestamp, duration, list of these; nullable
  base::LocalizedText title;
  base::LocalizedText question;  // how to ask for it
  std::string description;
  // Declared range, inclusive, for int and double; stated values outside are refused.
  std::optional<double> minimum, maximum;
  // How likely each value is, of a bool (false, true) or an enumeration (by ordinal); they add up
  // to 1. Empty: not told.
  std::vector<double> likelihood;
  bool changeable = true;  // by us; false: a fact of the world that no effort of ours changes
  double change_cost = 1;  // of changing it, in a unit that authors choose
  // Null for a fact that can only be stated. A stated value takes precedence over it.
  std::shared_ptr<const cel::Program> derivation;
  // How the derivation goes on with the clock; null where the clock does not matter to it.
  std::shared_ptr<const TimedProgram> timed;
  int32_t slot = -1;
};

// What rules may ask of how a fact is known, beside its value. Of facts that are not derived.
enum class Provenance : uint8_t {
  kConfirmed,   // confirmed(x): bool
  kConflicted,  // conflicted(x): bool
  kAge,         // age(x): duration since the statement that counts was observed; unknown as x is
  kSourceRole,  // source_role(x): the role of its source, null where it has none
};

struct FactAttribute {
  Provenance what = Provenance::kConfirmed;
  int fact = 0;  // index into facts
  cel::Type type;
  int32_t slot = -1;
};

// Immutable once loaded. Slot layout: 0 is `now` (timestamp); then aggregates, then facts, each in
// file order; rule set outputs follow (rules/bundle.h), then attributes.
struct Schema {
  std::vector<std::shared_ptr<const cel::EnumType>> enums;
  std::vector<base::SourceSpan> enum_spans;  // of their names
  // What sources may be, from least to most say; null where the schema names no such type.
  std::shared_ptr<const cel::EnumType> source_roles;
  // Those that rules read, and behind them all others, for CEL outside the rules.
  std::vector<FactAttribute> attributes;
  std::vector<std::string> event_types;  // declared; empty: any type is accepted
  std::vector<base::SourceSpan> event_type_spans;
  std::vector<Aggregate> aggregates;
  std::vector<Fact> facts;
  std::vector<int> derivation_order;  // indexes into facts: derived ones, dependencies first
  absl::flat_hash_map<std::string, int> fact_index;

  const Fact* Find(absl::string_view name) const;
};

inline constexpr int32_t kNowSlot = 0;

}  // namespace leadgrade::facts
