#include "engine/analysis/prove.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/analysis/properties.h"
#include "engine/analysis/prover.h"

namespace leadgrade::analysis {

using base::Severity;
using decision::Evaluation;
using rules::HitPolicy;
using rules::Rule;
using rules::RuleSet;

namespace {

// So many conflicts of a rule set are shown.
constexpr size_t kMaxConflicts = 20;

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
    single_ = policy != HitPolicy::kCollect && policy != HitPolicy::kRuleOrder;
  }

  void Run() {
    for (size_t i = 0; i < set_.rules.size(); ++i) {
      ProveConditionCannotFail(i);
      const bool dead_leaf = ProveLeaves(i);
      const bool can_match = ProveMatches(i, dead_leaf);
      if (can_match) {
        if (policy() == HitPolicy::kFirst || policy() == HitPolicy::kPriority) ProveWins(i);
        ProveOutputsCannotFail(i);
      }
    }
    if (single_) ProveOutcome();
    if (policy() == HitPolicy::kUnique || policy() == HitPolicy::kAny) ProveNoConflict();
  }

 private:
  HitPolicy policy() const { return set_.hit_policy; }

  // Runs what this rule set reads.
  void RunBefore(Evaluation& evaluation) const {
    for (const int index : prover_.bundle().evaluation_order) {
      if (index == index_) return;
      evaluation.Run(index, nullptr);
    }
  }

  cel::Value Condition(Evaluation& evaluation, size_t rule) const {
    RunBefore(evaluation);
    const auto& when = set_.rules[rule].when;
    return when == nullptr ? cel::Value::Bool(true) : when->Eval(evaluation.context());
  }

  std::string RuleName(size_t rule) const {
    return absl::StrCat("`", set_.rules[rule].id, "` of `", set_.name, "`");
  }

