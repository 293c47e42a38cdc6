// What to ask next of a lead, and what each answer would lead to.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

// Of one answer, once it is confirmed. Ordinals are those of bundle->grade_enum; -1: none.
struct AnswerOutcome {
  // One value stands for all that rules can't tell from it; nullopt: any that no rule names.
  std::optional<facts::FactValue> value;
  double likelihood = 0;  // of the schema, else the same for each; they add up to 1
  int grade = -1;         // worst and best that it leaves
  int potential_grade = -1;
};

struct Question {
  const facts::Fact* fact = nullptr;
  bool unconfirmed = false;  // it has a value, which nobody has confirmed
  // How many grades become attainable or cease to be, on average over the answers by likelihood.
  double expected_change = 0;
  bool exact = true;  // false: an answer may lead to fewer grades than it is said to leave
  std::vector<AnswerOutcome> answers;
};

// The facts that the grade's rules read and nobody has confirmed, of which some answer changes what
// is attainable, or may, where answers can't be tried; the one whose answer changes most first,
// then in schema order. `attainable` is what FindAttainable gave on this row.
std::vector<Question> FindQuestions(Evaluation& evaluation, const facts::Lead& lead,
                                    uint64_t attainable);

// How likely each of bundle.answers[fact].values is; they add up to 1.
std::vector<double> Likelihoods(const rules::Bundle& bundle, int fact);

}  // namespace leadgrade::decision
