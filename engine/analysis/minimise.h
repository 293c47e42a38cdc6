// Makes a lead that shows something easier to read, so long as it still shows it.
#pragma once

#include <functional>

#include "engine/analysis/decoder.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// In this month of local time the lead is looked at, where that can be.
inline constexpr int kWitnessYear = 2026;
inline constexpr int kWitnessMonth = 3;

// Leaves out events and changes of the grade, brings everything into kWitnessMonth, rounds times,
// makes statements plain and values small, one thing at a time. All facts that are stated stay so.
// `shows` is asked a bounded number of times, and is true of what comes out as of what is given.
Witness Minimise(const rules::Bundle& bundle, Witness witness,
                 const std::function<bool(const Witness&)>& shows);

}  // namespace leadgrade::analysis
