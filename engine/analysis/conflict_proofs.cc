#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/analysis/rule_set_proofs.h"

namespace leadgrade::analysis {

using base::Severity;
using decision::Evaluation;
using rules::HitPolicy;
using rules::RuleSet;

namespace {

// So many conflicts of a rule set are shown, and so many of a rule with those before it.
constexpr size_t kMaxConflicts = 20;
constexpr int kMaxConflictsPerRule = 3;
// Of so many rules each pair is looked at under ANY.
constexpr size_t kMaxPaired = 200;

class ConflictProofs {
 public:
  ConflictProofs(Prover* prover, int index)
      : prover_(*prover),
        terms_(prover->terms()),
        index_(index),
        set_(prover->bundle().rule_sets[index]),
        model_(prover->model().rule_set(index)) {}

  void Run() {
    while (shown_.size() < kMaxConflicts) {
      std::pair<int, int> rules;
      const auto found = prover_.Ask(
          {SomeConflict()}, [&](Evaluation& evaluation) { return Conflict(evaluation, &rules); },
          true);
      const base::SourceSpan& span =
          found.verdict == Verdict::kHolds ? set_.rules[rules.second].span : set_.span;
      prover_.Settle(
          found, span, absl::StrCat("that no two rules of `", set_.name, "` are in conflict"), [&] {
            shown_.insert(rules);
            prover_.Report(
                Severity::kError, kConflict, span,
                absl::StrCat("`", set_.rules[rules.first].id, "` and `",
                             set_.rules[rules.second].id, "` of `", set_.name, "` both match",
                             policy() == HitPolicy::kAny ? ", and give different outputs" : ""),
                policy() == HitPolicy::kAny ? "" : "make one of them exclude the other",
                found.witness);
          });
      if (found.verdict != Verdict::kHolds) return;
    }
  }

 private:
  HitPolicy policy() const { return set_.hit_policy; }

  // Whether two rules that match disagree under the hit policy, and which by the evaluator.
  bool Conflict(Evaluation& evaluation, std::pair<int, int>* rules) const {
    prover_.RunBefore(index_, evaluation);
    std::vector<int> matched;
    for (size_t i = 0; i < set_.rules.size(); ++i) {
      const auto& when = set_.rules[i].when;
      if (when == nullptr || when->Eval(evaluation.context()).is_true()) {
        matched.push_back(static_cast<int>(i));
      }
    }
    for (size_t i = 0; i < matched.size(); ++i) {
      for (size_t j = i + 1; j < matched.size(); ++j) {
        const std::pair<int, int> pair(matched[i], matched[j]);
        if (!shown_.contains(pair) && TimesShown(pair.second) < kMaxConflictsPerRule &&
            (policy() == HitPolicy::kUnique || Differ(evaluation, pair.first, pair.second))) {
          *rules = pair;
          return true;
        }
      }
    }
    return false;
  }

  // With how many of those before it.
  int TimesShown(int rule) const {
    return static_cast<int>(std::count_if(
        shown_.begin(), shown_.end(), [rule](const auto& pair) { return pair.second == rule; }));
  }

  bool Differ(Evaluation& evaluation, int a, int b) const {
    for (int k = 0; k < static_cast<int>(set_.outputs.size()); ++k) {
      const auto x = evaluation.OutputOf(set_, a, k);
      const auto y = evaluation.OutputOf(set_, b, k);
      if (x.has_value() != y.has_value()) return true;
      if (x.has_value() && !(x->kind() == y->kind() && cel::Equal(*x, *y))) return true;
    }
    return false;
  }

  // Where both match: whether they are in conflict.
  Term Disagree(size_t a, size_t b) {
    if (policy() == HitPolicy::kUnique) return terms_.True();
    std::vector<Term> differ;
    for (size_t k = 0; k < set_.outputs.size(); ++k) {
      const Symbol& x = model_.rules[a].then[k];
      const Symbol& y = model_.rules[b].then[k];
      const bool both = x.null != nullptr && y.null != nullptr;
      if (both) differ.push_back(terms_.Not(prover_.model().SameValue(x, y)));
      if (!both) differ.push_back(terms_.Bool(x.null != y.null));
    }
    return terms_.Or(std::move(differ));
  }

  // Whether it disagrees with what comes out of the rules before it, where one of them matches.
  Term DisagreesWithOutcome(size_t rule) {
    if (policy() == HitPolicy::kUnique) return terms_.True();
    std::vector<Term> differ;
    for (size_t k = 0; k < set_.outputs.size(); ++k) {
      const Symbol& then = model_.rules[rule].then[k];
      const Symbol& out = model_.outputs[k];
      differ.push_back(
          terms_.Not(then.null == nullptr ? out.error : prover_.model().SameValue(then, out)));
    }
    return terms_.Or(std::move(differ));
  }

  // That two rules match which are in conflict, and have not been shown to be. Where pairs would be
  // too many, one that matches is held against the outcome: where any two disagree, one of them
  // does with that.
  Term SomeConflict() {
    const size_t count = model_.rules.size();
    std::vector<Term> conflicts;
    Term before = terms_.False();
    for (size_t i = 0; i < count; ++i) {
      const bool was_shown = std::any_of(shown_.begin(), shown_.end(), [i](const auto& pair) {
        return pair.second == static_cast<int>(i);
      });
      Term conflict = nullptr;
      if (was_shown || (policy() == HitPolicy::kAny && count <= kMaxPaired)) {
        std::vector<Term> partners;
        for (size_t j = 0; j < i; ++j) {
          if (shown_.contains({static_cast<int>(j), static_cast<int>(i)})) continue;
          partners.push_back(terms_.And(model_.rules[j].matches, Disagree(j, i)));
        }
        conflict = terms_.Or(std::move(partners));
      } else {
        conflict = terms_.And(before, DisagreesWithOutcome(i));
      }
      conflicts.push_back(terms_.And(model_.rules[i].matches, conflict));
      before = terms_.Or(before, model_.rules[i].matches);
    }
    return terms_.Or(std::move(conflicts));
  }

  Prover& prover_;
  TermTable& terms_;
  const int index_;
  const RuleSet& set_;
  const RuleSetModel& model_;
  std::set<std::pair<int, int>> shown_;
};

}  // namespace

void ProveNoConflict(Prover* prover, int rule_set) {
  const HitPolicy policy = prover->bundle().rule_sets[rule_set].hit_policy;
  if (policy == HitPolicy::kUnique || policy == HitPolicy::kAny) {
    ConflictProofs(prover, rule_set).Run();
  }
}

}  // namespace leadgrade::analysis
