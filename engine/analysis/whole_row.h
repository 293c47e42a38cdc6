// All that CEL over a bundle may read of one lead.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "engine/decision/evaluation.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::analysis {

// A lead's row with all outputs, for CEL over the bundle's environment. Its values are views into
// the lead, which must outlive it.
class WholeRow {
 public:
  WholeRow(const rules::Bundle& bundle, const facts::Lead& lead, absl::Time now)
      : evaluation_(bundle, lead, now), slots_(bundle.env_slot_count) {
    context_ = evaluation_.context();
    context_.slots = slots_;
    facts::FillRow(bundle.schema, lead, context_, absl::MakeSpan(slots_), nullptr);
    for (const int index : bundle.evaluation_order) {
      evaluation_.Run(index, nullptr);
      for (const rules::Output& output : bundle.rule_sets[index].outputs) {
        slots_[output.slot] = evaluation_.slots()[output.slot];
      }
    }
  }

  cel::Value Eval(const cel::Program& program) { return program.Eval(context_); }
  const cel::Value& slot(int32_t slot) const { return slots_[slot]; }

 private:
  decision::Evaluation evaluation_;
  std::vector<cel::Value> slots_;
  cel::EvalContext context_;
};

}  // namespace leadgrade::analysis
