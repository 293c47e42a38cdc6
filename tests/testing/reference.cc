#include "tests/testing/reference.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::testing {

using cel::Expr;
using cel::ExprKind;
using cel::Kind;
using cel::Value;
using rules::Aggregation;
using rules::HitPolicy;
using rules::Rule;
using rules::RuleSet;

Value Reference::Name(const std::string& name) {
  const auto it = names_.find(name);
  if (it != names_.end()) return it->second;
  const facts::Fact* fact = bundle_.schema.Find(name);
  if (fact == nullptr || fact->derivation == nullptr) return Error();
  const Value value = Eval(fact->derivation->expr(), {});
  names_.emplace(name, value);
  return value;
}

Value Reference::Eval(const Expr& expr, const Scope& locals) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      return expr.constant;
    case ExprKind::kIdent: {
      const auto local = locals.find(expr.name);
      return local != locals.end() ? local->second : Name(expr.name);
    }
    case ExprKind::kList: {
      std::vector<Value> elements;
      for (const cel::ExprPtr& operand : expr.operands) {
        elements.push_back(Eval(*operand, locals));
        if (elements.back().is_error()) return elements.back();
      }
      return arena_.MakeList(elements);
    }
    case ExprKind::kCall:
      return Call(expr, locals);
    case ExprKind::kComprehension:
      return Fold(*expr.comprehension, locals);
    default:
      return Error();
  }
}

Value Reference::Fold(const cel::Comprehension& fold, Scope locals) {
  const Value range = Eval(*fold.range, locals);
  if (range.kind() != Kind::kList) return Error();
  Value accumulator = Eval(*fold.init, locals);
  for (const Value& element : range.elements()) {
    locals[fold.iter_var] = element;
    locals[fold.accu_var] = accumulator;
    if (Eval(*fold.condition, locals).is_false()) break;
    accumulator = Eval(*fold.step, locals);
  }
  locals[fold.accu_var] = accumulator;
  return Eval(*fold.result, locals);
}

Value Reference::Call(const Expr& expr, const Scope& locals) {
  std::vector<Value> values;
  for (const cel::ExprPtr& operand : expr.operands) values.push_back(Eval(*operand, locals));
  const auto is_bool = [&](size_t i) { return values[i].kind() == Kind::kBool; };
  const std::string& name = expr.name;
  if (name == "@not_strictly_false") return values[0];
  if (name == "_&&_" || name == "_||_") {
    const bool decisive = name == "_||_";
    for (size_t i : {0, 1}) {
      if (is_bool(i) && values[i].bool_value() == decisive) return values[i];
    }
    return is_bool(0) && is_bool(1) ? Value::Bool(!decisive) : Error();
  }
  if (name == "_?_:_") {
    if (!is_bool(0)) return Error();
    return values[0].bool_value() ? values[1] : values[2];
  }
  for (const Value& value : values) {
    if (value.is_error()) return value;
  }
  if (name == "!_") return is_bool(0) ? Value::Bool(!values[0].bool_value()) : Error();
  if (name == "_==_") return Value::Bool(cel::Equal(values[0], values[1]));
  if (name == "_!=_") return Value::Bool(!cel::Equal(values[0], values[1]));
  if (name == "@in") {
    const auto elements = values[1].elements();
    return Value::Bool(std::any_of(elements.begin(), elements.end(), [&](const Value& element) {
      return cel::Equal(element, values[0]);
    }));
  }
  if (name == "size") return Value::Int(static_cast<int64_t>(values[0].elements().size()));
  if (name == "_+_" || name == "_/_") {
    if (values[0].kind() != Kind::kInt || values[1].kind() != Kind::kInt) return Error();
    const int64_t a = values[0].int_value(), b = values[1].int_value();
    if (name == "_+_") return Value::Int(a + b);
    return b == 0 ? Error() : Value::Int(a / b);
  }
  const int order = cel::Compare(values[0], values[1]);
  if (order == 2) return Error();
  if (name == "_<_") return Value::Bool(order < 0);
  if (name == "_<=_") return Value::Bool(order <= 0);
  if (name == "_>_") return Value::Bool(order > 0);
  if (name == "_>=_") return Value::Bool(order >= 0);
  return Error();
}

std::optional<Value> Reference::Output(
    const RuleSet& set, const std::vector<std::shared_ptr<const cel::Program>>& values,
    size_t output) {
  if (output < values.size() && values[output] != nullptr) {
    return Eval(values[output]->expr(), {});
  }
  if (set.outputs[output].type.kind() == cel::TypeKind::kNullable) return Value::Null();
  return std::nullopt;
}

