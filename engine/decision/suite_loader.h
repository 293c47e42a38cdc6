// Test suites as files: documents of kind TestSuite.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/issue.h"
#include "engine/decision/advance.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// What a case says of a decision; what it does not name is not looked at.
struct Expectation {
  std::optional<std::string> grade, potential_grade;
  std::optional<bool> provisional;
  std::optional<std::vector<std::string>> attainable_grades;  // as a set
  std::optional<std::vector<std::string>> missing_facts;      // in order
  std::optional<std::vector<std::string>> conflicts;          // facts, in schema order
  std::optional<std::vector<std::string>> reasons;  // rule ids; the first is the decision's first
  std::optional<std::vector<std::string>> actions;  // codes, as a set
  std::optional<double> score;
  std::optional<absl::Time> valid_until;
  std::optional<std::vector<std::string>> issues;  // codes, as a set
};

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
  bool stateful = false;         // written with `steps`: a lead that lives through them
  std::vector<SuiteStep> steps;  // one where `stateful` is false
};

// The cases of one file; issues for what is wrong with it. A file without a suite has none.
std::vector<SuiteCase> LoadSuite(const rules::Bundle& bundle, const std::string& path,
                                 const std::string& text, base::IssueList* issues);

}  // namespace leadgrade::decision
