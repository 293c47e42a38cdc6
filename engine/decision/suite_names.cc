#include "engine/decision/suite_names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::decision {

using rules::AddIssue;
using rules::Located;

std::vector<std::string> SuiteNames::Facts() const {
  std::vector<std::string> names;
  for (const facts::Fact& fact : bundle_.schema.facts) names.push_back(fact.name);
  return names;
}

std::vector<std::string> SuiteNames::RuleIds() const {
  std::vector<std::string> ids;
  for (const rules::RuleSet& set : bundle_.rule_sets) {
    for (const rules::Rule& rule : set.rules) ids.push_back(rule.id);
  }
  return ids;
}

std::vector<std::string> SuiteNames::ShownOutputs() const {
  std::vector<std::string> names;
  for (const auto& [name, slot] : bundle_.shown_slots) names.push_back(name);
  return names;
}

bool SuiteNames::IsGrade(const Located& at) const {
  const std::optional<std::string> text = rules::ReadText(issues_, at);
  if (!text.has_value()) return false;
  if (bundle_.grade_enum->OrdinalOf(*text).has_value()) return true;
  AddIssue(issues_, at, "unknown-name", absl::StrCat("unknown grade `", *text, "`"),
           base::DidYouMeanOrAll(*text, bundle_.grade_enum->values));
  return false;
}

void SuiteNames::Check(const Located& at, absl::string_view what,
                       const std::vector<std::string>& known) const {
  if (!at->is_scalar() || std::find(known.begin(), known.end(), at->text) != known.end()) return;
  AddIssue(issues_, at, "unknown-name",
           absl::StrCat("`", at->text, "` is none of the bundle's ", what),
           base::DidYouMeanOrAll(at->text, known));
}

void SuiteNames::CheckList(const rules::MapReader& reader, absl::string_view key,
                           const std::vector<std::string>& known) const {
  if (!reader.Find(key).has_value()) return;
  for (const Located& item : reader.Texts(key)) Check(item, key, known);
}

}  // namespace leadgrade::decision