const Rule* Reference::Chosen(const RuleSet& set, const std::vector<const Rule*>& matched) {
  if (matched.empty()) return nullptr;
  const Rule* chosen = matched.front();
  switch (set.hit_policy) {
    case HitPolicy::kUnique:
      conflict_ |= matched.size() > 1;
      break;
    case HitPolicy::kAny:
      for (const Rule* rule : matched) {
        for (size_t k = 0; k < set.outputs.size(); ++k) {
          const auto a = Output(set, chosen->then, k), b = Output(set, rule->then, k);
          if (a->is_error() || b->is_error() || !cel::Equal(*a, *b)) conflict_ = true;
        }
      }
      break;
    case HitPolicy::kPriority: {
      const auto& order = set.outputs[0].priority;
      const auto strength = [&](const Rule* rule) {
        const auto value = Output(set, rule->then, 0);
        size_t place = 0;
        while (place < order.size() && (value->is_error() || !cel::Equal(order[place], *value))) {
          ++place;
        }
        return place;
      };
      for (const Rule* rule : matched) {
        if (strength(rule) < strength(chosen)) chosen = rule;
      }
      break;
    }
    default:
      break;
  }
  return chosen;
}

Value Reference::Collected(const RuleSet& set, const std::vector<const Rule*>& matched,
                           size_t output) {
  std::vector<Value> values;
  for (const Rule* rule : matched) {
    const auto value = Output(set, rule->then, output);
    if (value.has_value() && !value->is_null()) values.push_back(*value);
  }
  if (set.aggregation == Aggregation::kCount) {
    return Value::Int(static_cast<int64_t>(matched.size()));
  }
  const bool list =
      set.hit_policy == HitPolicy::kRuleOrder || set.aggregation == Aggregation::kNone;
  if (list) {
    if (matched.empty()) {
      const auto value = Output(set, set.defaults, output);
      if (value.has_value()) values.push_back(*value);
    }
    std::erase_if(values, [](const Value& value) { return value.is_error(); });
    return arena_.MakeList(values);
  }
  if (values.empty()) {
    const auto value = Output(set, set.defaults, output);
    if (value.has_value()) return *value;
    return set.aggregation == Aggregation::kSum ? Value::Int(0) : Error();
  }
  Value total = values.front();
  for (const Value& value : values) {
    if (value.is_error()) return value;
    if (&value == &values.front()) continue;
    if (set.aggregation == Aggregation::kSum) {
      total = Value::Int(total.int_value() + value.int_value());
    } else if (cel::Compare(value, total) == (set.aggregation == Aggregation::kMin ? -1 : 1)) {
      total = value;
    }
  }
  return total;
}

void Reference::Run(const RuleSet& set, bool of_grade) {
  std::vector<const Rule*> matched;
  for (const Rule& rule : set.rules) {
    if (rule.when == nullptr || Eval(rule.when->expr(), {}).is_true()) {
      matched.push_back(&rule);
      if (set.hit_policy == HitPolicy::kFirst) break;
    }
  }
  const bool collects =
      set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder;
  const Rule* chosen = collects ? nullptr : Chosen(set, matched);
  grade_conflict_ |= conflict_ && of_grade;
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    Value& place = names_[absl::StrCat(set.name, ".", set.outputs[k].name)];
    if (collects) {
      place = Collected(set, matched, k);
    } else {
      place = Output(set, chosen != nullptr ? chosen->then : set.defaults, k).value_or(Error());
    }
  }
}

Reference::Result Reference::Decide(const Answers& facts) {
  arena_.Reset();
  names_ = {facts.begin(), facts.end()};
  conflict_ = grade_conflict_ = false;
  for (int index : bundle_.evaluation_order) {
    const auto& needed = bundle_.grade_rule_sets;
    Run(bundle_.rule_sets[index], std::find(needed.begin(), needed.end(), index) != needed.end());
  }
  const auto value_of = [&](const rules::OutputRef& ref) {
    const RuleSet& set = bundle_.rule_sets[ref.rule_set];
    return names_.at(absl::StrCat(set.name, ".", set.outputs[ref.output].name));
  };
  Result result;
  result.conflict = grade_conflict_;
  const Value grade = value_of(bundle_.grade);
  if (grade.kind() == Kind::kEnum) result.grade = grade.ordinal();
  if (bundle_.score && !conflict_) {
    const Value score = value_of(bundle_.score);
    if (score.kind() == Kind::kInt) result.score = static_cast<double>(score.int_value());
  }
  return result;
}

}  // namespace leadgrade::testing
