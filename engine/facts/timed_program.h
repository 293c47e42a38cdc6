// How an expression's value goes on while nothing but the clock changes.
//
// A decision says until when it holds. Comparisons of values that move with the clock, days counted
// since an instant or instants themselves, tell exactly when they turn; everything else is safely
// early.
#pragma once

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"

namespace leadgrade::facts {

// The course of a value from context.now on: until `until` (exclusive) it is as `shape` says.
struct Course {
  enum class Shape : uint8_t {
    kConstant,
    kDays,     // an int that changes by `slope` at each local midnight
    kInstant,  // a timestamp or duration that changes by `slope` times the time that passes
  };
  absl::Time until = absl::InfiniteFuture();
  Shape shape = Shape::kConstant;
  int slope = 0;
  // Of a slot that is unknown: whether answers to it are tried, so that what it meets matters too.
  bool tried = false;
};

struct TimedValue {
  cel::Value value;
  Course course;
};

// Immutable; thread safe.
class TimedProgram {
 public:
  // Null where the value cannot change with the clock: `program` reads no clock and no slot that
  // `timed` marks. `env` is the one it was compiled in.
  static std::shared_ptr<const TimedProgram> Make(std::shared_ptr<const cel::Program> program,
                                                  const cel::Env& env,
                                                  const std::vector<bool>& timed);
  virtual ~TimedProgram() = default;

  // `courses` is indexed by slot. The value is what the program gives.
  virtual TimedValue Eval(cel::EvalContext& context, absl::Span<const Course> courses) const = 0;
};

// Until when a value of this course, read in a way that is not followed further, stays as it is.
absl::Time HoldsUntil(const Course& course, const cel::EvalContext& context);

}  // namespace leadgrade::facts
