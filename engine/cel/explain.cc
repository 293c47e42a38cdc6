// Each part is compiled again from its own text, so that its value is that of the compiler everyone
// uses, folding included. Tested by tests/engine/cel/explain_test.cc.
#include "engine/cel/explain.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "engine/cel/checker.h"

namespace leadgrade::cel {
namespace {

bool Same(const Range& a, const Range& b) { return a.begin == b.begin && a.end == b.end; }

// What is written as its value is. A constant that is written as a name is a parameter, or an
// enum's value.
bool IsLiteral(const Expr& expr, absl::string_view text, const Value& value) {
  if (ToString(value) == text) return true;
  if (expr.kind != ExprKind::kConstant) return false;
  const bool word = (absl::ascii_isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_') &&
                    std::all_of(text.begin(), text.end(), [](char c) {
                      return absl::ascii_isalnum(c) || c == '_' || c == '.';
                    });
  return !word || value.kind() == Kind::kEnum;
}

class Explainer {
 public:
  Explainer(absl::string_view source, const Env& env, bool checked, const EvalContext& context)
      : source_(source), env_(env), checked_(checked), context_(context) {}

  Explanation Run(const Expr& root, std::unique_ptr<const Program> program) {
    explanation_.whole.range = root.range;
    explanation_.whole.value = Evaluate(std::move(program));
    AddOperands(root, root.range, &explanation_.whole);
    return std::move(explanation_);
  }

 private:
  Value Evaluate(std::unique_ptr<const Program> program) {
    explanation_.arenas.push_back(std::make_unique<Arena>());
    context_.arena = explanation_.arenas.back().get();
    explanation_.programs.push_back(std::move(program));
    return explanation_.programs.back()->Eval(context_);
  }

  absl::string_view TextOf(const Range& range) const {
    return source_.substr(range.begin, range.end - range.begin);
  }

  std::unique_ptr<const Program> Compiled(const Expr& expr) const {
    std::vector<ExprIssue> unused;
    if (!checked_) return CompileUnchecked(TextOf(expr.range), env_, &unused);
    // What surrounds a bare enum name decides whose it is, and is not in the text.
    auto program = Compile(TextOf(expr.range), env_, expr.type, &unused);
    return program != nullptr ? std::move(program)
                              : Compile(TextOf(expr.range), env_, std::nullopt, &unused);
  }

  // Adds `expr` to `parent`; where it has no value of its own, what is below it instead.
  void Add(const Expr& expr, const Range& above, ExplainedPart* parent) {
    // A node that a macro made has the macro's range.
    if (Same(expr.range, above)) return AddOperands(expr, above, parent);
    if (explanation_.programs.size() >= kMaxExplainedParts) {
      explanation_.cut = true;
      return;
    }
    std::unique_ptr<const Program> program = Compiled(expr);
    if (program == nullptr) return AddOperands(expr, expr.range, parent);
    ExplainedPart part;
    part.range = expr.range;
    part.value = Evaluate(std::move(program));
    if (IsLiteral(expr, TextOf(expr.range), part.value)) return;
    AddOperands(expr, expr.range, &part);
    parent->children.push_back(std::move(part));
  }

  void AddOperands(const Expr& expr, const Range& above, ExplainedPart* parent) {
    if (expr.comprehension != nullptr) {
      Add(*expr.comprehension->range, above, parent);
      // What is bound by cel.bind() and its like; of others it is the macro's own.
      if (!Same(expr.comprehension->init->range, above)) {
        Add(*expr.comprehension->init, above, parent);
      }
    } else if (expr.name == "_&&_" || expr.name == "_||_") {
      AddChain(expr, expr.name, above, parent);
      // Else the parent is the value of something larger.
      if (Same(expr.range, parent->range)) MarkChain(expr.name == "_||_", parent);
    } else if (expr.name == "_?_:_") {
      AddConditional(expr, above, parent);
    } else {
      // The operand behind `.?` is a field's name.
      const size_t count = expr.name == "_?._" ? 1 : expr.operands.size();
      for (size_t i = 0; i < count; ++i) Add(*expr.operands[i], above, parent);
    }
  }

  // The parser balances a chain a && b && c; its author wrote a row.
  void AddChain(const Expr& expr, const std::string& name, const Range& above,
                ExplainedPart* parent) {
    for (const ExprPtr& operand : expr.operands) {
      const bool in_brackets =
          !operand->operands.empty() && operand->operands[0]->range.begin > operand->range.begin;
      if (operand->name == name && !in_brackets) {
        AddChain(*operand, name, above, parent);
      } else {
        Add(*operand, above, parent);
      }
    }
  }

  static void MarkChain(bool decisive, ExplainedPart* parent) {
    bool decided = false;
    const bool absorbs = decisive ? parent->value.is_true() : parent->value.is_false();
    if (!absorbs) return;
    for (ExplainedPart& part : parent->children) {
      if (decided || part.value.is_error() || part.value.is_unknown()) part.needed = false;
      decided = decided || (decisive ? part.value.is_true() : part.value.is_false());
    }
  }

  void AddConditional(const Expr& expr, const Range& above, ExplainedPart* parent) {
    ExplainedPart condition;  // looked at even where it is a literal, which is not shown
    if (auto program = Compiled(*expr.operands[0]); program != nullptr) {
      condition.value = Evaluate(std::move(program));
    }
    Add(*expr.operands[0], above, parent);
    for (size_t i = 1; i < expr.operands.size(); ++i) {
      const size_t first = parent->children.size();
      Add(*expr.operands[i], above, parent);
      const bool taken = i == 1 ? condition.value.is_true() : condition.value.is_false();
      for (size_t k = first; k < parent->children.size(); ++k) {
        parent->children[k].needed = taken;
      }
    }
  }

  absl::string_view source_;
  const Env& env_;
  bool checked_;
  EvalContext context_;
  Explanation explanation_;
};

}  // namespace

std::optional<Explanation> Explain(absl::string_view source, const Env& env, bool checked,
                                   const EvalContext& context, std::vector<ExprIssue>* issues) {
  std::unique_ptr<const Program> program =
      checked ? Compile(source, env, std::nullopt, issues) : CompileUnchecked(source, env, issues);
  if (program == nullptr) return std::nullopt;
  // The program's own tree is folded: what has a constant value has no parts in it.
  const ExprPtr tree = Parse(source, issues);
  if (tree == nullptr) return std::nullopt;
  if (!checked) {
    Checker(env, Checker::Mode::kUnchecked, issues).Visit(*tree);
  } else if (!Check(*tree, env, std::nullopt, issues).has_value()) {
    return std::nullopt;
  }
  return Explainer(source, env, checked, context).Run(*tree, std::move(program));
}

}  // namespace leadgrade::cel
