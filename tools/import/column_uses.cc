#include "tools/import/column_uses.h"

namespace leadgrade::tools {
namespace {

using cel::Expr;
using cel::ExprKind;

bool IsText(const Expr& expr) {
  return expr.kind == ExprKind::kConstant && expr.constant.kind() == cel::Kind::kString;
}

class Finder {
 public:
  Finder(absl::string_view map, KeyUses* uses) : map_(map), uses_(*uses) {}

  // Recursion is bounded by the tree's depth, which the parser bounds.
  void Visit(const Expr& expr) {
    if (expr.kind == ExprKind::kSelect && IsMap(*expr.operands[0])) {
      if (expr.test_only) {
        uses_.asked_for.insert(expr.name);
      } else {
        uses_.taken.push_back({expr.name, expr.name_range});
      }
    }
    if (expr.kind == ExprKind::kCall && expr.operands.size() >= 2) {
      const Expr& a = *expr.operands[0];
      const Expr& b = *expr.operands[1];
      if (expr.name == "_[_]" && IsMap(a) && IsText(b)) {
        uses_.taken.push_back({std::string(b.constant.text()), b.range});
      }
      if (expr.name == "@in" && IsText(a) && IsMap(b)) {
        uses_.asked_for.insert(std::string(a.constant.text()));
      }
      if (expr.name == "get" && IsMap(a) && IsText(b)) {
        uses_.asked_for.insert(std::string(b.constant.text()));
      }
    }
    for (const cel::ExprPtr& operand : expr.operands) Visit(*operand);
    if (expr.comprehension != nullptr) VisitFold(*expr.comprehension);
  }

 private:
  bool IsMap(const Expr& expr) const {
    return expr.kind == ExprKind::kIdent && expr.name == map_ && !hidden_;
  }

  void VisitFold(const cel::Comprehension& fold) {
    Visit(*fold.range);
    Visit(*fold.init);
    const bool outer = hidden_;
    // A variable of the fold may have the map's name.
    hidden_ |= fold.iter_var == map_ || fold.iter_var2 == map_;
    for (const cel::ExprPtr* part : {&fold.condition, &fold.step, &fold.result}) Visit(**part);
    hidden_ = outer;
  }

  const absl::string_view map_;
  KeyUses& uses_;
  bool hidden_ = false;
};

}  // namespace

void FindKeyUses(const Expr& expr, absl::string_view map, KeyUses* uses) {
  Finder(map, uses).Visit(expr);
}

}  // namespace leadgrade::tools
