// Whether formulas can hold. The only place that knows the solver.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/term.h"

namespace leadgrade::analysis {

enum class Verdict : uint8_t {
  kHolds,       // for some values, which are in `values`
  kNeverHolds,  // for none: proved
  kOpen,        // not found out: `reason` says why
};

struct Answer {
  Verdict verdict = Verdict::kOpen;
  Assignment values;   // of all variables in what was asserted and asked
  std::string reason;  // "the time limit", or the solver's own words
};

// Keeps what it has learned between questions. Not thread safe.
class Solver {
 public:
  // `limit`: of time for each question.
  explicit Solver(absl::Duration limit);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  // From now on every answer takes it for granted.
  void Assert(Term term);
  // Can all of these hold together with what was asserted?
  Answer Ask(const std::vector<Term>& questions);
  // Where the literals can't all hold together with the questions and what was asserted: some of
  // them that can't by themselves, as indexes, rising. nullopt where they can, or where it was not
  // found out.
  std::optional<std::vector<size_t>> Contradicts(const std::vector<Term>& literals,
                                                 const std::vector<Term>& questions);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::analysis
