#include "engine/facts/timed_program.h"

#include <algorithm>
#include <optional>

#include "absl/time/civil_time.h"
#include "engine/cel/operators.h"
#include "engine/facts/schema.h"

namespace leadgrade::facts {
namespace {

using cel::Comparison;
using cel::Expr;
using cel::ExprKind;
using cel::Kind;
using cel::Value;
using Shape = Course::Shape;

// Ten thousand years: what takes longer never happens.
constexpr int64_t kNeverDays = 3660000;

absl::Time Midnight(const cel::EvalContext& context, int64_t days) {
  return absl::FromCivil(absl::ToCivilDay(context.now, context.zone) + days, context.zone);
}

bool Holds(Comparison op, int sign) {
  switch (op) {
    case Comparison::kEqual:
      return sign == 0;
    case Comparison::kNotEqual:
      return sign != 0;
    case Comparison::kLess:
      return sign < 0;
    case Comparison::kLessEqual:
      return sign <= 0;
    case Comparison::kGreater:
      return sign > 0;
    case Comparison::kGreaterEqual:
      return sign >= 0;
  }
  return false;
}

template <typename T>
int Sign(T value, T zero) {
  return value < zero ? -1 : value > zero ? 1 : 0;
}

// The steps, from 1, after which the sign of `difference + slope * steps` first has another outcome
// under `op` than it has now; nullopt: never. For whole numbers.
std::optional<int64_t> StepsToTurn(Comparison op, int64_t difference, int64_t slope) {
  const bool now = Holds(op, Sign<int64_t>(difference, 0));
  // The sign can only go from negative through zero to positive, or the other way.
  const int64_t distance = slope > 0 ? -difference : difference;
  const int64_t speed = std::abs(slope);
  const int64_t reaches = distance > 0 ? (distance + speed - 1) / speed : 1;
  const int64_t passes = distance >= 0 ? distance / speed + 1 : 1;
  for (int64_t steps : {std::max<int64_t>(reaches, 1), std::max<int64_t>(passes, 1)}) {
    if (steps > kNeverDays) return std::nullopt;
    if (Holds(op, Sign<int64_t>(difference + slope * steps, 0)) != now) return steps;
  }
  return std::nullopt;
}

// The same for time that flows: the delay after which the outcome is another. Timestamps are whole
// nanoseconds.
std::optional<absl::Duration> DelayToTurn(Comparison op, absl::Duration difference, int slope) {
  const absl::Duration zero = absl::ZeroDuration();
  const bool now = Holds(op, Sign(difference, zero));
  const absl::Duration distance = slope > 0 ? -difference : difference;
  const absl::Duration reaches = absl::Ceil(distance / std::abs(slope), absl::Nanoseconds(1));
  for (absl::Duration delay :
       {std::max(reaches, absl::Nanoseconds(1)), std::max(reaches, zero) + absl::Nanoseconds(1)}) {
    if (Holds(op, Sign(difference + slope * delay, zero)) != now) return delay;
  }
  return std::nullopt;
}

Course Constant(absl::Time until) { return {until, Shape::kConstant, 0}; }

}  // namespace

absl::Time HoldsUntil(const Course& course, const cel::EvalContext& context) {
  switch (course.shape) {
    case Shape::kConstant:
      return course.until;
    case Shape::kDays:
      return std::min(course.until, Midnight(context, 1));
    case Shape::kInstant:
      return context.now;
  }
  return context.now;
}

namespace {

class Node {
 public:
  virtual ~Node() = default;
  virtual TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const = 0;
};
using NodePtr = std::unique_ptr<const Node>;

bool Fails(const Value& value) { return value.is_unknown() || value.is_error(); }

// What an operation gives whose operands are not all values.
Value Failure(cel::EvalContext& context, const Value& a, const Value& b) {
  if (a.is_unknown() && b.is_unknown()) return context.arena->MergeUnknown(a, b);
  if (a.is_unknown()) return a;
  if (b.is_unknown()) return b;
  return a.is_error() ? a : b;
}

// Whether a value stays what it is whatever moves beside it: an error, or unknown for facts of
// which no answers are tried.
bool IsStuck(const Value& failure, absl::Span<const Course> courses) {
  if (!failure.is_unknown()) return true;
  const auto slots = failure.unknown_slots();
  return std::none_of(slots.begin(), slots.end(),
                      [&](int32_t slot) { return courses[slot].tried; });
}

// Until when an operation that gives `failure` goes on giving it.
absl::Time FailsUntil(const TimedValue& a, const TimedValue& b, const Value& failure,
                      const cel::EvalContext& context, absl::Span<const Course> courses) {
  const bool stuck = IsStuck(failure, courses);
  absl::Time until = absl::InfiniteFuture();
  for (const TimedValue* operand : {&a, &b}) {
    // One that moves on its course is still no failure.
    const bool moves_on = stuck && !Fails(operand->value);
    until =
        std::min(until, moves_on ? operand->course.until : HoldsUntil(operand->course, context));
  }
  return until;
}

// What is not followed further: as good as the worst of what it reads.
class Leaf : public Node {
 public:
  explicit Leaf(std::shared_ptr<const cel::Program> program) : program_(std::move(program)) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    absl::Time until = absl::InfiniteFuture();
    for (int32_t slot : program_->slots()) {
      until = std::min(until, HoldsUntil(courses[slot], context));
    }
    // Functions that read the clock themselves read its day only.
    if (program_->reads_clock()) until = std::min(until, Midnight(context, 1));
    return {program_->Eval(context), Constant(until)};
  }

