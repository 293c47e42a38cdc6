// From a checked tree to instructions. Tested by tests/engine/cel/program_test.cc.
#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/checker.h"
#include "engine/cel/compiled_program.h"

namespace leadgrade::cel {
namespace {

const std::map<absl::string_view, Comparison> kComparisons = {
    {"_==_", Comparison::kEqual},  {"_!=_", Comparison::kNotEqual},
    {"_<_", Comparison::kLess},    {"_<=_", Comparison::kLessEqual},
    {"_>_", Comparison::kGreater}, {"_>=_", Comparison::kGreaterEqual}};
const std::map<absl::string_view, Arithmetic> kArithmetic = {{"_+_", Arithmetic::kAdd},
                                                             {"_-_", Arithmetic::kSubtract},
                                                             {"_*_", Arithmetic::kMultiply},
                                                             {"_/_", Arithmetic::kDivide},
                                                             {"_%_", Arithmetic::kModulo}};

Comparison Mirrored(Comparison op) {
  switch (op) {
    case Comparison::kLess:
      return Comparison::kGreater;
    case Comparison::kLessEqual:
      return Comparison::kGreaterEqual;
    case Comparison::kGreater:
      return Comparison::kLess;
    case Comparison::kGreaterEqual:
      return Comparison::kLessEqual;
    default:
      return op;
  }
}

}  // namespace

class Compiler {
 public:
  Compiler(const Env& env, CompiledProgram* program, std::vector<ExprIssue>* issues)
      : env_(env), program_(*program), issues_(issues) {}

  void Run(Expr& expr) {
    Fold(expr);
    Emit(expr);
  }

 private:
  // Replaces what does not depend on variables or the clock by its value. An expression whose
  // constant part fails is left alone: it may never be reached.
  void Fold(Expr& expr) {
    bool constant = expr.kind == ExprKind::kCall || expr.kind == ExprKind::kList;
    for (const ExprPtr& operand : expr.operands) {
      if (expr.name != "known") Fold(*operand);
      constant = constant && operand->kind == ExprKind::kConstant;
    }
    if (expr.comprehension != nullptr) {
      Comprehension& c = *expr.comprehension;
      for (ExprPtr* part : {&c.range, &c.init, &c.condition, &c.step, &c.result}) Fold(**part);
    }
    // An empty list is the start of a fold and stays what it is.
    if (!constant || expr.operands.empty() || NeedsContext(expr)) return;
    CompiledProgram part;
    Compiler compiler(env_, &part, issues_);
    compiler.Emit(expr);
    EvalContext context{{}, absl::UnixEpoch(), absl::UTCTimeZone(), &program_.folded_};
    const Value value = part.Eval(context);
    if (value.is_error() || value.is_unknown()) return;
    expr.kind = ExprKind::kConstant;
    expr.constant = value;
    // Text may point into the operands.
    for (ExprPtr& operand : expr.operands) program_.kept_.push_back(std::move(operand));
    expr.operands.clear();
  }

  // The calendar functions depend on the clock or on the organisation's zone.
  static bool NeedsContext(const Expr& expr) {
    return expr.name == "days_since" || expr.name == "days_between" || expr.name == "start_of_day";
  }

  int Add(Op op, int delta, int a = 0, int b = 0, int sub = 0) {
    program_.code_.push_back({op, static_cast<uint8_t>(sub), a, b});
    stack_ += delta;
    program_.max_stack_ = std::max(program_.max_stack_, stack_);
    return static_cast<int>(program_.code_.size()) - 1;
  }
  int Here() const { return static_cast<int>(program_.code_.size()); }
  int Constant(Value value) {
    program_.constants_.push_back(value);
    return static_cast<int>(program_.constants_.size()) - 1;
  }

