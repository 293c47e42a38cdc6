#include "tests/simulation/oracle.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "engine/decision/valid_until.h"

namespace leadgrade::simulation {
namespace {

// Entering a grade may change what the rules say; they are asked again so often at one instant.
constexpr int kMaxChangesPerInstant = 4;

}  // namespace

std::vector<Oracle::Said> Oracle::Order(const Input& input, absl::Time now) {
  const auto step = [&](absl::Time time) { return std::max(std::min(time, now), decided_); };
  std::vector<Said> order;
  for (const auto& event : input.events) {
    if (event_ids_.insert(event.event_id).second) order.push_back({step(event.time), &event, {}});
  }
  for (const auto& fact : input.facts) {
    const absl::Time said = fact.second.has_value() ? fact.second->observed_time : now;
    order.push_back({step(said), nullptr, &fact});
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Said& a, const Said& b) { return a.step < b.step; });
  return order;
}

void Oracle::Apply(const Said& said) {
  if (said.event != nullptr) {
    lead_.timeline.push_back({said.event->time, said.event->type, said.event->amount});
    std::stable_sort(lead_.timeline.begin(), lead_.timeline.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    return;
  }
  const auto& [name, statement] = *said.fact;
  if (!statement.has_value()) {
    lead_.facts.erase(name);
    return;
  }
  facts::Statements kept;
  for (const facts::StatedFact& other : lead_.facts[name]) {
    if (other.source != statement->source) kept.push_back(other);
  }
  kept.push_back(*statement);
  lead_.facts[name] = kept;
}

void Oracle::Take(const Input& input, absl::Time now, absl::Time drained) {
  if (decided_ != absl::InfinitePast()) GoOn(drained);
  const std::vector<Said> order = Order(input, now);
  // Nothing new: nothing is written.
  if (order.empty()) return;
  // What is said late is judged as of its own time, unless something was decided since.
  looked_ = decided_;
  absl::Time known = absl::InfinitePast();
  for (size_t i = 0; i < order.size();) {
    const absl::Time time = order[i].step;
    if (decided_ != absl::InfinitePast()) StepThrough(time, false, known);
    for (; i < order.size() && order[i].step == time; ++i) Apply(order[i]);
    known = now;
    Settle(time, known);
  }
  StepThrough(now, true, known);
}

absl::Time Oracle::NextTurn() const {
  absl::Time next = absl::InfiniteFuture();
  const auto add = [&](absl::Time time) {
    if (time > looked_) next = std::min(next, time);
  };
  // A midnight may come twice, or not at all.
  const absl::CivilDay today = absl::ToCivilDay(looked_, bundle_->time_zone);
  for (const absl::CivilDay day : {today, today + 1}) {
    const auto midnight = bundle_->time_zone.At(absl::CivilSecond(day));
    add(midnight.pre);
    add(midnight.trans);
    add(midnight.post);
  }
  for (const auto& event : lead_.timeline) add(event.time);
  for (const auto& [name, statements] : lead_.facts) {
    for (const auto& statement : statements) add(statement.expire_time);
  }
  return next;
}

void Oracle::StepThrough(absl::Time end, bool inclusive, absl::Time known) {
  while (true) {
    const absl::Time turn = NextTurn();
    if (turn > end || (turn == end && !inclusive)) return;
    looked_ = turn;
    if (!decision::SameAnswer(last_, Decide(turn))) Settle(turn, std::max(turn, known));
  }
}

void Oracle::Settle(absl::Time time, absl::Time known) {
  decision::Decision decision = Decide(time);
  for (int i = 0; i < kMaxChangesPerInstant && decision.grade >= 0; ++i) {
    const std::string& grade = decision::GradeName(decision, decision.grade);
    const std::string from = lead_.grade_history.empty() ? "" : lead_.grade_history.back().to;
    if (grade == from) break;
    const rules::Rule* rule = decision::SettlingRule(decision);
    facts::GradeChange change;
    change.time = time;
    change.from = from;
    change.to = grade;
    if (rule != nullptr) change.rule = rule->id;
    changes_.push_back({time, known, from, grade, change.rule});
    lead_.grade_history.push_back(std::move(change));
    decision = Decide(time);
  }
  last_ = std::move(decision);
  looked_ = decided_ = time;
}

decision::Decision Oracle::Decide(absl::Time time) const {
  decision::DecideOptions options;
  options.valid_until = false;
  return decision::Decide(bundle_, lead_, time, options);
}

decision::Decision Oracle::At(absl::Time now) const {
  Oracle copy = *this;
  copy.GoOn(now);
  return copy.Decide(now);
}

std::vector<Oracle::Step> Oracle::Ahead(absl::Time now, absl::Time end) const {
  Oracle copy = *this;
  copy.GoOn(now);
  std::vector<Step> steps;
  for (absl::Time time = now; time <= end; time = copy.NextTurn()) {
    copy.looked_ = std::max(copy.looked_, time);
    if (time > now && !decision::SameAnswer(copy.last_, copy.Decide(time))) {
      copy.Settle(time, time);
    }
    const int grade = copy.last_.grade;
    const int potential = copy.last_.potential_grade;
    if (steps.empty() || steps.back().grade != grade || steps.back().potential != potential) {
      steps.push_back({time, grade, potential});
    }
  }
  return steps;
}

}  // namespace leadgrade::simulation
