#include "engine/decision/coverage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/decision/attainable.h"

namespace leadgrade::decision {
namespace {

// The enumeration whose values an output gives, one or a list of them; null for other outputs.
const cel::EnumType* EnumOf(const rules::Output& output) {
  const cel::Type type = output.type.WithoutNull();
  return type.kind() == cel::TypeKind::kEnum ? type.enum_type().get() : nullptr;
}

bool Is(const rules::OutputRef& ref, int rule_set, size_t output) {
  return ref.rule_set == rule_set && ref.output == static_cast<int>(output);
}

template <typename Items, typename Covered>
Coverage::Share ShareOf(const Items& items, Covered covered) {
  Coverage::Share share;
  share.total = static_cast<int>(items.size());
  share.covered = static_cast<int>(std::count_if(items.begin(), items.end(), covered));
  return share;
}

}  // namespace

Coverage::Coverage(std::shared_ptr<const rules::Bundle> bundle) : bundle_(std::move(bundle)) {
  const auto expect = [this](absl::string_view of, const cel::EnumType& type) {
    for (const std::string& value : type.values) outcomes_.push_back({std::string(of), value});
  };
  expect("grade", *bundle_->grade_enum);
  if (bundle_->actions_output) expect("action", *bundle_->action_enum);
  for (size_t s = 0; s < bundle_->rule_sets.size(); ++s) {
    const rules::RuleSet& set = bundle_->rule_sets[s];
    first_rule_.push_back(rules_.size());
    for (const rules::Rule& rule : set.rules) {
      RuleCoverage& out = rules_.emplace_back();
      out.rule_set = &set;
      out.rule = &rule;
      trees_.emplace_back(*bundle_, rule);
      for (const AtomicCondition& condition : trees_.back().conditions()) {
        ConditionCoverage& covered = out.conditions.emplace_back();
        covered.source = condition.source;
        covered.span = condition.span;
      }
    }
    for (size_t k = 0; k < set.outputs.size(); ++k) {
      const cel::EnumType* type = EnumOf(set.outputs[k]);
      const int index = static_cast<int>(s);
      if (type == nullptr || Is(bundle_->grade, index, k) ||
          Is(bundle_->actions_output, index, k)) {
        continue;
      }
      expect(absl::StrCat(set.name, ".", set.outputs[k].name), *type);
    }
  }
}

bool Coverage::Add(const facts::Lead& lead, const Decision& decision) {
  news_ = false;
  Evaluation evaluation(*bundle_, lead, decision.now);
  const Attainable attainable = FindAttainable(evaluation, nullptr, /*with_missing=*/false);
  RunRuleSets(evaluation, attainable, [&](int rule_set, const Outcome& outcome) {
    AddRules(evaluation, rule_set, outcome);
    AddEnumOutputs(evaluation, rule_set);
  });
  Give("grade", GradeName(decision, decision.grade));
  for (const NextAction& action : decision.actions) Give("action", action.action->code);
  return news_;
}

void Coverage::AddRules(Evaluation& evaluation, int rule_set, const Outcome& outcome) {
  const rules::RuleSet& set = bundle_->rule_sets[rule_set];
  for (size_t i = 0; i < set.rules.size(); ++i) {
    RuleCoverage& rule = rules_[first_rule_[rule_set] + i];
    const Truth truth = rule.rule->when == nullptr
                            ? Truth::kTrue
                            : TruthOf(rule.rule->when->Eval(evaluation.context()));
    Count(truth, &rule.seen);
    AddConditions(evaluation, truth, first_rule_[rule_set] + i);
    const bool won = std::find(outcome.matched.begin(), outcome.matched.end(),
                               static_cast<int>(i)) != outcome.matched.end();
    if (won) Count(&rule.won);
    if (set.hit_policy == rules::HitPolicy::kFirst && truth == Truth::kTrue) return;
  }
}

void Coverage::AddConditions(Evaluation& evaluation, Truth truth, size_t rule) {
  const std::vector<Truth> values = trees_[rule].Evaluate(evaluation.context());
  const std::vector<bool> deciding = trees_[rule].Deciding(values);
  for (size_t i = 0; i < values.size(); ++i) {
    ConditionCoverage& condition = rules_[rule].conditions[i];
    Count(values[i], &condition.seen);
    const bool settled = values[i] == Truth::kTrue || values[i] == Truth::kFalse;
    if (!settled || !deciding[i] || (truth != Truth::kTrue && truth != Truth::kFalse)) continue;
    Count(&condition.decided[values[i] == Truth::kTrue][truth == Truth::kTrue]);
  }
}

void Coverage::AddEnumOutputs(Evaluation& evaluation, int rule_set) {
  const rules::RuleSet& set = bundle_->rule_sets[rule_set];
  for (const rules::Output& output : set.outputs) {
    if (EnumOf(output) == nullptr) continue;
    const cel::Value& value = evaluation.slots()[output.slot];
    const auto give = [&](const cel::Value& one) {
      if (one.kind() != cel::Kind::kEnum) return;
      Give(absl::StrCat(set.name, ".", output.name), one.enum_type()->values[one.ordinal()]);
    };
    give(value);
    if (value.kind() != cel::Kind::kList) continue;
    for (const cel::Value& element : value.elements()) give(element);
  }
}

void Coverage::Give(absl::string_view of, absl::string_view value) {
  for (OutcomeCoverage& outcome : outcomes_) {
    if (outcome.of == of && outcome.value == value) Count(&outcome.given);
  }
}

void Coverage::Count(Truth truth, Seen* seen) {
  Count(truth == Truth::kTrue      ? &seen->truly
        : truth == Truth::kUnknown ? &seen->unknown
                                   : &seen->falsely);
}

Coverage::Share Coverage::rules_won() const {
  return ShareOf(rules_, [](const RuleCoverage& rule) { return rule.won > 0; });
}

Coverage::Share Coverage::conditions_covered() const {
  Share share;
  for (const RuleCoverage& rule : rules_) {
    const Share own =
        ShareOf(rule.conditions, [](const ConditionCoverage& each) { return each.covered(); });
    share.covered += own.covered;
    share.total += own.total;
  }
  return share;
}

Coverage::Share Coverage::outcomes_given() const {
  return ShareOf(outcomes_, [](const OutcomeCoverage& outcome) { return outcome.given > 0; });
}

}  // namespace leadgrade::decision
