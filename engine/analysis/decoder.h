// From a solver's values back to a lead that people can look at.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "engine/analysis/model.h"
#include "engine/facts/lead.h"

namespace leadgrade::analysis {

// A lead, and the clock when it is looked at.
struct Witness {
  facts::Lead lead;
  absl::Time now;
};

// So many events of an aggregate are written down at most.
inline constexpr int kMaxWitnessEvents = 50;

// Makes a lead with these values: statements of facts, and a timeline and a grade history that give
// the aggregates. That there is one is not certain, since formulas know less of aggregates than the
// engine does: what comes out is to be held against what was asked (AssignmentOf).
Witness Decode(const rules::Bundle& bundle, const Inputs& inputs, const Assignment& values);

// Of the lead, that no aggregate needs more than kMaxWitnessEvents events.
Term IsSmall(Model::World* world, const Inputs& inputs);

}  // namespace leadgrade::analysis
