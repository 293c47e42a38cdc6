// A checked and compiled expression. Immutable; one Program is evaluated by any number of threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/ast.h"
#include "engine/cel/env.h"

namespace leadgrade::cel {

// How an expression uses one variable: which of its values can be told apart.
struct VariableUse {
  int32_t slot = -1;
  // Constants that the variable is compared with (==, !=, <, <=, >, >=, in [...]), without repeats.
  std::vector<Value> compared_with;
  // Used in any other way too (arithmetic, a function, compared with another variable; a bool or
  // enum used as such, `== null` and `known()` do not count): `compared_with` does not tell all.
  bool opaque = false;
  bool known = false;  // `known()` asks for it
};

class Program {
 public:
  virtual ~Program() = default;

  // A value, an error, or an unknown with the slots that matter (CEL's rules: && and || absorb
  // errors and unknowns that cannot matter; an error is preferred to nothing, an unknown to an
  // error). No heap allocation for scalar expressions. What the value points to lives in the
  // context's arena, its slots, or this program. Thread safe; no locks.
  virtual Value Eval(EvalContext& context) const = 0;

  virtual const Type& type() const = 0;
  // The checked tree: macros expanded, names resolved (enum values and parameters are constants, a
  // dotted variable is one kIdent), constants folded.
  virtual const Expr& expr() const = 0;
  virtual const std::string& source() const = 0;
  // Slots read, increasing, each once.
  virtual const std::vector<int32_t>& slots() const = 0;
  // True where a called function reads the clock directly (variables that do are the caller's).
  virtual bool reads_clock() const = 0;
  // One entry for each of slots(), same order.
  virtual const std::vector<VariableUse>& uses() const = 0;
  // The most steps that an evaluation can take, by the estimate of cost.h.
  virtual double cost() const = 0;
  // The instructions, one a line.
  virtual std::string Dump() const = 0;
};

// Type checks a parsed expression in place (fills Expr::type) and gives its type; nullopt with
// issues added on failure. Where `expected` is given, the type must be assignable to it (an enum
// expected resolves bare enum names).
std::optional<Type> Check(Expr& expr, const Env& env, const std::optional<Type>& expected,
                          std::vector<ExprIssue>* issues);

// Parse, Check and compile. Null with at least one issue added on failure. The program keeps no
// reference to `env` apart from the constants and enumerations in it, which must outlive it.
std::unique_ptr<const Program> Compile(absl::string_view source, const Env& env,
                                       const std::optional<Type>& expected,
                                       std::vector<ExprIssue>* issues);

// Without type checking, as CEL runs an expression that was only parsed: names are resolved, every
// type is dyn, and what the checker would have refused is an error when it is reached. Null with an
// issue added only where it does not parse.
std::unique_ptr<const Program> CompileUnchecked(absl::string_view source, const Env& env,
                                                std::vector<ExprIssue>* issues);

// The same from a tree that was put together by hand; `source` is what source() gives.
std::unique_ptr<const Program> CompileExpr(ExprPtr expr, std::string source, const Env& env,
                                           const std::optional<Type>& expected,
                                           std::vector<ExprIssue>* issues);

}  // namespace leadgrade::cel
