#include "engine/decision/attainable.h"

#include <algorithm>
#include <bit>

#include "engine/decision/completions.h"
#include "engine/decision/questions.h"

namespace leadgrade::decision {
namespace {

using cel::Value;
using Unknown = Completions::Unknown;

void Join(const GradeSet& grades, Attainable* result) {
  result->grades |= grades.mask;
  result->exact &= grades.exact;
  result->always &= grades.always;
}

// What all completions give, or a safe estimate; `tried` is what Try gave.
void JoinAll(const Completions& completions, bool tried, Attainable* result) {
  if (tried) {
    for (const Completions::Leaf& leaf : completions.leaves()) Join(leaf.grades, result);
  } else {
    Join(completions.root(), result);
    result->exact = false;
  }
}

class MissingFinder {
 public:
  MissingFinder(Evaluation& evaluation, const Completions& completions, bool tried,
                Attainable* result)
      : evaluation_(evaluation),
        bundle_(evaluation.bundle()),
        completions_(completions),
        tried_(tried),
        result_(*result) {}

  void Find() {
    for (size_t i = 0; i < completions_.unknowns().size(); ++i) AddUnknown(static_cast<int>(i));
    // Where all is settled without them they can't matter.
    if (!result_.exact) AddUntried();
    std::stable_sort(result_.missing.begin(), result_.missing.end(),
                     [](const MissingFact& a, const MissingFact& b) {
                       return std::pair(a.remaining_grades, a.fact) <
                              std::pair(b.remaining_grades, b.fact);
                     });
  }

 private:
  void AddUnknown(int index) {
    const Unknown& unknown = completions_.unknowns()[index];
    if (unknown.of == Unknown::Of::kSourceRole) return;
    if (result_.exact && !completions_.Matters(index)) return;
    // Of one that is not known at all, its value says more than whether it is confirmed.
    const facts::Fact* fact = &bundle_.schema.facts[unknown.fact];
    const auto there =
        std::find_if(result_.missing.begin(), result_.missing.end(),
                     [fact](const MissingFact& missing) { return missing.fact == fact; });
    const double remaining = tried_ ? Remaining(index) : 0;
    if (there == result_.missing.end()) {
      const bool known = !evaluation_.slots()[fact->slot].is_unknown();
      result_.missing.push_back({fact, remaining, known});
    } else if (unknown.of == Unknown::Of::kFact) {
      there->remaining_grades = remaining;
    }
  }

  // How many grades an answer leaves on average, by likelihood.
  double Remaining(int index) const {
    const auto& answers = completions_.unknowns()[index].answers;
    const Unknown& unknown = completions_.unknowns()[index];
    const std::vector<double> likelihoods =
        unknown.of == Unknown::Of::kFact
            ? Likelihoods(bundle_, unknown.fact)
            : std::vector<double>(answers.size(), 1.0 / static_cast<double>(answers.size()));
    double sum = 0;
    for (size_t answer = 0; answer < answers.size(); ++answer) {
      sum += likelihoods[answer] *
             std::popcount(completions_.GradesAfter(index, static_cast<int>(answer)));
    }
    return sum;
  }

  // What else may matter: unknown facts that were not tried, among them those that come up only
  // once one that is not followed is known.
  void AddUntried() {
    for (int index : bundle_.grade_facts) {
      const facts::Fact& fact = bundle_.schema.facts[index];
      const bool there =
          std::any_of(completions_.unknowns().begin(), completions_.unknowns().end(),
                      [index](const Unknown& unknown) { return unknown.fact == index; });
      if (!there && fact.derivation == nullptr && evaluation_.slots()[fact.slot].is_unknown()) {
        result_.missing.push_back({&fact, double(std::popcount(result_.grades)), false});
      }
    }
  }

  Evaluation& evaluation_;
  const rules::Bundle& bundle_;
  const Completions& completions_;
  const bool tried_;
  Attainable& result_;
};

Value& GradeSlot(Evaluation& evaluation) {
  const rules::Bundle& bundle = evaluation.bundle();
  return evaluation
      .slots()[bundle.rule_sets[bundle.grade.rule_set].outputs[bundle.grade.output].slot];
}

// Where one grade is sure, for the rule sets that read it.
void WriteSureGrade(Evaluation& evaluation, const Attainable& attainable) {
  if (std::popcount(attainable.grades) != 1 || !attainable.always) return;
  GradeSlot(evaluation) =
      Value::Enum(evaluation.bundle().grade_enum.get(), std::countr_zero(attainable.grades));
}

}  // namespace

Attainable FindAttainable(Evaluation& evaluation, std::vector<DecisionIssue>* issues,
                          bool with_missing) {
  Attainable result;
  const GradeSet known = RunGradeSets(evaluation, issues, &result.outcome);
  Completions completions(evaluation, {});
  if (!GradeSlot(evaluation).is_unknown() && !completions.AsksHowKnown()) {
    Join(known, &result);
    return result;
  }
  const bool tried = completions.Try();
  JoinAll(completions, tried, &result);
  if (with_missing) MissingFinder(evaluation, completions, tried, &result).Find();
  WriteSureGrade(evaluation, result);
  return result;
}

Attainable KeepAttainable(Evaluation& evaluation, const Attainable& found,
                          std::vector<DecisionIssue>* issues) {
  Attainable result;
  result.grades = found.grades;
  result.exact = found.exact;
  result.always = found.always;
  RunGradeSets(evaluation, issues, &result.outcome);
  WriteSureGrade(evaluation, result);
  return result;
}

void RunRuleSets(Evaluation& evaluation, const Attainable& attainable,
                 const std::function<void(int rule_set, const Outcome&)>& each) {
  const rules::Bundle& bundle = evaluation.bundle();
  for (int index : bundle.evaluation_order) {
    each(index,
         index == bundle.grade.rule_set ? attainable.outcome : evaluation.Run(index, nullptr));
  }
}

Attainable FindAttainableIf(Evaluation& evaluation, absl::Span<const Answer> answers) {
  Attainable result;
  Completions completions(evaluation, answers);
  JoinAll(completions, completions.Try(), &result);
  return result;
}

}  // namespace leadgrade::decision
