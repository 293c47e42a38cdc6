// Tested by tests/engine/cel/program_test.cc.
#include "engine/cel/compiler.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/checker.h"
#include "engine/cel/cost.h"
#include "engine/cel/program_parts.h"

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
// A shorter list is looked through as fast.
constexpr size_t kMinSetSize = 8;

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

// May a value of the static type `argument` be handed to `parameter` without a look at it?
bool CertainlyFits(const Type& argument, const Type& parameter) {
  if (parameter.kind() == TypeKind::kDyn || parameter.kind() == TypeKind::kTypeParam) return true;
  return argument.kind() == parameter.kind() && argument.kind() != TypeKind::kNullable &&
         argument.name() == parameter.name();
}

}  // namespace

int Compiler::Add(Op op, int stack, Instruction in) {
  in.op = op;
  program_.code_.push_back(in);
  stack_ += stack;
  program_.max_stack_ = std::max(program_.max_stack_, stack_);
  return static_cast<int>(program_.code_.size()) - 1;
}

int Compiler::Constant(Value value) {
  program_.constants_.push_back(value);
  return static_cast<int>(program_.constants_.size()) - 1;
}

int Compiler::Entries(const Expr& expr) {
  if (expr.optional.empty()) return -1;
  program_.entries_.push_back(expr.optional);
  return static_cast<int>(program_.entries_.size()) - 1;
}

int Compiler::Read(int32_t slot) {
  program_.slots_.push_back(slot);
  return slot;
}

int Compiler::FindLocal(absl::string_view name) const {
  for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return -1;
}

void Compiler::Emit(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      Add(Op::kConstant, 1, {.a = Constant(expr.constant)});
      break;
    case ExprKind::kError:
      Add(Op::kConstant, 1, {.a = Constant(program_.folded_.MakeError(expr.text))});
      break;
    case ExprKind::kIdent:
      EmitIdent(expr);
      break;
    case ExprKind::kSelect:
      Emit(*expr.operands[0]);
      Add(expr.test_only ? Op::kHas : Op::kSelect, 0, {.a = Constant(Value::String(expr.name))});
      break;
    case ExprKind::kCall:
      EmitCall(expr);
      break;
    case ExprKind::kList:
    case ExprKind::kMap: {
      EmitAll(expr.operands);
      const int count = static_cast<int>(expr.operands.size());
      Add(expr.kind == ExprKind::kList ? Op::kList : Op::kMap, 1 - count,
          {.a = count, .b = Entries(expr)});
      break;
    }
    case ExprKind::kStruct:
      EmitStruct(expr);
      break;
    case ExprKind::kComprehension:
      EmitFold(*expr.comprehension);
      break;
  }
}

void Compiler::EmitAll(const std::vector<ExprPtr>& operands) {
  for (const ExprPtr& operand : operands) Emit(*operand);
}

void Compiler::EmitIdent(const Expr& expr) {
  if (expr.slot >= 0) {
    Add(Op::kSlot, 1, {.a = Read(expr.slot)});
  } else {
    Add(Op::kLocal, 1, {.a = FindLocal(expr.name)});
  }
}

void Compiler::EmitStruct(const Expr& expr) {
  EmitAll(expr.operands);
  auto shape = std::make_unique<StructShape>();
  shape->name = expr.name;
  shape->fields = expr.field_names;
  shape->views.assign(shape->fields.begin(), shape->fields.end());
  shape->optional = Entries(expr);
  program_.structs_.push_back(std::move(shape));
  Add(Op::kStruct, 1 - static_cast<int>(expr.operands.size()),
      {.a = static_cast<int>(program_.structs_.size()) - 1});
}

void Compiler::EmitCall(const Expr& expr) {
  const std::string& name = expr.name;
  if (expr.member_call) return EmitFunction(expr);
  if (name == "known") {
    Add(Op::kKnown, 1, {.a = Read(expr.operands[0]->slot)});
  } else if (name == "_&&_" || name == "_||_") {
    EmitLogical(expr, name == "_&&_");
  } else if (name == "_?_:_") {
    EmitConditional(expr);
  } else if (const auto comparison = kComparisons.find(name); comparison != kComparisons.end()) {
    EmitComparison(expr, comparison->second);
  } else if (const auto math = kArithmetic.find(name); math != kArithmetic.end()) {
    EmitAll(expr.operands);
    Add(Op::kArithmetic, -1, {.sub = static_cast<uint8_t>(math->second)});
  } else {
    EmitOperator(expr);
  }
}

