// The interpreter. Tested by tests/engine/cel/program_test.cc.
#include <array>

#include "absl/container/fixed_array.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/compiled_program.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

constexpr int kInlineValues = 24;

bool IsSettled(const Value& value) { return !value.is_error() && !value.is_unknown(); }

// The strict rule: unknowns before errors. Null pointer where both are values.
const Value* Blocking(const Value& a, const Value& b, EvalContext& context, Value* merged) {
  if (a.is_unknown() || b.is_unknown()) {
    *merged = a.is_unknown() && b.is_unknown() ? context.arena->MergeUnknown(a, b)
              : a.is_unknown()                 ? a
                                               : b;
    return merged;
  }
  if (a.is_error()) return &a;
  if (b.is_error()) return &b;
  return nullptr;
}

// `&&` with decisive = false, `||` with decisive = true: the decisive value beats unknown, unknown
// beats an error, an error beats the neutral value.
Value Absorb(EvalContext& context, const Value& a, const Value& b, bool decisive) {
  const auto decides = [decisive](const Value& v) { return decisive ? v.is_true() : v.is_false(); };
  if (decides(a) || decides(b)) return Value::Bool(decisive);
  Value merged;
  if (const Value* blocking = Blocking(a, b, context, &merged)) return *blocking;
  if (a.kind() != Kind::kBool || b.kind() != Kind::kBool) return NoOverload(context);
  return Value::Bool(!decisive);
}

bool Accepts(const Type& parameter, const Value& value) {
  switch (parameter.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kTypeParam:
      return true;
    case TypeKind::kBool:
      return value.kind() == Kind::kBool;
    case TypeKind::kInt:
      return value.kind() == Kind::kInt;
    case TypeKind::kUint:
      return value.kind() == Kind::kUint;
    case TypeKind::kDouble:
      return value.kind() == Kind::kDouble;
    case TypeKind::kString:
      return value.kind() == Kind::kString;
    case TypeKind::kBytes:
      return value.kind() == Kind::kBytes;
    case TypeKind::kTimestamp:
      return value.kind() == Kind::kTimestamp;
    case TypeKind::kDuration:
      return value.kind() == Kind::kDuration;
    case TypeKind::kEnum:
      return value.kind() == Kind::kEnum;
    case TypeKind::kList:
      return value.kind() == Kind::kList;
    case TypeKind::kMap:
      return value.kind() == Kind::kMap;
    case TypeKind::kNullable:
      return value.is_null() || Accepts(parameter.parameter(0), value);
    default:
      return false;
  }
}

Value Call(EvalContext& context, const std::vector<Overload>& overloads,
           absl::Span<const Value> arguments) {
  Value blocking;
  for (const Value& argument : arguments) {
    if (IsSettled(argument)) continue;
    Value merged;
    const Value* next = Blocking(blocking, argument, context, &merged);
    blocking = *next;
  }
  if (!IsSettled(blocking)) return blocking;
  for (const Overload& overload : overloads) {
    bool fits = true;
    for (size_t i = 0; i < arguments.size() && fits; ++i) {
      fits = Accepts(overload.parameters[i], arguments[i]);
    }
    if (fits) return overload.implementation(context, arguments);
  }
  return NoOverload(context);
}

Value MakeMap(EvalContext& context, absl::Span<const Value> operands) {
  for (const Value& operand : operands) {
    if (!IsSettled(operand)) return operand;
  }
  for (size_t i = 0; i < operands.size(); i += 2) {
    for (size_t j = 0; j < i; j += 2) {
      if (Equal(operands[i], operands[j])) return context.arena->MakeError("duplicate map key");
    }
  }
  return context.arena->MakeMap(operands);
}

Value MakeList(EvalContext& context, absl::Span<const Value> operands) {
  for (const Value& operand : operands) {
    if (!IsSettled(operand)) return operand;
  }
  return context.arena->MakeList(operands);
}

}  // namespace

// The state of one evaluation. `top` points past the last value.
struct CompiledProgram::Machine {
  const CompiledProgram& program;
  EvalContext& context;
  Value* top;
  Value* locals;
  int64_t iterations = 0;

  void Push(Value value) { *top++ = value; }

  template <typename Function>
  void Binary(Function function) {
    const Value b = *--top;
    const Value a = top[-1];
    Value merged;
    const Value* blocking = Blocking(a, b, context, &merged);
    top[-1] = blocking != nullptr ? *blocking : function(a, b);
  }

  template <typename Function>
  void Unary(Function function) {
    if (IsSettled(top[-1])) top[-1] = function(top[-1]);
  }

  Value CompareSlot(const Instruction& in) {
    const Value& slot = context.slots[static_cast<size_t>(in.a)];
    if (!IsSettled(slot)) return slot;
    return CompareValues(context, static_cast<Comparison>(in.sub), slot, program.constants_[in.b]);
  }

  // Gives the next instruction's index.
  int LoopBegin(const Instruction& in, int next) {
    const Value range = *--top;
    const bool iterable = range.kind() == Kind::kList || range.kind() == Kind::kMap;
    if (!iterable) {
      Push(IsSettled(range) ? NoOverload(context) : range);
      return in.b;
    }
    locals[in.a] = range;
    locals[in.a + 1] = Value::Int(0);
    return next;
  }

  int LoopNext(const Instruction& in, int next) {
    const Value& range = locals[in.a];
    const bool list = range.kind() == Kind::kList;
    const auto size = static_cast<int64_t>(list ? range.elements().size() : range.map().size);
    const int64_t at = locals[in.a + 1].int_value();
    if (at >= size) return in.b;
    if (++iterations > base::kMaxIterations) {
      locals[in.a + 4] = context.arena->MakeError("too many iterations");
      return in.b;
    }
    locals[in.a + 1] = Value::Int(at + 1);
    const auto i = static_cast<size_t>(at);
    const bool two = in.sub != 0;
    if (list) {
      locals[in.a + 2] = two ? Value::Int(at) : range.elements()[i];
      if (two) locals[in.a + 3] = range.elements()[i];
    } else {
      locals[in.a + 2] = range.map().entries[2 * i];
      if (two) locals[in.a + 3] = range.map().entries[2 * i + 1];
    }
    return next;
  }

