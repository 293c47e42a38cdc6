// What `leadgrade cel` and `leadgrade repl` evaluate in: the names of a bundle, variables of the
// session's own, and a clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/explain.h"
#include "engine/cel/program.h"
#include "engine/cel/protobuf/message_types.h"
#include "engine/rules/bundle.h"

namespace leadgrade::tools {

struct CelSettings {
  // Its facts, types, parameters and outputs are in scope. Nothing is stated, and the timeline is
  // empty: derived facts follow from what is assigned, as in `leadgrade eval`. May be null.
  std::shared_ptr<const rules::Bundle> bundle;
  absl::Time now;
  absl::TimeZone zone;
  std::string container;  // as Env::SetContainer takes it
  bool checked = true;
};

// Not thread safe.
class CelSession {
 public:
  // What came of an expression: issues, or a program and its value, which may be an error or an
  // unknown. The value lives as long as this and the session.
  struct Outcome {
    base::IssueList issues;
    std::unique_ptr<const cel::Program> program;  // null: there are issues
    std::unique_ptr<cel::Arena> arena;
    cel::Value value;
  };
  struct Variable {
    std::string name;
    std::string type;
    cel::Value value;
  };

  struct AssignOutcome {
    base::IssueList issues;
    std::string error;  // of evaluating it
    bool ok() const { return issues.empty() && error.empty(); }
  };

  // What a session takes: variables, values that need memory, forgotten ones included, and that
  // memory.
  static constexpr size_t kMaxVariables = 1000;
  static constexpr size_t kMaxKept = 10000;
  static constexpr size_t kMaxKeptBytes = 64 << 20;

  explicit CelSession(CelSettings settings);
  CelSession(const CelSession&) = delete;

  // `file` is what stands before line and column in an issue.
  Outcome Evaluate(absl::string_view file, absl::string_view source) const;
  // Without evaluating: `arena` and `value` are empty.
  Outcome Compile(absl::string_view file, absl::string_view source) const;
  // nullopt with issues added where it does not compile.
  std::optional<cel::Explanation> Explain(absl::string_view file, absl::string_view source,
                                          base::IssueList* issues) const;
  // The syntax tree, checked but not folded, as text; "" with issues added.
  std::string Ast(absl::string_view file, absl::string_view source, base::IssueList* issues) const;
  // Whether it is an expression so far, and more may make it whole.
  static bool EndsTooEarly(absl::string_view source);

  // Evaluates, and gives the value to `name`: a name of the bundle's takes values of its type, any
  // other one becomes a variable of the expression's type. Where it has issues or gives an error
  // all stays as it was. Issues name `name` in the place of a file.
  AssignOutcome Assign(const std::string& name, absl::string_view source);
  // Back to how it was before any assignment. False where there is none.
  bool Forget(const std::string& name);

  // All that can be read, by name.
  std::vector<Variable> Variables() const;
  // Names and functions that begin with `prefix`, in order.
  std::vector<std::string> Complete(absl::string_view prefix) const;
  // The names that an unknown value waits for, in order.
  std::vector<std::string> UnknownNames(const cel::Value& unknown) const;
  // A CEL literal; `unknown: a, b` and `error: …` for what is no value.
  std::string ToText(const cel::Value& value) const;

 private:
  struct Assignment {
    cel::Type type;
    cel::Value value;
  };

  cel::EvalContext Context() const;
  void Add(absl::string_view file, absl::string_view source,
           const std::vector<cel::ExprIssue>& found, base::IssueList* issues) const;
  std::unique_ptr<const cel::Program> Compiled(absl::string_view source,
                                               const std::optional<cel::Type>& expected,
                                               std::vector<cel::ExprIssue>* issues) const;
  // Why `name` cannot be assigned to; "" where it can.
  std::string Refusal(const std::string& name) const;
  const cel::Env& BundleEnv() const;
  void Keep(std::unique_ptr<const cel::Arena> arena);
  // Declares what is assigned, and fills the slots anew.
  void Rebuild();
  void FillSlots();

  CelSettings settings_;
  // Where there is no bundle: with the messages that the program knows, which rules don't have.
  cel::MessageTypes messages_;
  cel::Env plain_;
  cel::Env env_;
  std::map<std::string, Assignment> assigned_;
  // Own what assigned values point to. Kept to the end, since one value may be part of another.
  std::vector<std::unique_ptr<const cel::Program>> programs_;
  std::vector<std::unique_ptr<const cel::Arena>> arenas_;
  size_t kept_bytes_ = 0;
  std::unique_ptr<cel::Arena> row_arena_;  // of the unknown and the derived facts
  std::vector<cel::Value> slots_;
  std::vector<std::string> slot_names_;
};

}  // namespace leadgrade::tools
