// Pages on what can go wrong with one lead: issues that its decision carries.
#include "engine/base/code_pages.h"

namespace leadgrade::base {
namespace {

constexpr Severity kError = Severity::kError;

constexpr CodePage kPages[] = {
    {"evaluation-error", "evaluation-error", kError, "an expression that failed for this lead",
     "A condition, derivation or output has no value for the lead: a division by zero, an "
     "overflow, a\n"
     "`null` where there must be none. The decision stands without it and is provisional.\n"
     "`leadgrade check` finds such leads beforehand (LG3007).",
     R"y(derive: "total / visits")y", R"y(derive: "visits == 0 ? 0 : total / visits")y",
     "Ask first for what makes it fail."},
    {"hit-policy-conflict", "hit-policy-conflict", kError, "two rules that both match this lead",
     "Under `UNIQUE` two rules match; under `ANY` two match and disagree. The rule set has no "
     "outcome\n"
     "for the lead. `leadgrade check` finds such leads beforehand (LG3003).",
     R"y(hitPolicy: UNIQUE
rules:
  - { id: small, when: seats <= 50 }
  - { id: large, when: seats >= 50 })y",
     R"y(hitPolicy: UNIQUE
rules:
  - { id: small, when: seats < 50 }
  - { id: large, when: seats >= 50 })y",
     "Make one of them exclude the other, or choose a hit policy that says which counts."},
    {"no-outcome", "no-outcome", kError, "a rule set without an outcome for this lead",
     "No rule matches and there is no `default`. `leadgrade check` finds such leads beforehand\n"
     "(LG3001).",
     R"y(rules:
  - { id: ready, when: need, then: { grade: A } })y",
     R"y(rules:
  - { id: ready, when: need, then: { grade: A } }
default: { grade: D })y",
     "Add a rule for such leads, or a `default`."},
    {"unreadable-fact", "unreadable-fact", kError, "a stored value that the bundle cannot take",
     "What is on record for the lead was stated under another bundle, and is no value of the "
     "fact's\n"
     "type or range any more. It counts as unknown.",
     "", "", "State the fact anew, or let the type take the old values as well."},
};

}  // namespace

absl::Span<const CodePage> DecisionCodePages() { return kPages; }

}  // namespace leadgrade::base