  int Branch(const Instruction& in, int next) {
    const Value& condition = *--top;
    if (condition.is_true()) return next;
    if (condition.is_false()) return in.a;
    if (IsSettled(condition)) *top = NoOverload(context);
    ++top;
    return in.b;
  }

  int Step(const Instruction& in, int next) {
    switch (in.op) {
      case Op::kConstant:
        Push(program.constants_[in.a]);
        break;
      case Op::kSlot:
        Push(context.slots[static_cast<size_t>(in.a)]);
        break;
      case Op::kLocal:
        Push(locals[in.a]);
        break;
      case Op::kKnown:
        Push(Value::Bool(!context.slots[static_cast<size_t>(in.a)].is_unknown()));
        break;
      case Op::kCompareSlot:
        Push(CompareSlot(in));
        break;
      case Op::kCompare:
        Binary([&](const Value& a, const Value& b) {
          return CompareValues(context, static_cast<Comparison>(in.sub), a, b);
        });
        break;
      case Op::kArithmetic:
        Binary([&](const Value& a, const Value& b) {
          return Calculate(context, static_cast<Arithmetic>(in.sub), a, b);
        });
        break;
      case Op::kNegate:
        Unary([&](const Value& a) { return Negate(context, a); });
        break;
      case Op::kNot:
        Unary([&](const Value& a) {
          return a.kind() == Kind::kBool ? Value::Bool(!a.bool_value()) : NoOverload(context);
        });
        break;
      case Op::kIn:
        Binary([&](const Value& a, const Value& b) { return In(context, a, b); });
        break;
      case Op::kIndex:
        Binary([&](const Value& a, const Value& b) { return Index(context, a, b); });
        break;
      case Op::kSelect:
        Unary([&](const Value& a) { return Select(context, a, program.constants_[in.a].text()); });
        break;
      case Op::kHas:
        Unary([&](const Value& a) { return Has(context, a, program.constants_[in.a].text()); });
        break;
      case Op::kMatches:
        Unary([&](const Value& a) {
          if (a.kind() != Kind::kString) return NoOverload(context);
          const re2::StringPiece text(a.text().data(), a.text().size());
          return Value::Bool(RE2::PartialMatch(text, *program.regexes_[in.a]));
        });
        break;
      case Op::kCall:
        top -= in.b;
        *top = Call(context, program.overloads_[in.a], {top, static_cast<size_t>(in.b)});
        ++top;
        break;
      case Op::kList:
      case Op::kMap: {
        top -= in.a;
        const absl::Span<const Value> operands(top, static_cast<size_t>(in.a));
        *top = in.op == Op::kList ? MakeList(context, operands) : MakeMap(context, operands);
        ++top;
        break;
      }
      case Op::kAnd:
      case Op::kOr:
        --top;
        top[-1] = Absorb(context, top[-1], top[0], in.op == Op::kOr);
        break;
      case Op::kJumpIfFalse:
        return top[-1].is_false() ? in.a : next;
      case Op::kJumpIfTrue:
        return top[-1].is_true() ? in.a : next;
      case Op::kBranch:
        return Branch(in, next);
      case Op::kJump:
        return in.a;
      case Op::kLoopBegin:
        return LoopBegin(in, next);
      case Op::kLoopNext:
        return LoopNext(in, next);
      case Op::kStoreLocal:
        locals[in.a] = *--top;
        break;
      case Op::kLoopWhile:
        return (--top)->is_false() ? in.a : next;
    }
    return next;
  }
};

Value CompiledProgram::Eval(EvalContext& context) const {
  absl::FixedArray<Value, kInlineValues> memory(static_cast<size_t>(max_stack_ + 1 + locals_));
  Machine machine{*this, context, memory.data() + locals_, memory.data()};
  const int end = static_cast<int>(code_.size());
  for (int at = 0; at < end;) at = machine.Step(code_[static_cast<size_t>(at)], at + 1);
  return machine.top[-1];
}

std::string CompiledProgram::Dump() const {
  static constexpr std::array<const char*, 27> kNames = {
      "constant",   "slot",          "local",        "known",  "compare_slot", "compare",
      "arithmetic", "negate",        "not",          "in",     "index",        "select",
      "has",        "call",          "matches",      "list",   "map",          "and",
      "or",         "jump_if_false", "jump_if_true", "branch", "jump",         "loop_begin",
      "loop_next",  "store_local",   "loop_while"};
  static constexpr std::array<const char*, 6> kOperators = {"==", "!=", "<", "<=", ">", ">="};
  std::string out;
  for (size_t i = 0; i < code_.size(); ++i) {
    const Instruction& in = code_[i];
    absl::StrAppend(&out, i, ": ", kNames[static_cast<size_t>(in.op)]);
    if (in.op == Op::kCompareSlot) {
      absl::StrAppend(&out, " ", in.a, " ", kOperators[in.sub], " ",
                      ToString(constants_[static_cast<size_t>(in.b)]));
    } else if (in.op == Op::kConstant) {
      absl::StrAppend(&out, " ", ToString(constants_[static_cast<size_t>(in.a)]));
    } else if (in.op == Op::kCompare) {
      absl::StrAppend(&out, " ", kOperators[in.sub]);
    } else {
      absl::StrAppend(&out, " ", in.a, " ", in.b);
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace leadgrade::cel