  // The place of a piece of a rule's condition; the rule's own where it is not found as written.
  base::SourceSpan PlaceOf(size_t rule, const std::string& source) const {
    base::SourceSpan span = set_.rules[rule].span;
    const std::vector<absl::string_view> lines = prover_.LinesOf(span.file);
    if (source.empty()) return span;
    const bool last = rule + 1 == set_.rules.size();
    const int end = last ? static_cast<int>(lines.size()) : set_.rules[rule + 1].span.line - 1;
    for (int line = span.line; line <= std::min<int>(end, static_cast<int>(lines.size())); ++line) {
      const size_t at = lines[line - 1].find(source);
      if (at == absl::string_view::npos) continue;
      const auto points = [](absl::string_view text) {
        return static_cast<int>(std::count_if(text.begin(), text.end(),
                                              [](char byte) { return (byte & 0xC0) != 0x80; }));
      };
      span.line = line;
      span.column = 1 + points(lines[line - 1].substr(0, at));
      span.length = points(source);
      return span;
    }
    return span;
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
          const cel::Value value = Condition(evaluation, rule);
          if (value.is_error()) message = std::string(value.error().message);
          return value.is_error();
        },
        true);
    Settle(found, set_.rules[rule].span,
           absl::StrCat("that the condition of ", RuleName(rule), " cannot fail"), [&] {
             prover_.Report(
                 Severity::kError, kCanFail, set_.rules[rule].span,
                 absl::StrCat("the condition of ", RuleName(rule), " can fail: ", message),
                 "ask first for what makes it fail", found.witness);
           });
  }

  void ProveOutputsCannotFail(size_t rule) {
    for (size_t k = 0; k < set_.outputs.size(); ++k) {
      const Symbol& then = model_.rules[rule].then[k];
      if (then.null == nullptr || then.error->is_false()) continue;
      std::string message;
      const auto found = prover_.Ask(
          {model_.rules[rule].matches, then.error, NothingElseFails()},
          [&](Evaluation& evaluation) {
            if (!Condition(evaluation, rule).is_true()) return false;
            const auto value =
                evaluation.OutputOf(set_, static_cast<int>(rule), static_cast<int>(k));
            if (value.has_value() && value->is_error()) {
              message = std::string(value->error().message);
            }
            return value.has_value() && value->is_error();
          },
          true);
      const std::string what =
          absl::StrCat("the output `", set_.outputs[k].name, "` of ", RuleName(rule));
      Settle(found, set_.rules[rule].span, absl::StrCat("that ", what, " cannot fail"), [&] {
        prover_.Report(Severity::kError, kCanFail, set_.rules[rule].span,
                       absl::StrCat(what, " can fail: ", message), "", found.witness);
      });
    }
  }

  // Whether a part of the condition is such that the rule never matches.
  bool ProveLeaves(size_t rule) {
    bool dead = false;
    for (const rules::Term& term : set_.rules[rule].terms) {
      std::vector<Leaf> leaves;
      FindLeaves(term.program->expr(), term.source, &leaves);
      for (const Leaf& leaf : leaves) {
        const Symbol symbol = prover_.model().Encode(*leaf.expr);
        if (symbol.value == nullptr || symbol.value->sort != Sort::kBool) continue;
        for (const bool truth : {true, false}) {
          const Term is = terms_.And({terms_.Not(symbol.unknown), terms_.Not(symbol.error),
                                      terms_.Not(symbol.null),
                                      truth ? symbol.value : terms_.Not(symbol.value)});
          const bool never = ProveLeafCanBe(rule, leaf, is, truth);
          const bool whole = leaf.expr == &term.program->expr();
          dead |= never && whole && truth && term.group == rules::Term::Group::kAll;
          dead |= never && whole && !truth && term.group == rules::Term::Group::kNone;
        }
      }
    }
    return dead;
  }

  bool ProveLeafCanBe(size_t rule, const Leaf& leaf, Term is, bool truth) {
    std::vector<cel::ExprIssue> unused;
    const auto program =
        cel::Compile(leaf.source, *prover_.bundle().env, cel::Type(cel::TypeKind::kBool), &unused);
    const auto found = prover_.Ask(
        {is},
        [&](Evaluation& evaluation) {
          if (program == nullptr) return false;
          RunBefore(evaluation);
          const cel::Value value = program->Eval(evaluation.context());
          return truth ? value.is_true() : value.is_false();
        },
        false);
    const char* const word = truth ? "false" : "true";
    bool never = false;
    Settle(
        found, PlaceOf(rule, leaf.source),
        absl::StrCat("that `", leaf.source, "` is not always ", word), [] {},
        [&] {
          never = true;
          prover_.Report(Severity::kError, truth ? kAlwaysFalse : kAlwaysTrue,
                         PlaceOf(rule, leaf.source),
                         absl::StrCat("`", leaf.source, "` is always ", word),
                         truth ? "no lead can make it true" : "leave it out: it decides nothing");
        });
    return never;
  }

  bool ProveMatches(size_t rule, bool told) {
    const auto found = prover_.Ask(
        {model_.rules[rule].matches},
        [&](Evaluation& evaluation) { return Condition(evaluation, rule).is_true(); }, false);
    bool never = false;
    Settle(
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
          RunBefore(evaluation);
          const auto outcome = evaluation.Run(index_, nullptr);
          return std::find(outcome.matched.begin(), outcome.matched.end(),
                           static_cast<int>(rule)) != outcome.matched.end();
        },
        false);
    Settle(
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

  void ProveOutcome() {
    const bool complete = std::all_of(model_.defaults.begin(), model_.defaults.end(),
                                      [](const Symbol& each) { return each.null != nullptr; });
    if (complete) return;
    const auto found = prover_.Ask(
        {terms_.Not(model_.any_matches), terms_.Not(model_.any_unknown)},
        [&](Evaluation& evaluation) {
          RunBefore(evaluation);
          const auto outcome = evaluation.Run(index_, nullptr);
          return outcome.possible.size() == 1 && outcome.possible[0] == decision::kDefault;
        },
        true);
    Settle(found, set_.span, absl::StrCat("that `", set_.name, "` has an outcome for each lead"),
           [&] {
             prover_.Report(
                 Severity::kError, kNoOutcome, set_.span,
                 absl::StrCat("`", set_.name, "` has no outcome for some leads: no rule matches"),
                 "add a rule for them, or a `default`", found.witness);
           });
  }

  // Whether two rules that match disagree under the hit policy, and which by the evaluator.
  bool Conflict(Evaluation& evaluation, std::pair<int, int>* rules) const {
    RunBefore(evaluation);
    std::vector<int> matched;
    for (size_t i = 0; i < set_.rules.size(); ++i) {
      const auto& when = set_.rules[i].when;
      if (when == nullptr || when->Eval(evaluation.context()).is_true()) {
        matched.push_back(static_cast<int>(i));
      }
    }
    for (size_t i = 0; i < matched.size(); ++i) {
      for (size_t j = i + 1; j < matched.size(); ++j) {
        const std::pair<int, int> pair(matched[i], matched[j]);
        if (!shown_.contains(pair) &&
            (policy() == HitPolicy::kUnique || Differ(evaluation, pair.first, pair.second))) {
          *rules = pair;
          return true;
        }
      }
    }
    return false;
  }

  bool Differ(Evaluation& evaluation, int a, int b) const {
    for (int k = 0; k < static_cast<int>(set_.outputs.size()); ++k) {
      const auto x = evaluation.OutputOf(set_, a, k);
      const auto y = evaluation.OutputOf(set_, b, k);
      if (x.has_value() != y.has_value()) return true;
      if (x.has_value() && !(x->kind() == y->kind() && cel::Equal(*x, *y))) return true;
    }
    return false;
  }

  // Of the rules up to each, whether one that matches disagrees with it: linear in the rules, where
  // pairs would be too many.
  Term SomeConflict() {
    std::vector<Term> conflicts;
    Term before = terms_.False();
    for (size_t i = 0; i < model_.rules.size(); ++i) {
      const RuleModel& rule = model_.rules[i];
      Term disagrees = before;
      if (policy() == HitPolicy::kAny) {
        // With the first that matches: where any two disagree, one of them does with that one.
        std::vector<Term> differ;
        for (size_t k = 0; k < set_.outputs.size(); ++k) {
          const Symbol& then = rule.then[k];
          const Symbol& out = model_.outputs[k];
          if (then.null == nullptr) {
            differ.push_back(terms_.Not(out.error));
            continue;
          }
          differ.push_back(terms_.Not(prover_.model().SameValue(then, out)));
        }
        disagrees = terms_.And(before, terms_.Or(std::move(differ)));
      }
      conflicts.push_back(terms_.And(rule.matches, disagrees));
      before = terms_.Or(before, rule.matches);
    }
    return terms_.Or(std::move(conflicts));
  }

  void ProveNoConflict() {
    const Term some = SomeConflict();
    std::vector<Term> questions = {some};
    while (shown_.size() < kMaxConflicts) {
      std::pair<int, int> rules;
      const auto found = prover_.Ask(
          questions, [&](Evaluation& evaluation) { return Conflict(evaluation, &rules); }, true);
      const base::SourceSpan& span =
          found.verdict == Verdict::kHolds ? set_.rules[rules.second].span : set_.span;
      Settle(
          found, span, absl::StrCat("that no two rules of `", set_.name, "` are in conflict"), [&] {
            shown_.insert(rules);
            questions.push_back(terms_.Not(
                terms_.And(model_.rules[rules.first].matches, model_.rules[rules.second].matches)));
            prover_.Report(
                Severity::kError, kConflict, span,
                absl::StrCat("`", set_.rules[rules.first].id, "` and `",
                             set_.rules[rules.second].id, "` of `", set_.name, "` both match",
                             policy() == HitPolicy::kAny ? ", and give different outputs" : ""),
                policy() == HitPolicy::kAny ? "" : "make one of them exclude the other",
                found.witness);
          });
      if (found.verdict != Verdict::kHolds) return;
    }
  }

  void Settle(
      const Prover::Found& found, const base::SourceSpan& span, const std::string& what,
      const std::function<void()>& holds, const std::function<void()>& never = [] {}) {
    switch (found.verdict) {
      case Verdict::kHolds:
        prover_.CountSettled();
        return holds();
      case Verdict::kNeverHolds:
        prover_.CountSettled();
        return never();
      case Verdict::kOpen:
        prover_.ReportOpen(span, what, found.reason);
    }
  }

  Prover& prover_;
  TermTable& terms_;
  const int index_;
  const RuleSet& set_;
  const RuleSetModel& model_;
  bool single_ = false;
  Term nothing_else_fails_ = nullptr;
  std::set<std::pair<int, int>> shown_;
};

