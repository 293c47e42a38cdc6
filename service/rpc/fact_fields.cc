#include "service/rpc/fact_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/requests.h"

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

void ReadStatements(const rules::Bundle& bundle,
                    const google::protobuf::RepeatedPtrField<v1::FactStatement>& statements,
                    absl::string_view field, absl::Time now, StatedFacts* facts,
                    Violations* violations) {
  if (!convert::CheckSize(statements.size(), kMaxBatch, "statements", field, violations)) return;
  for (int i = 0; i < statements.size() && !IsEnough(*violations); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "]");
    const std::string& name = statements[i].fact();
    if (name.empty()) {
      violations->push_back({absl::StrCat(path, ".fact"), "is required: the name of the fact"});
      continue;
    }
    std::optional<facts::StatedFact> fact =
        convert::ReadFact(bundle, name, statements[i], path, now, violations);
    if (fact.has_value()) facts->emplace_back(name, std::move(fact));
  }
}

}  // namespace leadgrade::rpc
