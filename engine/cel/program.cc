// The interpreter. Tested by tests/engine/cel/program_test.cc.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/cel/compiled_program.h"
#include "engine/cel/functions.h"
#include "engine/cel/program_parts.h"

namespace leadgrade::cel {
namespace {

constexpr size_t kInlineValues = 32;

// What is the same for values of every kind is looked at first: two ints, two enums of a type.
inline Value CompareFast(EvalContext& context, Comparison op, const Value& a, const Value& b) {
  if (a.kind() == Kind::kInt && b.kind() == Kind::kInt) {
    return Value::Bool(Holds(op, a.int_value(), b.int_value()));
  }
  if (a.kind() == Kind::kEnum && b.kind() == Kind::kEnum && a.enum_type() == b.enum_type()) {
    return Value::Bool(Holds(op, a.ordinal(), b.ordinal()));
  }
  if (IsSettled(a) && IsSettled(b)) return CompareValues(context, op, a, b);
  return Blocking(context, a, b);
}

// Requires that `value` is of the test's kind.
inline bool Passes(const SlotTest& test, const Value& value) {
  const int64_t number = value.int_value();
  const int order = (number > test.number) - (number < test.number) + 1;
  return (test.passing >> (value.kind() == Kind::kEnum ? value.ordinal() : order) & 1) != 0;
}

inline Value Join(EvalContext& context, const Value& so_far, const Value& operand, bool decisive) {
  const bool bare = so_far.kind() == Kind::kBool && operand.kind() == Kind::kBool;
  return bare ? operand : Absorb(context, so_far, operand, decisive);
}

inline Value IsKnown(const EvalContext& context, const Value& value) {
  if (!value.is_unknown()) return Value::Bool(true);
  if (context.to_be_tried == nullptr) return Value::Bool(false);
  const auto slots = value.unknown_slots();
  const bool open = std::any_of(slots.begin(), slots.end(), [&](int32_t slot) {
    return (*context.to_be_tried)[static_cast<size_t>(slot)];
  });
  return open ? value : Value::Bool(false);
}

inline bool IsDecided(const Value& value, bool decisive) {
  return value.kind() == Kind::kBool && value.bool_value() == decisive;
}

}  // namespace

// What instructions do that need more than a line. No state but the program and the context: the
// stack's top is the loop's own.
class CompiledProgram::Machine {
 public:
  Machine(const CompiledProgram& program, EvalContext& context)
      : program_(program), context_(context) {}

  Value TestSlowly(const SlotTest& test, const Value& value) {
    if (test.constant < 0) return value;
    const Value& constant = program_.constants_[static_cast<size_t>(test.constant)];
    if (!test.membership) return CompareFast(context_, test.op, value, constant);
    return IsSettled(value) ? In(context_, value, constant) : value;
  }

  // What tests make of the chain so far, `so_far`.
  template <bool decisive>
  Value JoinTests(const Instruction& in, Value so_far) {
    const SlotTest* test = program_.tests_.data() + in.a;
    const SlotTest* const end = test + in.b;
    const Value* const slots = context_.slots.data();
    for (; test != end; ++test) {
      const Value& value = slots[test->slot];
      if (value.kind() != test->kind) [[unlikely]] {
        return JoinTestsSlowly(test, end, so_far, decisive);
      }
      if (Passes(*test, value) == decisive) return Value::Bool(decisive);
    }
    return so_far;
  }
  [[gnu::noinline]] Value JoinTestsSlowly(const SlotTest* test, const SlotTest* end, Value so_far,
                                          bool decisive) {
    for (; test != end && !IsDecided(so_far, decisive); ++test) {
      const Value& value = context_.slots[static_cast<size_t>(test->slot)];
      so_far = Join(context_, so_far, TestSlowly(*test, value), decisive);
    }
    return so_far;
  }

