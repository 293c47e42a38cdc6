#include "engine/analysis/rule_set_proofs.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace leadgrade::analysis {

using base::Severity;
using decision::Evaluation;
using rules::Aggregation;
using rules::HitPolicy;
using rules::RuleSet;

namespace {

// A part of a condition that is true or false by itself, as it is written.
struct Leaf {
  const cel::Expr* expr = nullptr;
  std::string source;
};

void FindLeaves(const cel::Expr& expr, const std::string& source, std::vector<Leaf>* leaves) {
  const bool joins =
      cel::IsCall(expr, "_&&_") || cel::IsCall(expr, "_||_") || cel::IsCall(expr, "!_");
  if (joins) {
    for (const auto& operand : expr.operands) FindLeaves(*operand, source, leaves);
    return;
  }
  if (expr.kind == cel::ExprKind::kConstant) return;
  const int begin = std::clamp<int>(expr.range.begin, 0, static_cast<int>(source.size()));
  const int end = std::clamp<int>(expr.range.end, begin, static_cast<int>(source.size()));
  leaves->push_back({&expr, source.substr(begin, end - begin)});
}

class RuleSetProofs {
 public:
  RuleSetProofs(Prover* prover, int index)
      : prover_(*prover),
        terms_(prover->terms()),
        index_(index),
        set_(prover->bundle().rule_sets[index]),
        model_(prover->model().rule_set(index)) {
    const HitPolicy policy = set_.hit_policy;
    const bool single = policy != HitPolicy::kCollect && policy != HitPolicy::kRuleOrder;
    needs_outcome_ =
        single || set_.aggregation == Aggregation::kMin || set_.aggregation == Aggregation::kMax;
  }

  void Run() {
    for (size_t i = 0; i < set_.rules.size(); ++i) {
      ProveConditionCannotFail(i);
      bool told = false;
      const bool dead_leaf = ProveLeaves(i, &told);
      const bool can_match = ProveMatches(i, dead_leaf);
      if (!told) ProveConditionCanBeFalse(i);
      if (can_match) {
        if (policy() == HitPolicy::kFirst || policy() == HitPolicy::kPriority) ProveWins(i);
        for (size_t k = 0; k < set_.outputs.size(); ++k) {
          ProveOutputCannotFail(static_cast<int>(i), k);
        }
      }
    }
    for (size_t k = 0; k < set_.outputs.size(); ++k) {
      ProveOutputCannotFail(decision::kDefault, k);
    }
    if (needs_outcome_) ProveOutcome();
    if (set_.aggregation != Aggregation::kNone) ProveAggregatesCannotFail();
  }

 private:
  HitPolicy policy() const { return set_.hit_policy; }

  // Where what the rule set reads has run.
  cel::Value Condition(Evaluation& evaluation, size_t rule) const {
    const auto& when = set_.rules[rule].when;
    return when == nullptr ? cel::Value::Bool(true) : when->Eval(evaluation.context());
  }

  bool AnyMatches(Evaluation& evaluation) const {
    return std::any_of(set_.rules.begin(), set_.rules.end(), [&](const rules::Rule& rule) {
      return rule.when == nullptr || rule.when->Eval(evaluation.context()).is_true();
    });
  }

  std::string RuleName(size_t rule) const {
    return absl::StrCat("`", set_.rules[rule].id, "` of `", set_.name, "`");
  }

  // The place of a piece of a rule's condition; the rule's own where it is not found as written.
  base::SourceSpan PlaceOf(size_t rule, const std::string& source) const {
    const bool last = rule + 1 == set_.rules.size();
    const int end = last ? std::numeric_limits<int>::max() : set_.rules[rule + 1].span.line - 1;
    return prover_.lines().Find(set_.rules[rule].span, end, source);
  }

  // Of the facts and outputs that a rule reads none fails: that is told where they are.
  Term NothingElseFails() {
    if (nothing_else_fails_ != nullptr) return nothing_else_fails_;
    std::vector<Term> sound;
    for (const facts::Fact& fact : prover_.bundle().schema.facts) {
      sound.push_back(terms_.Not(prover_.model().slots()[fact.slot].error));
    }
    for (const int index : prover_.bundle().evaluation_order) {
      if (index == index_) break;
      for (const Symbol& output : prover_.model().rule_set(index).outputs) {
        sound.push_back(terms_.Not(output.error));
      }
    }
    nothing_else_fails_ = terms_.And(std::move(sound));
    return nothing_else_fails_;
  }

  void ProveConditionCannotFail(size_t rule) {
    if (set_.rules[rule].when == nullptr) return;
    std::string message;
    const auto found = prover_.Ask(
        {model_.rules[rule].when.error, NothingElseFails()},
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          const cel::Value value = Condition(evaluation, rule);
          if (value.is_error()) message = std::string(value.error().message);
          return value.is_error();
        },
        true);
    prover_.Settle(found, set_.rules[rule].span,
                   absl::StrCat("that the condition of ", RuleName(rule), " cannot fail"), [&] {
                     prover_.Report(
                         Severity::kError, kCanFail, set_.rules[rule].span,
                         absl::StrCat("the condition of ", RuleName(rule), " can fail: ", message),
                         "ask first for what makes it fail", found.witness);
                   });
  }

