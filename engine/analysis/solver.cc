#include "engine/analysis/solver.h"

#include <z3++.h>

#include <cmath>
#include <limits>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "engine/base/unicode.h"

namespace leadgrade::analysis {
namespace {

std::string Decimal(absl::int128 number) {
  if (number == 0) return "0";
  const bool negative = number < 0;
  // The magnitude of the smallest number has room in the unsigned type only.
  absl::uint128 rest = negative ? absl::uint128(0) - absl::uint128(number) : absl::uint128(number);
  std::string digits;
  while (rest != 0) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  return negative ? absl::StrCat("-", digits) : digits;
}

absl::int128 FromDecimal(const std::string& text) {
  absl::int128 number = 0;
  const bool negative = !text.empty() && text[0] == '-';
  for (size_t i = negative ? 1 : 0; i < text.size(); ++i) number = number * 10 + (text[i] - '0');
  return negative ? -number : number;
}

// As SMT-LIB writes text: what is not plain ASCII by its code point.
std::string Escaped(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const base::Character character = base::FirstCharacter(absl::string_view(text).substr(at));
    const uint32_t point = character.point;
    if (point >= 0x20 && point < 0x7F && point != '\\') {
      out += static_cast<char>(point);
    } else {
      absl::StrAppend(&out, "\\u{", absl::Hex(point), "}");
    }
    at += character.bytes;
  }
  return out;
}

void AppendUtf8(uint32_t point, std::string* out) {
  // What is no character on its own is shown as one that stands for any.
  if (point >= 0xD800 && point < 0xE000) point = 0xFFFD;
  if (point < 0x80) {
    *out += static_cast<char>(point);
  } else if (point < 0x800) {
    *out += static_cast<char>(0xC0 | (point >> 6));
    *out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *out += static_cast<char>(0xE0 | (point >> 12));
    *out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | (point >> 18));
    *out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

std::string Unescaped(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.compare(at, 3, "\\u{") == 0 ? text.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      out += text[at++];
      continue;
    }
    AppendUtf8(static_cast<uint32_t>(std::stoul(text.substr(at + 3, end - at - 3), nullptr, 16)),
               &out);
    at = end + 1;
  }
  return out;
}

}  // namespace

// The library throws where it is misused, or out of memory; no exception leaves this class.
class Solver::Impl {
 public:
  explicit Impl(absl::Duration limit) : solver_(context_) {
    z3::params parameters(context_);
    parameters.set("timeout",
                   static_cast<unsigned>(std::max<int64_t>(1, absl::ToInt64Milliseconds(limit))));
    solver_.set(parameters);
    context_.set_rounding_mode(z3::RNE);
  }

  void Assert(Term term) {
    try {
      solver_.add(Translate(term));
    } catch (const z3::exception& failure) {
      broken_ = failure.msg();
    }
  }

  Answer Ask(const std::vector<Term>& questions) {
    Answer answer;
    answer.reason = broken_;
    if (!broken_.empty()) return answer;
    try {
      solver_.push();
      for (const Term question : questions) solver_.add(Translate(question));
      const z3::check_result result = solver_.check();
      if (result == z3::sat) {
        answer.verdict = Verdict::kHolds;
        answer.values = Values(solver_.get_model());
      } else if (result == z3::unsat) {
        answer.verdict = Verdict::kNeverHolds;
      } else {
        answer.reason = solver_.reason_unknown();
        if (answer.reason == "timeout" || answer.reason == "canceled") {
          answer.reason = "the time limit";
        }
      }
      solver_.pop();
    } catch (const z3::exception& failure) {
      answer = Answer();
      answer.reason = broken_ = failure.msg();
    }
    return answer;
  }

  std::optional<std::vector<size_t>> Contradicts(const std::vector<Term>& literals,
                                                 const std::vector<Term>& questions) {
    if (!broken_.empty()) return std::nullopt;
    try {
      solver_.push();
      for (const Term question : questions) solver_.add(Translate(question));
      // Of what is assumed by name the solver tells which it needed.
      z3::expr_vector names(context_);
      for (size_t i = 0; i < literals.size(); ++i) {
        const z3::expr name = context_.bool_const(absl::StrCat("literal", i).c_str());
        solver_.add(z3::implies(name, Translate(literals[i])));
        names.push_back(name);
      }
      std::optional<std::vector<size_t>> needed;
      if (solver_.check(names) == z3::unsat) {
        const z3::expr_vector core = solver_.unsat_core();
        needed.emplace();
        for (size_t i = 0; i < literals.size(); ++i) {
          for (unsigned k = 0; k < core.size(); ++k) {
            if (z3::eq(core[static_cast<int>(k)], names[static_cast<int>(i)])) needed->push_back(i);
          }
        }
      }
      solver_.pop();
      return needed;
    } catch (const z3::exception& failure) {
      broken_ = failure.msg();
      return std::nullopt;
    }
  }

 private:
  z3::sort SortOf(Sort sort) {
    switch (sort) {
      case Sort::kBool:
        return context_.bool_sort();
      case Sort::kInt:
        return context_.int_sort();
      case Sort::kDouble:
        return context_.fpa_sort<64>();
      default:
        return context_.string_sort();
    }
  }

  z3::expr Literal(const TermNode& node) {
    switch (node.sort) {
      case Sort::kBool:
        return context_.bool_val(std::get<bool>(node.value));
      case Sort::kInt:
        return context_.int_val(Decimal(std::get<absl::int128>(node.value)).c_str());
      case Sort::kDouble:
        return z3::expr(context_, Z3_mk_fpa_numeral_double(context_, std::get<double>(node.value),
                                                           context_.fpa_sort<64>()));
      default:
        return context_.string_val(Escaped(std::get<std::string>(node.value)));
    }
  }

