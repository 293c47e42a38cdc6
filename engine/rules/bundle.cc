#include "engine/rules/bundle.h"

namespace leadgrade::rules {

const Action* Bundle::FindAction(absl::string_view code) const {
  for (const Action& action : actions) {
    if (action.code == code) return &action;
  }
  return nullptr;
}

const RuleSet* Bundle::FindRuleSet(absl::string_view name) const {
  for (const RuleSet& set : rule_sets) {
    if (set.name == name) return &set;
  }
  return nullptr;
}

}  // namespace leadgrade::rules
