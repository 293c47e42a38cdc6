#include "engine/trial/comparison.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/decision/walk.h"

namespace leadgrade::trial {
namespace {

using decision::Decision;

std::set<std::string> CodesOf(const Decision& decision) {
  std::set<std::string> codes;
  for (const decision::NextAction& action : decision.actions) codes.insert(action.action->code);
  return codes;
}

void MergeDays(const std::vector<DayCount>& from, std::vector<DayCount>* to) {
  to->resize(std::max(from.size(), to->size()));
  for (size_t i = 0; i < from.size(); ++i) {
    (*to)[i].before += from[i].before;
    (*to)[i].after += from[i].after;
  }
}

}  // namespace

// What one bundle says of a lead at `now`.
struct Comparison::Outcome {
  std::string grade;
  bool provisional = false;
  bool faulty = false;
  std::optional<double> score;
  std::set<std::string> actions;
};

Comparison::Comparison(std::shared_ptr<const rules::Bundle> before,
                       std::shared_ptr<const rules::Bundle> after, const ComparisonOptions& options)
    : bundles_{std::move(before), std::move(after)},
      options_(options),
      today_(absl::ToCivilDay(options.now, bundles_[1]->time_zone)),
      end_(absl::FromCivil(today_ + options.days, bundles_[1]->time_zone)) {
  result_.days.resize(static_cast<size_t>(options.days));
}

void Comparison::Add(absl::string_view id, absl::string_view owner, const facts::Lead& lead) {
  const std::string name(id);
  const Outcome before = Take(0, lead), after = Take(1, lead);
  ++result_.leads;
  OwnerCount& count = result_.owners[std::string(owner)];
  ++count.leads;
  CountGrades(name, before, after, &count);
  CountActions(name, before, after, &count);
}

Comparison::Outcome Comparison::Take(int side, const facts::Lead& lead) {
  facts::Lead copy = lead;
  Outcome outcome;
  std::set<std::string> proposed;
  bool first = true;
  const auto visit = [&](const decision::Advanced& advanced) {
    const Decision& decision = advanced.decision;
    std::set<std::string> now = CodesOf(decision);
    if (first) {
      outcome.grade = decision::EffectiveGrade(decision);
      outcome.provisional = decision.provisional;
      outcome.faulty = !decision.issues.empty();
      outcome.score = decision.score;
      outcome.actions = now;
    } else {
      for (const std::string& code : now) {
        if (proposed.count(code) == 0) CountDay(side, code, decision.now);
      }
    }
    first = false;
    proposed = std::move(now);
  };
  const absl::Time end = std::max(end_, options_.now);
  const absl::Time known = decision::Walk(bundles_[side], &copy, options_.now, end, visit);
  if (options_.days > 0 && known < end) {
    ++(side == 0 ? result_.beyond_before : result_.beyond_after);
  }
  return outcome;
}

void Comparison::CountGrades(const std::string& id, const Outcome& before, const Outcome& after,
                             OwnerCount* owner) {
  TransitionCount& transition = result_.transitions[{before.grade, after.grade}];
  ++transition.leads;
  AddExample(id, &transition.examples);
  result_.provisional_before += before.provisional ? 1 : 0;
  result_.provisional_after += after.provisional ? 1 : 0;
  result_.faulty_before += before.faulty ? 1 : 0;
  result_.faulty_after += after.faulty ? 1 : 0;
  if (before.score.has_value() && after.score.has_value() && *before.score != *after.score) {
    ++result_.rescored;
  }
  if (before.grade == after.grade) return;
  ++owner->regraded;
  const int direction = Direction(before, after);
  owner->raised += direction > 0 ? 1 : 0;
  owner->lowered += direction < 0 ? 1 : 0;
}

int Comparison::Direction(const Outcome& before, const Outcome& after) const {
  // By the new bundle's order, which both grades have to be in.
  const cel::EnumType& grades = *bundles_[1]->grade_enum;
  const auto was = grades.OrdinalOf(before.grade), is = grades.OrdinalOf(after.grade);
  if (!was.has_value() || !is.has_value() || *was == *is) return 0;
  return *is > *was ? 1 : -1;
}

void Comparison::CountActions(const std::string& id, const Outcome& before, const Outcome& after,
                              OwnerCount* owner) {
  for (const std::string& code : before.actions) {
    ActionCount& count = result_.actions[code];
    ++count.before;
    ++owner->before;
    if (after.actions.count(code) > 0) continue;
    ++count.stopped;
    ++owner->stopped;
    AddExample(id, &count.examples);
  }
  for (const std::string& code : after.actions) {
    ActionCount& count = result_.actions[code];
    ++count.after;
    ++owner->after;
    if (before.actions.count(code) > 0) continue;
    ++count.started;
    ++owner->started;
    AddExample(id, &count.examples);
    CountDay(1, code, options_.now);
  }
}

void Comparison::CountDay(int side, const std::string& code, absl::Time time) {
  const auto day = absl::ToCivilDay(time, bundles_[1]->time_zone) - today_;
  if (day < 0 || day >= options_.days) return;
  std::vector<DayCount>& of_action = result_.action_days[code];
  of_action.resize(result_.days.size());
  for (DayCount* count :
       {&result_.days[static_cast<size_t>(day)], &of_action[static_cast<size_t>(day)]}) {
    ++(side == 0 ? count->before : count->after);
  }
}

void Comparison::AddExample(const std::string& id, std::set<std::string>* examples) const {
  if (examples->size() >= options_.examples) {
    if (examples->empty() || *examples->rbegin() <= id) return;
    examples->erase(std::prev(examples->end()));
  }
  examples->insert(id);
}

void Comparison::Merge(const Comparison& other) {
  const ComparisonResult& from = other.result_;
  result_.leads += from.leads;
  for (const auto& [transition, count] : from.transitions) {
    TransitionCount& to = result_.transitions[transition];
    to.leads += count.leads;
    for (const std::string& id : count.examples) AddExample(id, &to.examples);
  }
  result_.provisional_before += from.provisional_before;
  result_.provisional_after += from.provisional_after;
  result_.faulty_before += from.faulty_before;
  result_.faulty_after += from.faulty_after;
  result_.rescored += from.rescored;
  for (const auto& [code, count] : from.actions) {
    ActionCount& to = result_.actions[code];
    to.before += count.before;
    to.after += count.after;
    to.started += count.started;
    to.stopped += count.stopped;
    for (const std::string& id : count.examples) AddExample(id, &to.examples);
  }
  for (const auto& [owner, count] : from.owners) {
    OwnerCount& to = result_.owners[owner];
    to.leads += count.leads;
    to.regraded += count.regraded;
    to.raised += count.raised;
    to.lowered += count.lowered;
    to.before += count.before;
    to.after += count.after;
    to.started += count.started;
    to.stopped += count.stopped;
  }
  MergeDays(from.days, &result_.days);
  for (const auto& [code, days] : from.action_days) MergeDays(days, &result_.action_days[code]);
  result_.beyond_before += from.beyond_before;
  result_.beyond_after += from.beyond_after;
}

}  // namespace leadgrade::trial
