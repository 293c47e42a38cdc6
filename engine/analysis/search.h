// Looks for leads of which formulas hold, until one shows it or there is none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/model.h"
#include "engine/analysis/solver.h"

namespace leadgrade::analysis {

// Not thread safe.
class Search {
 public:
  // `limit`: of time, for each question to the solver.
  explicit Search(absl::Duration limit) : solver_(limit) {}

  // What holds of all leads of a world, now and later. Keeps the pointer. All worlds are of one
  // space.
  void Take(const Model::World* world) { taken_.push_back({world, 0}); }
  // What holds besides.
  void Assert(Term term) { solver_.Assert(term); }

  // Asks until `shows` is true of an answer; of the calendar more is told where it was wrong.
  // `small`: where no answer shows it, only leads of which this holds are tried. kOpen with an
  // empty reason: answers there were, and none showed it.
  Verdict Run(std::vector<Term> questions, Term small,
              const std::function<bool(const Assignment&)>& shows, std::string* reason);

  // Where the literals contradict the questions, some of them that do so by themselves, as indexes;
  // nullopt where they do not, or where that is not found out.
  std::optional<std::vector<size_t>> Contradicts(const std::vector<Term>& literals,
                                                 const std::vector<Term>& questions);

 private:
  struct Taken {
    const Model::World* world;
    size_t assumptions;  // that were asserted
  };
  void AssertNew();
  Calendar& calendar() const { return taken_.front().world->calendar; }

  Solver solver_;
  std::vector<Taken> taken_;
  size_t axioms_ = 0;  // of their calendar, that were asserted
};

}  // namespace leadgrade::analysis