  void Emit(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kConstant:
        Add(Op::kConstant, 1, Constant(expr.constant));
        break;
      case ExprKind::kIdent:
        EmitIdent(expr);
        break;
      case ExprKind::kSelect:
        Emit(*expr.operands[0]);
        Add(expr.test_only ? Op::kHas : Op::kSelect, 0, Constant(Value::String(expr.name)));
        break;
      case ExprKind::kCall:
        EmitCall(expr);
        break;
      case ExprKind::kList:
      case ExprKind::kMap: {
        EmitAll(expr.operands);
        const int count = static_cast<int>(expr.operands.size());
        Add(expr.kind == ExprKind::kList ? Op::kList : Op::kMap, 1 - count, count);
        break;
      }
      case ExprKind::kStruct:
        break;  // the checker refuses it
      case ExprKind::kComprehension:
        EmitFold(*expr.comprehension);
        break;
    }
  }

  void EmitAll(const std::vector<ExprPtr>& operands) {
    for (const ExprPtr& operand : operands) Emit(*operand);
  }

  int Slot(const Variable& variable) {
    program_.slots_.push_back(variable.slot);
    return variable.slot;
  }

  const Variable* AsVariable(const Expr& expr) const {
    if (expr.kind != ExprKind::kIdent || FindLocal(expr.name) >= 0) return nullptr;
    return env_.FindVariable(expr.name);
  }

