// From what is known of a lead at an instant to the row of values that rules read.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/cel/env.h"
#include "engine/facts/lead.h"
#include "engine/facts/schema.h"

namespace leadgrade::facts {

// A stated value that the schema in force cannot read (an enum value it no longer has, a type that
// changed): the fact counts as unknown, and the decision says so.
struct UnreadableFact {
  std::string fact;
  std::string reason;
};

// What is to be said of the facts beside their values.
struct RowNotes {
  std::vector<UnreadableFact> unreadable;
  std::vector<int> conflicted;  // indexes into the schema's facts, rising
};

// Checks a stated value against the schema and converts it to what the record keeps: enum names
// must exist, ranges hold, numbers convert without loss (a whole double for an int fact, "123" is
// no int). kInvalidArgument with a message that names what was expected, and a hint for an enum.
// `fact` must be declared; a null for a fact that is not nullable is kInvalidArgument.
absl::StatusOr<FactValue> Accept(const Fact& fact, FactValue value);

// Which facts, by index, have a value of their own that no derivation may replace.
using StatedMask = std::vector<bool>;

// Writes `now`, aggregates, stated facts, attributes as far as `slots` reaches, derived facts; a
// fact without a value (statements.h) and without derivation is unknown with its own slot as the
// cause. `slots` is at least as long as aggregates and facts; text points into `lead`, all else
// into `context.arena`. Only events and grade changes at or before context.now count.
// `context.slots` must be `slots`. `notes` may be null.
StatedMask FillRow(const Schema& schema, const Lead& lead, cel::EvalContext& context,
                   absl::Span<cel::Value> slots, RowNotes* notes);

// Evaluates the derived facts again, but those in `stated`, after others were changed in `slots` by
// hand: how completions of unknown facts are tried.
void Rederive(const Schema& schema, const StatedMask& stated, cel::EvalContext& context,
              absl::Span<cel::Value> slots);

// A value of `type` as the record keeps it; nullopt for what it cannot hold (maps, errors,
// unknowns).
std::optional<FactValue> ToFactValue(const cel::Value& value);

}  // namespace leadgrade::facts
