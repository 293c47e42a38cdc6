#include "service/rpc/fact_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "service/convert/fact_checks.h"

namespace leadgrade::rpc {

StatedFacts ReadFacts(const rules::Bundle& bundle, const FactStatements& statements,
                      absl::string_view field, absl::Time now, Violations* violations) {
  StatedFacts facts;
  if (!convert::CheckSize(statements.size(), base::kMaxFactsPerLead, "facts", field, violations)) {
    return facts;
  }
  // A map has no order; violations are to have one.
  std::vector<absl::string_view> names;
  names.reserve(statements.size());
  for (const auto& [name, statement] : statements) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (const absl::string_view view : names) {
    if (IsEnough(*violations)) break;
    const std::string name(view);
    std::optional<facts::StatedFact> fact =
        convert::ReadFact(bundle, name, statements.at(name),
                          absl::StrCat(field, ".", Shortened(name, 128)), now, violations);
    if (fact.has_value()) facts.emplace_back(name, std::move(fact));
  }
  return facts;
}

}  // namespace leadgrade::rpc
