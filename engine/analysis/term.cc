#include "engine/analysis/term.h"

#include <algorithm>
#include <optional>

#include "absl/base/casts.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::analysis {
namespace {

// Chains of conditionals with constant ends, as derived enumerations are, are compared end by end
// up to this length.
constexpr int kMaxPushedEnds = 64;

absl::int128 AsInt(const Constant& value) { return std::get<absl::int128>(value); }
double AsDouble(const Constant& value) { return std::get<double>(value); }
const std::string& AsText(const Constant& value) { return std::get<std::string>(value); }

// Wraps around: what is beyond its bounds is of no meaning, but must not trap.
absl::int128 Wrapping(Op op, absl::int128 a, absl::int128 b) {
  const absl::uint128 x(a), y(b);
  switch (op) {
    case Op::kAdd:
      return absl::int128(x + y);
    case Op::kSubtract:
      return absl::int128(x - y);
    case Op::kMultiply:
      return absl::int128(x * y);
    case Op::kDivide:
      return b == 0 ? absl::int128(0) : b == -1 ? absl::int128(absl::uint128(0) - x) : a / b;
    default:
      return b == 0 || b == -1 ? absl::int128(0) : a % b;
  }
}

double Floating(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSubtract:
      return a - b;
    case Op::kMultiply:
      return a * b;
    default:
      return a / b;
  }
}

bool IsLess(const Constant& a, const Constant& b, bool or_equal) {
  if (const double* x = std::get_if<double>(&a)) {
    return or_equal ? *x <= AsDouble(b) : *x < AsDouble(b);
  }
  if (const auto* x = std::get_if<std::string>(&a)) {
    // The order of UTF-8's bytes is that of code points.
    return or_equal ? *x <= AsText(b) : *x < AsText(b);
  }
  return or_equal ? AsInt(a) <= AsInt(b) : AsInt(a) < AsInt(b);
}

std::string KeyOf(const Constant& value) {
  if (const bool* v = std::get_if<bool>(&value)) return *v ? "b1" : "b0";
  if (const auto* v = std::get_if<absl::int128>(&value)) {
    return absl::StrCat("i", absl::Int128High64(*v), ",", absl::Int128Low64(*v));
  }
  // By its bits: 0 and -0 are two, and each kind of no number equals itself.
  if (const double* v = std::get_if<double>(&value)) {
    return absl::StrCat("d", absl::bit_cast<uint64_t>(*v));
  }
  return absl::StrCat("t", AsText(value));
}

// How many constants a chain of conditionals ends in; more than the bound where an end is none.
int ConstantEnds(Term term, int bound) {
  if (term->is_constant()) return 1;
  if (term->op != Op::kIf || bound <= 1) return bound + 1;
  const int then = ConstantEnds(term->operands[1], bound);
  if (then > bound) return then;
  return then + ConstantEnds(term->operands[2], bound - then);
}

// Of a sum or difference of two that have bounds.
absl::int128 Saturated(absl::int128 a, absl::int128 b) {
  return std::clamp(a + b, -kUnbounded, kUnbounded);
}

void FindBounds(TermNode* node) {
  const auto& of = node->operands;
  switch (node->op) {
    case Op::kIf:
      node->low = std::min(of[1]->low, of[2]->low);
      node->high = std::max(of[1]->high, of[2]->high);
      break;
    case Op::kAdd:
      node->low = Saturated(of[0]->low, of[1]->low);
      node->high = Saturated(of[0]->high, of[1]->high);
      break;
    case Op::kSubtract:
      node->low = Saturated(of[0]->low, -of[1]->high);
      node->high = Saturated(of[0]->high, -of[1]->low);
      break;
    case Op::kMultiply: {
      const absl::int128 far = absl::int128(1) << 62;
      for (const Term each : of) {
        if (each->low < -far || each->high > far) return;
      }
      const auto ends = {of[0]->low * of[1]->low, of[0]->low * of[1]->high,
                         of[0]->high * of[1]->low, of[0]->high * of[1]->high};
      node->low = std::max(std::min(ends), -kUnbounded);
      node->high = std::min(std::max(ends), kUnbounded);
      break;
    }
    case Op::kLength:
      node->low = 0;
      break;
    default:
      break;
  }
}

// What is so whatever the values are within their bounds.
std::optional<bool> FollowsFromBounds(Op op, Term a, Term b) {
  if (a->sort != Sort::kInt) return std::nullopt;
  if (op == Op::kEqual) {
    if (a->high < b->low || b->high < a->low) return false;
    return std::nullopt;
  }
  const bool less = op == Op::kLess;
  if (less ? a->high < b->low : a->high <= b->low) return true;
  if (less ? b->high <= a->low : b->high < a->low) return false;
  return std::nullopt;
}

}  // namespace