  // `rule` may be the default.
  void ProveOutputCannotFail(int rule, size_t k) {
    const bool is_default = rule == decision::kDefault;
    const Symbol& then = is_default ? model_.defaults[k] : model_.rules[rule].then[k];
    if (then.null == nullptr || then.error->is_false()) return;
    std::string message;
    const auto found = prover_.Ask(
        {is_default ? terms_.Not(terms_.Or(model_.any_matches, model_.any_unknown))
                    : model_.rules[rule].matches,
         then.error, NothingElseFails()},
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          if (is_default ? AnyMatches(evaluation) : !Condition(evaluation, rule).is_true()) {
            return false;
          }
          const auto value = evaluation.OutputOf(set_, rule, static_cast<int>(k));
          if (value.has_value() && value->is_error()) {
            message = std::string(value->error().message);
          }
          return value.has_value() && value->is_error();
        },
        true);
    const std::string what =
        absl::StrCat("the output `", set_.outputs[k].name, "` of ",
                     is_default ? absl::StrCat("the default of `", set_.name, "`")
                                : RuleName(static_cast<size_t>(rule)));
    const base::SourceSpan& span = is_default ? set_.span : set_.rules[rule].span;
    prover_.Settle(found, span, absl::StrCat("that ", what, " cannot fail"), [&] {
      prover_.Report(Severity::kError, kCanFail, span, absl::StrCat(what, " can fail: ", message),
                     "", found.witness);
    });
  }

  // Whether a part of the condition is such that the rule never matches. `told`: of some part it is
  // said that it is always the same.
  bool ProveLeaves(size_t rule, bool* told) {
    bool dead = false;
    for (const rules::Term& term : set_.rules[rule].terms) {
      std::vector<Leaf> leaves;
      FindLeaves(term.program->expr(), term.source, &leaves);
      for (const Leaf& leaf : leaves) {
        const Symbol symbol = prover_.model().Encode(*leaf.expr);
        if (symbol.value == nullptr || symbol.value->sort != Sort::kBool) continue;
        std::vector<cel::ExprIssue> unused;
        const auto program = cel::Compile(leaf.source, *prover_.bundle().env,
                                          cel::Type(cel::TypeKind::kBool), &unused);
        const Model& model = prover_.model();
        for (const bool truth : {true, false}) {
          const Term is = truth ? model.IsTrue(symbol) : model.IsFalse(symbol);
          const bool never = ProveLeafCanBe(rule, leaf.source, program.get(), is, truth);
          *told |= never;
          const bool whole = leaf.expr == &term.program->expr();
          dead |= never && whole && truth && term.group == rules::Term::Group::kAll;
          dead |= never && whole && !truth && term.group == rules::Term::Group::kNone;
        }
      }
    }
    return dead;
  }

  // Whether it is proved that it can't be. `program`: the part by itself, for the evaluator; null
  // where it means nothing by itself.
  bool ProveLeafCanBe(size_t rule, const std::string& source, const cel::Program* program, Term is,
                      bool truth) {
    const auto found = prover_.Ask(
        {is},
        [&](Evaluation& evaluation) {
          if (program == nullptr) return false;
          prover_.RunBefore(index_, evaluation);
          const cel::Value value = program->Eval(evaluation.context());
          return truth ? value.is_true() : value.is_false();
        },
        false);
    const char* const word = truth ? "false" : "true";
    const base::SourceSpan place = PlaceOf(rule, source);
    bool never = false;
    prover_.Settle(
        found, place, absl::StrCat("that `", source, "` is not always ", word), [] {},
        [&] {
          never = true;
          prover_.Report(Severity::kError, truth ? kAlwaysFalse : kAlwaysTrue, place,
                         absl::StrCat("`", source, "` is always ", word),
                         truth ? "no lead can make it true" : "leave it out: it decides nothing");
        });
    return never;
  }

  bool ProveMatches(size_t rule, bool told) {
    const auto found = prover_.Ask(
        {model_.rules[rule].matches},
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          return Condition(evaluation, rule).is_true();
        },
        false);
    bool never = false;
    prover_.Settle(
        found, set_.rules[rule].span, absl::StrCat("that ", RuleName(rule), " can match"), [] {},
        [&] {
          never = true;
          if (told) return;
          prover_.Report(Severity::kError, kNeverMatches, set_.rules[rule].span,
                         absl::StrCat("the rule ", RuleName(rule),
                                      " never matches: no lead meets its condition"));
        });
    return !never;
  }

  void ProveConditionCanBeFalse(size_t rule) {
    if (set_.rules[rule].when == nullptr) return;
    const auto found = prover_.Ask(
        {prover_.model().IsFalse(model_.rules[rule].when)},
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          return Condition(evaluation, rule).is_false();
        },
        false);
    const std::string what = absl::StrCat("the condition of ", RuleName(rule));
    prover_.Settle(
        found, set_.rules[rule].span, absl::StrCat("that ", what, " is not always true"), [] {},
        [&] {
          prover_.Report(Severity::kError, kAlwaysTrue, set_.rules[rule].span,
                         absl::StrCat(what, " is always true"),
                         "leave out its `when`: it decides nothing");
        });
  }

  void ProveWins(size_t rule) {
    std::vector<Term> wins = {model_.rules[rule].matches};
    const bool first = policy() == HitPolicy::kFirst;
    if (first) {
      for (size_t i = 0; i < rule; ++i) wins.push_back(terms_.Not(model_.rules[i].matches));
    } else {
      wins = {prover_.model().Wins(index_, static_cast<int>(rule))};
    }
    const auto found = prover_.Ask(
        wins,
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          const auto outcome = evaluation.Run(index_, nullptr);
          return std::find(outcome.matched.begin(), outcome.matched.end(),
                           static_cast<int>(rule)) != outcome.matched.end();
        },
        false);
    prover_.Settle(
        found, set_.rules[rule].span, absl::StrCat("that ", RuleName(rule), " can count"), [] {},
        [&] {
          prover_.Report(
              Severity::kError, kMasked, set_.rules[rule].span,
              absl::StrCat("the rule ", RuleName(rule), " never counts: ", Maskers(rule, first)));
        });
  }

  // Which rules are in its way.
  std::string Maskers(size_t rule, bool first) {
    if (!first) return "whenever it matches, one with a stronger output matches too";
    for (size_t i = 0; i < rule; ++i) {
      const auto found = prover_.Ask(
          {model_.rules[rule].matches, terms_.Not(model_.rules[i].matches)},
          [](Evaluation&) { return false; }, false);
      if (found.verdict == Verdict::kNeverHolds) {
        return absl::StrCat("whenever it matches, `", set_.rules[i].id, "` before it matches too");
      }
    }
    return "whenever it matches, one of those before it matches too";
  }

  // What becomes of several outcomes, where each by itself is sound.
  void ProveAggregatesCannotFail() {
    for (size_t k = 0; k < set_.outputs.size(); ++k) {
      std::vector<Term> questions = {model_.outputs[k].error, model_.any_matches,
                                     NothingElseFails()};
      for (const RuleModel& rule : model_.rules) {
        if (rule.then[k].null == nullptr) continue;
        questions.push_back(terms_.Not(terms_.And(rule.matches, rule.then[k].error)));
      }
      std::string message;
      const auto found = prover_.Ask(
          questions,
          [&](Evaluation& evaluation) {
            prover_.RunBefore(index_, evaluation);
            evaluation.Run(index_, nullptr);
            const cel::Value& value = evaluation.slots()[set_.outputs[k].slot];
            if (value.is_error()) message = std::string(value.error().message);
            return value.is_error();
          },
          true);
      const std::string what =
          absl::StrCat("the output `", set_.outputs[k].name, "` of `", set_.name, "`");
      prover_.Settle(found, set_.span, absl::StrCat("that ", what, " cannot fail"), [&] {
        prover_.Report(Severity::kError, kCanFail, set_.span,
                       absl::StrCat(what, " can fail: ", message), "", found.witness);
      });
    }
  }

  void ProveOutcome() {
    const bool complete = std::all_of(model_.defaults.begin(), model_.defaults.end(),
                                      [](const Symbol& each) { return each.null != nullptr; });
    if (complete) return;
    const auto found = prover_.Ask(
        {terms_.Not(model_.any_matches), terms_.Not(model_.any_unknown)},
        [&](Evaluation& evaluation) {
          prover_.RunBefore(index_, evaluation);
          std::vector<decision::DecisionIssue> issues;
          evaluation.Run(index_, &issues);
          return std::any_of(issues.begin(), issues.end(),
                             [](const auto& issue) { return issue.code == "no-outcome"; });
        },
        true);
    prover_.Settle(
        found, set_.span, absl::StrCat("that `", set_.name, "` has an outcome for each lead"), [&] {
          prover_.Report(
              Severity::kError, kNoOutcome, set_.span,
              absl::StrCat("`", set_.name, "` has no outcome for some leads: no rule matches"),
              "add a rule for them, or a `default`", found.witness);
        });
  }

  Prover& prover_;
  TermTable& terms_;
  const int index_;
  const RuleSet& set_;
  const RuleSetModel& model_;
  bool needs_outcome_ = false;  // where no rule matches there is none, unless there is a default
  Term nothing_else_fails_ = nullptr;
};

}  // namespace

void ProveRules(Prover* prover, int rule_set) { RuleSetProofs(prover, rule_set).Run(); }

}  // namespace leadgrade::analysis
