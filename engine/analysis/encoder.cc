#include "engine/analysis/encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace leadgrade::analysis {

using cel::Expr;
using cel::ExprKind;
using cel::Type;
using cel::TypeKind;

Symbol Encoder::Known(Term value) const {
  return {terms_.False(), terms_.False(), terms_.False(), value, nullptr};
}

Symbol Encoder::KnownNull() const {
  return {terms_.False(), terms_.False(), terms_.True(), nullptr, nullptr};
}

Symbol Encoder::Failed() const {
  return {terms_.False(), terms_.True(), terms_.False(), nullptr, nullptr};
}

Term Encoder::IsSettled(const Symbol& symbol) const {
  return terms_.Not(terms_.Or(symbol.unknown, symbol.error));
}

Term Encoder::IsTrue(const Symbol& symbol) const {
  if (symbol.value == nullptr) return terms_.False();
  return terms_.And({IsSettled(symbol), terms_.Not(symbol.null), symbol.value});
}

Term Encoder::IsFalse(const Symbol& symbol) const {
  if (symbol.value == nullptr) return terms_.False();
  return terms_.And({IsSettled(symbol), terms_.Not(symbol.null), terms_.Not(symbol.value)});
}

Symbol Encoder::Choose(Term condition, const Symbol& then, const Symbol& otherwise) const {
  if (condition->is_constant()) return condition->is_true() ? then : otherwise;
  Symbol out;
  out.unknown = terms_.If(condition, then.unknown, otherwise.unknown);
  out.error = terms_.If(condition, then.error, otherwise.error);
  out.null = terms_.If(condition, then.null, otherwise.null);
  // Where one of the two has no value it is null or an error, and its value does not count.
  if (then.value == nullptr || otherwise.value == nullptr) {
    out.value = then.value == nullptr ? otherwise.value : then.value;
  } else if (then.value->sort == otherwise.value->sort) {
    out.value = terms_.If(condition, then.value, otherwise.value);
  }
  if (then.elements != nullptr && otherwise.elements != nullptr) {
    auto both = std::make_shared<std::vector<Element>>();
    for (const Element& each : *then.elements) {
      both->push_back({terms_.And(condition, each.present), each.symbol});
    }
    for (const Element& each : *otherwise.elements) {
      both->push_back({terms_.And(terms_.Not(condition), each.present), each.symbol});
    }
    out.elements = std::move(both);
  }
  return out;
}

Term Encoder::IsInt64(Term number) const {
  return terms_.And(terms_.LessEqual(terms_.Int(INT64_MIN), number),
                    terms_.LessEqual(number, terms_.Int(INT64_MAX)));
}

Term Encoder::IsTimestamp(Term nanos) const {
  const absl::int128 second = 1000000000;
  return terms_.And(terms_.LessEqual(terms_.Int(absl::int128(-62135596800) * second), nanos),
                    terms_.Less(nanos, terms_.Int(absl::int128(253402300800) * second)));
}

Term Encoder::WithinType(const Type& type, Term value) const {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kInt:
    case TypeKind::kDuration:
      return IsInt64(value);
    case TypeKind::kUint:
      return terms_.And(terms_.LessEqual(terms_.Int(0), value),
                        terms_.LessEqual(value, terms_.Int(UINT64_MAX)));
    case TypeKind::kTimestamp:
      return IsTimestamp(value);
    case TypeKind::kEnum: {
      const int count = static_cast<int>(type.WithoutNull().enum_type()->values.size());
      return terms_.And(terms_.LessEqual(terms_.Int(0), value),
                        terms_.Less(value, terms_.Int(count)));
    }
    default:
      return terms_.True();
  }
}

Term Encoder::Fresh(const Type& type, const std::string& name) {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kBool:
      return terms_.Variable(Sort::kBool, name);
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kEnum:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return terms_.Variable(Sort::kInt, name);
    case TypeKind::kDouble:
      return terms_.Variable(Sort::kDouble, name);
    case TypeKind::kString:
      return terms_.Variable(Sort::kText, name);
    default:
      return nullptr;
  }
}

