// Suites that ship beside a bundle (*_test.yaml, kind TestSuite) and their runner.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/decision/coverage.h"
#include "engine/decision/suite_check.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

struct CaseResult {
  std::string suite;  // metadata.name
  std::string name;
  base::SourceSpan span;
  bool passed = false;
  std::vector<CaseFailure> failures;
};

struct SuiteResults {
  std::vector<CaseResult> cases;
  // What the cases that ran have shown of the rules; null where the bundle has none.
  std::shared_ptr<const Coverage> coverage;
  // What snapshot files are to be, by path, where that is not what they are: what
  // RunOptions::update_snapshots asked for. nullopt: the file is not to be. Empty where a suite has
  // errors.
  std::map<std::string, std::optional<std::string>> snapshot_files;
  // Snapshots on file of which there is no case, as "path: case"; not where a suite has errors.
  std::vector<std::string> stale_snapshots;
};

struct RunOptions {
  // A glob (*, ?) over "suite/case", only what matches is run; empty: all.
  std::string filter;
  // Take decisions as they are for what snapshots should be, instead of holding them against it.
  bool update_snapshots = false;
};

// Parses and runs every *_test.yaml of `files` against the bundle. A suite that does not parse adds
// issues.
SuiteResults RunSuites(const std::shared_ptr<const rules::Bundle>& bundle,
                       const rules::BundleFiles& files, const RunOptions& options,
                       base::IssueList* issues);

}  // namespace leadgrade::decision
