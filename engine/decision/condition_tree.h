// The atomic conditions of a rule: what stands under the `&&`, `||`, `!` and `? :` of its `when`,
// and which of them decides its outcome.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "engine/cel/ast.h"
#include "engine/cel/program.h"
#include "engine/decision/explain.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

struct AtomicCondition {
  std::string source;     // CEL, as written
  base::SourceSpan span;  // of the term it stands in
  std::shared_ptr<const cel::Program> program;
};

// Immutable; thread safe. Keeps no reference to what it was made from, but the constants of the
// bundle must outlive it.
class ConditionTree {
 public:
  // None for a rule that always matches.
  ConditionTree(const rules::Bundle& bundle, const rules::Rule& rule);

  const std::vector<AtomicCondition>& conditions() const { return conditions_; }

  // Each condition's value, in their order.
  std::vector<Truth> Evaluate(cel::EvalContext& context) const;

  // Of each condition: whether it alone decides the outcome, with all others as they are. It does
  // where nothing above it masks it: the other side of a `&&` is true, of a `||` false, and a
  // conditional takes its branch. A condition that is unknown, or that fails (`days >= 7` where
  // `days != null` does not hold), stands for either value: what guards it would be masked by it
  // always.
  std::vector<bool> Deciding(const std::vector<Truth>& values) const;

 private:
  enum class Kind : uint8_t { kCondition, kConstant, kAnd, kOr, kNot, kConditional };
  struct Node {
    Kind kind = Kind::kCondition;
    int condition = -1;             // kCondition: index into conditions_
    Truth constant = Truth::kTrue;  // kConstant
    std::vector<int> operands;      // indexes into nodes_
  };
  struct Builder;

  // The values that a node may have: bits of kMayBeFalse and kMayBeTrue.
  std::vector<uint8_t> PossibleValues(const std::vector<Truth>& values) const;

  std::vector<AtomicCondition> conditions_;
  std::vector<Node> nodes_;  // operands before what they are operands of; the root is the last
};

}  // namespace leadgrade::decision
