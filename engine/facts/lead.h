// What is known of one lead, in plain C++: the engine's only view of a stored record.
//
// Names, not slots, so that a record outlives every bundle that reads it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"

namespace leadgrade::facts {

// A value as someone stated it. An enum value is its name. monostate is an explicit null ("none"),
// which only a nullable fact accepts.
struct FactValue;
using FactList = std::vector<FactValue>;
struct FactValue {
  std::variant<std::monostate, bool, int64_t, double, std::string, absl::Time, absl::Duration,
               FactList>
      value;
  friend bool operator==(const FactValue& a, const FactValue& b) { return a.value == b.value; }
};

enum class FactStatus : uint8_t {
  kConfirmed = 0,
  kClaimed = 1,
  kUnknown = 2,  // asked, and not told: takes back what the source said before; `value` is null
  kRefuted = 3,  // found out not to be `value`
};

struct StatedFact {
  FactValue value;
  FactStatus status = FactStatus::kConfirmed;
  std::string source;  // who said so; may be empty
  absl::Time observed_time = absl::InfinitePast();
  std::string role = {};  // what the source is: a value of the schema's source roles, or empty
  absl::Time expire_time = absl::InfiniteFuture();  // counts until then, exclusive
};

// What is said of one fact, one statement a source, in the order they were recorded; never empty
// in a lead. What counts of them is told by statements.h.
using Statements = absl::InlinedVector<StatedFact, 1>;

struct TimelineEvent {
  absl::Time time;
  std::string type;
  std::optional<double> amount;
  // When what was agreed is due: of a promise, the appointment. May lie ahead; not before `time`.
  std::optional<absl::Time> due = std::nullopt;
};

// Why a lead was rescored.
enum class Cause : uint8_t {
  kEvent = 1,
  kFact = 2,
  kTimer = 3,
  kBundle = 4,
  kImport = 5,
  kOverride =
      6,  // an override began or ended: the change is of the lead's grade, not of the rules'
};

struct GradeChange {
  absl::Time time;
  std::string from;  // empty: never graded before
  std::string to;
  std::string rule;  // the rule that gave the grade; empty when it was not settled by one rule
  Cause cause = Cause::kFact;
  std::string bundle_digest;
  // When it was written, where that is another instant than `time` and is known; else InfinitePast.
  absl::Time recorded_time = absl::InfinitePast();
  // What the rules gave while an override was in force: the lead's grade did not change.
  bool overridden = false;
};

// A grade that a person set, for a time.
struct GradeOverride {
  std::string grade;
  std::string reason;
  std::string author;
  absl::Time start_time;
  absl::Time expire_time;  // exclusive
};

// An action proposed to the salesperson and still standing, since when.
struct OpenAction {
  std::string code;
  absl::Time proposed_time;
};

struct Lead {
  std::map<std::string, Statements, std::less<>> facts;
  std::vector<TimelineEvent> timeline;          // by time, equal times in order of arrival
  std::vector<GradeChange> grade_history;       // oldest first; changes of the computed and of the
                                                // lead's own grade, see GradeChange
  std::optional<GradeOverride> grade_override;  // the last one, in force or not; see grades.h
  std::vector<OpenAction> open_actions;

  // The last decision on record: when, by which bundle, and until when it holds. decided_time is
  // InfinitePast for a lead never decided.
  absl::Time decided_time = absl::InfinitePast();
  absl::Time valid_until = absl::InfinitePast();
  // Until when the clock alone does not change the lead's grade: valid_until or later.
  absl::Time grade_valid_until = absl::InfinitePast();
  std::string bundle_digest;
};

}  // namespace leadgrade::facts
