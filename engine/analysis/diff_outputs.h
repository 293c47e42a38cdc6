// The outputs of two bundles that are held against each other, and the ways in which they may
// differ, as formulas and by the evaluator. See diff.h.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "engine/analysis/model.h"
#include "engine/analysis/whole_row.h"

namespace leadgrade::analysis {

struct ComparedKind {
  std::string before, after;  // as DiffKind has them
  Term holds;
  // Whether it is so of a lead, by its rows under both; gives what the two say.
  std::function<bool(WholeRow& before, WholeRow& after, std::string* was, std::string* is)> shows;
};

struct ComparedOutput {
  std::string name;  // as OutputDiff has it
  std::vector<ComparedKind> kinds;
  std::string reason;  // why it can't be compared; else empty
};

// The grade, the score, each action, and the outputs that both show under one name. What an output
// is while a fact is unknown that the rules need is no difference.
std::vector<ComparedOutput> OutputsToCompare(std::array<const rules::Bundle*, 2> bundles,
                                             std::array<Model*, 2> models, TermTable* terms);

}  // namespace leadgrade::analysis
