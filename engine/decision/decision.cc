#include "engine/decision/decision.h"

#include <algorithm>

#include "engine/decision/attainable.h"
#include "engine/decision/evaluation.h"
#include "engine/decision/valid_until.h"
#include "engine/facts/grades.h"

namespace leadgrade::decision {
namespace {

using cel::Value;

class Decider {
 public:
  Decider(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
          absl::Time now, const std::vector<NextAction>* open)
      : bundle_(*bundle),
        lead_(lead),
        open_(open),
        evaluation_(*bundle, lead, now),
        decision_(decided_.decision),
        attainable_(decided_.attainable) {
    decision_.bundle = bundle;
    decision_.now = now;
  }

  Decided Decide(Scope scope, bool fact_values, const Decided* before) {
    for (const facts::UnreadableFact& fact : evaluation_.notes().unreadable) {
      decision_.issues.push_back({"unreadable-fact", "", "", fact.fact + ": " + fact.reason});
    }
    TakeConflicts();
    if (const auto* set = facts::OverrideInForce(lead_, decision_.now)) {
      decision_.grade_override = *set;
    }
    const bool grade_only = scope == Scope::kGradeAndHolds;
    if (before != nullptr && decision_.now < before->holds.grade) {
      attainable_ = KeepAttainable(evaluation_, before->attainable, &decision_.issues);
      decision_.missing = before->decision.missing;
    } else {
      attainable_ = FindAttainable(evaluation_, &decision_.issues, !grade_only);
      decision_.missing = std::move(attainable_.missing);
    }
    TakeGrades();
    if (!grade_only) TakeRuleSets();
    if (fact_values) TakeFactValues();
    decided_.holds = scope == Scope::kAnswer ? Holds{decision_.now, decision_.now}
                                             : HoldsAtLeastUntil(evaluation_, lead_, grade_only);
    return std::move(decided_);
  }

 private:
  void TakeConflicts() {
    for (int index : evaluation_.notes().conflicted) {
      const facts::Fact& fact = bundle_.schema.facts[index];
      FactConflict& conflict = decision_.conflicts.emplace_back();
      conflict.fact = &fact;
      for (const facts::StatedFact& statement : lead_.facts.find(fact.name)->second) {
        if (statement.expire_time > decision_.now) conflict.statements.push_back(statement);
      }
    }
  }

  void TakeGrades() {
    decision_.attainable_exact = attainable_.exact;
    for (int grade = static_cast<int>(bundle_.grade_enum->values.size()) - 1; grade >= 0; --grade) {
      if (attainable_.grades >> grade & 1) decision_.attainable.push_back(grade);
    }
    if (!decision_.attainable.empty()) {
      decision_.potential_grade = decision_.attainable.front();
      decision_.grade = decision_.attainable.back();
    }
    if (!attainable_.always && decision_.issues.empty()) {
      decision_.issues.push_back(
          {"no-outcome", bundle_.rule_sets[bundle_.grade.rule_set].name, "",
           attainable_.exact ? "for some of the answers that are missing there is no grade"
                             : "for some of the answers that are missing there may be no grade"});
    }
  }

  void TakeRuleSets() {
    AddReasons(bundle_.grade.rule_set, attainable_.outcome);
    for (int set : bundle_.evaluation_order) {
      if (set == bundle_.grade.rule_set) continue;
      const bool ran = bundle_.rule_sets[set].of_grade;
      const Outcome outcome = evaluation_.Run(set, ran ? nullptr : &decision_.issues);
      AddReasons(set, outcome);
      if (set == bundle_.score.rule_set) TakeScore(outcome);
      if (set == bundle_.actions_output.rule_set) TakeActions(outcome);
    }
    if (bundle_.score && bundle_.score.rule_set == bundle_.grade.rule_set) {
      TakeScore(attainable_.outcome);
    }
    TakeShown();
    decision_.provisional = decision_.attainable.size() != 1 || !decision_.issues.empty();
  }

  void AddReasons(int set, const Outcome& outcome) {
    const rules::RuleSet& rule_set = bundle_.rule_sets[set];
    for (int rule : outcome.matched) {
      decision_.reasons.push_back({&rule_set, &rule_set.rules[rule]});
    }
  }

