// What `leadgrade check` found, in the forms it prints.
#pragma once

#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {

struct CheckedBundle {
  std::string path;          // as given
  std::string name, digest;  // empty where it did not load
  std::string contents;      // "9 facts, 2 rule sets, 17 rules, 8 actions"
  std::vector<std::string> files;
  std::vector<base::Issue> issues;  // in order; files as the caller can open them

  bool ok() const;  // no error among the issues
};

// `strict`: warnings become errors.
CheckedBundle Summarise(const BundleInput& input, bool strict);

// The diagnostics, then a line for each bundle.
std::string CheckText(const std::vector<CheckedBundle>& bundles);
// {"bundles": [{path, name, digest, ok, issues: [{severity, code, file, line, column, length,
// message, hint}]}]}; name and digest are null where the bundle did not load.
std::string CheckJson(const std::vector<CheckedBundle>& bundles);
// SARIF 2.1.0.
std::string CheckSarif(const std::vector<CheckedBundle>& bundles);
// A test suite for each bundle, a test case for each of its files.
std::string CheckJunit(const std::vector<CheckedBundle>& bundles);

}  // namespace leadgrade::tools
