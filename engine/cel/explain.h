// The value of every part of an expression: for a person who asks why the whole is what it is.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"

namespace leadgrade::cel {

inline constexpr int kMaxExplainedParts = 200;

struct ExplainedPart {
  Range range;  // of the source; never the same as its parent's
  Value value;
  // False where the operator above had its value without this one: behind the `false` of a `&&`,
  // the branch that a condition did not take, an unknown that was absorbed. Its value is what it
  // would have been.
  bool needed = true;
  std::vector<ExplainedPart> children;  // in the order of the source
};

struct Explanation {
  ExplainedPart whole;
  bool cut = false;  // there are more than kMaxExplainedParts parts
  // Own what the values point to, beside the context's slots.
  std::vector<std::unique_ptr<const Program>> programs;
  std::vector<std::unique_ptr<Arena>> arenas;
};

// Evaluates the expression, and each part of it that has a value of its own by itself. Literals and
// enum names are left out: they are their value. Of a macro with variables only what it goes over
// is a part, for the rest has another value in each turn. `checked`: as Compile does it, else as
// CompileUnchecked. nullopt with at least one issue added where the expression does not compile.
// `context.arena` is not used.
std::optional<Explanation> Explain(absl::string_view source, const Env& env, bool checked,
                                   const EvalContext& context, std::vector<ExprIssue>* issues);

}  // namespace leadgrade::cel
