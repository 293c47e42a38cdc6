// What people need to be told, and nobody wrote down.
#include "absl/strings/str_cat.h"
#include "engine/analysis/lint.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

void LintDescriptions(LintRun* run) {
  const rules::Bundle& bundle = run->bundle();
  const auto report = [&](const base::SourceSpan& span, std::string message, std::string hint) {
    run->Report(kMissingDescription, span, std::move(message), std::move(hint));
  };
  for (const facts::Fact& fact : bundle.schema.facts) {
    if (fact.title.empty()) {
      report(fact.span, absl::StrCat("the fact `", fact.name, "` has no `title`"),
             "salespeople read it where the fact is missing: `title: { zh: …, en: … }`");
    }
    if (fact.derivation == nullptr && fact.question.empty()) {
      report(fact.span, absl::StrCat("the fact `", fact.name, "` has no `question`"),
             "it is stated, so somebody has to ask: `question: { zh: …, en: … }`");
    }
  }
  for (const rules::Parameter& parameter : bundle.parameters) {
    if (!parameter.description.empty()) continue;
    report(parameter.span,
           absl::StrCat("the parameter `", parameter.name, "` has no `description`"),
           "say what it sets, and in which unit");
  }
  for (const rules::Action& action : bundle.actions) {
    if (!action.text.empty()) continue;
    report(action.span, absl::StrCat("the action `", action.code, "` has no `text`"),
           "say how it is done: `text: { zh: …, en: … }`");
  }
  for (const rules::RuleSet& set : bundle.rule_sets) {
    if (!set.description.empty()) continue;
    report(set.span, absl::StrCat("the rule set `", set.name, "` has no `description`"),
           "say in its `metadata` what it decides");
  }
}

}  // namespace leadgrade::analysis
