#include "engine/decision/questions.h"

#include <algorithm>
#include <bit>

#include "engine/decision/attainable.h"
#include "engine/facts/statements.h"
#include "engine/rules/answers.h"

namespace leadgrade::decision {
namespace {

int Worst(uint64_t grades) { return grades == 0 ? -1 : std::countr_zero(grades); }
int Best(uint64_t grades) { return grades == 0 ? -1 : 63 - std::countl_zero(grades); }

bool IsConfirmed(const rules::Bundle& bundle, const facts::Lead& lead, const facts::Fact& fact,
                 absl::Time now) {
  const facts::Belief belief =
      facts::BeliefIn(lead, fact.name, bundle.schema.source_roles.get(), now);
  return belief.status == facts::FactStatus::kConfirmed && !belief.conflicted;
}

}  // namespace

std::vector<double> Likelihoods(const rules::Bundle& bundle, int fact) {
  const size_t count = bundle.answers[fact].values.size();
  const std::vector<double>& told = bundle.schema.facts[fact].likelihood;
  if (told.size() == count) return told;
  return std::vector<double>(count, 1.0 / static_cast<double>(std::max<size_t>(count, 1)));
}

std::vector<Question> FindQuestions(Evaluation& evaluation, const facts::Lead& lead,
                                    uint64_t attainable) {
  const rules::Bundle& bundle = evaluation.bundle();
  std::vector<Question> questions;
  for (int index : bundle.grade_facts) {
    const facts::Fact& fact = bundle.schema.facts[index];
    const bool known = !evaluation.slots()[fact.slot].is_unknown();
    if (fact.derivation != nullptr ||
        (known && IsConfirmed(bundle, lead, fact, evaluation.context().now))) {
      continue;
    }
    Question question;
    question.fact = &fact;
    question.unconfirmed = known;
    question.exact = bundle.answers[index].exhaustive;
    const auto& values = bundle.answers[index].values;
    const std::vector<double> likelihoods = Likelihoods(bundle, index);
    for (size_t i = 0; i < values.size(); ++i) {
      const Answer answer{index, values[i]};
      const Attainable after = FindAttainableIf(evaluation, {&answer, 1});
      AnswerOutcome& outcome = question.answers.emplace_back();
      if (!rules::StandsForOthers(values[i])) outcome.value = facts::ToFactValue(values[i]);
      outcome.likelihood = likelihoods[i];
      outcome.grade = Worst(after.grades);
      outcome.potential_grade = Best(after.grades);
      question.expected_change += likelihoods[i] * std::popcount(after.grades ^ attainable);
      question.exact &= after.exact;
    }
    // Of one whose answers can't be tried nothing says that they change nothing.
    const bool may_change = !question.exact && !known && std::popcount(attainable) > 1;
    if (question.expected_change > 0 || may_change) questions.push_back(std::move(question));
  }
  std::stable_sort(questions.begin(), questions.end(), [](const Question& a, const Question& b) {
    return a.expected_change > b.expected_change;
  });
  return questions;
}

}  // namespace leadgrade::decision