Symbol Encoder::Anything(const Type& type, Term unknown, const std::string& what) {
  Symbol out;
  const size_t before = terms_.variables().size();
  out.value = Fresh(type, what);
  out.unknown = terms_.And(unknown, terms_.Variable(Sort::kBool, absl::StrCat(what, " unknown")));
  // Out of its type's bounds is as good as failed.
  Term fails = terms_.Variable(Sort::kBool, absl::StrCat(what, " fails"));
  if (out.value != nullptr) fails = terms_.Or(fails, terms_.Not(WithinType(type, out.value)));
  out.error = terms_.And(terms_.Not(out.unknown), fails);
  out.null = type.kind() == TypeKind::kNullable
                 ? terms_.And({terms_.Not(out.unknown), terms_.Not(out.error),
                               terms_.Variable(Sort::kBool, absl::StrCat(what, " null"))})
                 : terms_.False();
  loose_.insert(loose_.end(), terms_.variables().begin() + static_cast<long>(before),
                terms_.variables().end());
  return out;
}

void Encoder::NoteBeyond(std::string what) {
  if (std::find(beyond_.begin(), beyond_.end(), what) == beyond_.end()) {
    beyond_.push_back(std::move(what));
  }
}

Term Encoder::AnyUnknown(const Expr& expr) const {
  std::vector<Term> unknown;
  std::vector<const Expr*> open = {&expr};
  while (!open.empty()) {
    const Expr& at = *open.back();
    open.pop_back();
    if (at.kind == ExprKind::kIdent && at.slot >= 0) unknown.push_back(slots_[at.slot].unknown);
    if (at.kind == ExprKind::kIdent && at.slot < 0) {
      for (const auto& [name, symbol] : locals_) unknown.push_back(symbol.unknown);
    }
    for (const auto& operand : at.operands) open.push_back(operand.get());
    if (at.comprehension == nullptr) continue;
    const cel::Comprehension& c = *at.comprehension;
    for (const auto* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) {
      open.push_back(part->get());
    }
  }
  return terms_.Or(std::move(unknown));
}

Symbol Encoder::Beyond(const Expr& expr) {
  std::string what;
  switch (expr.kind) {
    case ExprKind::kCall:
      what = absl::StrCat("`", expr.name, "`");
      break;
    case ExprKind::kComprehension:
      what = "a loop over a list whose elements are not known";
      break;
    case ExprKind::kMap:
    case ExprKind::kStruct:
    case ExprKind::kSelect:
      what = "maps and their fields";
      break;
    default:
      what = absl::StrCat("values of type `", expr.type.ToString(), "`");
  }
  NoteBeyond(what);
  return Anything(expr.type, AnyUnknown(expr), what);
}

Symbol Encoder::Encode(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      return Constant(expr.constant);
    case ExprKind::kIdent:
      return Ident(expr);
    case ExprKind::kCall:
      return Call(expr);
    case ExprKind::kList:
      return List(expr);
    case ExprKind::kComprehension:
      return Fold(expr);
    default:
      return Beyond(expr);
  }
}

Symbol Encoder::Constant(const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::kNull:
      return KnownNull();
    case cel::Kind::kBool:
      return Known(terms_.Bool(value.bool_value()));
    case cel::Kind::kInt:
      return Known(terms_.Int(value.int_value()));
    case cel::Kind::kUint:
      return Known(terms_.Int(absl::int128(value.uint_value())));
    case cel::Kind::kDouble:
      return Known(terms_.Double(value.double_value()));
    case cel::Kind::kString:
      return Known(terms_.Text(value.text()));
    case cel::Kind::kTimestamp:
      return Known(terms_.Int(ToNanos(value.timestamp())));
    case cel::Kind::kDuration:
      return Known(terms_.Int(absl::ToInt64Nanoseconds(value.duration())));
    case cel::Kind::kEnum:
      return Known(terms_.Int(value.ordinal()));
    case cel::Kind::kError:
      return Failed();
    case cel::Kind::kList: {
      auto elements = std::make_shared<std::vector<Element>>();
      for (const cel::Value& element : value.elements()) {
        elements->push_back({terms_.True(), Constant(element)});
      }
      Symbol list = Known(nullptr);
      list.elements = std::move(elements);
      return list;
    }
    default:
      NoteBeyond("maps, bytes, types and messages");
      return Known(nullptr);
  }
}

