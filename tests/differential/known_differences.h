// Where the other implementation is known to differ from this one, and why ours is right or the
// definition of the language is open.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "engine/cel/value.h"
#include "tests/testing/random_expression.h"

namespace leadgrade::differential {

// The one operation that differs: both agree on what its operands are.
struct Difference {
  const testing::Node* node;
  std::string text;
  std::vector<cel::Value> operands;  // of a macro the range, then the bodies for each element
  cel::Value ours, theirs;           // errors are values too
};

struct KnownDifference {
  std::string name;
  std::string section;  // of the language definition, or of an extension's document
  std::string reason;
  bool (*covers)(const Difference& difference);
};

const std::vector<KnownDifference>& KnownDifferences();

}  // namespace leadgrade::differential