  // Deep chains of conditionals must not run out of stack: what a term is made of comes first.
  z3::expr Translate(Term root) {
    std::vector<Term> open = {root};
    while (!open.empty()) {
      const Term term = open.back();
      if (Translated(term)) {
        open.pop_back();
        continue;
      }
      const size_t before = open.size();
      for (const Term operand : term->operands) {
        if (!Translated(operand)) open.push_back(operand);
      }
      if (open.size() > before) continue;
      Remember(term, Make(*term));
      open.pop_back();
    }
    return translated_[root->id];
  }

  bool Translated(Term term) const {
    return term->id < static_cast<int>(translated_.size()) && bool(translated_[term->id]);
  }

  void Remember(Term term, const z3::expr& expr) {
    if (term->id >= static_cast<int>(translated_.size())) {
      translated_.resize(term->id + 1, z3::expr(context_));
    }
    translated_[term->id] = expr;
    if (term->op == Op::kVariable) variables_.push_back(term);
  }

  z3::expr Make(const TermNode& node) {
    if (node.op == Op::kConstant) return Literal(node);
    if (node.op == Op::kVariable) {
      return context_.constant(absl::StrCat("v", node.id).c_str(), SortOf(node.sort));
    }
    const auto at = [&](size_t i) { return translated_[node.operands[i]->id]; };
    if (node.op == Op::kAnd || node.op == Op::kOr) {
      z3::expr_vector all(context_);
      for (const Term operand : node.operands) all.push_back(translated_[operand->id]);
      return node.op == Op::kAnd ? z3::mk_and(all) : z3::mk_or(all);
    }
    const bool doubles = node.operands.back()->sort == Sort::kDouble;
    const bool texts = node.operands.back()->sort == Sort::kText;
    switch (node.op) {
      case Op::kNot:
        return !at(0);
      case Op::kIf:
        return z3::ite(at(0), at(1), at(2));
      case Op::kEqual:
        return doubles ? z3::expr(context_, Z3_mk_fpa_eq(context_, at(0), at(1))) : at(0) == at(1);
      case Op::kLess:
        if (texts) return z3::expr(context_, Z3_mk_str_lt(context_, at(0), at(1)));
        return at(0) < at(1);
      case Op::kLessEqual:
        if (texts) return z3::expr(context_, Z3_mk_str_le(context_, at(0), at(1)));
        return at(0) <= at(1);
      case Op::kAdd:
        return at(0) + at(1);
      case Op::kSubtract:
        return at(0) - at(1);
      case Op::kMultiply:
        return at(0) * at(1);
      case Op::kDivide:
        return doubles ? at(0) / at(1) : Quotient(at(0), at(1));
      case Op::kModulo:
        return at(0) - at(1) * Quotient(at(0), at(1));
      case Op::kConcatenate:
        return z3::concat(at(0), at(1));
      case Op::kContains:
        return at(0).contains(at(1));
      case Op::kStartsWith:
        return z3::prefixof(at(1), at(0));
      case Op::kEndsWith:
        return z3::suffixof(at(1), at(0));
      default:
        return at(0).length();
    }
  }

  // The library's own division leaves a rest that is never negative; ours goes toward zero.
  z3::expr Quotient(const z3::expr& a, const z3::expr& b) {
    const z3::expr zero = context_.int_val(0);
    const z3::expr size = z3::ite(a < zero, -a, a) / z3::ite(b < zero, -b, b);
    return z3::ite((a < zero) == (b < zero), size, -size);
  }

  Assignment Values(const z3::model& model) {
    Assignment values;
    for (const Term variable : variables_) {
      const z3::expr value = model.eval(translated_[variable->id], true);
      switch (variable->sort) {
        case Sort::kBool:
          values[variable->id] = value.is_true();
          break;
        case Sort::kInt:
          values[variable->id] = FromDecimal(Numeral(value));
          break;
        case Sort::kDouble:
          values[variable->id] = DoubleOf(model, value);
          break;
        case Sort::kText:
          values[variable->id] = Unescaped(value.get_string());
          break;
      }
    }
    return values;
  }

  static std::string Numeral(const z3::expr& value) {
    std::string text;
    return value.is_numeral(text) ? text : "0";
  }

  double DoubleOf(const z3::model& model, const z3::expr& value) {
    if (Z3_fpa_is_numeral_nan(context_, value)) return std::numeric_limits<double>::quiet_NaN();
    const z3::expr bits(context_, Z3_mk_fpa_to_ieee_bv(context_, value));
    return absl::bit_cast<double>(model.eval(bits, true).get_numeral_uint64());
  }

  z3::context context_;
  z3::solver solver_;
  std::vector<z3::expr> translated_;  // by the term's id; empty ones are not there yet
  std::vector<Term> variables_;
  std::string broken_;
};

Solver::Solver(absl::Duration limit) : impl_(std::make_unique<Impl>(limit)) {}
Solver::~Solver() = default;
void Solver::Assert(Term term) { impl_->Assert(term); }
Answer Solver::Ask(const std::vector<Term>& questions) { return impl_->Ask(questions); }
std::optional<std::vector<size_t>> Solver::Contradicts(const std::vector<Term>& literals,
                                                       const std::vector<Term>& questions) {
  return impl_->Contradicts(literals, questions);
}

}  // namespace leadgrade::analysis