Symbol Encoder::Ident(const Expr& expr) {
  if (expr.slot >= 0) return slots_[expr.slot];
  for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
    if (it->first == expr.name) return it->second;
  }
  return Beyond(expr);
}

Symbol Encoder::List(const Expr& expr) {
  if (!expr.optional.empty()) return Beyond(expr);
  auto elements = std::make_shared<std::vector<Element>>();
  std::vector<Term> unknown, error;
  for (const auto& operand : expr.operands) {
    Symbol element = Encode(*operand);
    unknown.push_back(element.unknown);
    error.push_back(element.error);
    elements->push_back({terms_.True(), std::move(element)});
  }
  Symbol list = Known(nullptr);
  list.unknown = terms_.Or(std::move(unknown));
  list.error = terms_.And(terms_.Not(list.unknown), terms_.Or(std::move(error)));
  list.elements = std::move(elements);
  return list;
}

Symbol Encoder::Logical(const Expr& expr, bool decisive) {
  std::vector<Term> decided, unknown, error;
  for (const auto& operand : expr.operands) {
    const Symbol symbol = Encode(*operand);
    decided.push_back(decisive ? IsTrue(symbol) : IsFalse(symbol));
    unknown.push_back(symbol.unknown);
    error.push_back(terms_.Or(symbol.error, symbol.null));
  }
  const Term is_decided = terms_.Or(std::move(decided));
  Symbol out = Known(decisive ? is_decided : terms_.Not(is_decided));
  out.unknown = terms_.And(terms_.Not(is_decided), terms_.Or(std::move(unknown)));
  out.error =
      terms_.And({terms_.Not(is_decided), terms_.Not(out.unknown), terms_.Or(std::move(error))});
  return out;
}

Symbol Encoder::Conditional(const Expr& expr) {
  const Symbol condition = Encode(*expr.operands[0]);
  if (condition.value == nullptr) return Beyond(expr);
  const Symbol then = Encode(*expr.operands[1]);
  const Symbol otherwise = Encode(*expr.operands[2]);
  if (then.value != nullptr && otherwise.value != nullptr &&
      then.value->sort != otherwise.value->sort) {
    return Beyond(expr);
  }
  Symbol out = Choose(condition.value, then, otherwise);
  const Term fails = terms_.Or(condition.error, condition.null);
  const Term settled = terms_.Not(terms_.Or(condition.unknown, fails));
  out.unknown = terms_.Or(condition.unknown, terms_.And(settled, out.unknown));
  out.error =
      terms_.Or(terms_.And(terms_.Not(condition.unknown), fails), terms_.And(settled, out.error));
  out.null = terms_.And(settled, out.null);
  return out;
}

Symbol Encoder::Strict(const std::vector<Symbol>& operands, Term value, Term fails) {
  std::vector<Term> unknown, error = {fails};
  for (const Symbol& operand : operands) {
    unknown.push_back(operand.unknown);
    error.push_back(operand.error);
    error.push_back(operand.null);
  }
  Symbol out = Known(value);
  out.unknown = terms_.Or(std::move(unknown));
  out.error = terms_.And(terms_.Not(out.unknown), terms_.Or(std::move(error)));
  return out;
}

