#include "engine/cel/parser_macros.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

// No identifier an author can write collides with it.
constexpr char kAccumulator[] = "@result";

ExprPtr MakeIdent(std::string name, Range range) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kIdent;
  expr->range = expr->name_range = range;
  expr->name = std::move(name);
  return expr;
}

ExprPtr MakeConstant(Value value, Range range) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kConstant;
  expr->range = expr->name_range = range;
  expr->constant = value;
  return expr;
}

ExprPtr MakeList(Range range, ExprPtr element) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kList;
  expr->range = expr->name_range = range;
  if (element != nullptr) {
    expr->depth = element->depth + 1;
    expr->operands.push_back(std::move(element));
  }
  return expr;
}

template <typename... Operands>
ExprPtr Call(std::string name, Range range, Operands... operands) {
  std::vector<ExprPtr> list;
  (list.push_back(std::move(operands)), ...);
  return MakeCall(std::move(name), range, range, std::move(list));
}

// The parts of a fold, to be filled in by each macro.
struct Fold {
  ExprPtr init, condition, step, result;
};

Fold AllFold(Range r, ExprPtr predicate) {
  return {MakeConstant(Value::Bool(true), r),
          Call("@not_strictly_false", r, MakeIdent(kAccumulator, r)),
          Call("_&&_", r, MakeIdent(kAccumulator, r), std::move(predicate)),
          MakeIdent(kAccumulator, r)};
}

Fold ExistsFold(Range r, ExprPtr predicate) {
  return {MakeConstant(Value::Bool(false), r),
          Call("@not_strictly_false", r, Call("!_", r, MakeIdent(kAccumulator, r))),
          Call("_||_", r, MakeIdent(kAccumulator, r), std::move(predicate)),
          MakeIdent(kAccumulator, r)};
}

Fold ExistsOneFold(Range r, ExprPtr predicate) {
  return {MakeConstant(Value::Int(0), r), MakeConstant(Value::Bool(true), r),
          Call("_?_:_", r, std::move(predicate),
               Call("_+_", r, MakeIdent(kAccumulator, r), MakeConstant(Value::Int(1), r)),
               MakeIdent(kAccumulator, r)),
          Call("_==_", r, MakeIdent(kAccumulator, r), MakeConstant(Value::Int(1), r))};
}

// Collects `element` of those that pass `filter` (null: all).
Fold CollectFold(Range r, ExprPtr filter, ExprPtr element) {
  ExprPtr step = Call("_+_", r, MakeIdent(kAccumulator, r), MakeList(r, std::move(element)));
  if (filter != nullptr) {
    step = Call("_?_:_", r, std::move(filter), std::move(step), MakeIdent(kAccumulator, r));
  }
  return {MakeList(r, nullptr), MakeConstant(Value::Bool(true), r), std::move(step),
          MakeIdent(kAccumulator, r)};
}

ExprPtr MakeComprehension(Range range, ExprPtr over, std::string variable, std::string variable2,
                          Fold fold) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kComprehension;
  expr->range = expr->name_range = range;
  expr->comprehension = std::make_unique<Comprehension>();
  Comprehension& c = *expr->comprehension;
  c.iter_var = std::move(variable);
  c.iter_var2 = std::move(variable2);
  c.accu_var = kAccumulator;
  c.range = std::move(over);
  c.init = std::move(fold.init);
  c.condition = std::move(fold.condition);
  c.step = std::move(fold.step);
  c.result = std::move(fold.result);
  for (const ExprPtr* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) {
    expr->depth = std::max(expr->depth, (*part)->depth + 1);
  }
  return expr;
}

std::optional<ExprPtr> Fail(const Expr& at, std::string message, std::vector<ExprIssue>* issues) {
  issues->push_back({"syntax", at.range, std::move(message), ""});
  return ExprPtr();
}

std::optional<ExprPtr> ExpandHas(ExprPtr& call, std::vector<ExprIssue>* issues) {
  ExprPtr& argument = call->operands[0];
  if (argument->kind != ExprKind::kSelect || argument->test_only) {
    return Fail(*argument, "`has()` takes a field selection such as `has(a.b)`", issues);
  }
  argument->test_only = true;
  argument->range = call->range;
  return std::move(argument);
}

bool IsName(const Expr& expr) {
  return expr.kind == ExprKind::kIdent && expr.name.find('.') == std::string::npos;
}

}  // namespace

ExprPtr MakeCall(std::string name, Range range, Range name_range, std::vector<ExprPtr> operands) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kCall;
  expr->range = range;
  expr->name_range = name_range;
  expr->name = std::move(name);
  for (const ExprPtr& operand : operands) expr->depth = std::max(expr->depth, operand->depth + 1);
  expr->operands = std::move(operands);
  return expr;
}

std::optional<ExprPtr> ExpandMacro(ExprPtr& call, std::vector<ExprIssue>* issues) {
  const std::string& name = call->name;
  auto& operands = call->operands;
  if (!call->member_call) {
    if (name == "has" && operands.size() == 1) return ExpandHas(call, issues);
    return std::nullopt;
  }
  const size_t arguments = operands.size() - 1;
  const bool exists_one = name == "exists_one" || name == "existsOne";
  const bool quantifier = name == "all" || name == "exists" || exists_one;
  const bool transform = name == "transformList";
  size_t variables = 1;
  if (quantifier && (arguments == 2 || arguments == 3)) {
    variables = arguments - 1;
  } else if (transform && (arguments == 3 || arguments == 4)) {
    variables = 2;
  } else if (!((name == "map" && (arguments == 2 || arguments == 3)) ||
               (name == "filter" && arguments == 2))) {
    return std::nullopt;
  }
  for (size_t i = 1; i <= variables; ++i) {
    if (!IsName(*operands[i])) {
      return Fail(*operands[i], absl::StrCat("`", name, "()` takes a variable's name here"),
                  issues);
    }
  }
  const Range range = call->range;
  const std::string first = operands[1]->name;
  const std::string second = variables == 2 ? operands[2]->name : "";
  if (first == second) {
    return Fail(*operands[2], "the two variables need different names", issues);
  }
  ExprPtr last = std::move(operands.back());
  Fold fold;
  if (name == "all") {
    fold = AllFold(range, std::move(last));
  } else if (name == "exists") {
    fold = ExistsFold(range, std::move(last));
  } else if (exists_one) {
    fold = ExistsOneFold(range, std::move(last));
  } else if (name == "filter") {
    fold = CollectFold(range, std::move(last), MakeIdent(first, range));
  } else {
    const bool filtered = arguments == variables + 2;
    fold = CollectFold(range, filtered ? std::move(operands[variables + 1]) : nullptr,
                       std::move(last));
  }
  return MakeComprehension(range, std::move(operands[0]), first, second, std::move(fold));
}

}  // namespace leadgrade::cel
