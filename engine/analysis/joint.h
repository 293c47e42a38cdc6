// What may be said of a lead under either of two bundles: their schemas as one.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/analysis/model.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// How the facts of two bundles differ, in words for the author: "`budget`: now at most 100".
struct SchemaChange {
  enum class Kind : uint8_t { kAdded, kRemoved, kChanged } kind = Kind::kChanged;
  std::string fact;
  std::string text;
  // The fact is of another type now: leads of which it is stated are not compared.
  bool apart = false;
};

// Facts of one name are one, where their types allow it, within the ranges that both declare and
// with the values that both know; aggregates are one where they are defined alike, under whatever
// name.
struct Joint {
  // With a schema, a time zone and a grade only: no rules, and facts without derivations.
  rules::Bundle bundle;
  // By side (0: old, 1: new), for each of the side's own: the index in the joint schema.
  struct Side {
    std::vector<int> aggregates, facts, attributes;
  };
  std::array<Side, 2> sides;
  std::vector<SchemaChange> changes;  // in the order of the new schema, what was removed last
  // By fact of the joint schema: it is stated of no lead that is compared.
  std::vector<bool> apart;
};

// Both are of one time zone.
Joint Join(const rules::Bundle& before, const rules::Bundle& after);

// The variables of a side, which are those of the joint lead. Where the two know other values of an
// enumeration, assumes that the lead has one that both know.
Inputs InputsOf(const Joint& joint, int side, const rules::Bundle& bundle, const Inputs& inputs,
                Model::World* world);

}  // namespace leadgrade::analysis
