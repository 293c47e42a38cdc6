#include "engine/decision/improvements.h"

#include <algorithm>
#include <bit>

#include "engine/base/limits.h"
#include "engine/decision/attainable.h"
#include "engine/facts/statements.h"
#include "engine/rules/answers.h"

namespace leadgrade::decision {
namespace {

class Finder {
 public:
  Finder(Evaluation& evaluation, const facts::Lead& lead, int grade)
      : evaluation_(evaluation), bundle_(evaluation.bundle()), grade_(grade) {
    for (int index : bundle_.grade_facts) AddCandidate(lead, index);
  }

  Improvements Find() {
    // Smaller sets first, so that what they reach need not be looked for again.
    for (int size = 1; size <= kMaxChangesInSet; ++size) Choose(0, size);
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::pair(-a.grade, a.cost) < std::pair(-b.grade, b.cost);
    });
    Improvements out;
    out.complete = trials_ <= base::kMaxImprovementTrials;
    int of_grade = 0;
    for (size_t i = 0; i < found_.size(); ++i) {
      of_grade = i > 0 && found_[i].grade == found_[i - 1].grade ? of_grade + 1 : 0;
      if (of_grade < kMaxImprovementsPerGrade) out.sets.push_back(Write(found_[i]));
    }
    return out;
  }

 private:
  struct Candidate {
    int fact;
    std::vector<cel::Value> values;  // other than the confirmed one
    std::optional<facts::FactValue> now;
  };
  struct Found {
    int grade;
    std::vector<std::pair<int, int>> choices;  // candidate and its value, rising
    double cost;
  };

  void AddCandidate(const facts::Lead& lead, int index) {
    const facts::Fact& fact = bundle_.schema.facts[index];
    const rules::Answers& answers = bundle_.answers[index];
    if (fact.derivation != nullptr || !fact.changeable || !answers.exhaustive) return;
    Candidate candidate;
    candidate.fact = index;
    const facts::Belief belief = facts::BeliefIn(lead, fact.name, bundle_.schema.source_roles.get(),
                                                 evaluation_.context().now);
    if (belief.value != nullptr) candidate.now = *belief.value;
    for (const cel::Value& value : answers.values) {
      const auto written = facts::ToFactValue(value);
      // A value that stands for all that no rule names is nothing to aim for.
      const bool named = written.has_value() && !rules::StandsForOthers(value);
      const bool same = candidate.now.has_value() && written == candidate.now;
      if (named && !(same && belief.status == facts::FactStatus::kConfirmed)) {
        candidate.values.push_back(value);
      }
    }
    if (!candidate.values.empty()) candidates_.push_back(std::move(candidate));
  }

  void Choose(size_t from, int size) {
    if (size == 0) return TryChosen();
    for (size_t i = from; i < candidates_.size(); ++i) {
      for (size_t value = 0; value < candidates_[i].values.size(); ++value) {
        if (trials_ > base::kMaxImprovementTrials) return;
        chosen_.emplace_back(static_cast<int>(i), static_cast<int>(value));
        Choose(i + 1, size - 1);
        chosen_.pop_back();
      }
    }
  }

  // The best grade that a part of what is chosen gives already; none that gives the top can be
  // bettered.
  int BestOfParts() const {
    int best = grade_;
    for (const Found& found : found_) {
      const bool part =
          std::includes(chosen_.begin(), chosen_.end(), found.choices.begin(), found.choices.end());
      if (part) best = std::max(best, found.grade);
    }
    return best;
  }

  void TryChosen() {
    const int best = BestOfParts();
    if (best + 1 >= static_cast<int>(bundle_.grade_enum->values.size())) return;
    if (++trials_ > base::kMaxImprovementTrials) return;
    std::vector<Answer> answers;
    double cost = 0;
    for (const auto& [candidate, value] : chosen_) {
      const Candidate& of = candidates_[candidate];
      answers.emplace_back(of.fact, of.values[value]);
      cost += bundle_.schema.facts[of.fact].change_cost;
    }
    const Attainable after = FindAttainableIf(evaluation_, answers);
    if (!after.always || after.grades == 0) return;
    const int grade = std::countr_zero(after.grades);
    if (grade > best) found_.push_back({grade, chosen_, cost});
  }

  Improvement Write(const Found& found) const {
    Improvement out;
    out.grade = found.grade;
    out.cost = found.cost;
    for (const auto& [candidate, value] : found.choices) {
      const Candidate& of = candidates_[candidate];
      out.changes.push_back({&bundle_.schema.facts[of.fact], of.now,
                             facts::ToFactValue(of.values[value]).value_or(facts::FactValue())});
    }
    return out;
  }

  Evaluation& evaluation_;
  const rules::Bundle& bundle_;
  const int grade_;
  std::vector<Candidate> candidates_;
  std::vector<std::pair<int, int>> chosen_;
  std::vector<Found> found_;
  int trials_ = 0;
};

}  // namespace

Improvements FindImprovements(Evaluation& evaluation, const facts::Lead& lead, int grade) {
  return Finder(evaluation, lead, grade).Find();
}

}  // namespace leadgrade::decision
