// What a bundle makes of any lead, as formulas: the facts that may be stated, what is derived of
// them, and what each rule set gives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "engine/analysis/calendar.h"
#include "engine/analysis/encoder.h"
#include "engine/analysis/symbol.h"
#include "engine/analysis/term.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// The clock, and all that happened to leads, is taken to be between these, and instants that
// somebody states as facts between the second and the last: any two of them are less apart than
// CEL's durations reach.
inline constexpr int kFirstYear = 2000;
inline constexpr int kFirstStatedYear = 1950;
inline constexpr int kLastYear = 2200;

// What is not computed of something else, each a variable of its own.
struct Inputs {
  Term now = nullptr;
  // By schema.aggregates, schema.facts and schema.attributes. Of a fact that can't be stated, and
  // of an attribute that no rule reads, all members are null pointers.
  std::vector<Symbol> aggregates;
  std::vector<Symbol> facts;
  std::vector<Term> stated;  // whether the fact is: otherwise it is derived, or unknown
  std::vector<Symbol> attributes;
};

struct RuleModel {
  Symbol when;               // true where there is no condition
  Term matches;              // the condition is true: neither unknown nor an error
  std::vector<Symbol> then;  // by output; where the rule gives none, all members are null pointers
};

struct RuleSetModel {
  std::vector<RuleModel> rules;
  std::vector<Symbol> defaults;  // as RuleModel::then
  std::vector<Term> strengths;   // PRIORITY, by rule; see Model::Strengths
  std::vector<Term> winners;     // single-hit policies: whether the rule's outcome is the set's
  Term any_matches;
  Term any_unknown;  // a rule's condition is unknown
  std::vector<Symbol> outputs;
};

// Of one lead: two of them, with inputs in common, compare leads that differ in the others, or what
// two bundles make of one lead.
class Model {
 public:
  // Where formulas are made, and the days of a time zone in them.
  struct Space {
    explicit Space(absl::TimeZone zone) : calendar(&terms, zone) {}
    TermTable terms;
    Calendar calendar;
  };

  // Made once for a bundle: terms, variables of a first lead, and what holds of them. All of it is
  // the caller's to keep.
  struct World {
    explicit World(const rules::Bundle& bundle);
    // `space` is of the bundle's time zone.
    World(const rules::Bundle& bundle, std::shared_ptr<Space> space);
    const std::shared_ptr<Space> space;
    const rules::Bundle& bundle;
    TermTable& terms;
    Calendar& calendar;
    // That hold of all leads: bounds of types and declared ranges, how aggregates of the same
    // events go together, the schema's relations.
    std::vector<Term> assumptions;
    // What has no formula, in words, and the variables that stand for it; see Encoder::beyond.
    std::vector<std::string> beyond;
    absl::flat_hash_set<int> loose;  // by their ids

    // Whether any of those variables is in the term.
    bool IsLoose(Term term);

   private:
    absl::flat_hash_map<int, bool> is_loose_;  // of terms asked for, by their ids
  };

  // A lead with variables of its own.
  static Inputs NewInputs(World* world, const std::string& prefix);
  // A new variable for the fact, stated or derived as before.
  static void Vary(World* world, int fact, Inputs* inputs);

  Model(World* world, const Inputs& inputs);

  const Inputs& inputs() const { return inputs_; }
  const std::vector<Symbol>& slots() const { return slots_; }
  const RuleSetModel& rule_set(int index) const { return sets_[index]; }
  // By schema.facts; all members are null pointers for a fact that is not derived.
  const std::vector<Symbol>& derivations() const { return derivations_; }
  // Whether the rule's outcome is that of its set, which has a single-hit policy.
  Term Wins(int rule_set, int rule) const { return sets_[rule_set].winners[rule]; }
  // Both settled and the same.
  Term SameValue(const Symbol& a, const Symbol& b) {
    return encoder_.IsTrue(encoder_.Equals(a, b));
  }
  Term IsTrue(const Symbol& symbol) const { return encoder_.IsTrue(symbol); }
  Term IsFalse(const Symbol& symbol) const { return encoder_.IsFalse(symbol); }
  // A CEL expression over the bundle's environment, of this lead.
  Symbol Encode(const cel::Expr& expr);

 private:
  void NoteBeyond();
  void Derive();
  void Run(int rule_set);
  void Single(const rules::RuleSet& set, RuleSetModel* model);
  void Many(const rules::RuleSet& set, RuleSetModel* model);
  Symbol Aggregated(const rules::RuleSet& set, const RuleSetModel& model, size_t output);
  Symbol Output(const rules::RuleSet& set, const std::vector<std::shared_ptr<const cel::Program>>&,
                size_t output);
  // PRIORITY: the place of each rule's first output in the order, the strongest at 0; the place
  // behind all where it has none, or is unknown.
  std::vector<Term> Strengths(const rules::RuleSet& set, const RuleSetModel& model);
  std::vector<Term> PossibleByPriority(const rules::RuleSet& set, const RuleSetModel& model);
  // Which rule counts under a single-hit policy, given that it matches.
  std::vector<Term> Winners(const rules::RuleSet& set, const RuleSetModel& model);
  // By rule, and the default behind them: whether its outcome may be the set's, with what is known.
  std::vector<Term> Possible(const rules::RuleSet& set, const RuleSetModel& model);

  World& world_;
  TermTable& terms_;
  Inputs inputs_;
  std::vector<Symbol> slots_;
  Encoder encoder_;
  std::vector<Symbol> derivations_;
  std::vector<RuleSetModel> sets_;
};

// The inputs that a lead has at an instant, as values of their variables; those of the calendar are
// filled in. A value that CEL can't hold in a formula (a list) is left out.
Assignment AssignmentOf(const Model::World& world, const Inputs& inputs, const facts::Lead& lead,
                        absl::Time now);

}  // namespace leadgrade::analysis
