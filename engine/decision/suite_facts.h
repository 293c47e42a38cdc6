// What a test suite states of facts.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/facts/lead.h"
#include "engine/facts/schema.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {

// A YAML value as someone would state it: quoted text is text, the rest is what it looks like.
facts::FactValue ValueAsWritten(const rules::YamlNode& node);

// `name: value`, which is confirmed; or `name: { value, status, source, sourceRole, observedTime,
// expireTime }`; or `name: { statements: [such maps] }`. All but the value may be left out; what is
// said is observed `at` then. What is wrong is left out, with an issue.
std::vector<facts::StatedFact> ReadStatements(const facts::Schema& schema, base::IssueList* issues,
                                              const rules::Located& name,
                                              const rules::Located& value, absl::Time at);

// A point in time with its offset; nullopt where there is none; some instant, with an issue, where
// it is none.
std::optional<absl::Time> ReadInstant(base::IssueList* issues,
                                      const std::optional<rules::Located>& at);

}  // namespace leadgrade::decision
