#include "engine/rules/timing.h"

namespace leadgrade::rules {

using facts::TimedProgram;

void FindTimed(Bundle* bundle) {
  std::vector<bool> timed(bundle->slot_count, false);
  timed[facts::kNowSlot] = true;
  for (const facts::Aggregate& aggregate : bundle->schema.aggregates) {
    timed[aggregate.slot] = aggregate.within.has_value();
  }
  for (const facts::FactAttribute& attribute : bundle->schema.attributes) {
    if (attribute.slot >= bundle->slot_count) break;
    timed[attribute.slot] = attribute.what == facts::Provenance::kAge;
  }
  for (int index : bundle->schema.derivation_order) {
    facts::Fact& fact = bundle->schema.facts[index];
    fact.timed = TimedProgram::Make(fact.derivation, *bundle->env, timed);
    timed[fact.slot] = fact.timed != nullptr;
  }
  for (int index : bundle->evaluation_order) {
    RuleSet& set = bundle->rule_sets[index];
    const auto add = [&](const std::shared_ptr<const cel::Program>& program) {
      if (program == nullptr) return;
      if (auto made = TimedProgram::Make(program, *bundle->env, timed)) {
        set.timed.push_back(std::move(made));
      }
    };
    for (const Rule& rule : set.rules) {
      add(rule.when);
      for (const auto& value : rule.then) add(value);
    }
    for (const auto& value : set.defaults) add(value);
    for (const Output& output : set.outputs) timed[output.slot] = !set.timed.empty();
  }
}

}  // namespace leadgrade::rules
