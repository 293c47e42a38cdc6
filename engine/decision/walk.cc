#include "engine/decision/walk.h"

#include "engine/base/limits.h"

namespace leadgrade::decision {

absl::Time Walk(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead* lead,
                absl::Time now, absl::Time end, absl::FunctionRef<void(const Advanced&)> visit) {
  absl::Time next = now;
  for (int taken = 0; taken < base::kMaxForecastSteps; ++taken) {
    const Advanced advanced = Advance(bundle, *lead, {}, next);
    visit(advanced);
    next = advanced.decision.valid_until;
    if (next <= advanced.decision.now) return advanced.decision.now;
    if (next >= end) return next;
  }
  return next;
}

}  // namespace leadgrade::decision
