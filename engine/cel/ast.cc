#include "engine/cel/ast.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::cel {
namespace {

constexpr std::array<const char*, 9> kKinds = {"const", "ident",  "select", "call", "list",
                                               "map",   "struct", "fold",   "error"};

void Dump(const Expr& expr, int indent, absl::string_view label, std::string* out) {
  absl::StrAppend(out, std::string(2 * indent, ' '), label, kKinds[static_cast<size_t>(expr.kind)],
                  expr.test_only ? " has" : "", expr.member_call ? " member" : "");
  if (expr.kind == ExprKind::kConstant) absl::StrAppend(out, " ", ToString(expr.constant));
  if (!expr.name.empty()) absl::StrAppend(out, " ", expr.name);
  if (!expr.field_names.empty()) {
    absl::StrAppend(out, " {", absl::StrJoin(expr.field_names, ", "), "}");
  }
  absl::StrAppend(out, " @", expr.range.begin, "-", expr.range.end);
  if (expr.type.kind() != TypeKind::kDyn) absl::StrAppend(out, " : ", expr.type.ToString());
  out->push_back('\n');
  const size_t entry = expr.kind == ExprKind::kMap ? 2 : 1;  // operands to each
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    const bool optional = !expr.optional.empty() && i % entry == 0 && expr.optional[i / entry];
    Dump(*expr.operands[i], indent + 1, optional ? "? " : "", out);
  }
  if (expr.comprehension != nullptr) {
    const Comprehension& c = *expr.comprehension;
    absl::StrAppend(out, std::string(2 * indent + 2, ' '), "over ", c.iter_var,
                    c.iter_var2.empty() ? "" : ", ", c.iter_var2, "\n");
    Dump(*c.range, indent + 1, "range: ", out);
    Dump(*c.init, indent + 1, "init: ", out);
    Dump(*c.condition, indent + 1, "while: ", out);
    Dump(*c.step, indent + 1, "step: ", out);
    Dump(*c.result, indent + 1, "result: ", out);
  }
}

}  // namespace

std::string QualifiedName(const Expr& expr) {
  if (expr.kind == ExprKind::kIdent) return expr.name;
  if (expr.kind != ExprKind::kSelect || expr.test_only) return "";
  std::string base = QualifiedName(*expr.operands[0]);
  return base.empty() ? "" : absl::StrCat(base, ".", expr.name);
}

std::string DumpAst(const Expr& expr) {
  std::string out;
  Dump(expr, 0, "", &out);
  return out;
}

}  // namespace leadgrade::cel
