#include "engine/analysis/given.h"

#include <algorithm>
#include <functional>

namespace leadgrade::analysis {
namespace {

// Calls `take` for each node of a tree.
void Walk(const cel::Expr& expr, const std::function<void(const cel::Expr&)>& take) {
  take(expr);
  for (const auto& operand : expr.operands) Walk(*operand, take);
  if (expr.comprehension == nullptr) return;
  const cel::Comprehension& c = *expr.comprehension;
  for (const auto* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) {
    Walk(**part, take);
  }
}

// All that the bundle reads of facts.
std::vector<const cel::Program*> ProgramsOf(const rules::Bundle& bundle) {
  std::vector<const cel::Program*> programs;
  const auto add = [&](const std::shared_ptr<const cel::Program>& program) {
    if (program != nullptr) programs.push_back(program.get());
  };
  for (const facts::Fact& fact : bundle.schema.facts) add(fact.derivation);
  for (const rules::Property& property : bundle.properties) {
    for (const auto* part : {&property.given, &property.left, &property.right}) add(*part);
  }
  for (const rules::RuleSet& set : bundle.rule_sets) {
    for (const auto& value : set.defaults) add(value);
    for (const rules::Rule& rule : set.rules) {
      add(rule.when);
      for (const auto& value : rule.then) add(value);
    }
  }
  return programs;
}

}  // namespace

std::vector<bool> MayBeUnknown(const rules::Bundle& bundle) {
  std::vector<bool> asked(std::max(bundle.slot_count, bundle.env_slot_count), false);
  for (const cel::Program* program : ProgramsOf(bundle)) {
    Walk(program->expr(), [&](const cel::Expr& expr) {
      if (cel::IsCall(expr, "known") && expr.operands[0]->slot >= 0) {
        asked[expr.operands[0]->slot] = true;
      }
    });
  }
  const auto& order = bundle.schema.derivation_order;
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    const facts::Fact& fact = bundle.schema.facts[*it];
    if (!asked[fact.slot]) continue;
    for (const int32_t slot : fact.derivation->slots()) asked[slot] = true;
  }
  std::vector<bool> unknown;
  for (const facts::Fact& fact : bundle.schema.facts) unknown.push_back(asked[fact.slot]);
  return unknown;
}

std::vector<bool> ReadHistory(const rules::Bundle& bundle) {
  std::vector<bool> slots(std::max(bundle.slot_count, bundle.env_slot_count), false);
  slots[facts::kNowSlot] = true;
  for (const facts::Aggregate& aggregate : bundle.schema.aggregates) slots[aggregate.slot] = true;
  for (const int index : bundle.schema.derivation_order) {
    const facts::Fact& fact = bundle.schema.facts[index];
    bool reads = fact.derivation->reads_clock();
    for (const int32_t slot : fact.derivation->slots()) reads |= slots[slot];
    slots[fact.slot] = reads;
  }
  std::vector<bool> reads;
  for (const facts::Fact& fact : bundle.schema.facts) reads.push_back(slots[fact.slot]);
  return reads;
}

}  // namespace leadgrade::analysis
