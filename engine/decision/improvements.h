// What would give a lead a better grade.
#pragma once

#include <optional>
#include <vector>

#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

struct FactChange {
  const facts::Fact* fact = nullptr;
  std::optional<facts::FactValue> from;  // nullopt: not known
  facts::FactValue to;                   // confirmed; the same as `from` where it is only claimed
};

struct Improvement {
  int grade = -1;                   // then guaranteed; an ordinal of bundle->grade_enum
  std::vector<FactChange> changes;  // in schema order
  double cost = 0;                  // of all changes, by the schema; 1 each where it says nothing
};

struct Improvements {
  // The best grade first, of one grade the cheapest first, at most kMaxImprovementsPerGrade. No set
  // holds another one that gives as good a grade.
  std::vector<Improvement> sets;
  // False where there were more sets of changes than are tried.
  bool complete = true;
};

inline constexpr int kMaxChangesInSet = 3;
inline constexpr int kMaxImprovementsPerGrade = 5;

// Sets of up to kMaxChangesInSet changes to facts that are ours to change and that the grade's
// rules read, with which the guaranteed grade is better than `grade`. Exact in that each set
// reaches its grade whatever else is not known; facts whose values are not all told apart by the
// rules are left as they are. Leaves the row as it is.
Improvements FindImprovements(Evaluation& evaluation, const facts::Lead& lead, int grade);

}  // namespace leadgrade::decision
