// How a fact is known, as rules ask for it: `confirmed(budget)`, `age(budget)` and so on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/cel/env.h"
#include "engine/facts/schema.h"

namespace leadgrade::facts {

// Gives each attribute that an expression asks for a slot of its own. While rules are compiled
// only; after Finish it is constant, and thread safe.
class FactAttributes : public cel::AttributeProvider {
 public:
  // Facts and roles of `schema` are complete; those in `derived` (indexes) have no attributes.
  // Slots are given from `next_slot` on.
  FactAttributes(const Schema& schema, absl::flat_hash_set<int> derived, int32_t next_slot);

  std::vector<std::string> Names() const override;
  absl::StatusOr<cel::Variable> Find(absl::string_view name,
                                     const cel::Variable& variable) const override;

  // Gives slots to all attributes that nothing has asked for, behind those that something has, and
  // hands over all of them in order of slot. `*used` is the first slot behind the latter.
  std::vector<FactAttribute> Finish(int32_t* used);

 private:
  struct NamedFact {
    std::string name;
    int32_t slot;
    bool derived;
  };
  cel::Type TypeOf(Provenance what) const;
  int32_t SlotFor(Provenance what, int fact) const;

  std::vector<NamedFact> facts_;
  std::shared_ptr<const cel::EnumType> roles_;
  mutable int32_t next_slot_;
  mutable std::vector<FactAttribute> attributes_;
};

// "confirmed(budget)".
std::string NameOf(const FactAttribute& attribute, const Schema& schema);

}  // namespace leadgrade::facts
