#include "engine/decision/suite_run.h"

#include <algorithm>

#include "engine/facts/statements.h"

namespace leadgrade::decision {
namespace {

// A lead of which just these things are known, and nothing was decided.
facts::Lead Known(facts::Lead lead, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.fact.has_value()) {
      facts::State(lead, change.fact->first, *change.fact->second);
    } else {
      lead.timeline.push_back(*change.event);
    }
  }
  std::stable_sort(lead.timeline.begin(), lead.timeline.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return lead;
}

// The decisions that made these changes of grade: on the lead as it was then. Facts of a step
// become known at its end, so before it they were those of the step before.
void GiveChanges(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& before,
                 const facts::Lead& after, const Advanced& advanced, const EachDecision& each) {
  const size_t made = advanced.changes.size();
  if (made > after.grade_history.size()) return;
  facts::Lead lead = after;
  for (size_t i = 0; i < made; ++i) {
    const facts::GradeChange& change = advanced.changes[i];
    lead.facts = change.time < advanced.decision.now ? before.facts : after.facts;
    lead.grade_history = after.grade_history;
    lead.grade_history.resize(after.grade_history.size() - made + i);
    each(nullptr, lead, Decide(bundle, lead, change.time, {.valid_until = false}));
  }
}

}  // namespace

void LiveThrough(const std::shared_ptr<const rules::Bundle>& bundle, const SuiteCase& test,
                 const EachDecision& each) {
  facts::Lead lead = test.lead;
  for (const SuiteStep& step : test.steps) {
    if (!test.stateful) {
      const facts::Lead known = Known(lead, step.changes);
      each(&step, known, Decide(bundle, known, step.at));
      continue;
    }
    const facts::Lead before = lead;
    const Advanced advanced = Advance(bundle, lead, step.changes, step.at);
    GiveChanges(bundle, before, lead, advanced, each);
    each(&step, lead, advanced.decision);
  }
}

}  // namespace leadgrade::decision
