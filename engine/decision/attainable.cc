#include "engine/decision/attainable.h"

#include <algorithm>
#include <bit>

#include "engine/base/limits.h"

namespace leadgrade::decision {
namespace {

using cel::Value;

class Finder {
 public:
  Finder(Evaluation& evaluation, std::vector<DecisionIssue>* issues)
      : evaluation_(evaluation),
        bundle_(evaluation.bundle()),
        set_(bundle_.rule_sets[bundle_.grade.rule_set]),
        grade_slot_(set_.outputs[bundle_.grade.output].slot),
        first_fact_slot_(bundle_.schema.facts.empty() ? 0 : bundle_.schema.facts.front().slot),
        issues_(issues) {}

  Attainable Find() {
    Attainable result;
    const Grades known = RunGradeSets(issues_, &result.outcome);
    if (!Slot().is_unknown()) {
      result.grades = known.mask;
      result.always = known.always;
      return result;
    }
    AddOpen(Slot());
    // A trial may bring up facts that mattered to no condition before.
    bool tried = false;
    while (!tried && Combinations() <= base::kMaxCompletions) tried = TryAll();
    if (tried) {
      for (const Grades& grades : tried_) Join(grades, &result);
      FindMissing(&result);
    } else {
      Join(known, &result);
      result.exact = false;
      for (int fact : open_) AddMissing(fact, 0, &result);
    }
    // Where all is settled without them they can't matter.
    if (!result.exact) AddUntried(&result);
    if (std::popcount(result.grades) == 1 && result.always) {
      evaluation_.slots()[grade_slot_] =
          Value::Enum(bundle_.grade_enum.get(), std::countr_zero(result.grades));
    }
    return result;
  }

 private:
  struct Grades {
    uint64_t mask = 0;
    bool exact = true;
    bool always = true;
  };

  const Value& Slot() { return evaluation_.slots()[grade_slot_]; }

  Grades RunGradeSets(std::vector<DecisionIssue>* issues, Outcome* outcome) {
    for (int set : bundle_.grade_rule_sets) *outcome = evaluation_.Run(set, issues);
    Grades grades;
    if (!Slot().is_unknown()) {
      Add(Slot(), &grades);
      return grades;
    }
    if (outcome->possible.empty()) {
      // An aggregate of enumeration values: not followed further.
      Add(Slot(), &grades);
      grades.always = static_cast<size_t>(bundle_.grade.output) < set_.defaults.size() &&
                      set_.defaults[bundle_.grade.output] != nullptr;
    }
    for (int rule : outcome->possible) {
      const auto value = evaluation_.OutputOf(set_, rule, bundle_.grade.output);
      Add(value.value_or(Value::Null()), &grades);
    }
    // One of them, or none, but which is open.
    if (std::popcount(grades.mask) + (grades.always ? 0 : 1) > 1) grades.exact = false;
    return grades;
  }

  void Add(const Value& value, Grades* grades) {
    if (value.kind() == cel::Kind::kEnum) {
      grades->mask |= uint64_t{1} << value.ordinal();
    } else if (value.is_unknown()) {
      const size_t count = bundle_.grade_enum->values.size();
      grades->mask |= count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
      grades->exact = false;
    } else {
      grades->always = false;
    }
  }

  static void Join(const Grades& grades, Attainable* result) {
    result->grades |= grades.mask;
    result->exact &= grades.exact;
    result->always &= grades.always;
  }

  // Notes the facts that an unknown value hangs on; true where one is new.
  bool AddOpen(const Value& unknown) {
    bool added = false;
    for (int32_t slot : unknown.unknown_slots()) {
      const int fact = slot - first_fact_slot_;
      if (fact < 0 || fact >= static_cast<int>(bundle_.schema.facts.size())) continue;
      const bool followed = bundle_.answers[fact].exhaustive;
      std::vector<int>& list = followed ? open_ : unfollowed_;
      if (std::find(list.begin(), list.end(), fact) != list.end()) continue;
      list.push_back(fact);
      added |= followed;
    }
    std::sort(open_.begin(), open_.end());
    return added;
  }

