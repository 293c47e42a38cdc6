// What `leadgrade test` found, in the forms it prints.
#pragma once

#include <string>
#include <vector>

#include "engine/decision/test_suite.h"
#include "tools/bundle_input.h"
#include "tools/coverage_report.h"

namespace leadgrade::tools {

struct TestedBundle {
  BundleInput input;  // where it or a suite did not load: with errors among its issues
  // Files as the caller can open them.
  decision::SuiteResults results;

  bool loaded() const { return !input.issues.has_errors(); }
  size_t passed() const;
  size_t failed() const { return results.cases.size() - passed(); }
  // Of the rules that decided a case, and of the conditions shown to matter; all of none where the
  // bundle did not load.
  decision::Coverage::Share rules_hit() const;
  decision::Coverage::Share conditions_covered() const;
};

// The coverage of those that have any.
std::vector<BundleCoverage> CoverageOf(const std::vector<TestedBundle>& bundles);

// The failing cases with what led to them, what snapshots are stale, then a line for each bundle;
// with `coverage` what is not covered too.
std::string TestText(const std::vector<TestedBundle>& bundles, bool coverage);
// {"bundles": [{path, name, digest, passed, failed, rulesTotal, rulesHit, coverage, rulesNotHit,
// conditionsTotal, conditionsCovered, mcdc, cases: [{suite, name, file, line, column, passed,
// failures, details: [{what, expected, got, message, traces: [{title, file, line, terms: [{source,
// truth, facts}]}]}]}], staleSnapshots, issues}]}; issues as in CheckJson; with `coverage` also
// coverageReport, as in CoverageJsonOf.
std::string TestJson(const std::vector<TestedBundle>& bundles, bool coverage);
// A test suite for each suite, and one for a bundle that did not load.
std::string TestJunit(const std::vector<TestedBundle>& bundles);

}  // namespace leadgrade::tools