Constant Calculate(Op op, const std::vector<const Constant*>& operands) {
  const auto at = [&](size_t i) -> const Constant& { return *operands[i]; };
  switch (op) {
    case Op::kNot:
      return !std::get<bool>(at(0));
    case Op::kAnd:
      return std::all_of(operands.begin(), operands.end(),
                         [](const Constant* each) { return std::get<bool>(*each); });
    case Op::kOr:
      return std::any_of(operands.begin(), operands.end(),
                         [](const Constant* each) { return std::get<bool>(*each); });
    case Op::kIf:
      return std::get<bool>(at(0)) ? at(1) : at(2);
    case Op::kEqual:
      return at(0) == at(1);
    case Op::kLess:
      return IsLess(at(0), at(1), false);
    case Op::kLessEqual:
      return IsLess(at(0), at(1), true);
    case Op::kConcatenate:
      return absl::StrCat(AsText(at(0)), AsText(at(1)));
    case Op::kContains:
      return absl::StrContains(AsText(at(0)), AsText(at(1)));
    case Op::kStartsWith:
      return absl::StartsWith(AsText(at(0)), AsText(at(1)));
    case Op::kEndsWith:
      return absl::EndsWith(AsText(at(0)), AsText(at(1)));
    case Op::kLength:
      return absl::int128(std::count_if(AsText(at(0)).begin(), AsText(at(0)).end(),
                                        [](char byte) { return (byte & 0xC0) != 0x80; }));
    default:
      if (std::holds_alternative<double>(at(0))) {
        return Floating(op, AsDouble(at(0)), AsDouble(at(1)));
      }
      return Wrapping(op, AsInt(at(0)), AsInt(at(1)));
  }
}

TermTable::TermTable() {
  true_ = MakeConstant(true, Sort::kBool);
  false_ = MakeConstant(false, Sort::kBool);
}

Term TermTable::MakeConstant(Constant value, Sort sort) {
  const auto [it, added] = known_.try_emplace(KeyOf(value), nullptr);
  if (added) {
    TermNode& node = nodes_.emplace_back();
    node.sort = sort;
    node.id = static_cast<int>(nodes_.size()) - 1;
    node.value = std::move(value);
    if (sort == Sort::kInt) node.low = node.high = std::get<absl::int128>(node.value);
    it->second = &node;
  }
  return it->second;
}

Term TermTable::Int(absl::int128 value) { return MakeConstant(value, Sort::kInt); }
Term TermTable::Double(double value) { return MakeConstant(value, Sort::kDouble); }
Term TermTable::Text(absl::string_view value) {
  return MakeConstant(std::string(value), Sort::kText);
}

Term TermTable::Variable(Sort sort, std::string name) {
  TermNode& node = nodes_.emplace_back();
  node.op = Op::kVariable;
  node.sort = sort;
  node.id = static_cast<int>(nodes_.size()) - 1;
  node.name = std::move(name);
  variables_.push_back(&node);
  return &node;
}

Term TermTable::Make(Op op, Sort sort, std::vector<Term> operands) {
  std::string key = absl::StrCat("o", static_cast<int>(op));
  for (const Term operand : operands) absl::StrAppend(&key, ",", operand->id);
  const auto [it, added] = known_.try_emplace(std::move(key), nullptr);
  if (added) {
    TermNode& node = nodes_.emplace_back();
    node.op = op;
    node.sort = sort;
    node.id = static_cast<int>(nodes_.size()) - 1;
    node.operands = std::move(operands);
    if (sort == Sort::kInt) FindBounds(&node);
    it->second = &node;
  }
  return it->second;
}

void TermTable::SetBounds(Term variable, absl::int128 low, absl::int128 high) {
  TermNode& node = nodes_[static_cast<size_t>(variable->id)];
  node.low = std::max(node.low, low);
  node.high = std::min(node.high, high);
}

Term TermTable::Not(Term a) {
  if (a->is_constant()) return Bool(!a->is_true());
  if (a->op == Op::kNot) return a->operands[0];
  return Make(Op::kNot, Sort::kBool, {a});
}

Term TermTable::Junction(Op op, std::vector<Term> terms) {
  const Term neutral = Bool(op == Op::kAnd);
  const Term decisive = Bool(op != Op::kAnd);
  std::vector<Term> flat;
  absl::flat_hash_set<Term> seen;
  for (size_t i = 0; i < terms.size(); ++i) {
    const Term term = terms[i];
    if (term == neutral) continue;
    if (term == decisive) return decisive;
    if (term->op == op) {
      terms.insert(terms.end(), term->operands.begin(), term->operands.end());
      continue;
    }
    if (seen.insert(term).second) flat.push_back(term);
  }
  for (const Term term : flat) {
    if (term->op == Op::kNot && seen.contains(term->operands[0])) return decisive;
  }
  if (flat.empty()) return neutral;
  if (flat.size() == 1) return flat[0];
  std::sort(flat.begin(), flat.end(), [](Term a, Term b) { return a->id < b->id; });
  return Make(op, Sort::kBool, std::move(flat));
}

Term TermTable::And(std::vector<Term> terms) { return Junction(Op::kAnd, std::move(terms)); }
Term TermTable::Or(std::vector<Term> terms) { return Junction(Op::kOr, std::move(terms)); }