void Compiler::EmitOperator(const Expr& expr) {
  const std::string& name = expr.name;
  if (name == "!_" || name == "-_") {
    Emit(*expr.operands[0]);
    Add(name == "!_" ? Op::kNot : Op::kNegate, 0);
  } else if (name == "@in") {
    EmitMembership(expr);
  } else if (name == "_[_]" || name == "_[?_]") {
    EmitAll(expr.operands);
    Add(name == "_[_]" ? Op::kIndex : Op::kOptionalIndex, -1);
  } else if (name == "_?._") {
    Emit(*expr.operands[0]);
    Add(Op::kOptionalSelect, 0, {.a = Constant(Value::String(expr.operands[1]->text))});
  } else if (name == "@not_strictly_false") {
    Emit(*expr.operands[0]);  // kLoopWhile takes errors and unknowns for true
  } else {
    EmitFunction(expr);
  }
}

void Compiler::EmitConditional(const Expr& expr) {
  Emit(*expr.operands[0]);
  const int branch = Add(Op::kBranch, -1);
  Emit(*expr.operands[1]);
  const int jump = Add(Op::kJump, -1);
  program_.code_[branch].a = Here();
  Emit(*expr.operands[2]);
  program_.code_[branch].c = program_.code_[jump].c = Here();
}

Compiler::ConstantComparison Compiler::AsConstantComparison(const Expr& expr) const {
  if (expr.kind != ExprKind::kCall || expr.member_call) return {};
  const auto found = kComparisons.find(expr.name);
  if (found == kComparisons.end()) return {};
  const Expr& left = *expr.operands[0];
  const Expr& right = *expr.operands[1];
  if (left.kind == ExprKind::kIdent && right.kind == ExprKind::kConstant) {
    return {&left, &right, found->second};
  }
  if (right.kind == ExprKind::kIdent && left.kind == ExprKind::kConstant) {
    return {&right, &left, Mirrored(found->second)};
  }
  return {};
}

void Compiler::EmitComparison(const Expr& expr, Comparison op) {
  const ConstantComparison test = AsConstantComparison(expr);
  if (test.variable == nullptr) {
    EmitAll(expr.operands);
    Add(Op::kCompare, -1, {.sub = static_cast<uint8_t>(op)});
    return;
  }
  const bool local = test.variable->slot < 0;
  Add(local ? Op::kCompareLocal : Op::kCompareSlot, 1,
      {.sub = static_cast<uint8_t>(test.op),
       .a = local ? FindLocal(test.variable->name) : Read(test.variable->slot),
       .b = Constant(test.constant->constant)});
}

void Compiler::EmitMembership(const Expr& expr) {
  const Expr& container = *expr.operands[1];
  Emit(*expr.operands[0]);
  if (container.kind == ExprKind::kConstant && container.constant.kind() == Kind::kList) {
    const auto elements = container.constant.elements();
    if (elements.size() >= kMinSetSize && std::all_of(elements.begin(), elements.end(), IsKey)) {
      std::vector<Value> entries;
      for (const Value& element : elements) {
        entries.push_back(element);
        entries.push_back(Value::Null());
      }
      const Value set = program_.folded_.MakeMap(entries);
      if (set.kind() == Kind::kMap) {
        Add(Op::kInSet, 0, {.a = Constant(set)});
        return;
      }
    }
  }
  Emit(container);
  Add(Op::kIn, -1);
}