 private:
  std::shared_ptr<const cel::Program> program_;
};

class Slot : public Node {
 public:
  explicit Slot(int32_t slot) : slot_(slot) {}
  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    return {context.slots[slot_], courses[slot_]};
  }

 private:
  int32_t slot_;
};

// && and ||: `absorbing` is the value that decides alone.
class Logical : public Node {
 public:
  Logical(bool absorbing, NodePtr a, NodePtr b)
      : absorbing_(absorbing), a_(std::move(a)), b_(std::move(b)) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    const TimedValue a = a_->Eval(context, courses);
    const TimedValue b = b_->Eval(context, courses);
    const bool a_decides = Decides(a.value), b_decides = Decides(b.value);
    if (a_decides || b_decides) {
      absl::Time until = absl::InfinitePast();
      if (a_decides) until = std::max(until, a.course.until);
      if (b_decides) until = std::max(until, b.course.until);
      return {Value::Bool(absorbing_), Constant(until)};
    }
    return {Failure(context, a.value, b.value), Constant(std::min(a.course.until, b.course.until))};
  }

 private:
  bool Decides(const Value& value) const {
    return value.kind() == Kind::kBool && value.bool_value() == absorbing_;
  }

  bool absorbing_;
  NodePtr a_, b_;
};

class Not : public Node {
 public:
  explicit Not(NodePtr a) : a_(std::move(a)) {}
  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    TimedValue a = a_->Eval(context, courses);
    if (a.value.kind() == Kind::kBool) a.value = Value::Bool(!a.value.bool_value());
    return a;
  }

 private:
  NodePtr a_;
};

class Conditional : public Node {
 public:
  Conditional(NodePtr condition, NodePtr yes, NodePtr no)
      : condition_(std::move(condition)), yes_(std::move(yes)), no_(std::move(no)) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    const TimedValue condition = condition_->Eval(context, courses);
    if (condition.value.kind() == Kind::kBool) {
      TimedValue taken = (condition.value.bool_value() ? yes_ : no_)->Eval(context, courses);
      taken.course.until = std::min(taken.course.until, condition.course.until);
      return taken;
    }
    if (IsStuck(condition.value, courses)) return condition;
    // Either branch may be the one.
    const absl::Time yes = HoldsUntil(yes_->Eval(context, courses).course, context);
    const absl::Time no = HoldsUntil(no_->Eval(context, courses).course, context);
    return {condition.value, Constant(std::min({condition.course.until, yes, no}))};
  }

 private:
  NodePtr condition_, yes_, no_;
};

