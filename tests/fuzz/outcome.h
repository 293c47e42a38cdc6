// What an evaluation gave, and what two of them may differ in.
#pragma once

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/program.h"
#include "tests/fuzz/check.h"

namespace leadgrade::fuzz {

struct Outcome {
  std::string text;
  bool is_unknown = false;
  bool is_error = false;

  size_t memory = 0;

  // For want of memory, or of time: depends on how, and not only on what, is evaluated. Of two
  // errors another may be told, so that an error which took much memory counts as well.
  bool exceeds() const {
    return is_error && (absl::StrContains(text, "too m") || memory > base::kMaxEvaluationBytes / 8);
  }
};

inline Outcome Evaluate(const cel::Program& program, absl::Span<const cel::Value> slots,
                        absl::TimeZone zone) {
  cel::Arena arena;
  cel::EvalContext context{slots, absl::FromUnixSeconds(1774744200), zone, &arena};
  const cel::Value value = program.Eval(context);
  return {cel::ToString(value), value.is_unknown(), value.is_error(), arena.used()};
}

// Of two errors either may be told.
inline void CheckSame(const Outcome& a, const Outcome& b, const std::string& what) {
  if ((a.is_error && b.is_error) || a.exceeds() || b.exceeds()) return;
  Check(a.text == b.text, absl::StrCat(what, ": ", a.text, " and ", b.text));
}

// What is said without knowing all stays true.
inline void CheckSound(const Outcome& known, const Outcome& partly, const std::string& source) {
  if (partly.is_unknown) return;
  CheckSame(partly, known, absl::StrCat("with less known, and with all: ", source));
}

}  // namespace leadgrade::fuzz