  void TakeScore(const Outcome& outcome) {
    const rules::RuleSet& set = bundle_.rule_sets[bundle_.score.rule_set];
    const auto add = [&](double low, double high) {
      decision_.score = std::min(decision_.score.value_or(low), low);
      decision_.potential_score = std::max(decision_.potential_score.value_or(high), high);
    };
    if (outcome.lowest.has_value()) {
      add(*outcome.lowest, *outcome.highest);
      return;
    }
    for (int rule : outcome.possible) {
      const auto value = evaluation_.OutputOf(set, rule, bundle_.score.output);
      if (!value.has_value()) continue;
      if (value->is_unknown()) {
        // It may be any number.
        decision_.score = decision_.potential_score = std::nullopt;
        return;
      }
      if (value->kind() == cel::Kind::kInt) {
        const double number = static_cast<double>(value->int_value());
        add(number, number);
      } else if (value->kind() == cel::Kind::kDouble) {
        add(value->double_value(), value->double_value());
      }
    }
  }

  void TakeActions(const Outcome& outcome) {
    const rules::RuleSet& set = bundle_.rule_sets[bundle_.actions_output.rule_set];
    std::vector<bool> taken(bundle_.actions.size(), false);
    Rules rules = outcome.matched;
    if (rules.empty() && outcome.possible.size() <= 1) rules.push_back(kDefault);
    for (int rule : rules) {
      const auto value = evaluation_.OutputOf(set, rule, bundle_.actions_output.output);
      if (!value.has_value() || value->kind() != cel::Kind::kEnum || taken[value->ordinal()]) {
        continue;
      }
      taken[value->ordinal()] = true;
      AddAction(bundle_.actions[value->ordinal()]);
    }
    std::stable_sort(
        decision_.actions.begin(), decision_.actions.end(),
        [](const NextAction& a, const NextAction& b) {
          return std::tuple(-static_cast<int>(a.action->priority), a.due_time, a.action) <
                 std::tuple(-static_cast<int>(b.action->priority), b.due_time, b.action);
        });
  }

  void AddAction(const rules::Action& action) {
    NextAction next;
    next.action = &action;
    next.proposed_time = ProposedBefore(action).value_or(decision_.now);
    if (action.due_within > absl::ZeroDuration()) {
      next.due_time = next.proposed_time + action.due_within;
    }
    decision_.actions.push_back(next);
  }

  std::optional<absl::Time> ProposedBefore(const rules::Action& action) const {
    if (open_ != nullptr) {
      for (const NextAction& open : *open_) {
        if (open.action == &action) return open.proposed_time;
      }
      return std::nullopt;
    }
    for (const facts::OpenAction& open : lead_.open_actions) {
      if (open.code == action.code) return open.proposed_time;
    }
    return std::nullopt;
  }

  void TakeShown() {
    for (const auto& [name, slot] : bundle_.shown_slots) {
      std::optional<facts::FactValue> value = facts::ToFactValue(evaluation_.slots()[slot]);
      if (value.has_value()) decision_.outputs.emplace_back(name, *std::move(value));
    }
  }

  void TakeFactValues() {
    for (const facts::Fact& fact : bundle_.schema.facts) {
      const Value& value = evaluation_.slots()[fact.slot];
      decision_.fact_values.emplace_back(fact.name,
                                         value.is_unknown() ? "unknown" : cel::ToString(value));
    }
  }

  const rules::Bundle& bundle_;
  const facts::Lead& lead_;
  const std::vector<NextAction>* const open_;
  Evaluation evaluation_;
  Decided decided_;
  Decision& decision_;
  Attainable& attainable_;
};

}  // namespace

Decided DecideOnce(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                   absl::Time now, Scope scope, bool fact_values,
                   const std::vector<NextAction>* open, const Decided* before) {
  return Decider(bundle, lead, now, open).Decide(scope, fact_values, before);
}

const rules::Rule* SettlingRule(const Decision& decision) {
  if (decision.reasons.empty()) return nullptr;
  const MatchedRule& first = decision.reasons.front();
  const rules::Bundle& bundle = *decision.bundle;
  return first.rule_set == &bundle.rule_sets[bundle.grade.rule_set] ? first.rule : nullptr;
}

const std::string& GradeName(const Decision& decision, int ordinal) {
  return GradeName(*decision.bundle, ordinal);
}

const std::string& GradeName(const rules::Bundle& bundle, int ordinal) {
  static const std::string* const kNone = new std::string();
  return ordinal < 0 ? *kNone : bundle.grade_enum->values[ordinal];
}

const std::string& EffectiveGrade(const Decision& decision) {
  if (decision.grade_override.has_value()) return decision.grade_override->grade;
  return GradeName(decision, decision.grade);
}

Decision Decide(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                absl::Time now, const DecideOptions& options) {
  const Scope scope = options.valid_until ? Scope::kAnswerAndHolds : Scope::kAnswer;
  Decided decided = DecideOnce(bundle, lead, now, scope, options.fact_values);
  if (options.valid_until) decided.decision.valid_until = FindValidUntil(bundle, lead, decided);
  return std::move(decided.decision);
}

}  // namespace leadgrade::decision
