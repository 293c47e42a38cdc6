// What a test case says of a decision.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {

// What it does not name is not looked at.
struct Expectation {
  std::optional<std::string> grade, potential_grade;
  std::optional<bool> provisional;
  std::optional<std::vector<std::string>> attainable_grades;  // as a set
  std::optional<std::vector<std::string>> missing_facts;      // in order
  std::optional<std::vector<std::string>> conflicts;          // facts, in schema order
  std::optional<std::vector<std::string>> reasons;  // rule ids; the first is the decision's first
  std::optional<std::vector<std::string>> actions;  // codes, as a set
  std::optional<double> score, potential_score;
  std::optional<absl::Time> valid_until;
  std::optional<std::vector<std::string>> issues;  // codes, as a set
  // Of `decision.outputs`, by name; nullopt: unknown.
  std::vector<std::pair<std::string, std::optional<facts::FactValue>>> outputs;
};

// Issues for what is wrong; that is left out.
Expectation ReadExpectation(const rules::Bundle& bundle, base::IssueList* issues,
                            const rules::Located& at);

// Whether what is expected under the key is a list.
bool IsListExpectation(absl::string_view key);

}  // namespace leadgrade::decision
