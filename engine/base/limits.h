// Bounds on everything a stranger can send. One place, so that they can be read and reasoned about
// together; each is enforced with an error that names the limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leadgrade::base {

// Rule files.
inline constexpr size_t kMaxRuleFileBytes = 1 << 20;
inline constexpr size_t kMaxBundleFiles = 1000;
inline constexpr size_t kMaxBundleBytes = 16 << 20;
inline constexpr int kMaxYamlDepth = 32;
inline constexpr size_t kMaxFacts = 1000;
inline constexpr size_t kMaxGrades = 64;
inline constexpr size_t kMaxRules = 10000;
inline constexpr size_t kMaxActions = 1000;
inline constexpr size_t kMaxProperties = 1000;
// One file of test suites, with what its tables and shared leads grow to.
inline constexpr size_t kMaxSuiteCases = 10000;
inline constexpr size_t kMaxSuiteChanges = 1000000;  // facts and events of all its cases together
inline constexpr int64_t kMaxSuiteDays = 100000;     // from a case's start to a step

// One CEL expression.
inline constexpr size_t kMaxExpressionBytes = 16 << 10;
inline constexpr int kMaxExpressionDepth = 64;  // brackets, calls and conditionals in each other
inline constexpr int kMaxTreeDepth = 300;       // the same and chains such as a + b + c
inline constexpr size_t kMaxExpressionNodes = 10000;
// Steps that an expression may take by the estimate made before it runs (engine/cel/cost.h).
inline constexpr double kMaxExpressionCost = 3e6;
// Loop bodies entered in one evaluation, over all comprehensions together.
inline constexpr int64_t kMaxIterations = 100000;
// Memory that one evaluation may allocate for strings and lists.
inline constexpr size_t kMaxEvaluationBytes = 1 << 20;
inline constexpr int64_t kMaxRegexMemoryBytes = 1 << 20;
inline constexpr size_t kMaxRegexBytes = 1 << 10;

// One lead.
inline constexpr size_t kMaxLeadIdBytes = 128;
inline constexpr size_t kMaxFactsPerLead = 500;
inline constexpr size_t kMaxStatementsPerFact = 16;  // one a source
inline constexpr size_t kMaxFactTextBytes = 4 << 10;
inline constexpr size_t kMaxFactListElements = 100;
inline constexpr size_t kMaxEventsPerLead = 10000;
inline constexpr size_t kMaxGradeChangesPerLead = 1000;

// One decision: how many completions of the unknown facts are tried before the attainable grades
// are taken from a sound over-approximation instead.
inline constexpr int kMaxCompletions = 4096;
// Sets of changes to facts that are tried for a better grade.
inline constexpr int kMaxImprovementTrials = 2000;
// Clock steps that one call may take in catching up a lead.
inline constexpr int kMaxClockSteps = 1000;
// Clock steps that a forecast looks ahead.
inline constexpr int kMaxForecastSteps = 100;

}  // namespace leadgrade::base