Term Encoder::Ordered(Op op, Term a, Term b) {
  if (a->sort == b->sort) {
    if (op == Op::kEqual) return terms_.Equal(a, b);
    return op == Op::kLess ? terms_.Less(a, b) : terms_.LessEqual(a, b);
  }
  const bool numbers = (a->sort == Sort::kInt && b->sort == Sort::kDouble) ||
                       (a->sort == Sort::kDouble && b->sort == Sort::kInt);
  if (!numbers) return nullptr;
  // Of a constant it is known which numbers of the other kind are on which side of it.
  constexpr double kExact = 9007199254740992;  // 2^53: so far each integer is a double
  const auto exact = [&](Term term) {
    return term->is_constant() && term->sort == Sort::kInt &&
           std::get<absl::int128>(term->value) <= absl::int128(kExact) &&
           std::get<absl::int128>(term->value) >= absl::int128(-kExact);
  };
  const auto as_double = [&](Term term) {
    return terms_.Double(static_cast<double>(std::get<absl::int128>(term->value)));
  };
  if (exact(a)) return Ordered(op, as_double(a), b);
  if (exact(b)) return Ordered(op, a, as_double(b));
  const Term constant = a->sort == Sort::kDouble ? a : b;
  if (!constant->is_constant()) return nullptr;
  const double number = std::get<double>(constant->value);
  if (std::isnan(number)) return terms_.False();
  if (std::abs(number) > 1e30) {
    // Beyond all integers, on one side of them.
    return terms_.Bool(op != Op::kEqual && (number > 0) == (constant == b));
  }
  const Term floor = terms_.Int(absl::int128(std::floor(number)));
  const Term ceil = terms_.Int(absl::int128(std::ceil(number)));
  if (op == Op::kEqual) {
    if (floor != ceil) return terms_.False();
    return terms_.Equal(constant == a ? b : a, floor);
  }
  const bool less = op == Op::kLess;
  if (constant == b) return less ? terms_.Less(a, ceil) : terms_.LessEqual(a, floor);
  return less ? terms_.Less(floor, b) : terms_.LessEqual(ceil, b);
}

bool Encoder::HaveOrder(const Symbol& a, const Symbol& b) {
  return a.value == nullptr || b.value == nullptr ||
         Ordered(Op::kEqual, a.value, b.value) != nullptr;
}

Symbol Encoder::Equals(const Symbol& a, const Symbol& b) {
  Term same = terms_.False();
  if (a.value != nullptr && b.value != nullptr) same = Ordered(Op::kEqual, a.value, b.value);
  const Term nulls = terms_.And(a.null, b.null);
  const Term values = terms_.And({terms_.Not(a.null), terms_.Not(b.null), same});
  Symbol out = Known(terms_.Or(nulls, values));
  out.unknown = terms_.Or(a.unknown, b.unknown);
  out.error = terms_.And(terms_.Not(out.unknown), terms_.Or(a.error, b.error));
  return out;
}

Symbol Encoder::Fold(const Expr& expr) {
  const cel::Comprehension& c = *expr.comprehension;
  const Symbol range = Encode(*c.range);
  if (range.elements == nullptr || range.elements->size() > kMaxUnrolled) return Beyond(expr);
  Symbol accumulator = Encode(*c.init);
  Term stopped = terms_.False();
  int64_t index = 0;
  for (const Element& element : *range.elements) {
    // Where an element may be missing the others have no fixed place.
    if (!c.iter_var2.empty() && !element.present->is_true()) return Beyond(expr);
    const size_t locals = locals_.size();
    locals_.emplace_back(c.accu_var, accumulator);
    if (c.iter_var2.empty()) {
      locals_.emplace_back(c.iter_var, element.symbol);
    } else {
      locals_.emplace_back(c.iter_var, Known(terms_.Int(index++)));
      locals_.emplace_back(c.iter_var2, element.symbol);
    }
    const Symbol condition = Encode(*c.condition);
    const Term goes_on =
        terms_.And({terms_.Not(stopped), element.present, terms_.Not(IsFalse(condition))});
    const Symbol next = Encode(*c.step);
    locals_.resize(locals);
    stopped = terms_.Or(stopped, terms_.And(element.present, IsFalse(condition)));
    accumulator = Choose(goes_on, next, accumulator);
  }
  locals_.emplace_back(c.accu_var, accumulator);
  Symbol result = Encode(*c.result);
  locals_.pop_back();
  // The range itself may be unknown or fail.
  const Term settled = IsSettled(range);
  result.unknown = terms_.Or(range.unknown, terms_.And(settled, result.unknown));
  result.error = terms_.Or(range.error, terms_.And(settled, result.error));
  result.null = terms_.And(settled, result.null);
  return result;
}

}  // namespace leadgrade::analysis