  int FindLocal(absl::string_view name) const {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->first == name) return it->second;
    }
    return -1;
  }

  void EmitIdent(const Expr& expr) {
    if (const int local = FindLocal(expr.name); local >= 0) {
      Add(Op::kLocal, 1, local);
    } else {
      Add(Op::kSlot, 1, Slot(*env_.FindVariable(expr.name)));
    }
  }

  void EmitCall(const Expr& expr) {
    const std::string& name = expr.name;
    if (expr.member_call) return EmitFunction(expr);
    if (name == "known") {
      Add(Op::kKnown, 1, Slot(*env_.FindVariable(expr.operands[0]->name)));
    } else if (name == "_&&_" || name == "_||_") {
      EmitLogical(expr, name == "_&&_");
    } else if (name == "_?_:_") {
      EmitConditional(expr);
    } else if (const auto comparison = kComparisons.find(name); comparison != kComparisons.end()) {
      EmitComparison(expr, comparison->second);
    } else if (const auto math = kArithmetic.find(name); math != kArithmetic.end()) {
      EmitAll(expr.operands);
      Add(Op::kArithmetic, -1, 0, 0, static_cast<int>(math->second));
    } else if (name == "!_" || name == "-_") {
      Emit(*expr.operands[0]);
      Add(name == "!_" ? Op::kNot : Op::kNegate, 0);
    } else if (name == "@in" || name == "_[_]") {
      EmitAll(expr.operands);
      Add(name == "@in" ? Op::kIn : Op::kIndex, -1);
    } else if (name == "@not_strictly_false") {
      Emit(*expr.operands[0]);  // kLoopWhile takes errors and unknowns for true
    } else {
      EmitFunction(expr);
    }
  }

  void EmitLogical(const Expr& expr, bool conjunction) {
    Emit(*expr.operands[0]);
    const int jump = Add(conjunction ? Op::kJumpIfFalse : Op::kJumpIfTrue, 0);
    Emit(*expr.operands[1]);
    Add(conjunction ? Op::kAnd : Op::kOr, -1);
    program_.code_[jump].a = Here();
  }

  void EmitConditional(const Expr& expr) {
    Emit(*expr.operands[0]);
    const int branch = Add(Op::kBranch, -1);
    Emit(*expr.operands[1]);
    const int jump = Add(Op::kJump, -1);
    program_.code_[branch].a = Here();
    Emit(*expr.operands[2]);
    program_.code_[branch].b = program_.code_[jump].a = Here();
  }

  void EmitComparison(const Expr& expr, Comparison op) {
    const Expr& left = *expr.operands[0];
    const Expr& right = *expr.operands[1];
    const Variable* variable = AsVariable(left);
    const Expr* constant = &right;
    if (variable == nullptr) {
      variable = AsVariable(right);
      constant = &left;
      op = variable != nullptr ? Mirrored(op) : op;
    }
    if (variable != nullptr && constant->kind == ExprKind::kConstant) {
      Add(Op::kCompareSlot, 1, Slot(*variable), Constant(constant->constant), static_cast<int>(op));
      return;
    }
    if (variable != nullptr && constant == &left) op = Mirrored(op);
    EmitAll(expr.operands);
    Add(Op::kCompare, -1, 0, 0, static_cast<int>(op));
  }

  void EmitFunction(const Expr& expr) {
    const int count = static_cast<int>(expr.operands.size());
    if (expr.name == "matches" && count == 2 && expr.operands[1]->kind == ExprKind::kConstant) {
      return EmitMatches(expr);
    }
    EmitAll(expr.operands);
    std::vector<Overload> candidates;
    for (const Overload& overload : env_.FindFunction(expr.name)) {
      if (overload.member != expr.member_call ||
          overload.parameters.size() != expr.operands.size()) {
        continue;
      }
      program_.reads_clock_ = program_.reads_clock_ || overload.reads_clock;
      candidates.push_back(overload);
    }
    program_.overloads_.push_back(std::move(candidates));
    Add(Op::kCall, 1 - count, static_cast<int>(program_.overloads_.size()) - 1, count);
  }

  void EmitMatches(const Expr& expr) {
    const Expr& pattern = *expr.operands[1];
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(base::kMaxRegexMemoryBytes);
    const absl::string_view text = pattern.constant.text();
    auto regex = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (text.size() > base::kMaxRegexBytes) {
      issues_->push_back({"limit", pattern.range, "the pattern is too long", ""});
    } else if (!regex->ok()) {
      issues_->push_back(
          {"bad-pattern", pattern.range, absl::StrCat("not a pattern: ", regex->error()), ""});
    }
    Emit(*expr.operands[0]);
    program_.regexes_.push_back(std::move(regex));
    Add(Op::kMatches, 0, static_cast<int>(program_.regexes_.size()) - 1);
  }

  // Locals of a fold: range, position, first variable, second variable, accumulator.
  void EmitFold(const Comprehension& c) {
    const int base = program_.locals_;
    program_.locals_ += 5;
    Emit(*c.range);
    const int begin = Add(Op::kLoopBegin, -1, base);
    Emit(*c.init);
    Add(Op::kStoreLocal, -1, base + 4);
    const int next = Add(Op::kLoopNext, 0, base);
    const size_t scope = locals_.size();
    locals_.emplace_back(c.accu_var, base + 4);
    locals_.emplace_back(c.iter_var, base + 2);
    if (!c.iter_var2.empty()) locals_.emplace_back(c.iter_var2, base + 3);
    program_.code_[next].sub = c.iter_var2.empty() ? 0 : 1;
    Emit(*c.condition);
    const int loop_while = Add(Op::kLoopWhile, -1);
    Emit(*c.step);
    Add(Op::kStoreLocal, -1, base + 4);
    Add(Op::kJump, 0, next);
    program_.code_[next].b = program_.code_[loop_while].a = Here();
    Emit(*c.result);
    locals_.resize(scope);
    program_.code_[begin].b = Here();
  }

  const Env& env_;
  CompiledProgram& program_;
  std::vector<ExprIssue>* issues_;
  std::vector<std::pair<std::string, int>> locals_;
  int stack_ = 0;
};

std::unique_ptr<const Program> CompileExpr(ExprPtr expr, std::string source, const Env& env,
                                           const std::optional<Type>& expected,
                                           std::vector<ExprIssue>* issues) {
  const size_t before = issues->size();
  if (!Check(*expr, env, expected, issues).has_value()) return nullptr;
  auto program = std::make_unique<CompiledProgram>();
  Compiler(env, program.get(), issues).Run(*expr);
  if (issues->size() != before) return nullptr;
  program->uses_ = FindUses(*expr, env);
  program->expr_ = std::move(expr);
  program->source_ = std::move(source);
  auto& slots = program->slots_;
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return program;
}

std::unique_ptr<const Program> Compile(absl::string_view source, const Env& env,
                                       const std::optional<Type>& expected,
                                       std::vector<ExprIssue>* issues) {
  ExprPtr expr = Parse(source, issues);
  if (expr == nullptr) return nullptr;
  return CompileExpr(std::move(expr), std::string(source), env, expected, issues);
}

}  // namespace leadgrade::cel