class Compare : public Node {
 public:
  Compare(Comparison op, NodePtr a, NodePtr b) : op_(op), a_(std::move(a)), b_(std::move(b)) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    const TimedValue a = a_->Eval(context, courses);
    const TimedValue b = b_->Eval(context, courses);
    const absl::Time until = std::min(a.course.until, b.course.until);
    if (Fails(a.value) || Fails(b.value)) {
      const Value failure = Failure(context, a.value, b.value);
      return {failure, Constant(FailsUntil(a, b, failure, context, courses))};
    }
    return {cel::CompareValues(context, op_, a.value, b.value),
            Constant(std::min(until, Turns(a, b, context)))};
  }

 private:
  absl::Time Turns(const TimedValue& a, const TimedValue& b,
                   const cel::EvalContext& context) const {
    const int slope = a.course.slope - b.course.slope;
    const bool days = a.course.shape == Shape::kDays || b.course.shape == Shape::kDays;
    const bool instants = a.course.shape == Shape::kInstant || b.course.shape == Shape::kInstant;
    if (!days && !instants) return absl::InfiniteFuture();
    // What moves is no null, and stays none for as long as its course holds.
    if (a.value.is_null() || b.value.is_null()) return absl::InfiniteFuture();
    const auto kinds = [&](Kind kind) { return a.value.kind() == kind && b.value.kind() == kind; };
    if (days && !instants && kinds(Kind::kInt)) {
      int64_t difference = 0;
      if (slope == 0) return absl::InfiniteFuture();
      if (__builtin_sub_overflow(a.value.int_value(), b.value.int_value(), &difference) ||
          std::abs(difference / 2) > kNeverDays) {
        return absl::InfiniteFuture();
      }
      const auto steps = StepsToTurn(op_, difference, slope);
      return steps.has_value() ? Midnight(context, *steps) : absl::InfiniteFuture();
    }
    if (instants && !days && (kinds(Kind::kTimestamp) || kinds(Kind::kDuration))) {
      if (slope == 0) return absl::InfiniteFuture();
      const absl::Duration difference = a.value.kind() == Kind::kTimestamp
                                            ? a.value.timestamp() - b.value.timestamp()
                                            : a.value.duration() - b.value.duration();
      const auto delay = DelayToTurn(op_, difference, slope);
      return delay.has_value() ? context.now + *delay : absl::InfiniteFuture();
    }
    // Numbers of kinds that differ: not followed.
    return std::min(HoldsUntil(a.course, context), HoldsUntil(b.course, context));
  }

  Comparison op_;
  NodePtr a_, b_;
};

// + and - of values that move.
class Sum : public Node {
 public:
  Sum(bool minus, NodePtr a, NodePtr b) : minus_(minus), a_(std::move(a)), b_(std::move(b)) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    const TimedValue a = a_->Eval(context, courses);
    const TimedValue b = b_->Eval(context, courses);
    TimedValue sum;
    if (Fails(a.value) || Fails(b.value)) {
      sum.value = Failure(context, a.value, b.value);
      sum.course = Constant(FailsUntil(a, b, sum.value, context, courses));
      return sum;
    }
    sum.value = cel::Calculate(context, minus_ ? cel::Arithmetic::kSubtract : cel::Arithmetic::kAdd,
                               a.value, b.value);
    const Shape shape = a.course.shape == Shape::kConstant ? b.course.shape : a.course.shape;
    const bool mixed = b.course.shape != Shape::kConstant && b.course.shape != shape;
    const bool follows = shape == Shape::kInstant ? sum.value.kind() == Kind::kTimestamp ||
                                                        sum.value.kind() == Kind::kDuration
                                                  : sum.value.kind() == Kind::kInt;
    const absl::Time until = std::min(a.course.until, b.course.until);
    if (shape == Shape::kConstant) {
      sum.course = Constant(until);
    } else if (mixed || !follows) {
      sum.course = Constant(std::min(HoldsUntil(a.course, context), HoldsUntil(b.course, context)));
    } else {
      const int slope = minus_ ? a.course.slope - b.course.slope : a.course.slope + b.course.slope;
      sum.course = {until, slope == 0 ? Shape::kConstant : shape, slope};
    }
    return sum;
  }

 private:
  bool minus_;
  NodePtr a_, b_;
};

// days_since(t), or days_between with `now` itself on one side.
class Days : public Node {
 public:
  Days(std::shared_ptr<const cel::Program> whole, NodePtr since, int slope)
      : whole_(std::move(whole)), since_(std::move(since)), slope_(slope) {}

  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    const Course since = since_->Eval(context, courses).course;
    const Value value = whole_->Eval(context);
    if (since.shape != Shape::kConstant) return {value, Constant(HoldsUntil(since, context))};
    if (value.kind() != Kind::kInt) return {value, since};
    return {value, {since.until, Shape::kDays, slope_}};
  }

 private:
  std::shared_ptr<const cel::Program> whole_;
  NodePtr since_;
  int slope_;
};

