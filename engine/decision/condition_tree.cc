#include "engine/decision/condition_tree.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace leadgrade::decision {
namespace {

using cel::Expr;
using cel::ExprKind;

constexpr uint8_t kMayBeFalse = 1, kMayBeTrue = 2;

uint8_t PossibleOf(Truth truth) {
  if (truth == Truth::kFalse) return kMayBeFalse;
  if (truth == Truth::kTrue) return kMayBeTrue;
  return kMayBeFalse | kMayBeTrue;
}

// Of `&&` with false as the decisive value, of `||` with true: by what the operands may be, each
// for itself.
uint8_t Join(const std::vector<uint8_t>& operands, uint8_t decisive, uint8_t neutral) {
  uint8_t any = 0, all = neutral;
  for (uint8_t operand : operands) {
    any |= operand & decisive;
    all &= operand;
  }
  return any | all;
}

uint8_t Negated(uint8_t possible) {
  return (possible & kMayBeTrue ? kMayBeFalse : 0) | (possible & kMayBeFalse ? kMayBeTrue : 0);
}

uint8_t Chosen(uint8_t condition, uint8_t yes, uint8_t no) {
  return (condition & kMayBeTrue ? yes : 0) | (condition & kMayBeFalse ? no : 0);
}

}  // namespace

// From the tree as it was parsed: the checked one has constants folded, and says more than one
// condition for `claimed()`.
struct ConditionTree::Builder {
  const rules::Bundle& bundle;
  const rules::Rule& rule;
  ConditionTree& tree;

  int Build(const Expr& expr) {
    Node node;
    if (IsCall(expr, "_&&_")) node.kind = Kind::kAnd;
    if (IsCall(expr, "_||_")) node.kind = Kind::kOr;
    if (IsCall(expr, "!_")) node.kind = Kind::kNot;
    if (IsCall(expr, "_?_:_")) node.kind = Kind::kConditional;
    if (node.kind == Kind::kCondition) {
      node = Leaf(expr);
    } else {
      for (const cel::ExprPtr& operand : expr.operands) node.operands.push_back(Build(*operand));
    }
    tree.nodes_.push_back(std::move(node));
    return static_cast<int>(tree.nodes_.size()) - 1;
  }

  Node Leaf(const Expr& expr) {
    const std::string& whole = rule.when->source();
    const std::string source = whole.substr(expr.range.begin, expr.range.end - expr.range.begin);
    std::vector<cel::ExprIssue> unused;
    std::shared_ptr<const cel::Program> program =
        cel::Compile(source, *bundle.env, cel::Type(cel::TypeKind::kBool), &unused);
    Node node;
    if (program != nullptr && program->expr().kind == ExprKind::kConstant) {
      node.kind = Kind::kConstant;
      node.constant = program->expr().constant.is_true() ? Truth::kTrue : Truth::kFalse;
      return node;
    }
    node.condition = static_cast<int>(tree.conditions_.size());
    complete = complete && program != nullptr;
    tree.conditions_.push_back(
        {std::string(absl::StripAsciiWhitespace(source)), SpanOf(expr.range), std::move(program)});
    return node;
  }

  base::SourceSpan SpanOf(const cel::Range& range) const {
    for (const rules::Term& term : rule.terms) {
      if (term.range.begin <= range.begin && range.end <= term.range.end) return term.span;
    }
    return rule.span;
  }

  bool complete = true;
};

ConditionTree::ConditionTree(const rules::Bundle& bundle, const rules::Rule& rule) {
  if (rule.when == nullptr) return;
  std::vector<cel::ExprIssue> unused;
  const cel::ExprPtr parsed = cel::Parse(rule.when->source(), &unused);
  Builder builder{bundle, rule, *this};
  if (parsed != nullptr) builder.Build(*parsed);
  if (parsed != nullptr && builder.complete) return;
  // A part that means nothing by itself: the condition is looked at as a whole.
  nodes_.assign(1, Node());
  nodes_[0].condition = 0;
  conditions_.assign(1, {rule.when->source(), rule.span, rule.when});
}

std::vector<Truth> ConditionTree::Evaluate(cel::EvalContext& context) const {
  std::vector<Truth> values;
  values.reserve(conditions_.size());
  for (const AtomicCondition& condition : conditions_) {
    values.push_back(TruthOf(condition.program->Eval(context)));
  }
  return values;
}

std::vector<uint8_t> ConditionTree::PossibleValues(const std::vector<Truth>& values) const {
  std::vector<uint8_t> possible(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    std::vector<uint8_t> operands;
    for (int operand : node.operands) operands.push_back(possible[operand]);
    switch (node.kind) {
      case Kind::kCondition:
        possible[i] = PossibleOf(values[node.condition]);
        break;
      case Kind::kConstant:
        possible[i] = PossibleOf(node.constant);
        break;
      case Kind::kAnd:
        possible[i] = Join(operands, kMayBeFalse, kMayBeTrue);
        break;
      case Kind::kOr:
        possible[i] = Join(operands, kMayBeTrue, kMayBeFalse);
        break;
      case Kind::kNot:
        possible[i] = Negated(operands[0]);
        break;
      case Kind::kConditional:
        possible[i] = Chosen(operands[0], operands[1], operands[2]);
        break;
    }
  }
  return possible;
}

std::vector<bool> ConditionTree::Deciding(const std::vector<Truth>& values) const {
  std::vector<bool> deciding(conditions_.size(), false);
  if (nodes_.empty()) return deciding;
  const std::vector<uint8_t> possible = PossibleValues(values);
  // Whether the root would follow the node, from the root down.
  std::vector<bool> heard(nodes_.size(), false);
  heard.back() = true;
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    if (!heard[i]) continue;
    if (node.kind == Kind::kCondition) deciding[node.condition] = true;
    for (int operand : node.operands) {
      bool all = true;
      const uint8_t neutral = node.kind == Kind::kAnd ? kMayBeTrue : kMayBeFalse;
      for (int other : node.operands) {
        if (other != operand && !(possible[other] & neutral)) all = false;
      }
      if (node.kind == Kind::kConditional) {
        const uint8_t yes = possible[node.operands[1]], no = possible[node.operands[2]];
        all = operand == node.operands[0]
                  ? (yes & kMayBeTrue && no & kMayBeFalse) || (yes & kMayBeFalse && no & kMayBeTrue)
                  : possible[node.operands[0]] &
                        (operand == node.operands[1] ? kMayBeTrue : kMayBeFalse);
      }
      heard[operand] = node.kind == Kind::kNot || all;
    }
  }
  return deciding;
}

}  // namespace leadgrade::decision
