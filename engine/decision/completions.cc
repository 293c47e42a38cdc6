#include "engine/decision/completions.h"

#include <algorithm>
#include <bit>

#include "engine/base/limits.h"

namespace leadgrade::decision {
namespace {

using cel::Value;
using facts::Provenance;

class GradeSetRun {
 public:
  GradeSetRun(Evaluation& evaluation)
      : evaluation_(evaluation),
        bundle_(evaluation.bundle()),
        set_(bundle_.rule_sets[bundle_.grade.rule_set]) {}

  GradeSet Run(std::vector<DecisionIssue>* issues, Outcome* outcome, const Outcome* less_known) {
    for (int set : bundle_.grade_rule_sets) {
      *outcome = evaluation_.Run(set, issues, set == bundle_.grade.rule_set ? less_known : nullptr);
    }
    const Value& slot = evaluation_.slots()[set_.outputs[bundle_.grade.output].slot];
    if (!slot.is_unknown()) {
      Add(slot);
      return grades_;
    }
    if (outcome->possible.empty()) {
      // An aggregate of enumeration values: not followed further.
      Add(slot);
      grades_.always = static_cast<size_t>(bundle_.grade.output) < set_.defaults.size() &&
                       set_.defaults[bundle_.grade.output] != nullptr;
    }
    for (int rule : outcome->possible) {
      const auto value = evaluation_.OutputOf(set_, rule, bundle_.grade.output);
      Add(value.value_or(Value::Null()));
    }
    // One of them, or none, but which is open.
    if (std::popcount(grades_.mask) + (grades_.always ? 0 : 1) > 1) grades_.exact = false;
    return grades_;
  }

 private:
  void Add(const Value& value) {
    if (value.kind() == cel::Kind::kEnum) {
      grades_.mask |= uint64_t{1} << value.ordinal();
    } else if (value.is_unknown()) {
      const size_t count = bundle_.grade_enum->values.size();
      grades_.mask |= count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
      grades_.exact = false;
    } else {
      grades_.always = false;
    }
  }