  size_t Combinations() const {
    size_t product = 1;
    for (int fact : open_) {
      product *= bundle_.answers[fact].values.size();
      if (product > base::kMaxCompletions) break;
    }
    return product;
  }

  // Fills tried_, the first open fact turning slowest. False as soon as another fact turns out to
  // matter: it is added, and the caller starts again.
  bool TryAll() {
    const size_t count = Combinations();
    tried_.clear();
    FindDependents();
    absl::InlinedVector<size_t, 8> digits(open_.size(), 0);
    bool complete = true;
    for (size_t i = 0; i < count && complete; ++i) {
      evaluation_.BeginTrial();
      for (size_t k = 0; k < open_.size(); ++k) {
        evaluation_.slots()[first_fact_slot_ + open_[k]] =
            bundle_.answers[open_[k]].values[digits[k]];
      }
      Rederive();
      Outcome outcome;
      tried_.push_back(RunGradeSets(nullptr, &outcome));
      if (Slot().is_unknown() && AddOpen(Slot())) complete = false;
      for (size_t k = open_.size(); complete && k-- > 0;) {
        if (++digits[k] < bundle_.answers[open_[k]].values.size()) break;
        digits[k] = 0;
      }
    }
    evaluation_.EndTrial();
    return complete;
  }

  void FindDependents() {
    absl::InlinedVector<bool, 64> moves(bundle_.schema.facts.size(), false);
    for (int fact : open_) {
      for (int derived : bundle_.answers[fact].dependents) moves[derived] = true;
    }
    dependents_.clear();
    for (int derived : bundle_.schema.derivation_order) {
      if (moves[derived] && !evaluation_.stated()[derived]) dependents_.push_back(derived);
    }
  }

  void Rederive() {
    for (int derived : dependents_) {
      const facts::Fact& fact = bundle_.schema.facts[derived];
      evaluation_.slots()[fact.slot] = fact.derivation->Eval(evaluation_.context());
    }
  }

  void AddMissing(int fact, double remaining, Attainable* result) {
    result->missing.push_back({&bundle_.schema.facts[fact], remaining});
  }

  // What else may matter: unknown facts that were not tried, among them those that come up only
  // once one that is not followed is known.
  void AddUntried(Attainable* result) {
    for (int index : bundle_.grade_facts) {
      const facts::Fact& fact = bundle_.schema.facts[index];
      const bool open = std::find(open_.begin(), open_.end(), index) != open_.end();
      if (!open && fact.derivation == nullptr && evaluation_.slots()[fact.slot].is_unknown()) {
        AddMissing(index, std::popcount(result->grades), result);
      }
    }
  }

  // Along each open fact: does the answer matter, and how many grades does it leave on average?
  void FindMissing(Attainable* result) {
    size_t stride = tried_.size();
    for (int fact : open_) {
      const size_t answers = bundle_.answers[fact].values.size();
      stride /= answers;
      bool matters = !result->exact;
      double remaining = 0;
      for (size_t answer = 0; answer < answers; ++answer) {
        uint64_t left = 0;
        for (size_t i = 0; i < tried_.size(); ++i) {
          const size_t digit = i / stride % answers;
          if (digit != answer) continue;
          const Grades& first = tried_[i - digit * stride];
          left |= tried_[i].mask;
          matters |= tried_[i].mask != first.mask || tried_[i].always != first.always;
        }
        remaining += std::popcount(left);
      }
      if (matters) AddMissing(fact, remaining / static_cast<double>(answers), result);
    }
    std::stable_sort(result->missing.begin(), result->missing.end(),
                     [](const MissingFact& a, const MissingFact& b) {
                       return a.remaining_grades < b.remaining_grades;
                     });
  }

  Evaluation& evaluation_;
  const rules::Bundle& bundle_;
  const rules::RuleSet& set_;
  const int32_t grade_slot_;
  const int32_t first_fact_slot_;
  std::vector<DecisionIssue>* issues_;
  std::vector<int> open_, unfollowed_;  // fact indexes
  std::vector<int> dependents_;
  std::vector<Grades> tried_;
};

}  // namespace

Attainable FindAttainable(Evaluation& evaluation, std::vector<DecisionIssue>* issues) {
  return Finder(evaluation, issues).Find();
}

}  // namespace leadgrade::decision