void Compiler::EmitFunction(const Expr& expr) {
  const int count = static_cast<int>(expr.operands.size());
  if (expr.name == "matches" && count == 2 && expr.operands[1]->kind == ExprKind::kConstant &&
      expr.operands[1]->constant.kind() == Kind::kString && EmitMatches(expr)) {
    return;
  }
  EmitAll(expr.operands);
  std::vector<Overload> candidates;
  for (const Overload& overload : env_.FindFunction(expr.name)) {
    if (overload.member != expr.member_call || !TakesCount(overload, expr.operands.size())) {
      continue;
    }
    bool certain = true;
    for (size_t i = 0; i < expr.operands.size() && certain; ++i) {
      const size_t last = overload.parameters.size() - 1;
      certain = CertainlyFits(expr.operands[i]->type, overload.parameters[std::min(i, last)]);
    }
    program_.reads_clock_ = program_.reads_clock_ || overload.reads_clock;
    candidates.push_back(overload);
    if (!certain) continue;
    // None after it can be called.
    if (candidates.size() == 1) {
      program_.overloads_.push_back(std::move(candidates));
      Add(Op::kCallOne, 1 - count,
          {.a = static_cast<int>(program_.overloads_.size()) - 1, .b = count});
      return;
    }
    break;
  }
  program_.overloads_.push_back(std::move(candidates));
  Add(Op::kCall, 1 - count, {.a = static_cast<int>(program_.overloads_.size()) - 1, .b = count});
}

bool Compiler::EmitMatches(const Expr& expr) {
  const Expr& pattern = *expr.operands[1];
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(base::kMaxRegexMemoryBytes);
  const absl::string_view text = pattern.constant.text();
  const bool too_long = text.size() > base::kMaxRegexBytes;
  const absl::string_view compiled = too_long ? "" : text;
  auto regex = std::make_unique<RE2>(re2::StringPiece(compiled.data(), compiled.size()), options);
  if (too_long || !regex->ok()) {
    if (!checked_) return false;  // it may never be reached
    issues_->push_back(too_long ? ExprIssue{"limit", pattern.range, "the pattern is too long", ""}
                                : ExprIssue{"bad-pattern", pattern.range,
                                            absl::StrCat("not a pattern: ", regex->error()), ""});
  }
  Emit(*expr.operands[0]);
  program_.regexes_.push_back(std::move(regex));
  Add(Op::kMatches, 0, {.a = static_cast<int>(program_.regexes_.size()) - 1});
  return true;
}

// Puts a program together; the one that may.
class CompiledProgramBuilder {
 public:
  static std::unique_ptr<const Program> Build(ExprPtr expr, std::string source, const Env& env,
                                              bool checked, std::vector<ExprIssue>* issues) {
    const size_t before = issues->size();
    auto program = std::make_unique<CompiledProgram>();
    Compiler(env, program.get(), checked, issues).Run(*expr);
    program->cost_ = WorstCost(*expr);
    if (program->cost_ > base::kMaxExpressionCost) {
      issues->push_back({"limit", expr->range,
                         absl::StrCat("this may take ", DescribeCost(program->cost_),
                                      " steps to evaluate; the limit is ",
                                      DescribeCost(base::kMaxExpressionCost)),
                         "nest fewer loops in each other, or split it into derived facts"});
    }
    if (issues->size() != before) return nullptr;
    program->uses_ = FindUses(*expr);
    program->expr_ = std::move(expr);
    program->source_ = std::move(source);
    auto& slots = program->slots_;
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    return program;
  }
};

std::unique_ptr<const Program> CompileExpr(ExprPtr expr, std::string source, const Env& env,
                                           const std::optional<Type>& expected,
                                           std::vector<ExprIssue>* issues) {
  if (!Check(*expr, env, expected, issues).has_value()) return nullptr;
  return CompiledProgramBuilder::Build(std::move(expr), std::move(source), env, true, issues);
}

std::unique_ptr<const Program> Compile(absl::string_view source, const Env& env,
                                       const std::optional<Type>& expected,
                                       std::vector<ExprIssue>* issues) {
  ExprPtr expr = Parse(source, issues);
  if (expr == nullptr) return nullptr;
  return CompileExpr(std::move(expr), std::string(source), env, expected, issues);
}

std::unique_ptr<const Program> CompileUnchecked(absl::string_view source, const Env& env,
                                                std::vector<ExprIssue>* issues) {
  ExprPtr expr = Parse(source, issues);
  if (expr == nullptr) return nullptr;
  Checker(env, Checker::Mode::kUnchecked, issues).Visit(*expr);
  return CompiledProgramBuilder::Build(std::move(expr), std::string(source), env, false, issues);
}

}  // namespace leadgrade::cel
