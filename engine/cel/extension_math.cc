// The math extension. Tested by tests/engine/cel/extension_math_test.cc.
#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "engine/cel/extensions.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

bool IsNumber(const Value& value) {
  return value.kind() == Kind::kInt || value.kind() == Kind::kUint || value.kind() == Kind::kDouble;
}

// The greatest (sign 1) or least (sign -1) of all arguments, or of the elements of a single list.
// The first of equal ones, which keeps its kind.
template <int sign>
Value Extreme(EvalContext& context, Arguments a) {
  const Arguments numbers = a.size() == 1 && a[0].kind() == Kind::kList ? a[0].elements() : a;
  if (numbers.empty()) return context.arena->MakeError("the list is empty");
  if (!std::all_of(numbers.begin(), numbers.end(), IsNumber)) return NoOverload(context);
  Value best = numbers[0];
  for (const Value& number : numbers.subspan(1)) {
    const int order = Compare(number, best);
    if (order == 2) return context.arena->MakeError("NaN has no order");
    if (order * sign > 0) best = number;
  }
  return best;
}

template <double (*function)(double)>
Value Round(EvalContext&, Arguments a) {
  return Value::Double(function(a[0].double_value()));
}

double Ceil(double d) { return std::ceil(d); }
double Floor(double d) { return std::floor(d); }
double HalfAwayFromZero(double d) { return std::round(d); }
double Trunc(double d) { return std::trunc(d); }

Value IsNan(EvalContext&, Arguments a) { return Value::Bool(std::isnan(a[0].double_value())); }
Value IsInf(EvalContext&, Arguments a) { return Value::Bool(std::isinf(a[0].double_value())); }
Value IsFinite(EvalContext&, Arguments a) {
  return Value::Bool(std::isfinite(a[0].double_value()));
}

Value Abs(EvalContext& context, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kDouble:
      return Value::Double(std::abs(a[0].double_value()));
    case Kind::kInt:
      if (a[0].int_value() == INT64_MIN) return context.arena->MakeError("integer overflow");
      return Value::Int(std::abs(a[0].int_value()));
    default:
      return a[0];
  }
}

Value Sign(EvalContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kDouble: {
      const double d = a[0].double_value();
      return std::isnan(d) ? a[0] : Value::Double(d > 0 ? 1 : d < 0 ? -1 : 0);
    }
    case Kind::kInt:
      return Value::Int(a[0].int_value() > 0 ? 1 : a[0].int_value() < 0 ? -1 : 0);
    default:
      return Value::Uint(a[0].uint_value() > 0 ? 1 : 0);
  }
}

Value Sqrt(EvalContext&, Arguments a) {
  const Value& v = a[0];
  return Value::Double(std::sqrt(v.kind() == Kind::kInt    ? static_cast<double>(v.int_value())
                                 : v.kind() == Kind::kUint ? static_cast<double>(v.uint_value())
                                                           : v.double_value()));
}

// `bits` as a value of the kind that `like` has, which is int or uint.
Value Bits(const Value& like, uint64_t bits) {
  return like.kind() == Kind::kUint ? Value::Uint(bits) : Value::Int(std::bit_cast<int64_t>(bits));
}

Value BitAnd(EvalContext&, Arguments a) {
  return Bits(a[0], a[0].uint_value() & a[1].uint_value());
}
Value BitOr(EvalContext&, Arguments a) { return Bits(a[0], a[0].uint_value() | a[1].uint_value()); }
Value BitXor(EvalContext&, Arguments a) {
  return Bits(a[0], a[0].uint_value() ^ a[1].uint_value());
}
Value BitNot(EvalContext&, Arguments a) { return Bits(a[0], ~a[0].uint_value()); }

// The sign of an int is a bit like the others: shifted right, it leaves zeros behind.
template <bool left>
Value Shift(EvalContext& context, Arguments a) {
  const int64_t by = a[1].int_value();
  if (by < 0) return context.arena->MakeError("negative offset");
  if (by >= 64) return Bits(a[0], 0);
  return Bits(a[0], left ? a[0].uint_value() << by : a[0].uint_value() >> by);
}

}  // namespace

void AddMathExtension(Env* env) {
  const Type integer(TypeKind::kInt), unsigned_integer(TypeKind::kUint), real(TypeKind::kDouble);
  const Type boolean(TypeKind::kBool), dyn;
  const auto add = [env](std::string name, std::vector<Type> parameters, const Type& result,
                         HostFunction function) {
    (void)env->AddFunction({std::move(name), false, std::move(parameters), result, function});
  };
  const auto extreme = [env](const char* name, const Type& parameter, const Type& result,
                             bool variadic, HostFunction function) {
    Overload overload{name, false, {parameter}, result, function};
    overload.variadic = variadic;
    (void)env->AddFunction(std::move(overload));
  };
  const std::pair<const char*, HostFunction> extremes[] = {{"math.greatest", Extreme<1>},
                                                           {"math.least", Extreme<-1>}};
  for (const auto& [name, function] : extremes) {
    // The first that fits decides: what takes anything comes last.
    for (const Type& type : {integer, unsigned_integer, real}) {
      extreme(name, type, type, true, function);
    }
    for (const Type& type : {integer, unsigned_integer, real, dyn}) {
      extreme(name, Type::List(type), type, false, function);
    }
    extreme(name, dyn, dyn, true, function);
  }
  add("math.ceil", {real}, real, Round<Ceil>);
  add("math.floor", {real}, real, Round<Floor>);
  add("math.round", {real}, real, Round<HalfAwayFromZero>);
  add("math.trunc", {real}, real, Round<Trunc>);
  add("math.isNaN", {real}, boolean, IsNan);
  add("math.isInf", {real}, boolean, IsInf);
  add("math.isFinite", {real}, boolean, IsFinite);
  for (const Type& type : {integer, unsigned_integer, real}) {
    add("math.abs", {type}, type, Abs);
    add("math.sign", {type}, type, Sign);
    add("math.sqrt", {type}, real, Sqrt);
  }
  for (const Type& type : {integer, unsigned_integer}) {
    add("math.bitAnd", {type, type}, type, BitAnd);
    add("math.bitOr", {type, type}, type, BitOr);
    add("math.bitXor", {type, type}, type, BitXor);
    add("math.bitNot", {type}, type, BitNot);
    add("math.bitShiftLeft", {type, integer}, type, Shift<true>);
    add("math.bitShiftRight", {type, integer}, type, Shift<false>);
  }
}

}  // namespace leadgrade::cel
