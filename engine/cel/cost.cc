// Tested by tests/engine/cel/cost_test.cc.
#include "engine/cel/cost.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/limits.h"
#include "engine/cel/type_relations.h"

namespace leadgrade::cel {
namespace {

// How many bytes of text one step compares, and searches.
constexpr double kComparedBytes = 64, kSearchedBytes = 16;

// How large a value may be: bytes of a text, elements of a list, pairs of a map; and how large what
// it holds.
struct Extent {
  double size = 1;
  double each = 1;
};

Extent Bounded(Extent extent) {
  // A larger one is not made: the arena refuses it.
  constexpr double kMost = base::kMaxEvaluationBytes;
  return {std::min(extent.size, kMost), std::min(extent.each, kMost)};
}

Extent OfVariable(const Type& type) {
  const double text = base::kMaxFactTextBytes, elements = base::kMaxFactListElements;
  switch (type.WithoutNull().kind()) {
    case TypeKind::kString:
    case TypeKind::kBytes:
      return {text, 1};
    case TypeKind::kList:
      return {elements, OfVariable(type.WithoutNull().parameter(0)).size};
    case TypeKind::kMap:
      return {elements, std::max(OfVariable(type.WithoutNull().parameter(0)).size,
                                 OfVariable(type.WithoutNull().parameter(1)).size)};
    case TypeKind::kDyn:
    case TypeKind::kTypeParam:
    case TypeKind::kMessage:
    case TypeKind::kOpaque:
      return {text, 1};
    default:
      return {};
  }
}

Extent OfValue(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
    case Kind::kBytes:
      return {static_cast<double>(value.text().size()), 1};
    case Kind::kList: {
      Extent extent{static_cast<double>(value.elements().size()), 1};
      for (const Value& element : value.elements()) {
        extent.each = std::max(extent.each, OfValue(element).size);
      }
      return extent;
    }
    case Kind::kMap: {
      Extent extent{static_cast<double>(value.map().size), 1};
      for (uint32_t i = 0; i < 2 * value.map().size; ++i) {
        extent.each = std::max(extent.each, OfValue(value.map().entries[i]).size);
      }
      return extent;
    }
    default:
      return {};
  }
}

bool IsScalar(const Type& type) {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kEnum:
    case TypeKind::kType:
      return true;
    default:
      return false;
  }
}

class Estimator {
 public:
  double cost() const { return cost_; }

  Extent Visit(const Expr& expr) {
    const Extent extent = VisitKind(expr);
    return IsScalar(expr.type) ? Extent() : extent;
  }

