#include "engine/decision/explain.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/decision/attainable.h"
#include "engine/decision/evaluation.h"
#include "engine/facts/attributes.h"

namespace leadgrade::decision {
namespace {

using cel::Value;
using rules::Term;

class Explainer {
 public:
  Explainer(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
            absl::Time now)
      : bundle_(*bundle), lead_(lead), evaluation_(*bundle, lead, now), names_(bundle->slot_count) {
    NameSlots();
    explanation_.decision = Decide(bundle, lead, now, {.valid_until = true, .fact_values = true});
  }

  Explanation Explain() {
    const Attainable attainable = FindAttainable(evaluation_, nullptr, /*with_missing=*/false);
    RunRuleSets(evaluation_, attainable, [this](int index, const Outcome& outcome) {
      const rules::RuleSet& set = bundle_.rule_sets[index];
      for (size_t i = 0; i < set.rules.size(); ++i) {
        RuleTrace trace = Trace(set, set.rules[i]);
        trace.settles = std::find(outcome.matched.begin(), outcome.matched.end(),
                                  static_cast<int>(i)) != outcome.matched.end();
        explanation_.rules.push_back(std::move(trace));
      }
    });
    MarkAlmost();
    explanation_.questions = FindQuestions(evaluation_, lead_, attainable.grades);
    explanation_.improvements = FindImprovements(evaluation_, lead_, explanation_.decision.grade);
    return std::move(explanation_);
  }

 private:
  void NameSlots() {
    names_[facts::kNowSlot] = "now";
    for (const auto& aggregate : bundle_.schema.aggregates) names_[aggregate.slot] = aggregate.name;
    for (const auto& fact : bundle_.schema.facts) names_[fact.slot] = fact.name;
    for (const auto& set : bundle_.rule_sets) {
      for (const auto& output : set.outputs) {
        names_[output.slot] = absl::StrCat(set.name, ".", output.name);
      }
    }
    for (const auto& attribute : bundle_.schema.attributes) {
      if (attribute.slot >= bundle_.slot_count) break;
      names_[attribute.slot] = facts::NameOf(attribute, bundle_.schema);
    }
  }

  RuleTrace Trace(const rules::RuleSet& set, const rules::Rule& rule) {
    RuleTrace trace;
    trace.rule_set = &set;
    trace.rule = &rule;
    trace.truth =
        rule.when == nullptr ? Truth::kTrue : TruthOf(rule.when->Eval(evaluation_.context()));
    for (const Term& term : rule.terms) {
      TermTrace& out = trace.terms.emplace_back();
      out.source = term.source;
      out.truth = TruthOf(term.program->Eval(evaluation_.context()));
      for (int32_t slot : term.program->slots()) {
        const Value& value = evaluation_.slots()[slot];
        out.facts.push_back(absl::StrCat(names_[slot], " = ",
                                         value.is_unknown() ? "unknown" : cel::ToString(value)));
      }
    }
    return trace;
  }

  // How many parts of the condition stand against the rule.
  static int Against(const RuleTrace& trace) {
    int against = 0;
    bool any_seen = false, any_holds = false;
    for (size_t i = 0; i < trace.terms.size(); ++i) {
      const bool holds = trace.terms[i].truth == Truth::kTrue;
      switch (trace.rule->terms[i].group) {
        case Term::Group::kAll:
          against += holds ? 0 : 1;
          break;
        case Term::Group::kNone:
          against += trace.terms[i].truth == Truth::kFalse ? 0 : 1;
          break;
        case Term::Group::kAny:
          any_seen = true;
          any_holds |= holds;
          break;
      }
    }
    return against + (any_seen && !any_holds ? 1 : 0);
  }

  // Rules that would give a better grade, those with the least against them: parts of their own
  // condition, and under FIRST the rules before them that are not out of the way.
  void MarkAlmost() {
    const rules::RuleSet& set = bundle_.rule_sets[bundle_.grade.rule_set];
    int fewest = std::numeric_limits<int>::max();
    std::vector<std::pair<RuleTrace*, int>> better;
    std::vector<const rules::Rule*> before;
    for (RuleTrace& trace : explanation_.rules) {
      if (trace.rule_set != &set) continue;
      const int rule = static_cast<int>(trace.rule - set.rules.data());
      const auto grade = evaluation_.OutputOf(set, rule, bundle_.grade.output);
      const bool is_better = grade.has_value() && grade->kind() == cel::Kind::kEnum &&
                             grade->ordinal() > explanation_.decision.grade;
      const int against = Against(trace) + static_cast<int>(before.size());
      if (is_better && against > 0 && !trace.terms.empty()) {
        better.emplace_back(&trace, against);
        trace.blocked_by = before;
        fewest = std::min(fewest, against);
      }
      const bool stands = trace.truth == Truth::kTrue || trace.truth == Truth::kUnknown;
      if (set.hit_policy == rules::HitPolicy::kFirst && stands) before.push_back(trace.rule);
    }
    for (auto& [trace, against] : better) {
      trace->almost = against == fewest;
      if (!trace->almost) trace->blocked_by.clear();
    }
  }

  const rules::Bundle& bundle_;
  const facts::Lead& lead_;
  Evaluation evaluation_;
  std::vector<std::string> names_;
  Explanation explanation_;
};

}  // namespace

Truth TruthOf(const Value& value) {
  if (value.is_true()) return Truth::kTrue;
  if (value.is_unknown()) return Truth::kUnknown;
  if (value.is_error()) return Truth::kError;
  return Truth::kFalse;
}

Explanation Explain(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                    absl::Time now) {
  return Explainer(bundle, lead, now).Explain();
}

}  // namespace leadgrade::decision