  Value LoopTest(const Instruction& in, const Value& range) {
    const bool list = range.kind() == Kind::kList;
    if (!list && range.kind() != Kind::kMap) {
      return IsSettled(range) ? NoOverload(context_) : range;
    }
    const auto size = static_cast<int64_t>(list ? range.elements().size() : range.map().size);
    const int64_t allowed = std::min(size, base::kMaxIterations - iterations_);
    const Value* const first = list ? range.elements().data() : range.map().entries;
    const ptrdiff_t stride = list ? 1 : 2;
    const Value result = in.sub != 0 ? TestElements<true>(in, first, stride, allowed)
                                     : TestElements<false>(in, first, stride, allowed);
    if (allowed == size || IsDecided(result, in.sub != 0)) return result;
    return TooManyIterations();
  }

  // Counts as many iterations as it looks at.
  template <bool decisive>
  Value TestElements(const Instruction& in, const Value* element, ptrdiff_t stride, int64_t count) {
    const SlotTest& test = program_.tests_[static_cast<size_t>(in.a)];
    const Value* const end = element + stride * count;
    const Value* const first = element;
    Value so_far = Value::Bool(!decisive);
    for (; element != end; element += stride) {
      if (element->kind() == test.kind) [[likely]] {
        if (Passes(test, *element) != decisive) continue;
        so_far = Value::Bool(decisive);
        break;
      }
      so_far = Join(context_, so_far, TestSlowly(test, *element), decisive);
      if (IsDecided(so_far, decisive)) break;
    }
    iterations_ += (element - first) / stride + (element != end);
    return so_far;
  }

  Value TooManyIterations() { return context_.arena->MakeError("too many iterations"); }

  // Binds the next element; false where there is none, or none may be.
  bool LoopNext(const Instruction& in, Value* locals) {
    const Value& range = locals[kRange];
    const bool list = range.kind() == Kind::kList;
    const auto size = static_cast<int64_t>(list ? range.elements().size() : range.map().size);
    const int64_t at = locals[kPosition].int_value();
    if (at >= size) return false;
    if (++iterations_ > base::kMaxIterations) {
      locals[kAccumulator] = TooManyIterations();
      return false;
    }
    locals[kPosition] = Value::Int(at + 1);
    const auto i = static_cast<size_t>(at);
    const bool two = in.sub != 0;
    if (list) {
      locals[kFirst] = two ? Value::Int(at) : range.elements()[i];
      if (two) locals[kSecond] = range.elements()[i];
    } else {
      locals[kFirst] = range.map().entries[2 * i];
      if (two) locals[kSecond] = range.map().entries[2 * i + 1];
    }
    return true;
  }

  Value CallOne(const Instruction& in, absl::Span<const Value> arguments) {
    for (const Value& argument : arguments) {
      if (!IsSettled(argument)) return Blocking(context_, arguments);
    }
    return program_.overloads_[static_cast<size_t>(in.a)][0].implementation(context_, arguments);
  }

  Value Match(const Value& text, const RE2& regex) {
    if (text.kind() != Kind::kString) return IsSettled(text) ? NoOverload(context_) : text;
    return Value::Bool(
        RE2::PartialMatch(re2::StringPiece(text.text().data(), text.text().size()), regex));
  }

  const std::vector<char>* Entries(int i) const {
    return i < 0 ? nullptr : &program_.entries_[static_cast<size_t>(i)];
  }

  Value Run(Value* locals, Value* top);