std::optional<Comparison> ComparisonOf(const std::string& name) {
  if (name == "_==_") return Comparison::kEqual;
  if (name == "_!=_") return Comparison::kNotEqual;
  if (name == "_<_") return Comparison::kLess;
  if (name == "_<=_") return Comparison::kLessEqual;
  if (name == "_>_") return Comparison::kGreater;
  if (name == "_>=_") return Comparison::kGreaterEqual;
  return std::nullopt;
}

class Builder {
 public:
  Builder(const cel::Env& env, const std::vector<bool>& timed, const std::string& source)
      : env_(env), timed_(timed), source_(source) {}

  // Null where a part of the expression does not compile alone (a bare enum name that only its
  // surroundings explain, say).
  NodePtr Build(const Expr& expr) const {
    if (expr.kind == ExprKind::kIdent && expr.slot >= 0) return std::make_unique<Slot>(expr.slot);
    const std::shared_ptr<const cel::Program> whole = Compile(expr);
    if (whole != nullptr && !IsTimed(*whole)) return std::make_unique<Leaf>(whole);
    NodePtr node;
    if (expr.kind == ExprKind::kCall) node = Call(expr, whole);
    if (node == nullptr && whole != nullptr) node = std::make_unique<Leaf>(whole);
    return node;
  }

  bool IsTimed(const cel::Program& program) const {
    return program.reads_clock() || std::any_of(program.slots().begin(), program.slots().end(),
                                                [&](int32_t slot) { return timed_[slot]; });
  }

 private:
  std::shared_ptr<const cel::Program> Compile(const Expr& expr) const {
    std::vector<cel::ExprIssue> unused;
    return cel::Compile(source_.substr(expr.range.begin, expr.range.end - expr.range.begin), env_,
                        std::nullopt, &unused);
  }

  // Null where the call is not one that is followed.
  NodePtr Call(const Expr& expr, const std::shared_ptr<const cel::Program>& whole) const {
    const auto& operands = expr.operands;
    if (expr.name == "days_since" && whole != nullptr) {
      return Counting(whole, *operands[0], 1);
    }
    if (expr.name == "days_between" && whole != nullptr) {
      if (IsNow(*operands[1])) return Counting(whole, *operands[0], 1);
      if (IsNow(*operands[0])) return Counting(whole, *operands[1], -1);
      return nullptr;
    }
    std::vector<NodePtr> parts;
    for (const cel::ExprPtr& operand : operands) {
      parts.push_back(Build(*operand));
      if (parts.back() == nullptr) return nullptr;
    }
    if (expr.name == "_&&_" || expr.name == "_||_") {
      return std::make_unique<Logical>(expr.name == "_||_", std::move(parts[0]),
                                       std::move(parts[1]));
    }
    if (expr.name == "!_") return std::make_unique<Not>(std::move(parts[0]));
    if (expr.name == "_?_:_") {
      return std::make_unique<Conditional>(std::move(parts[0]), std::move(parts[1]),
                                           std::move(parts[2]));
    }
    if (const auto comparison = ComparisonOf(expr.name)) {
      return std::make_unique<Compare>(*comparison, std::move(parts[0]), std::move(parts[1]));
    }
    if (expr.name == "_+_" || expr.name == "_-_") {
      return std::make_unique<Sum>(expr.name == "_-_", std::move(parts[0]), std::move(parts[1]));
    }
    return nullptr;
  }

  NodePtr Counting(const std::shared_ptr<const cel::Program>& whole, const Expr& since,
                   int slope) const {
    NodePtr node = Build(since);
    return node == nullptr ? nullptr : std::make_unique<Days>(whole, std::move(node), slope);
  }

  static bool IsNow(const Expr& expr) {
    return expr.kind == ExprKind::kIdent && expr.slot == kNowSlot;
  }

  const cel::Env& env_;
  const std::vector<bool>& timed_;
  const std::string& source_;
};

class Timed : public TimedProgram {
 public:
  explicit Timed(NodePtr root) : root_(std::move(root)) {}
  TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const override {
    return root_->Eval(context, courses);
  }

 private:
  NodePtr root_;
};

}  // namespace

std::shared_ptr<const TimedProgram> TimedProgram::Make(std::shared_ptr<const cel::Program> program,
                                                       const cel::Env& env,
                                                       const std::vector<bool>& timed) {
  const Builder builder(env, timed, program->source());
  if (!builder.IsTimed(*program)) return nullptr;
  NodePtr root = builder.Build(program->expr());
  if (root == nullptr) root = std::make_unique<Leaf>(program);
  return std::make_shared<Timed>(std::move(root));
}

}  // namespace leadgrade::facts