void ProveDerivations(Prover* prover) {
  TermTable& terms = prover->terms();
  std::vector<Term> before;
  for (const int index : prover->bundle().schema.derivation_order) {
    const facts::Fact& fact = prover->bundle().schema.facts[index];
    const Symbol& derived = prover->model().derivations()[index];
    const Term stated = prover->model().inputs().stated[index];
    std::vector<Term> questions = before;
    questions.push_back(terms.And(terms.Not(stated), derived.error));
    before.push_back(terms.Not(prover->model().slots()[fact.slot].error));
    std::string message;
    const auto found = prover->Ask(
        questions,
        [&](Evaluation& evaluation) {
          const cel::Value& value = evaluation.slots()[fact.slot];
          if (value.is_error()) message = std::string(value.error().message);
          return value.is_error();
        },
        true);
    if (found.verdict == Verdict::kHolds) {
      prover->Report(Severity::kError, kCanFail, fact.span,
                     absl::StrCat("the derivation of `", fact.name, "` can fail: ", message), "",
                     found.witness);
    }
    if (found.verdict == Verdict::kOpen) {
      prover->ReportOpen(fact.span,
                         absl::StrCat("that the derivation of `", fact.name, "` cannot fail"),
                         found.reason);
    } else {
      prover->CountSettled();
    }
  }
}

