// Test suites as files: documents of kind TestSuite, in files named *_test.yaml.
#pragma once

#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "engine/decision/advance.h"
#include "engine/decision/suite_expectation.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// At an instant some things become known, and the decision is looked at.
struct SuiteStep {
  absl::Time at;
  std::vector<Change> changes;
  Expectation expect;
};

struct SuiteCase {
  std::string suite;
  std::string name;
  base::SourceSpan span;
  facts::Lead lead;              // what is known before the first step
  bool stateful = false;         // a lead that lives through its steps
  std::vector<SuiteStep> steps;  // one where `stateful` is false
  bool snapshot = false;         // its decisions are held against those on file
};

bool IsSuiteFile(absl::string_view path);

// The cases of all suites of a bundle's files, a row of a table being a case; the leads they share
// are read from the same files. Issues for what is wrong with suites and fixtures; files that are
// neither are not looked at.
std::vector<SuiteCase> LoadSuites(const rules::Bundle& bundle, const rules::BundleFiles& files,
                                  base::IssueList* issues);

}  // namespace leadgrade::decision
