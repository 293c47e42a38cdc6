#include "engine/analysis/search.h"

#include <algorithm>

namespace leadgrade::analysis {
namespace {

// So often more is told of the days that an answer was wrong about.
constexpr int kMaxRefinements = 12;

}  // namespace

void Search::AssertNew() {
  for (Taken& taken : taken_) {
    const auto& assumptions = taken.world->assumptions;
    for (; taken.assumptions < assumptions.size(); ++taken.assumptions) {
      solver_.Assert(assumptions[taken.assumptions]);
    }
  }
  const auto& axioms = calendar().axioms();
  for (; axioms_ < axioms.size(); ++axioms_) solver_.Assert(axioms[axioms_]);
}

Verdict Search::Run(std::vector<Term> questions, Term small,
                    const std::function<bool(const Assignment&)>& shows, std::string* reason) {
  bool is_small = false;
  std::vector<Term> pins;
  for (int refined = 0;;) {
    AssertNew();
    std::vector<Term> asked = questions;
    asked.insert(asked.end(), pins.begin(), pins.end());
    const Answer answer = solver_.Ask(asked);
    // On these days alone a no proves nothing.
    if (answer.verdict != Verdict::kHolds && !pins.empty()) {
      pins.clear();
      continue;
    }
    if (answer.verdict == Verdict::kOpen) {
      *reason = answer.reason;
      return Verdict::kOpen;
    }
    if (answer.verdict == Verdict::kNeverHolds && !is_small) return Verdict::kNeverHolds;
    // Nor of small leads alone.
    if (answer.verdict == Verdict::kNeverHolds) break;
    if (shows(answer.values)) return Verdict::kHolds;
    pins.clear();
    if (calendar().Refine(answer.values)) {
      if (++refined > kMaxRefinements) break;
      pins = calendar().Pins(answer.values);
      continue;
    }
    if (is_small) break;
    is_small = true;
    questions.push_back(small);
  }
  reason->clear();
  return Verdict::kOpen;
}

std::optional<std::vector<size_t>> Search::Contradicts(const std::vector<Term>& literals,
                                                       const std::vector<Term>& questions) {
  AssertNew();
  return solver_.Contradicts(literals, questions);
}

}  // namespace leadgrade::analysis