 private:
  Extent VisitKind(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kConstant:
      case ExprKind::kError:
        return OfValue(expr.constant);
      case ExprKind::kIdent:
        return Ident(expr);
      case ExprKind::kSelect: {
        const Extent of = Visit(*expr.operands[0]);
        cost_ += factor_;
        return {of.each, of.each};
      }
      case ExprKind::kCall:
        return Call(expr);
      case ExprKind::kList:
      case ExprKind::kMap:
      case ExprKind::kStruct: {
        Extent all{static_cast<double>(expr.operands.size()), 1};
        for (const ExprPtr& operand : expr.operands) {
          const Extent extent = Visit(*operand);
          all.each = std::max({all.each, extent.size, extent.each});
        }
        cost_ += factor_ * (1 + all.size);
        return all;
      }
      case ExprKind::kComprehension:
        return Fold(*expr.comprehension);
    }
    return {};
  }

  Extent Ident(const Expr& expr) const {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->first == expr.name) return it->second;
    }
    return OfVariable(expr.type);
  }

  Extent Fold(const Comprehension& c) {
    Extent range = Visit(*c.range);
    // What may be anything may be a long text, but that is no range.
    if (IsDynamic(c.range->type))
      range.size = std::min<double>(range.size, base::kMaxFactListElements);
    const Extent init = Visit(*c.init);
    const size_t scope = locals_.size();
    locals_.emplace_back(c.accu_var, init);
    locals_.emplace_back(c.iter_var, Extent{range.each, range.each});
    if (!c.iter_var2.empty()) locals_.emplace_back(c.iter_var2, Extent{range.each, range.each});
    const double outer = factor_;
    const bool bind = c.condition->kind == ExprKind::kConstant && c.condition->constant.is_false();
    factor_ *= bind ? 0 : std::max(1.0, range.size);
    cost_ += factor_;
    Visit(*c.condition);
    const Extent step = Visit(*c.step);
    factor_ = outer;
    // What grows by one element a time may have as many as there were.
    locals_.resize(scope + 1);
    if (!bind) locals_.back().second = Bounded({range.size, std::max(step.size, step.each)});
    const Extent result = Visit(*c.result);
    locals_.resize(scope);
    return result;
  }

  Extent Call(const Expr& expr) {
    std::vector<Extent> arguments;
    Extent all{0, 1};
    for (const ExprPtr& operand : expr.operands) {
      arguments.push_back(Visit(*operand));
      all.size += arguments.back().size;
      all.each = std::max(all.each, arguments.back().each);
    }
    cost_ += factor_;
    const std::string& name = expr.name;
    if (name == "_&&_" || name == "_||_" || name == "!_" || name == "@not_strictly_false" ||
        name == "known") {
      return {};
    }
    if (name == "_?_:_") {
      return {std::max(arguments[1].size, arguments[2].size),
              std::max(arguments[1].each, arguments[2].each)};
    }
    if (name == "_[_]" || name == "_[?_]" || name == "_?._") {
      return {arguments[0].each, arguments[0].each};
    }
    if (name == "@in") {
      const bool map = expr.operands[1]->type.kind() == TypeKind::kMap;
      cost_ += factor_ * (map ? 1 : arguments[1].size) * (1 + arguments[0].size / kComparedBytes);
      return {};
    }
    cost_ += factor_ * (HoldsText(expr) ? all.size / kSearchedBytes
                                        : all.size * (1 + (all.each - 1) / kComparedBytes));
    // A pattern that is not known beforehand is compiled each time.
    if (name == "matches" && !arguments.empty() &&
        expr.operands.back()->kind != ExprKind::kConstant) {
      cost_ += factor_ * 10 * base::kMaxRegexBytes;
    }
    return Bounded(Result(expr, arguments, all));
  }

  static bool HoldsText(const Expr& expr) {
    const auto is_text = [](const ExprPtr& operand) {
      const TypeKind kind = operand->type.WithoutNull().kind();
      return kind == TypeKind::kString || kind == TypeKind::kBytes || kind == TypeKind::kDyn;
    };
    return std::any_of(expr.operands.begin(), expr.operands.end(), is_text);
  }

  Extent Result(const Expr& expr, const std::vector<Extent>& arguments, const Extent& all) {
    const std::string& name = expr.name;
    if (name == "lists.range") return {static_cast<double>(base::kMaxIterations), 1};
    if (name == "flatten") return {all.size * all.each, all.each};
    // Unchecked, a function may be called with any number of arguments.
    if (arguments.empty()) return all;
    const Extent& first = arguments[0];
    if (name == "replace" && arguments.size() > 2) {
      return {first.size * (1 + arguments[2].size), 1};
    }
    if (name == "join") return {first.size * (first.each + all.size), 1};
    if (name == "split") return {first.size + 1, first.size};
    if (name == "format") return {first.size + all.size * all.each, 1};
    return all;
  }

  std::vector<std::pair<std::string, Extent>> locals_;
  double factor_ = 1;  // how often the part in hand may run
  double cost_ = 0;
};

}  // namespace

double WorstCost(const Expr& expr) {
  Estimator estimator;
  estimator.Visit(expr);
  return estimator.cost();
}

std::string DescribeCost(double cost) {
  if (cost >= 1e15) return absl::StrFormat("about %.0e", cost);
  std::string digits = absl::StrFormat("%.0f", std::ceil(cost));
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<size_t>(i), ",");
  }
  return digits;
}

}  // namespace leadgrade::cel