  Evaluation& evaluation_;
  const rules::Bundle& bundle_;
  const rules::RuleSet& set_;
  GradeSet grades_;
};

// As many as most leads need.
constexpr size_t kLeavesAtFirst = 64;

const Value kNotAndConfirmed[] = {Value::Bool(false), Value::Bool(true)};

bool Same(const GradeSet& a, const GradeSet& b) { return a.mask == b.mask && a.always == b.always; }

}  // namespace

GradeSet RunGradeSets(Evaluation& evaluation, std::vector<DecisionIssue>* issues, Outcome* outcome,
                      const Outcome* less_known) {
  return GradeSetRun(evaluation).Run(issues, outcome, less_known);
}

Completions::Completions(Evaluation& evaluation, absl::Span<const Answer> given)
    : evaluation_(evaluation),
      bundle_(evaluation.bundle()),
      given_(given.begin(), given.end()),
      first_fact_slot_(bundle_.schema.facts.empty() ? 0 : bundle_.schema.facts.front().slot),
      grade_slot_(bundle_.rule_sets[bundle_.grade.rule_set].outputs[bundle_.grade.output].slot) {
  FindAsked();
  FindToBeTried();
}

void Completions::FindAsked() {
  const auto& attributes = bundle_.schema.attributes;
  const auto slots = evaluation_.slots();
  for (int index : bundle_.grade_attributes) {
    const facts::FactAttribute& attribute = attributes[index];
    auto it = std::find_if(asked_.begin(), asked_.end(),
                           [&](const Asked& asked) { return asked.fact == attribute.fact; });
    if (it == asked_.end()) {
      asked_.push_back({attribute.fact, bundle_.schema.facts[attribute.fact].slot});
      it = asked_.end() - 1;
      it->is_known = !slots[it->value].is_unknown();
    }
    switch (attribute.what) {
      case Provenance::kConfirmed:
        it->confirmed = attribute.slot;
        it->is_open = !slots[attribute.slot].is_true();
        break;
      case Provenance::kConflicted:
        it->conflicted = attribute.slot;
        it->is_conflicted = slots[attribute.slot].is_true();
        break;
      case Provenance::kAge:
        it->age = attribute.slot;
        break;
      case Provenance::kSourceRole:
        it->role = attribute.slot;
        break;
    }
  }
  for (Asked& asked : asked_) {
    if (!asked.is_conflicted || asked.confirmed >= 0) continue;
    // What ends the conflict.
    asked.is_open = true;
    for (const facts::FactAttribute& attribute : attributes) {
      if (attribute.fact == asked.fact && attribute.what == Provenance::kConfirmed) {
        asked.confirmed = attribute.slot;
      }
    }
  }
}

void Completions::FindToBeTried() {
  to_be_tried_.assign(evaluation_.slots().size(), false);
  for (int index : bundle_.grade_facts) {
    const rules::Answers& answers = bundle_.answers[index];
    const facts::Fact& fact = bundle_.schema.facts[index];
    const bool open = fact.derivation == nullptr && evaluation_.slots()[fact.slot].is_unknown() &&
                      !IsGiven(index);
    if (!open || !answers.known_asked) continue;
    asks_known_ = true;
    asks_untried_ |= !answers.exhaustive;
    to_be_tried_[fact.slot] = answers.exhaustive;
  }
  for (const Asked& asked : asked_) {
    if (asked.confirmed >= 0) to_be_tried_[asked.confirmed] = true;
    if (asked.role >= 0) to_be_tried_[asked.role] = true;
  }
}

bool Completions::AsksHowKnown() const {
  return asks_known_ || std::any_of(asked_.begin(), asked_.end(), [](const Asked& asked) {
           return asked.is_open || (asked.role >= 0 && !asked.is_known);
         });
}

bool Completions::IsGiven(int fact) const {
  return std::any_of(given_.begin(), given_.end(),
                     [fact](const Answer& answer) { return answer.first == fact; });
}

void Completions::PrepareTrials() {
  unknown_in_.assign(evaluation_.slots().size(), -1);
  for (Asked& asked : asked_) {
    asked.value_unknown = UnknownFor(asked.value);
    if (asked.confirmed >= 0) asked.confirmed_unknown = UnknownFor(asked.confirmed);
    if (asked.role >= 0) asked.role_unknown = UnknownFor(asked.role);
  }
  FindDependents();
  leaves_.reserve(kLeavesAtFirst);
}

bool Completions::Try() {
  PrepareTrials();
  evaluation_.context().to_be_tried = &to_be_tried_;
  Search(nullptr);
  evaluation_.context().to_be_tried = nullptr;
  evaluation_.EndTrial();
  for (Leaf& leaf : leaves_) Complete(&leaf);
  return evaluations_ <= base::kMaxCompletions;
}

void Completions::Search(const Outcome* less_known) {
  if (++evaluations_ > base::kMaxCompletions) return;
  Outcome outcome;
  GradeSet grades = Evaluate(less_known, &outcome);
  grades.exact &= !asks_untried_;
  if (evaluations_ == 1) root_ = grades;
  const Value& slot = evaluation_.slots()[grade_slot_];
  const int unknown = slot.is_unknown() ? NextOf(slot) : -1;
  if (unknown < 0) {
    // Where it is open because something stays unknown, what it would be otherwise tells.
    if (!slot.is_unknown() || !HangsOnWhatStays(slot)) leaves_.push_back({digits_, grades});
    return;
  }
  const Unknown& asked = unknowns_[unknown];
  const int answers = static_cast<int>(asked.answers.size());
  const bool may_stay = asked.may_stay && !IsConfirmed(asked.fact);
  const int32_t asked_slot = asked.slot;
  const size_t branch = branches_.size();
  branches_.push_back({unknown, {}});
  for (int answer = 0; answer < answers + (may_stay ? 1 : 0); ++answer) {
    digits_[unknown] = static_cast<int8_t>(answer);
    if (answer == answers) to_be_tried_[asked_slot] = false;
    const size_t begin = leaves_.size();
    Search(&outcome);
    branches_[branch].ranges.push_back({begin, leaves_.size()});
  }
  if (may_stay) to_be_tried_[asked_slot] = true;
  digits_[unknown] = -1;
}

void Completions::Complete(Leaf* leaf) const {
  leaf->answers.resize(unknowns_.size(), -1);
  for (size_t i = 0; i < unknowns_.size(); ++i) {
    if (unknowns_[i].of == Unknown::Of::kFact) continue;
    const int value = Find(bundle_.schema.facts[unknowns_[i].fact].slot);
    if (value >= 0 && leaf->answers[value] == static_cast<int>(unknowns_[value].answers.size())) {
      leaf->answers[i] = 0;
    }
  }
}

bool Completions::HangsOnWhatStays(const Value& value) const {
  const auto slots = value.unknown_slots();
  return std::any_of(slots.begin(), slots.end(), [&](int32_t slot) { return Stays(slot); });
}

bool Completions::Stays(int32_t slot) const {
  const int unknown = Find(slot);
  return unknown >= 0 && digits_[unknown] == static_cast<int>(unknowns_[unknown].answers.size());
}

bool Completions::IsConfirmed(int fact) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const Value* answer = asked.fact == fact ? AnswerIn(asked.confirmed) : nullptr;
    return answer != nullptr && answer->is_true();
  });
}

