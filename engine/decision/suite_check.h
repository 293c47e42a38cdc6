// A decision held against what a test case expects of it.
#pragma once

#include <string>
#include <vector>

#include "engine/decision/decision.h"
#include "engine/decision/explain.h"
#include "engine/decision/suite_expectation.h"

namespace leadgrade::decision {

// A rule that has to do with a failure, and what its condition was made of.
struct FailureTrace {
  std::string title;      // "`D` came from `grading/window-passed`"
  base::SourceSpan span;  // of the rule; files as the bundle has them
  std::vector<TermTrace> terms;
};

struct CaseFailure {
  std::string what;  // the expectation's key: "grade", "outputs.window_end", "snapshot"
  // Of expectations that are lists: what is not there, and what is there beyond them.
  std::vector<std::string> missing, extra;
  std::string expected, got;
  std::string message;  // "grade: expected `A`, got `D` (rule `window-passed`)"
  std::vector<FailureTrace> traces;
};

// What does not hold; without traces.
std::vector<CaseFailure> CheckExpectation(const Expectation& expect, const Decision& decision);

// How the decision came to what was not expected, and what kept it from what was.
void AddTraces(const Explanation& explanation, std::vector<CaseFailure>* failures);

}  // namespace leadgrade::decision
