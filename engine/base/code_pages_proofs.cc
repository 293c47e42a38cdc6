// Pages on what does not hold of every lead there can be.
#include "engine/base/code_pages.h"

namespace leadgrade::base {
namespace {

constexpr Severity kError = Severity::kError;

constexpr CodePage kPages[] = {
    {"LG3001", "no-outcome-for-some", kError, "a lead for which a rule set has no outcome",
     "Some lead meets no rule, and there is no `default`. Its decision would have no such output.\n"
     "Asked of the hit policies that give one outcome, and of `MIN` and `MAX`. The finding shows "
     "such\n"
     "a lead.",
     R"y(rules:
  - id: ready
    when: need && budget
    then: { grade: A }
  - id: no-need
    when: "!need"
    then: { grade: D })y",
     R"y(rules:
  - id: ready
    when: need && budget
    then: { grade: A }
  - id: no-need
    when: "!need"
    then: { grade: D }
default: { grade: C })y",
     "Add a rule for the lead that is shown, or a `default`."},
    {"LG3002", "rule-never-matches", kError, "a rule that no lead can meet",
     "No lead there can be meets the condition: its parts exclude each other, or what facts are\n"
     "derived from excludes it.",
     R"y(when: visits > 5 && visits < 3)y", R"y(when: visits > 3 && visits < 5)y",
     "Correct the condition, or take the rule out."},
    {"LG3003", "rules-conflict", kError, "two rules that are in conflict",
     "Under `UNIQUE` two rules match one lead; under `ANY` they do and give different outputs. "
     "The\n"
     "finding shows such a lead. The decision would report a conflict and give no outcome.",
     R"y(hitPolicy: UNIQUE
rules:
  - { id: small, when: seats <= 50, then: { grade: C } }
  - { id: large, when: seats >= 50, then: { grade: B } })y",
     R"y(hitPolicy: UNIQUE
rules:
  - { id: small, when: seats < 50, then: { grade: C } }
  - { id: large, when: seats >= 50, then: { grade: B } })y",
     "Make one of them exclude the other, or choose a hit policy that says which counts."},
    {"LG3004", "rule-never-counts", kError, "a rule in whose place always another one counts",
     "The rule can match, but under `FIRST` a rule above it, and under `PRIORITY` one with a "
     "stronger\n"
     "output, matches each of those leads too.",
     R"y(hitPolicy: FIRST
rules:
  - { id: any-need, when: need, then: { grade: C } }
  - { id: need-and-budget, when: need && budget, then: { grade: A } })y",
     R"y(hitPolicy: FIRST
rules:
  - { id: need-and-budget, when: need && budget, then: { grade: A } }
  - { id: any-need, when: need, then: { grade: C } })y",
     "Put the narrower rule first, or take it out."},
    {"LG3005", "always-true", kError, "a condition, or a part of one, that is always true",
     "No lead makes it false, so it decides nothing. Where it was meant to decide, it is wrong.",
     R"y(# visits is a count
when: visits >= 0 && need)y",
     R"y(when: visits > 0 && need)y", "Leave it out, or write what was meant."},
    {"LG3006", "always-false", kError, "a part of a condition that is always false",
     "No lead makes it true.",
     R"y(# range: { min: 0, max: 9 }
when: approval_layers > 9 || need)y",
     R"y(when: approval_layers > 2 || need)y", "Write what was meant, or leave it out."},
    {"LG3007", "can-fail", kError, "a condition, derivation or output that can fail",
     "For the lead that is shown it has no value: a division by zero, an overflow, a `null` where\n"
     "there must be none.",
     R"y(# last_contact is null for a lead never contacted
derive: days_since(last_contact))y",
     R"y(derive: "last_contact == null ? 0 : days_since(last_contact)")y",
     "Ask first for what makes it fail."},
    {"LG3008", "grade-never-given", kError, "a grade that no lead can get",
     "The grade is a value of the type, and no rule that can count gives it.",
     R"y(types:
  Grade: [D, C, B, A]  # and no rule gives B)y",
     R"y(types:
  Grade: [D, C, A])y",
     "Give it by a rule, or take it out of the type."},
    {"LG3009", "property-fails", kError, "a property that does not hold of all leads",
     "What the bundle claims of every lead is not so of the one that is shown. Either the rules "
     "are\n"
     "wrong, or the claim is.",
     R"y(- id: a-is-verified
  never: grading.grade == A && claimed(budget))y",
     R"y(# in the rule that gives A
when: need && confirmed(budget))y",
     "Mend the rules so that the lead comes out as claimed, or claim what is meant: `given` bounds "
     "a\n"
     "claim to some leads."},
    {"LG3010", "facts-contradict", kError, "ranges and relations that no lead meets",
     "The declared ranges of facts and the `relations` between them exclude each other, so that "
     "there\n"
     "is no lead at all, and everything could be proved of none.",
     R"y(facts:
  seats: { type: int, range: { min: 0, max: 100 } }
relations:
  - seats > 200)y",
     R"y(relations:
  - seats > 20)y",
     "Correct the range or the relation that is wrong."},
    {"LG3011", "not-proved", Severity::kWarning,
     "something that could be neither proved nor refuted",
     "It took longer than `--proof-timeout`, or what was found is more than the proof follows. It "
     "may\n"
     "hold or not. The hint says why.",
     R"y(when: seats * floors > 1000 && budget / cost > 3.0)y", R"y(when: large && affordable)y",
     "Give it more time, make the condition simpler, or take it on: silence it and say why it "
     "holds."},
};

}  // namespace

absl::Span<const CodePage> ProofCodePages() { return kPages; }

}  // namespace leadgrade::base
