// What a bundle will say of a lead if nothing more becomes known of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// From `time` on, until the next step. Grades are empty where there is none.
struct ForecastStep {
  absl::Time time;
  std::string grade;            // the lead's: of an override that is in force then
  std::string potential_grade;  // by the rules
  // That brought the grade, where it is entered at `time`; else the one that settles it. Empty
  // where none alone does, and under an override.
  std::string rule;
};

// Points into `bundle`, which it keeps alive.
struct Forecast {
  std::shared_ptr<const rules::Bundle> bundle;
  // The first is as of the instant asked for; each further one has another grade, or another
  // potential grade, than the one before.
  std::vector<ForecastStep> steps;
  // How far it is known, exclusive: InfiniteFuture where the last step stays for ever. Earlier
  // where the clock goes on to matter beyond analysis, or for more than kMaxForecastSteps.
  absl::Time until = absl::InfiniteFuture();
};

// Carries a copy of the lead forward, as Advance would with no changes: to `now`, then to each
// instant at which the clock alone changes the decision. Events that are stored already but dated
// later take effect on the way. Pure; thread safe.
Forecast MakeForecast(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead lead,
                      absl::Time now);

}  // namespace leadgrade::decision
