// Documents of kind FactSchema: enumerations, event types, aggregates and facts.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/issue.h"
#include "engine/cel/env.h"
#include "engine/facts/attributes.h"
#include "engine/facts/schema.h"
#include "engine/rules/load_context.h"

namespace leadgrade::rules {

// Reads in steps, since each needs what another kind of document says in between. All add issues
// and go on.
class FactLoader {
 public:
  FactLoader(base::IssueList* issues, facts::Schema* schema) : issues_(issues), schema_(schema) {}

  // `types` and `events` of one document.
  void ReadTypes(const MapReader& document);
  // `sourceRoles`: the name of one of schema->enums.
  void ReadSourceRoles(const MapReader& document);
  // `aggregates` and `facts`; types may be any of schema->enums. `grade_enum` may be null where the
  // bundle names no grade: the issue about that is elsewhere.
  void ReadAggregates(const MapReader& document,
                      const std::shared_ptr<const cel::EnumType>& grade_enum);
  void ReadFacts(const MapReader& document);
  // Numbers the slots and declares aggregates and facts.
  void Declare(cel::Env* env);
  // What may be asked of the facts; slots from `next_slot` on.
  std::shared_ptr<facts::FactAttributes> MakeAttributes(int32_t next_slot) const;
  // Compiles the derivations and puts them in order. `env` has all that they may read, and rule
  // sets' outputs, below `outputs_end`, so that a derivation that reads one is told that it may
  // not.
  void CompileDerivations(const cel::Env& env, int32_t outputs_end);
  // Reports rules that aggregates name and the bundle does not have.
  void CheckRuleNames(const std::vector<std::string>& rule_ids);

  // The first free slot after Declare.
  int32_t next_slot() const { return next_slot_; }

 private:
  void ReadAggregate(const Located& name, const Located& at,
                     const std::shared_ptr<const cel::EnumType>& grade_enum);
  // What `take: first` and `take: last` give; `of` and `take` are read before.
  void ReadAggregateValue(const MapReader& reader, const Located& at, facts::Aggregate* aggregate);
  void ReadWindow(const Located& at, facts::Aggregate* aggregate);
  void ReadFact(const Located& name, const Located& at);
  void ReadRange(const Located& at, facts::Fact* fact);
  void ReadLikelihood(const Located& at, facts::Fact* fact);
  void ReadChange(const MapReader& reader, facts::Fact* fact);
  void OrderDerivations();
  void AddDeclared(const Located& at, const absl::Status& status);

  base::IssueList* issues_;
  facts::Schema* schema_;
  int32_t next_slot_ = facts::kNowSlot + 1;
  std::vector<Located> aggregate_places_;             // names, parallel to schema->aggregates
  std::vector<Located> fact_places_;                  // names, parallel to schema->facts
  std::vector<std::pair<int, Located>> derivations_;  // fact index, expression
  std::vector<std::pair<std::string, Located>> named_rules_;
};

}  // namespace leadgrade::rules
