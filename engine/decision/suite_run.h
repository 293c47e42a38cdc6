// A test case lived through, from decision to decision.
#pragma once

#include <functional>
#include <memory>

#include "engine/decision/decision.h"
#include "engine/decision/suite_loader.h"

namespace leadgrade::decision {

// `step` is null for a decision between two steps that changed the lead's grade. `lead` is as it
// was decided on.
using EachDecision =
    std::function<void(const SuiteStep* step, const facts::Lead& lead, const Decision& decision)>;

// Calls `each` for every decision that the case makes, in order of time.
void LiveThrough(const std::shared_ptr<const rules::Bundle>& bundle, const SuiteCase& test,
                 const EachDecision& each);

}  // namespace leadgrade::decision
