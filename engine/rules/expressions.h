// CEL that stands in rule files: compiled, with issues at their places.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/issue.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::rules {

using ProgramPtr = std::shared_ptr<const cel::Program>;

// CEL that stands for itself, held to what rules are held to: a conversion of a literal that always
// fails is an issue. Null with issues added on failure.
ProgramPtr CompileText(absl::string_view source, const cel::Env& env, const cel::Type& expected,
                       std::vector<cel::ExprIssue>* issues);

// Null with issues added on failure.
ProgramPtr CompileAt(base::IssueList* issues, const Located& at, const cel::Env& env,
                     const cel::Type& expected);

// A value as authors write it: text as it stands for a string, CEL for everything else (an enum's
// bare name, a number, an expression). Null with issues added on failure.
ProgramPtr CompileValue(base::IssueList* issues, const Located& at, const cel::Env& env,
                        const cel::Type& expected);

struct Condition {
  ProgramPtr when;  // null with issues added on failure
  std::vector<Term> terms;
};

// A condition: a CEL string, or all, any and none over such, nested.
Condition CompileCondition(base::IssueList* issues, const Located& at, const cel::Env& env);

// A type by its name: bool, int, double, string, timestamp, duration, one of `enums`, or list(…) of
// these. nullopt with an issue added on failure.
std::optional<cel::Type> ReadType(base::IssueList* issues, const Located& at,
                                  const std::vector<std::shared_ptr<const cel::EnumType>>& enums);

// An order in which each node comes after those it depends on; where there is none, the nodes of
// one cycle in `cycle`, the first one repeated at the end. Stable: independent nodes keep their
// order.
std::vector<int> DependencyOrder(const std::vector<std::vector<int>>& depends_on,
                                 std::vector<int>* cycle);

}  // namespace leadgrade::rules
