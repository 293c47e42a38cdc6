// Which keys of a map expressions take for granted, and which they ask for.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/ast.h"

namespace leadgrade::tools {

struct KeyUse {
  std::string key;
  cel::Range range;  // of the key, in the expression's source
};

struct KeyUses {
  std::vector<KeyUse> taken;
  std::set<std::string> asked_for;
};

// Adds what the checked `expr` does with the variable `map`: `map.key` and `map["key"]` are taken
// for granted, `has(map.key)`, `"key" in map` and `get(map, "key")` ask.
void FindKeyUses(const cel::Expr& expr, absl::string_view map, KeyUses* uses);

}  // namespace leadgrade::tools
