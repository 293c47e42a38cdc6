// Operators and functions. See encoder.h.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "engine/analysis/encoder.h"

namespace leadgrade::analysis {

using cel::Expr;
using cel::ExprKind;
using cel::Type;
using cel::TypeKind;

namespace {

// So many days ahead or back is as far as start_of_day() goes.
constexpr int64_t kMaxDays = 4000000;

const std::map<absl::string_view, Op> kArithmetic = {{"_+_", Op::kAdd},
                                                     {"_-_", Op::kSubtract},
                                                     {"_*_", Op::kMultiply},
                                                     {"_/_", Op::kDivide},
                                                     {"_%_", Op::kModulo}};

bool IsComparison(absl::string_view name) {
  return name == "_==_" || name == "_!=_" || name == "_<_" || name == "_<=_" || name == "_>_" ||
         name == "_>=_";
}

// A value that can only be null has no value, and needs none.
bool HasFormula(const Symbol& symbol) {
  return symbol.value != nullptr || symbol.null->is_true() || symbol.error->is_true();
}

}  // namespace

Symbol Encoder::Call(const Expr& expr) {
  const std::string& name = expr.name;
  if (name == "known") {
    return Known(terms_.Not(Encode(*expr.operands[0]).unknown));
  }
  if (name == "_&&_" || name == "_||_") return Logical(expr, name == "_||_");
  if (name == "_?_:_") return Conditional(expr);
  if (name == "!_" || name == "-_") {
    const Symbol a = Encode(*expr.operands[0]);
    if (a.value == nullptr) return Beyond(expr);
    if (name == "!_") return Strict({a}, terms_.Not(a.value), terms_.False());
    if (a.value->sort == Sort::kDouble) {
      // The other sign, and 0 becomes -0.
      return Strict({a}, terms_.Apply(Op::kMultiply, {terms_.Double(-1), a.value}), terms_.False());
    }
    const Term value = terms_.Apply(Op::kSubtract, {terms_.Int(0), a.value});
    return Strict({a}, value, terms_.Not(IsInt64(value)));
  }
  if (IsComparison(name)) return Comparison(expr);
  if (kArithmetic.contains(name)) return Arithmetic(expr);
  if (name == "@in") return Membership(expr);
  if (name == "@not_strictly_false") {
    return Known(terms_.Not(IsFalse(Encode(*expr.operands[0]))));
  }
  return Function(expr);
}

Symbol Encoder::Comparison(const Expr& expr) {
  const Symbol a = Encode(*expr.operands[0]);
  const Symbol b = Encode(*expr.operands[1]);
  if (!HasFormula(a) || !HasFormula(b)) return Beyond(expr);
  if (!HaveOrder(a, b)) return Beyond(expr);
  if (expr.name == "_==_") return Equals(a, b);
  if (expr.name == "_!=_") {
    Symbol out = Equals(a, b);
    out.value = terms_.Not(out.value);
    return out;
  }
  if (a.value == nullptr || b.value == nullptr) return Strict({a, b}, nullptr, terms_.True());
  Term x = a.value;
  Term y = b.value;
  if (x->sort == Sort::kBool) {
    // false is less than true.
    x = terms_.If(x, terms_.Int(1), terms_.Int(0));
    y = terms_.If(y, terms_.Int(1), terms_.Int(0));
  }
  if (expr.name == "_>_" || expr.name == "_>=_") std::swap(x, y);
  const bool or_equal = expr.name == "_<=_" || expr.name == "_>=_";
  return Strict({a, b}, Ordered(or_equal ? Op::kLessEqual : Op::kLess, x, y), terms_.False());
}

Symbol Encoder::Add(const Type& type, const Symbol& a, const Symbol& b) {
  const Term value = terms_.Apply(Op::kAdd, {a.value, b.value});
  const bool whole = type.WithoutNull().kind() == TypeKind::kInt;
  return Strict({a, b}, value, whole ? terms_.Not(IsInt64(value)) : terms_.False());
}

Symbol Encoder::Arithmetic(const Expr& expr) {
  const Symbol a = Encode(*expr.operands[0]);
  const Symbol b = Encode(*expr.operands[1]);
  const Op op = kArithmetic.find(expr.name)->second;
  if (op == Op::kAdd && a.elements != nullptr && b.elements != nullptr) {
    auto all = std::make_shared<std::vector<Element>>(*a.elements);
    all->insert(all->end(), b.elements->begin(), b.elements->end());
    Symbol out = Strict({a, b}, nullptr, terms_.False());
    out.elements = std::move(all);
    return out;
  }
  if (a.value == nullptr || b.value == nullptr || a.value->sort != b.value->sort) {
    return Beyond(expr);
  }
  switch (expr.type.WithoutNull().kind()) {
    case TypeKind::kDouble:
      if (op == Op::kModulo) return Beyond(expr);
      return Strict({a, b}, terms_.Apply(op, {a.value, b.value}), terms_.False());
    case TypeKind::kString:
      return Strict({a, b}, terms_.Apply(Op::kConcatenate, {a.value, b.value}), terms_.False());
    case TypeKind::kInt:
    case TypeKind::kDuration:
    case TypeKind::kTimestamp:
      break;
    default:
      return Beyond(expr);
  }
  const Term value = terms_.Apply(op, {a.value, b.value});
  Term fails = terms_.Not(
      expr.type.WithoutNull().kind() == TypeKind::kTimestamp ? IsTimestamp(value) : IsInt64(value));
  if (op == Op::kDivide || op == Op::kModulo) {
    fails = terms_.Or(fails, terms_.Equal(b.value, terms_.Int(0)));
  }
  return Strict({a, b}, value, fails);
}

Symbol Encoder::Membership(const Expr& expr) {
  const Symbol element = Encode(*expr.operands[0]);
  const Symbol list = Encode(*expr.operands[1]);
  if (list.elements == nullptr || !HasFormula(element)) return Beyond(expr);
  std::vector<Term> found;
  for (const Element& each : *list.elements) {
    if (!HasFormula(each.symbol) || !HaveOrder(element, each.symbol)) return Beyond(expr);
    found.push_back(terms_.And(each.present, IsTrue(Equals(element, each.symbol))));
  }
  Symbol out = Known(terms_.Or(std::move(found)));
  out.unknown = terms_.Or(element.unknown, list.unknown);
  out.error =
      terms_.And(terms_.Not(out.unknown), terms_.Or({element.error, list.error, list.null}));
  return out;
}

Symbol Encoder::Function(const Expr& expr) {
  std::vector<Symbol> arguments;
  for (const auto& operand : expr.operands) arguments.push_back(Encode(*operand));
  const std::string& name = expr.name;
  if (name == "size" && arguments[0].elements != nullptr) {
    Term count = terms_.Int(0);
    for (const Element& each : *arguments[0].elements) {
      count =
          terms_.Apply(Op::kAdd, {count, terms_.If(each.present, terms_.Int(1), terms_.Int(0))});
    }
    return Strict({arguments[0]}, count, terms_.False());
  }
  const bool formulas = std::all_of(arguments.begin(), arguments.end(),
                                    [](const Symbol& each) { return each.value != nullptr; });
  if (!formulas || arguments.empty()) return Beyond(expr);
  if (name == "days_since" || name == "days_between" || name == "start_of_day") {
    return Days(expr, arguments);
  }
  if (name == "math.greatest" || name == "math.least") return Extreme(expr, arguments);
  if (arguments[0].value->sort == Sort::kText) return Text(expr, arguments);
  const TypeKind of = expr.operands[0]->type.WithoutNull().kind();
  const std::map<absl::string_view, int64_t> units = {
      {"getHours", 3600}, {"getMinutes", 60}, {"getSeconds", 1}};
  const auto unit = units.find(name);
  if (of == TypeKind::kDuration && unit != units.end()) {
    const Term span = terms_.Int(absl::int128(unit->second) * 1000000000);
    return Strict(arguments, terms_.Apply(Op::kDivide, {arguments[0].value, span}), terms_.False());
  }
  const bool same = expr.type == expr.operands[0]->type;
  if (same && arguments.size() == 1 && (name == "int" || name == "double" || name == "bool")) {
    return arguments[0];
  }
  return Beyond(expr);
}

Symbol Encoder::Text(const Expr& expr, const std::vector<Symbol>& arguments) {
  const std::map<absl::string_view, Op> tests = {
      {"contains", Op::kContains}, {"startsWith", Op::kStartsWith}, {"endsWith", Op::kEndsWith}};
  const auto test = tests.find(expr.name);
  if (test != tests.end() && arguments.size() == 2 && arguments[1].value->sort == Sort::kText) {
    return Strict(arguments, terms_.Apply(test->second, {arguments[0].value, arguments[1].value}),
                  terms_.False());
  }
  if (expr.name == "size") {
    return Strict(arguments, terms_.Apply(Op::kLength, {arguments[0].value}), terms_.False());
  }
  if (expr.name == "string") return arguments[0];
  return Beyond(expr);
}

Symbol Encoder::Days(const Expr& expr, const std::vector<Symbol>& arguments) {
  const Term day = calendar_.DayOf(arguments[0].value);
  if (expr.name == "days_since") {
    const Term today = calendar_.DayOf(now_);
    return Strict(arguments, terms_.Apply(Op::kSubtract, {today, day}), terms_.False());
  }
  if (expr.name == "days_between") {
    const Term other = calendar_.DayOf(arguments[1].value);
    return Strict(arguments, terms_.Apply(Op::kSubtract, {other, day}), terms_.False());
  }
  Term of = day;
  Term fails = terms_.False();
  if (arguments.size() == 2) {
    const Term ahead = arguments[1].value;
    of = terms_.Apply(Op::kAdd, {day, ahead});
    fails = terms_.Not(terms_.And(terms_.LessEqual(terms_.Int(-kMaxDays), ahead),
                                  terms_.LessEqual(ahead, terms_.Int(kMaxDays))));
  }
  const Term start = calendar_.StartOf(of);
  return Strict(arguments, start, terms_.Or(fails, terms_.Not(IsTimestamp(start))));
}

Symbol Encoder::Extreme(const Expr& expr, const std::vector<Symbol>& arguments) {
  Term best = arguments[0].value;
  if (best->sort != Sort::kInt) return Beyond(expr);
  for (const Symbol& argument : arguments) {
    if (argument.value->sort != Sort::kInt) return Beyond(expr);
    const bool greatest = expr.name == "math.greatest";
    best =
        terms_.If(greatest ? terms_.Less(best, argument.value) : terms_.Less(argument.value, best),
                  argument.value, best);
  }
  return Strict(arguments, best, terms_.False());
}

}  // namespace leadgrade::analysis
