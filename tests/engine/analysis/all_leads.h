// All leads of a random bundle of few values, one after the other.
#pragma once

#include <optional>
#include <vector>

#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::analysis {

// Each fact stated, with each of the values that rules can tell apart; derived facts stated or not.
class AllLeads {
 public:
  // Keeps the reference.
  explicit AllLeads(const rules::Bundle& bundle) : bundle_(bundle) {
    for (const facts::Fact& fact : bundle.schema.facts) {
      std::vector<std::optional<cel::Value>> choices;
      if (fact.derivation != nullptr) choices.push_back(std::nullopt);
      for (const cel::Value& value : testing::DomainOf(fact)) choices.push_back(value);
      if (fact.type.kind() == cel::TypeKind::kInt && !fact.maximum.has_value()) {
        choices.push_back(cel::Value::Int(-1));
        choices.push_back(cel::Value::Int(4));
      }
      size_ *= choices.size();
      choices_.push_back(std::move(choices));
    }
  }

  size_t size() const { return size_; }

  facts::Lead at(size_t i) const {
    facts::Lead lead;
    for (size_t k = 0; k < choices_.size(); ++k) {
      const auto& choice = choices_[k][i % choices_[k].size()];
      i /= choices_[k].size();
      if (!choice.has_value()) continue;
      facts::StatedFact statement;
      statement.value = *facts::ToFactValue(*choice);
      lead.facts[bundle_.schema.facts[k].name] = {statement};
    }
    return lead;
  }

 private:
  const rules::Bundle& bundle_;
  std::vector<std::vector<std::optional<cel::Value>>> choices_;  // by fact; nullopt: not stated
  size_t size_ = 1;
};

}  // namespace leadgrade::analysis
