// The bundle's names as test suites use them, each checked where it stands.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {

class SuiteNames {
 public:
  SuiteNames(const rules::Bundle& bundle, base::IssueList* issues)
      : bundle_(bundle), issues_(issues) {}

  std::vector<std::string> Facts() const;
  std::vector<std::string> RuleIds() const;
  // Those of `decision.outputs`.
  std::vector<std::string> ShownOutputs() const;

  // False with an issue added where it is none of the bundle's grades.
  bool IsGrade(const rules::Located& at) const;
  // An issue where the scalar is none of `known`; `what` they are, in the plural.
  void Check(const rules::Located& at, absl::string_view what,
             const std::vector<std::string>& known) const;
  // The same of each item of the list under `key`, if there is one.
  void CheckList(const rules::MapReader& reader, absl::string_view key,
                 const std::vector<std::string>& known) const;

 private:
  const rules::Bundle& bundle_;
  base::IssueList* const issues_;
};

}  // namespace leadgrade::decision