 private:
  const CompiledProgram& program_;
  EvalContext& context_;
  int64_t iterations_ = 0;
};

// `top` points past the last value.
Value CompiledProgram::Machine::Run(Value* locals, Value* top) {
  const Instruction* const code = program_.code_.data();
  const Value* const constants = program_.constants_.data();
  const Value* const slots = context_.slots.data();
  const auto strict = [this](Value& value, auto function) {
    if (IsSettled(value)) value = function(value);
  };
  const auto strict2 = [this, &top](auto function) {
    --top;
    top[-1] = IsSettled(top[-1]) && IsSettled(top[0]) ? function(top[-1], top[0])
                                                      : Blocking(context_, top[-1], top[0]);
  };
  for (const Instruction* ip = code;;) {
    const Instruction& in = *ip++;
    switch (in.op) {
      case Op::kConstant:
        *top++ = constants[in.a];
        break;
      case Op::kSlot:
        *top++ = slots[in.a];
        break;
      case Op::kLocal:
        *top++ = locals[in.a];
        break;
      case Op::kKnown:
        *top++ = IsKnown(context_, slots[in.a]);
        break;
      case Op::kCompareSlot:
        *top++ =
            CompareFast(context_, static_cast<Comparison>(in.sub), slots[in.a], constants[in.b]);
        break;
      case Op::kCompareLocal:
        *top++ =
            CompareFast(context_, static_cast<Comparison>(in.sub), locals[in.a], constants[in.b]);
        break;
      case Op::kCompare:
        --top;
        top[-1] = CompareFast(context_, static_cast<Comparison>(in.sub), top[-1], top[0]);
        break;
      case Op::kArithmetic:
        strict2([&](const Value& a, const Value& b) {
          return Calculate(context_, static_cast<Arithmetic>(in.sub), a, b);
        });
        break;
      case Op::kNegate:
        strict(top[-1], [&](const Value& a) { return Negate(context_, a); });
        break;
      case Op::kNot:
        if (top[-1].kind() == Kind::kBool) {
          top[-1] = Value::Bool(!top[-1].bool_value());
        } else if (IsSettled(top[-1])) {
          top[-1] = NoOverload(context_);
        }
        break;
      case Op::kIn:
        strict2([&](const Value& a, const Value& b) { return In(context_, a, b); });
        break;
      case Op::kInSet:
        strict(top[-1], [&](const Value& a) { return In(context_, a, constants[in.a]); });
        break;
      case Op::kIndex:
        strict2([&](const Value& a, const Value& b) { return Index(context_, a, b); });
        break;
      case Op::kOptionalIndex:
        strict2([&](const Value& a, const Value& b) { return OptionalIndex(context_, a, b); });
        break;
      case Op::kSelect:
        strict(top[-1],
               [&](const Value& a) { return Select(context_, a, constants[in.a].text()); });
        break;
      case Op::kHas:
        strict(top[-1], [&](const Value& a) { return Has(context_, a, constants[in.a].text()); });
        break;
      case Op::kOptionalSelect:
        strict(top[-1],
               [&](const Value& a) { return OptionalSelect(context_, a, constants[in.a].text()); });
        break;
      case Op::kMatches:
        top[-1] = Match(top[-1], *program_.regexes_[static_cast<size_t>(in.a)]);
        break;
      case Op::kCall:
        top -= in.b;
        *top = CallOverload(context_, program_.overloads_[static_cast<size_t>(in.a)],
                            {top, static_cast<size_t>(in.b)});
        ++top;
        break;
      case Op::kCallOne:
        top -= in.b;
        *top = CallOne(in, {top, static_cast<size_t>(in.b)});
        ++top;
        break;
      case Op::kList:
        top -= in.a;
        *top = MakeList(context_, {top, static_cast<size_t>(in.a)}, Entries(in.b));
        ++top;
        break;
      case Op::kMap:
        top -= in.a;
        *top = MakeMap(context_, {top, static_cast<size_t>(in.a)}, Entries(in.b));
        ++top;
        break;
      case Op::kStruct: {
        const StructShape& shape = *program_.structs_[static_cast<size_t>(in.a)];
        top -= shape.fields.size();
        *top = MakeStruct(context_, program_.types_, shape, {top, shape.fields.size()},
                          Entries(shape.optional));
        ++top;
        break;
      }
      case Op::kAnd:
      case Op::kOr: {
        const bool decisive = in.op == Op::kOr;
        --top;
        top[-1] = Join(context_, top[-1], top[0], decisive);
        if (IsDecided(top[-1], decisive)) ip = code + in.c;
        break;
      }
      case Op::kAndTests:
        if (in.sub != 0) *top++ = Value::Bool(true);
        top[-1] = JoinTests<false>(in, top[-1]);
        if (IsDecided(top[-1], false)) ip = code + in.c;
        break;
      case Op::kOrTests:
        if (in.sub != 0) *top++ = Value::Bool(false);
        top[-1] = JoinTests<true>(in, top[-1]);
        if (IsDecided(top[-1], true)) ip = code + in.c;
        break;
      case Op::kJumpIfFalse:
      case Op::kJumpIfTrue:
        if (top[-1].kind() == Kind::kBool) {
          if (top[-1].bool_value() == (in.op == Op::kJumpIfTrue)) ip = code + in.c;
        } else if (IsSettled(top[-1])) {
          top[-1] = NoOverload(context_);
        }
        break;
      case Op::kBranch:
        --top;
        if (top->kind() == Kind::kBool) {
          if (!top->bool_value()) ip = code + in.a;
        } else {
          if (IsSettled(*top)) *top = NoOverload(context_);
          ++top;
          ip = code + in.c;
        }
        break;
      case Op::kJump:
        ip = code + in.c;
        break;
      case Op::kLoopBegin: {
        const Value& range = *--top;
        if (range.kind() == Kind::kList || range.kind() == Kind::kMap) {
          locals[in.a + kRange] = range;
          locals[in.a + kPosition] = Value::Int(0);
        } else {
          if (IsSettled(range)) *top = NoOverload(context_);
          ++top;
          ip = code + in.c;
        }
        break;
      }
      case Op::kLoopNext:
        if (!LoopNext(in, locals + in.a)) ip = code + in.c;
        break;
      case Op::kStoreLocal:
        locals[in.a] = *--top;
        break;
      case Op::kLoopWhile:
        if ((--top)->is_false()) ip = code + in.c;
        break;
      case Op::kLoopAnd:
      case Op::kLoopOr: {
        const bool decisive = in.op == Op::kLoopOr;
        locals[in.a] = Join(context_, locals[in.a], *--top, decisive);
        ip = code + (IsDecided(locals[in.a], decisive) ? in.c : in.b);
        break;
      }
      case Op::kAppend:
        top[-1] =
            Append(context_, &locals[in.a], &locals[in.a + kCapacity - kAccumulator], top[-1]);
        break;
      case Op::kMapInsert:
        top -= in.b;
        *top = Insert(context_, &locals[in.a], {top, static_cast<size_t>(in.b)});
        ++top;
        break;
      case Op::kLoopTest:
        top[-1] = LoopTest(in, top[-1]);
        break;
      case Op::kReturn:
        return top[-1];
    }
  }
}

Value CompiledProgram::Eval(EvalContext& context) const {
  // Most conditions are one chain of tests, most outcomes a constant: they need no stack.
  if (code_.size() != 2) return EvalOnStack(context);
  const Instruction& in = code_[0];
  switch (in.op) {
    case Op::kAndTests:
      return Machine(*this, context).JoinTests<false>(in, Value::Bool(true));
    case Op::kOrTests:
      return Machine(*this, context).JoinTests<true>(in, Value::Bool(false));
    case Op::kConstant:
      return constants_[static_cast<size_t>(in.a)];
    case Op::kSlot:
      return context.slots[static_cast<size_t>(in.a)];
    default:
      return EvalOnStack(context);
  }
}

// Apart from Eval, which has no use for so large a frame.
[[gnu::noinline]] Value CompiledProgram::EvalOnStack(EvalContext& context) const {
  // Not initialised: an instruction reads only what another wrote.
  alignas(Value) char inline_memory[kInlineValues * sizeof(Value)];
  const auto needed = static_cast<size_t>(max_stack_ + 1 + locals_);
  std::unique_ptr<char[]> large;
  auto* memory = reinterpret_cast<Value*>(inline_memory);
  if (needed > kInlineValues) {
    large = std::make_unique_for_overwrite<char[]>(needed * sizeof(Value));
    memory = reinterpret_cast<Value*>(large.get());
  }
  return Machine(*this, context).Run(memory, memory + locals_);
}

}  // namespace leadgrade::cel
