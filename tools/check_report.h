// What `leadgrade check` found, in the forms it prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "tools/bundle_input.h"
#include "tools/proofs.h"

namespace leadgrade::tools {

// A finding that its author says is meant to be, and why.
struct SilencedIssue {
  CheckedIssue checked;
  std::string reason;
};

struct CheckedBundle {
  std::string path;          // as given
  std::string name, digest;  // empty where it did not load
  std::string contents;      // "9 facts, 2 rule sets, 17 rules, 8 actions"
  std::vector<std::string> files;
  std::vector<CheckedIssue> issues;  // in the order of their places
  std::vector<SilencedIssue> silenced;
  // What was proved and what was not; none where proofs were not asked for or could not begin.
  std::optional<int> settled, open;

  bool ok() const;  // no error among the issues
};

// `proofs`: of the bundle, where there are some. `strict`: warnings become errors. Of a bundle that
// loaded what is silenced in place (engine/rules/silences.h) is set aside.
CheckedBundle Summarise(const BundleInput& input, const std::optional<Proofs>& proofs, bool strict);

// The diagnostics, each with a command that shows its example, then a line for each bundle.
std::string CheckText(const std::vector<CheckedBundle>& bundles);
// {"bundles": [{path, name, digest, ok, proofs: {settled, open}, issues: [{severity, code, file,
// line, column, length, message, hint, example: {now, facts, values}}], silenced: [the same, and
// reason]}]}; name and digest are null where the bundle did not load, proofs where there are none,
// and an example stands where a lead shows what is said: facts are FACTS.json, values all that the
// rules know by then.
std::string CheckJson(const std::vector<CheckedBundle>& bundles);
// SARIF 2.1.0; what is silenced as suppressed.
std::string CheckSarif(const std::vector<CheckedBundle>& bundles);
// Annotations of GitHub Actions, then a line for each bundle.
std::string CheckGithub(const std::vector<CheckedBundle>& bundles);
// A test suite for each bundle, a test case for each of its files.
std::string CheckJunit(const std::vector<CheckedBundle>& bundles);

}  // namespace leadgrade::tools
