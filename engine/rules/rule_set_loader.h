// Documents of kind RuleSet.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "engine/cel/env.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::rules {

// Reads in two steps: outputs first, for rules may read those of other sets.
class RuleSetLoader {
 public:
  RuleSetLoader(base::IssueList* issues, Bundle* bundle) : issues_(issues), bundle_(bundle) {}

  // Name, hit policy and outputs of one document. Types may be any of `enums`.
  void ReadHeader(const MapReader& document, const std::string& name, const Located& name_at,
                  std::string description,
                  const std::vector<std::shared_ptr<const cel::EnumType>>& enums);
  // Numbers the output slots from `next_slot` and declares them; gives the first free slot.
  int32_t Declare(cel::Env* env, int32_t next_slot);
  // Compiles all rules and puts the sets in order.
  void CompileRules(const cel::Env& env);

 private:
  // False where the hit policy is none.
  bool ReadHitPolicy(const MapReader& document, RuleSet* set);
  void ReadOutput(const Located& at, const std::vector<std::shared_ptr<const cel::EnumType>>& enums,
                  bool policy_known, RuleSet* set);
  void CheckAggregation(const Located& at, const RuleSet& set, const cel::Type& type);
  void ReadPriorities(const cel::Env& env);
  void ReadRule(const Located& at, const cel::Env& env, RuleSet* set);
  // One program per output; null where `values` does not name it.
  std::vector<std::shared_ptr<const cel::Program>> ReadOutcome(const Located& values,
                                                               const cel::Env& env,
                                                               const RuleSet& set, bool complete);
  // Under PRIORITY a rule's first output is one of those that are listed.
  void CheckPriority(const Located& then, const RuleSet& set, const Rule& rule);
  void OrderRuleSets();

  base::IssueList* issues_;
  Bundle* bundle_;
  std::vector<MapReader> documents_;  // parallel to bundle->rule_sets
  std::vector<Located> names_;        // the same
  struct PendingPriority {
    int rule_set;
    int output;
    Located at;
  };
  std::vector<PendingPriority> priorities_;
  size_t rule_count_ = 0;
};

// The type that others read an output as: a list of it for COLLECT without aggregation and RULE
// ORDER, int for COUNT, its own otherwise.
cel::Type ReadAs(const RuleSet& set, const cel::Type& type);

}  // namespace leadgrade::rules