Term TermTable::If(Term condition, Term then, Term otherwise) {
  if (condition->is_constant()) return condition->is_true() ? then : otherwise;
  if (then == otherwise) return then;
  if (condition->op == Op::kNot) return If(condition->operands[0], otherwise, then);
  if (then->sort == Sort::kBool) {
    if (then->is_true()) return Or(condition, otherwise);
    if (then->is_false()) return And(Not(condition), otherwise);
    if (otherwise->is_true()) return Or(Not(condition), then);
    if (otherwise->is_false()) return And(condition, then);
  }
  const Sort sort = then->sort;
  return Make(Op::kIf, sort, {condition, then, otherwise});
}

Term TermTable::Comparison(Op op, Term a, Term b) {
  if (a->is_constant() && b->is_constant()) {
    return Bool(std::get<bool>(Calculate(op, {&a->value, &b->value})));
  }
  if (const auto follows = FollowsFromBounds(op, a, b)) return Bool(*follows);
  // A value that is one of a few constants: which of them pass?
  if (a->op == Op::kIf && b->is_constant() && ConstantEnds(a, kMaxPushedEnds) <= kMaxPushedEnds) {
    return If(a->operands[0], Comparison(op, a->operands[1], b), Comparison(op, a->operands[2], b));
  }
  if (b->op == Op::kIf && a->is_constant() && ConstantEnds(b, kMaxPushedEnds) <= kMaxPushedEnds) {
    return If(b->operands[0], Comparison(op, a, b->operands[1]), Comparison(op, a, b->operands[2]));
  }
  if (op == Op::kEqual && a->id > b->id) std::swap(a, b);
  return Make(op, Sort::kBool, {a, b});
}

Term TermTable::Equal(Term a, Term b) {
  if (a == b && a->sort != Sort::kDouble) return true_;
  if (a->sort == Sort::kBool) {
    if (a->is_constant()) return a->is_true() ? b : Not(b);
    if (b->is_constant()) return b->is_true() ? a : Not(a);
  }
  return Comparison(Op::kEqual, a, b);
}

Term TermTable::Less(Term a, Term b) {
  if (a == b) return false_;
  return Comparison(Op::kLess, a, b);
}

Term TermTable::LessEqual(Term a, Term b) {
  if (a == b && a->sort != Sort::kDouble) return true_;
  return Comparison(Op::kLessEqual, a, b);
}

Term TermTable::Apply(Op op, std::vector<Term> operands) {
  const bool constant =
      std::all_of(operands.begin(), operands.end(), [](Term term) { return term->is_constant(); });
  Sort sort = operands[0]->sort;
  if (op == Op::kContains || op == Op::kStartsWith || op == Op::kEndsWith) sort = Sort::kBool;
  if (op == Op::kLength) sort = Sort::kInt;
  if (constant) {
    std::vector<const Constant*> values;
    for (const Term term : operands) values.push_back(&term->value);
    return MakeConstant(Calculate(op, values), sort);
  }
  return Make(op, sort, std::move(operands));
}

const Constant& TermValues::Of(Term term) {
  if (term->is_constant()) return term->value;
  if (const auto it = values_.find(term->id); it != values_.end()) return it->second;
  Constant value;
  if (term->op == Op::kVariable) {
    const auto it = assignment_.find(term->id);
    if (it != assignment_.end()) {
      value = it->second;
    } else {
      switch (term->sort) {
        case Sort::kBool:
          value = false;
          break;
        case Sort::kInt:
          value = absl::int128(0);
          break;
        case Sort::kDouble:
          value = 0.0;
          break;
        case Sort::kText:
          value = std::string();
          break;
      }
    }
  } else {
    std::vector<const Constant*> operands;
    for (const Term operand : term->operands) operands.push_back(&Of(operand));
    value = Calculate(term->op, operands);
  }
  return values_.insert_or_assign(term->id, std::move(value)).first->second;
}

namespace {

const char* Name(Op op) {
  static constexpr const char* kNames[] = {
      "",  "",  "not", "and", "or", "if",       "=",          "<",        "<=",    "+",
      "-", "*", "div", "mod", "++", "contains", "startsWith", "endsWith", "length"};
  return kNames[static_cast<int>(op)];
}

std::string ConstantText(const Constant& value) {
  if (const bool* v = std::get_if<bool>(&value)) return *v ? "true" : "false";
  if (const double* v = std::get_if<double>(&value)) return absl::StrCat(*v);
  if (const auto* v = std::get_if<std::string>(&value)) return absl::StrCat("\"", *v, "\"");
  const absl::int128 number = AsInt(value);
  if (number >= INT64_MIN && number <= INT64_MAX) return absl::StrCat(static_cast<int64_t>(number));
  return absl::StrCat(absl::Int128High64(number), ":", absl::Int128Low64(number));
}

}  // namespace

std::string ToString(Term term) {
  if (term->is_constant()) return ConstantText(term->value);
  if (term->op == Op::kVariable) return term->name;
  return absl::StrCat("(", Name(term->op), " ",
                      absl::StrJoin(term->operands, " ",
                                    [](std::string* out, Term operand) {
                                      absl::StrAppend(out, ToString(operand));
                                    }),
                      ")");
}

}  // namespace leadgrade::analysis
