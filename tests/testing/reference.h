// A second, simple evaluator of bundles, to hold the real one against: it walks the syntax trees,
// knows no unknowns (all facts are given) and no time, and does what docs/rules.md says of each hit
// policy in the plainest way. Shared with the real one are only the values themselves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/cel/arena.h"
#include "engine/cel/ast.h"
#include "engine/cel/value.h"
#include "engine/rules/bundle.h"

namespace leadgrade::testing {

// One lead of which every fact is known, by name; a derived fact that is left out is derived.
using Answers = std::map<std::string, cel::Value>;

class Reference {
 public:
  explicit Reference(const rules::Bundle& bundle) : bundle_(bundle), arena_(size_t{64} << 20) {}

  struct Result {
    std::optional<int> grade;     // ordinal; nullopt: no rule gives one
    std::optional<double> score;  // where the bundle has one, and no hit policy is broken
    bool conflict = false;        // a hit policy is broken by the rules of the grade
  };
  Result Decide(const Answers& facts);

 private:
  using Scope = std::map<std::string, cel::Value>;

  cel::Value Eval(const cel::Expr& expr, const Scope& locals);
  cel::Value Call(const cel::Expr& expr, const Scope& locals);
  cel::Value Fold(const cel::Comprehension& fold, Scope locals);
  cel::Value Name(const std::string& name);
  cel::Value Error() { return arena_.MakeError("failed"); }

  // Puts the outputs of a rule set under their names.
  void Run(const rules::RuleSet& set, bool of_grade);
  std::optional<cel::Value> Output(const rules::RuleSet& set,
                                   const std::vector<std::shared_ptr<const cel::Program>>& values,
                                   size_t output);
  cel::Value Collected(const rules::RuleSet& set, const std::vector<const rules::Rule*>& matched,
                       size_t output);
  const rules::Rule* Chosen(const rules::RuleSet& set,
                            const std::vector<const rules::Rule*>& matched);

  const rules::Bundle& bundle_;
  cel::Arena arena_;
  std::map<std::string, cel::Value> names_;  // facts and outputs found so far
  bool conflict_ = false, grade_conflict_ = false;
};

}  // namespace leadgrade::testing