GradeSet Completions::Evaluate(const Outcome* less_known, Outcome* outcome) {
  evaluation_.BeginTrial();
  const auto slots = evaluation_.slots();
  for (const Answer& answer : given_) slots[first_fact_slot_ + answer.first] = answer.second;
  for (size_t i = 0; i < unknowns_.size(); ++i) {
    if (unknowns_[i].of != Unknown::Of::kFact) continue;
    if (const Value* answer = AnswerIn(unknowns_[i].slot)) slots[unknowns_[i].slot] = *answer;
  }
  for (const Asked& asked : asked_) SetAttributes(asked);
  for (int derived : dependents_) {
    const facts::Fact& fact = bundle_.schema.facts[derived];
    slots[fact.slot] = fact.derivation->Eval(evaluation_.context());
  }
  return RunGradeSets(evaluation_, nullptr, outcome, less_known);
}

void Completions::SetAttributes(const Asked& asked) {
  const auto slots = evaluation_.slots();
  const bool given = IsGiven(asked.fact);
  const bool told = given || AnswerIn(asked.value) != nullptr;  // by an answer, as of now
  const auto answer_or = [this](int32_t slot, const Value& unknown) {
    const Value* answer = AnswerIn(slot);
    return answer != nullptr ? *answer : unknown;
  };
  if (asked.confirmed >= 0 && (given || asked.is_open)) {
    const Value confirmed = given ? Value::Bool(true)
                            : Stays(asked.value)
                                ? Value::Bool(false)
                                : answer_or(asked.confirmed, asked.confirmed_unknown);
    slots[asked.confirmed] = confirmed;
    if (asked.conflicted >= 0 && asked.is_conflicted) {
      slots[asked.conflicted] =
          confirmed.is_unknown() ? confirmed : Value::Bool(!confirmed.is_true());
    }
  }
  if (asked.age >= 0 && told) slots[asked.age] = Value::Duration(absl::ZeroDuration());
  if (asked.role < 0) return;
  if (told) {
    slots[asked.role] = answer_or(asked.role, asked.role_unknown);
  } else if (!asked.is_known) {
    slots[asked.role] = Stays(asked.value) ? Value::Null() : asked.value_unknown;
  }
}

Value Completions::UnknownFor(int32_t slot) const {
  return evaluation_.context().arena->MakeUnknown({&slot, 1});
}

int Completions::Find(int32_t slot) const { return slot < 0 ? -1 : unknown_in_[slot]; }

const Value* Completions::AnswerIn(int32_t slot) const {
  const int unknown = Find(slot);
  if (unknown < 0 || digits_[unknown] < 0) return nullptr;
  const auto& answers = unknowns_[unknown].answers;
  const auto digit = static_cast<size_t>(digits_[unknown]);
  return digit < answers.size() ? &answers[digit] : nullptr;
}

int Completions::Open(Unknown unknown) {
  unknown_in_[unknown.slot] = static_cast<int16_t>(unknowns_.size());
  unknowns_.push_back(unknown);
  digits_.push_back(-1);
  FindDependents();
  return static_cast<int>(unknowns_.size()) - 1;
}

