// Leads as test suites state them: facts, events and grade history, of a case or of a fixture that
// cases share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/decision/advance.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {

// What is known of a lead from some instant on, and its past.
struct KnownLead {
  std::vector<Change> changes;  // facts and events
  std::vector<facts::GradeChange> history;
};

// `facts` and `events`; those without a time of their own are of `at`. Issues for what is wrong;
// that is left out.
std::vector<Change> ReadChanges(const rules::Bundle& bundle, base::IssueList* issues,
                                const rules::MapReader& reader, absl::Time at);

// The same with `gradeHistory`.
KnownLead ReadLead(const rules::Bundle& bundle, base::IssueList* issues,
                   const rules::MapReader& reader, absl::Time at);

// The named leads of a bundle's files: documents of kind Fixtures.
class Fixtures {
 public:
  // Reads them and adds issues for what is wrong with them. `bundle` must outlive this.
  Fixtures(const rules::Bundle& bundle, const rules::BundleFiles& files, base::IssueList* issues);

  // The lead that the scalar `name` names, with what has no time of its own at `at`; none, with an
  // issue, where there is no such lead.
  KnownLead Find(const rules::Located& name, absl::Time at, base::IssueList* issues) const;

 private:
  void Load(const rules::Located& root, base::IssueList* issues);

  const rules::Bundle& bundle_;
  std::vector<std::unique_ptr<rules::YamlFile>> files_;
  std::map<std::string, rules::Located> leads_;
};

// `own` over `shared`: a fact that `own` states is not known from `shared`, and neither is a grade
// history where `own` has one; events of both happened.
KnownLead Over(KnownLead shared, KnownLead own);

}  // namespace leadgrade::decision
