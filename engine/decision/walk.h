// What the clock alone does to a lead of which nothing more becomes known.
#pragma once

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "engine/decision/advance.h"

namespace leadgrade::decision {

// Carries the lead forward, as Advance does with no changes: to `now`, then to each instant before
// `end` at which the clock alone changes the decision; `visit` gets each of these steps, the first
// one always. Events that are stored already but dated later take effect on the way. At most
// kMaxForecastSteps steps.
//
// Gives how far it is known, exclusive: the end of the last decision, which is `end` or later where
// nothing was cut short; else the instant of the last step where the clock matters beyond analysis,
// or of the first step too many. Pure; thread safe.
absl::Time Walk(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead* lead,
                absl::Time now, absl::Time end, absl::FunctionRef<void(const Advanced&)> visit);

}  // namespace leadgrade::decision
