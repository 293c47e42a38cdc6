// Suites that ship beside a bundle (*_test.yaml, kind TestSuite) and their runner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

struct CaseResult {
  std::string suite;  // metadata.name
  std::string name;
  base::SourceSpan span;
  bool passed = false;
  std::vector<std::string> failures;  // "grade: expected `A`, got `D` (rule `window-passed`)"
};

struct SuiteResults {
  std::vector<CaseResult> cases;
  // Rules that decided a case, out of all: "ruleset/rule" names not hit.
  std::vector<std::string> rules_not_hit;
  int rules_total = 0;
};

// Parses and runs every *_test.yaml of `files` against the bundle. `filter` is a glob (*, ?) over
// "suite/case"; empty: all. A suite that does not parse adds issues.
SuiteResults RunSuites(const std::shared_ptr<const rules::Bundle>& bundle,
                       const rules::BundleFiles& files, absl::string_view filter,
                       base::IssueList* issues);

}  // namespace leadgrade::decision
