// The syntax tree of a CEL expression, with the place of every node in the source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/type.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Half-open byte range of the source text.
struct Range {
  int begin = 0;
  int end = 0;
};

enum class ExprKind : uint8_t {
  kConstant,
  kIdent,          // `name`; a leading dot is kept in the name: ".x"
  kSelect,         // operands[0].name; test_only for has(e.f)
  kCall,           // name(operands...); operators carry CEL's names: "_&&_", "_==_", "!_", "_?_:_",
                   // "_[_]", "_[?_]", "_?._", "@in", "-_", ...; a member call has its target as
                   // operands[0]
  kList,           // operands
  kMap,            // operands: k0, v0, k1, v1, ...
  kStruct,         // name{field: value}: field_names beside operands
  kComprehension,  // a macro, expanded; see Comprehension
  kError,          // `text` says why it fails when it is reached; in unchecked expressions only
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

// CEL's fold: for each element of `range` bind it to `iter_var` (and its index or map value to
// `iter_var2` where not empty) and, while `condition` holds, set `accu_var` to `step`; the value is
// `result`.
struct Comprehension {
  std::string iter_var;
  std::string iter_var2;
  std::string accu_var;
  ExprPtr range, init, condition, step, result;
};

struct Expr {
  ExprKind kind = ExprKind::kConstant;
  Range range;       // the whole expression
  Range name_range;  // the operator, function, field or identifier in it

  // kConstant: scalars in `constant`; text constants point to `text`.
  Value constant;
  std::string text;

  std::string name;
  bool member_call = false;  // kCall written as target.name(...)
  bool test_only = false;    // kSelect made by has()
  std::vector<ExprPtr> operands;
  std::vector<std::string> field_names;
  // Beside the elements of a kList, the pairs of a kMap, the fields of a kStruct: nonzero where it
  // is written `?e`, there only if the optional e has a value. Empty where none is.
  std::vector<char> optional;
  std::unique_ptr<Comprehension> comprehension;

  int depth = 1;  // of the tree below, itself included; bounded by kMaxTreeDepth

  // Filled by the checker.
  Type type;
  int32_t slot = -1;  // of a kIdent that is a variable of the environment; -1: of a comprehension
};

// One mistake in an expression: where in its source, and what.
struct ExprIssue {
  std::string code;  // "syntax", "unknown-name", "type-mismatch", ...
  Range range;
  std::string message;
  std::string hint;
};

// Parses a whole expression, with macros expanded. On failure null, with issues added in order of
// place: after a syntax error it goes on behind the next comma, `&&` or `||`, where the rest is not
// an echo of it. Bounded by limits.h in length, depth and nodes; no input makes it overflow the
// stack. Reentrant.
ExprPtr Parse(absl::string_view source, std::vector<ExprIssue>* issues);

// Is it a call of the function or operator `name`, not as a member?
inline bool IsCall(const Expr& expr, absl::string_view name) {
  return expr.kind == ExprKind::kCall && !expr.member_call && expr.name == name;
}

// "a.b.c" for a chain of plain selections from an identifier, "" for anything else.
std::string QualifiedName(const Expr& expr);

// One node a line, indented, with kind, name, range and type: for tests and debugging.
std::string DumpAst(const Expr& expr);

}  // namespace leadgrade::cel
