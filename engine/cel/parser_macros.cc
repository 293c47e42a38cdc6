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

// Puts what `entry` is, a map or a key's value, into a map.
Fold MapFold(Range r, ExprPtr filter, ExprPtr key, ExprPtr entry) {
  ExprPtr step =
      key == nullptr
          ? Call("cel.@mapInsert", r, MakeIdent(kAccumulator, r), std::move(entry))
          : Call("cel.@mapInsert", r, MakeIdent(kAccumulator, r), std::move(key), std::move(entry));
  if (filter != nullptr) {
    step = Call("_?_:_", r, std::move(filter), std::move(step), MakeIdent(kAccumulator, r));
  }
  auto empty = std::make_unique<Expr>();
  empty->kind = ExprKind::kMap;
  empty->range = empty->name_range = r;
  return {std::move(empty), MakeConstant(Value::Bool(true), r), std::move(step),
          MakeIdent(kAccumulator, r)};
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

bool IsName(const Expr& expr, absl::string_view name) {
  return expr.kind == ExprKind::kIdent && expr.name == name;
}

// `body` with `variable` standing for the value of `init`: a fold over nothing.
ExprPtr MakeBind(Range r, std::string variable, ExprPtr init, ExprPtr body) {
  auto expr = MakeComprehension(r, MakeList(r, nullptr), "#unused", "",
                                {std::move(init), MakeConstant(Value::Bool(false), r),
                                 MakeIdent(variable, r), std::move(body)});
  expr->comprehension->accu_var = std::move(variable);
  return expr;
}

ExprPtr MemberCall(std::string name, Range r, ExprPtr target) {
  ExprPtr call = Call(std::move(name), r, std::move(target));
  call->member_call = true;
  return call;
}

// cel.bind(name, value, body)
std::optional<ExprPtr> ExpandBind(ExprPtr& call, std::vector<ExprIssue>* issues) {
  auto& operands = call->operands;
  if (!IsName(*operands[1])) {
    return Fail(*operands[1], "`cel.bind()` takes a variable's name first", issues);
  }
  return MakeBind(call->range, operands[1]->name, std::move(operands[2]), std::move(operands[3]));
}

std::string IndexName(int64_t index) { return absl::StrCat("@index", index); }

// cel.block([a, b, ...], body): a is cel.index(0) in b and in what follows, and so on.
std::optional<ExprPtr> ExpandBlock(ExprPtr& call, std::vector<ExprIssue>* issues) {
  Expr& list = *call->operands[1];
  if (list.kind != ExprKind::kList || !list.optional.empty()) {
    return Fail(list, "`cel.block()` takes a list of expressions first", issues);
  }
  ExprPtr body = std::move(call->operands[2]);
  for (size_t i = list.operands.size(); i-- > 0;) {
    body = MakeBind(call->range, IndexName(static_cast<int64_t>(i)), std::move(list.operands[i]),
                    std::move(body));
  }
  return body;
}

// cel.index(n), cel.iterVar(n, m), cel.accuVar(n, m): the names that cel.block() and optimisers
// use.
std::optional<ExprPtr> ExpandVariable(ExprPtr& call, std::vector<ExprIssue>* issues) {
  std::vector<int64_t> numbers;
  for (size_t i = 1; i < call->operands.size(); ++i) {
    const Value& number = call->operands[i]->constant;
    if (call->operands[i]->kind != ExprKind::kConstant || number.kind() != Kind::kInt ||
        number.int_value() < 0) {
      return Fail(*call->operands[i], absl::StrCat("`cel.", call->name, "()` takes whole numbers"),
                  issues);
    }
    numbers.push_back(number.int_value());
  }
  const std::string name =
      call->name == "index"
          ? IndexName(numbers[0])
          : absl::StrCat(call->name == "iterVar" ? "@it:" : "@ac:", numbers[0], ":", numbers[1]);
  return MakeIdent(name, call->range);
}

// proto.getExt(message, package.field) selects a field by its full name; hasExt() tests it.
std::optional<ExprPtr> ExpandExtension(ExprPtr& call, std::vector<ExprIssue>* issues) {
  Expr& field = *call->operands[2];
  const std::string name = QualifiedName(field);
  if (name.find('.', 1) == std::string::npos) {
    return Fail(field, absl::StrCat("`proto.", call->name, "()` takes an extension's full name"),
                issues);
  }
  auto select = std::make_unique<Expr>();
  select->kind = ExprKind::kSelect;
  select->range = call->range;
  select->name_range = field.range;
  select->name = name[0] == '.' ? name.substr(1) : name;
  select->test_only = call->name == "hasExt";
  select->depth = call->operands[1]->depth + 1;
  select->operands.push_back(std::move(call->operands[1]));
  return select;
}

// target.optMap(x, e) is an optional of e over the target's value, target.optFlatMap(x, e) is e
// itself; none where the target has none.
std::optional<ExprPtr> ExpandOptionalMap(ExprPtr& call, std::vector<ExprIssue>* issues) {
  auto& operands = call->operands;
  if (!IsName(*operands[1])) {
    return Fail(*operands[1], absl::StrCat("`", call->name, "()` takes a variable's name here"),
                issues);
  }
  static constexpr char kTarget[] = "@target";
  const Range r = call->range;
  ExprPtr mapped = MakeBind(r, operands[1]->name, MemberCall("value", r, MakeIdent(kTarget, r)),
                            std::move(operands[2]));
  if (call->name == "optMap") mapped = Call("optional.of", r, std::move(mapped));
  return MakeBind(r, kTarget, std::move(operands[0]),
                  Call("_?_:_", r, MemberCall("hasValue", r, MakeIdent(kTarget, r)),
                       std::move(mapped), Call("optional.none", r)));
}

// list.sortBy(x, key)
std::optional<ExprPtr> ExpandSortBy(ExprPtr& call, std::vector<ExprIssue>* issues) {
  auto& operands = call->operands;
  if (!IsName(*operands[1])) {
    return Fail(*operands[1], "`sortBy()` takes a variable's name here", issues);
  }
  static constexpr char kSorted[] = "@sorted";
  const Range r = call->range;
  ExprPtr keys = MakeComprehension(r, MakeIdent(kSorted, r), operands[1]->name, "",
                                   CollectFold(r, nullptr, std::move(operands[2])));
  ExprPtr sorted = MemberCall("@sortByAssociatedKeys", r, MakeIdent(kSorted, r));
  sorted->depth = std::max(sorted->depth, keys->depth + 1);
  sorted->operands.push_back(std::move(keys));
  return MakeBind(r, kSorted, std::move(operands[0]), std::move(sorted));
}

// Macros that are told by a namespace before them.
std::optional<ExprPtr> ExpandNamespaced(ExprPtr& call, std::vector<ExprIssue>* issues) {
  const std::string& name = call->name;
  const size_t arguments = call->operands.size() - 1;
  if (IsName(*call->operands[0], "cel")) {
    if (name == "bind" && arguments == 3) return ExpandBind(call, issues);
    if (name == "block" && arguments == 2) return ExpandBlock(call, issues);
    if (name == "index" && arguments == 1) return ExpandVariable(call, issues);
    if ((name == "iterVar" || name == "accuVar") && arguments == 2) {
      return ExpandVariable(call, issues);
    }
  }
  if (IsName(*call->operands[0], "proto") && (name == "getExt" || name == "hasExt") &&
      arguments == 2) {
    return ExpandExtension(call, issues);
  }
  return std::nullopt;
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
  if (auto expanded = ExpandNamespaced(call, issues); expanded.has_value()) return expanded;
  if ((name == "optMap" || name == "optFlatMap") && arguments == 2) {
    return ExpandOptionalMap(call, issues);
  }
  if (name == "sortBy" && arguments == 2) return ExpandSortBy(call, issues);
  const bool exists_one = name == "exists_one" || name == "existsOne";
  const bool quantifier = name == "all" || name == "exists" || exists_one;
  const bool to_map = name == "transformMap" || name == "transformMapEntry";
  const bool transform = name == "transformList" || to_map;
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
    ExprPtr filter = filtered ? std::move(operands[variables + 1]) : nullptr;
    if (to_map) {
      ExprPtr key = name == "transformMap" ? MakeIdent(first, range) : nullptr;
      fold = MapFold(range, std::move(filter), std::move(key), std::move(last));
    } else {
      fold = CollectFold(range, std::move(filter), std::move(last));
    }
  }
  return MakeComprehension(range, std::move(operands[0]), first, second, std::move(fold));
}

}  // namespace leadgrade::cel
