// Which values of a variable an expression can tell apart.
#include <algorithm>
#include <array>
#include <map>

#include "engine/cel/compiled_program.h"

namespace leadgrade::cel {
namespace {

constexpr std::array<absl::string_view, 7> kComparisons = {"_==_", "_!=_", "_<_", "_<=_",
                                                           "_>_",  "_>=_", "@in"};

class Finder {
 public:
  void Visit(const Expr& expr) {
    if (expr.kind == ExprKind::kIdent) {
      if (VariableUse* use = Find(expr)) {
        const TypeKind kind = expr.type.WithoutNull().kind();
        // All values of a bool or an enum can be tried.
        if (kind != TypeKind::kBool && kind != TypeKind::kEnum) use->opaque = true;
      }
    }
    if (expr.kind == ExprKind::kCall && expr.operands.size() == 1 && expr.name == "known") {
      if (VariableUse* use = Find(*expr.operands[0])) use->known = true;
      return;
    }
    const bool comparison =
        expr.kind == ExprKind::kCall && expr.operands.size() == 2 &&
        std::find(kComparisons.begin(), kComparisons.end(), expr.name) != kComparisons.end();
    // A text that is more or less than a constant is not told by the constants alone.
    const bool ordering = comparison && expr.name != "_==_" && expr.name != "_!=_" &&
                          expr.name != "@in" &&
                          expr.operands[0]->type.WithoutNull().kind() == TypeKind::kString;
    if (comparison && !ordering) {
      if (Compared(*expr.operands[0], *expr.operands[1])) return;
      if (expr.name != "@in" && Compared(*expr.operands[1], *expr.operands[0])) return;
    }
    for (const ExprPtr& operand : expr.operands) Visit(*operand);
    if (expr.comprehension != nullptr) {
      const Comprehension& c = *expr.comprehension;
      for (const ExprPtr* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) {
        Visit(**part);
      }
    }
  }

  std::vector<VariableUse> Take() {
    std::vector<VariableUse> all;
    for (auto& [slot, use] : uses_) all.push_back(std::move(use));
    return all;
  }

 private:
  VariableUse* Find(const Expr& expr) {
    if (expr.kind != ExprKind::kIdent || expr.slot < 0) return nullptr;
    VariableUse& use = uses_[expr.slot];
    use.slot = expr.slot;
    return &use;
  }

  bool Compared(const Expr& side, const Expr& other) {
    if (other.kind != ExprKind::kConstant) return false;
    VariableUse* use = Find(side);
    if (use == nullptr) return false;
    if (other.constant.kind() == Kind::kList) {
      for (const Value& value : other.constant.elements()) Note(use, value);
    } else {
      Note(use, other.constant);
    }
    return true;
  }

  static void Note(VariableUse* use, const Value& value) {
    if (value.is_null()) return;
    auto& all = use->compared_with;
    const bool there = std::any_of(all.begin(), all.end(),
                                   [&](const Value& other) { return Equal(value, other); });
    if (!there) all.push_back(value);
  }

  std::map<int32_t, VariableUse> uses_;
};

}  // namespace

std::vector<VariableUse> FindUses(const Expr& expr) {
  Finder finder;
  finder.Visit(expr);
  return finder.Take();
}

}  // namespace leadgrade::cel