// Each grade can be given.
void ProveGradesAppear(Prover* prover) {
  const rules::Bundle& bundle = prover->bundle();
  const RuleSet& set = bundle.rule_sets[bundle.grade.rule_set];
  const Symbol& grade = prover->model().slots()[set.outputs[bundle.grade.output].slot];
  TermTable& terms = prover->terms();
  for (size_t i = 0; i < bundle.grade_enum->values.size(); ++i) {
    const Term is =
        terms.And({terms.Not(grade.unknown), terms.Not(grade.error), terms.Not(grade.null),
                   terms.Equal(grade.value, terms.Int(static_cast<int64_t>(i)))});
    const auto found = prover->Ask(
        {is},
        [&](Evaluation& evaluation) {
          for (const int index : bundle.evaluation_order) evaluation.Run(index, nullptr);
          const cel::Value& value = evaluation.slots()[set.outputs[bundle.grade.output].slot];
          return value.kind() == cel::Kind::kEnum && value.ordinal() == static_cast<int>(i);
        },
        false);
    const std::string& name = bundle.grade_enum->values[i];
    if (found.verdict == Verdict::kNeverHolds) {
      prover->Report(Severity::kError, kNeverGiven, set.span,
                     absl::StrCat("no lead can get the grade `", name, "`"),
                     "give it by a rule, or take it out of the type");
    }
    if (found.verdict == Verdict::kOpen) {
      prover->ReportOpen(set.span, absl::StrCat("that some lead gets the grade `", name, "`"),
                         found.reason);
    } else {
      prover->CountSettled();
    }
  }
}

}  // namespace

ProofReport Prove(const std::shared_ptr<const rules::Bundle>& bundle,
                  const rules::BundleFiles& files, const ProveOptions& options) {
  Prover prover(bundle, files, options);
  // Of what contradicts itself everything could be proved.
  const auto any = prover.Ask(
      {}, [](Evaluation&) { return true; }, false);
  if (any.verdict == Verdict::kNeverHolds) {
    prover.Report(Severity::kError, kContradiction, bundle->rule_sets[bundle->grade.rule_set].span,
                  "no lead meets the declared ranges and relations of the facts: they contradict "
                  "each other");
    return prover.Finish();
  }
  ProveDerivations(&prover);
  for (const int index : bundle->evaluation_order) RuleSetProofs(&prover, index).Run();
  ProveGradesAppear(&prover);
  ProveProperties(&prover);
  return prover.Finish();
}

}  // namespace leadgrade::analysis
