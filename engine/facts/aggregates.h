// Aggregates of the timeline and of the grade history: their values, and when the clock alone
// changes them.
#pragma once

#include "absl/time/time.h"
#include "engine/cel/env.h"
#include "engine/facts/lead.h"
#include "engine/facts/schema.h"

namespace leadgrade::facts {

// The aggregate's value as of context.now. Text it points to is the aggregate's or the lead's.
cel::Value EvaluateAggregate(const Aggregate& aggregate, const Lead& lead,
                             const cel::EvalContext& context);

// Whether the aggregate still has in its window, as of context.now, what was at `time`.
bool IsInWindow(const Aggregate& aggregate, absl::Time time, const cel::EvalContext& context);

// The earliest instant after context.now at which an entry that is there already starts or stops to
// count; InfiniteFuture when none does.
absl::Time NextAggregateChange(const Aggregate& aggregate, const Lead& lead,
                               const cel::EvalContext& context);

}  // namespace leadgrade::facts