int Completions::NextOf(const Value& value) {
  const auto& facts = bundle_.schema.facts;
  for (int32_t slot : value.unknown_slots()) {
    if (const int known = Find(slot); known >= 0) {
      if (digits_[known] < 0) return known;
      continue;
    }
    const int fact = slot - first_fact_slot_;
    if (fact >= 0 && fact < static_cast<int>(facts.size())) {
      // One that is known is unknown in another respect, which no answer to it tells.
      if (!evaluation_.slots()[slot].is_unknown()) continue;
      const rules::Answers& answers = bundle_.answers[fact];
      if (!answers.exhaustive) continue;
      return Open({Unknown::Of::kFact, fact, slot, answers.values, answers.known_asked});
    }
    for (const Asked& asked : asked_) {
      if (slot == asked.confirmed) {
        return Open({Unknown::Of::kConfirmed, asked.fact, slot, kNotAndConfirmed, false});
      }
      if (slot == asked.role) {
        return Open({Unknown::Of::kSourceRole, asked.fact, slot, Roles(), false});
      }
    }
  }
  return -1;
}

absl::Span<const Value> Completions::Roles() {
  if (roles_.empty()) {
    const cel::EnumType* roles = bundle_.schema.source_roles.get();
    roles_.push_back(Value::Null());
    for (size_t i = 0; i < roles->values.size(); ++i) {
      roles_.push_back(Value::Enum(roles, static_cast<int>(i)));
    }
  }
  return roles_;
}

void Completions::FindDependents() {
  absl::InlinedVector<bool, 64> moves(bundle_.schema.facts.size(), false);
  const auto add = [&](int fact) {
    for (int derived : bundle_.answers[fact].dependents) moves[derived] = true;
  };
  for (const Answer& answer : given_) add(answer.first);
  for (const Asked& asked : asked_) add(asked.fact);
  for (const Unknown& unknown : unknowns_) add(unknown.fact);
  // Whether these are known is open, before any answer to them.
  for (int fact : bundle_.grade_facts) {
    if (to_be_tried_[bundle_.schema.facts[fact].slot]) add(fact);
  }
  dependents_.clear();
  for (int derived : bundle_.schema.derivation_order) {
    if (moves[derived] && !evaluation_.stated()[derived]) dependents_.push_back(derived);
  }
}

bool Completions::Differ(const Range& a, const Range& b, int unknown) const {
  // What a fact is and whether that is confirmed is told at once; who says it is another matter.
  const auto may_differ = [&](const Unknown& other) {
    return other.of != Unknown::Of::kSourceRole && other.fact == unknowns_[unknown].fact;
  };
  const auto agree = [&](const Leaf& x, const Leaf& y) {
    for (size_t i = 0; i < unknowns_.size(); ++i) {
      if (may_differ(unknowns_[i])) continue;
      if (x.answers[i] >= 0 && y.answers[i] >= 0 && x.answers[i] != y.answers[i]) return false;
    }
    return true;
  };
  for (size_t i = a.begin; i < a.end; ++i) {
    for (size_t k = b.begin; k < b.end; ++k) {
      if (!Same(leaves_[i].grades, leaves_[k].grades) && agree(leaves_[i], leaves_[k])) return true;
    }
  }
  return false;
}

bool Completions::Matters(int unknown) const {
  for (const Branch& branch : branches_) {
    if (branch.unknown != unknown) continue;
    for (size_t i = 0; i < branch.ranges.size(); ++i) {
      for (size_t k = i + 1; k < branch.ranges.size(); ++k) {
        if (Differ(branch.ranges[i], branch.ranges[k], unknown)) return true;
      }
    }
  }
  return false;
}

uint64_t Completions::GradesAfter(int unknown, int answer) const {
  uint64_t mask = 0;
  for (const Leaf& leaf : leaves_) {
    const int given = leaf.answers[unknown];
    if (given < 0 || given == answer) mask |= leaf.grades.mask;
  }
  return mask;
}

}  // namespace leadgrade::decision
