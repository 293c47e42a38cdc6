// What `leadgrade test` found, in the forms it prints.
#pragma once

#include <string>
#include <vector>

#include "engine/decision/test_suite.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {

struct TestedBundle {
  BundleInput input;  // where it or a suite did not load: with errors among its issues
  // Files as the caller can open them.
  decision::SuiteResults results;

  bool loaded() const { return !input.issues.has_errors(); }
  size_t passed() const;
  size_t failed() const { return results.cases.size() - passed(); }
  int rules_hit() const;
  // Percent, of the rules that decided a case; 100 for a bundle without rules.
  double coverage() const;
};

// The failing cases, then a line for each bundle; with `coverage` the rules not hit too.
std::string TestText(const std::vector<TestedBundle>& bundles, bool coverage);
// {"bundles": [{path, name, digest, passed, failed, rulesTotal, rulesHit, coverage, rulesNotHit,
// cases: [{suite, name, file, line, column, passed, failures}], issues}]}; issues as in CheckJson.
std::string TestJson(const std::vector<TestedBundle>& bundles);
// A test suite for each suite, and one for a bundle that did not load.
std::string TestJunit(const std::vector<TestedBundle>& bundles);

}  // namespace leadgrade::tools
