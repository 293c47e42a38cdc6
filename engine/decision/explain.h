// Why this grade, what to ask, what would make it better, and which rule almost matched.
#pragma once

#include <string>
#include <vector>

#include "engine/decision/decision.h"
#include "engine/decision/improvements.h"
#include "engine/decision/questions.h"

namespace leadgrade::decision {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown, kError };
// Of a condition's value.
Truth TruthOf(const cel::Value& value);

struct TermTrace {
  std::string source;  // CEL, as written
  Truth truth = Truth::kUnknown;
  std::vector<std::string> facts;  // `name = value` of what it reads
};

struct RuleTrace {
  const rules::RuleSet* rule_set = nullptr;
  const rules::Rule* rule = nullptr;
  Truth truth = Truth::kUnknown;
  bool settles = false;  // its outcome is the rule set's, under the hit policy
  // Its grade would be better, and the least stands against it among such rules: terms of its own,
  // and the rules that go first.
  bool almost = false;
  // Of one that almost matched, under FIRST: the rules before it that hold or may hold.
  std::vector<const rules::Rule*> blocked_by;
  std::vector<TermTrace> terms;
};

struct Explanation {
  Decision decision;             // with fact_values
  std::vector<RuleTrace> rules;  // evaluation order of the rule sets, file order within
  std::vector<Question> questions;
  Improvements improvements;
};

Explanation Explain(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
                    absl::Time now);

}  // namespace leadgrade::decision
