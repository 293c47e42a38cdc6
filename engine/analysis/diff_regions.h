// The conditions that a lead shares with all that differ as it does. See diff.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/model.h"
#include "engine/analysis/search.h"

namespace leadgrade::analysis {

class RegionFinder {
 public:
  // A fact that a lead may state or not.
  struct Stated {
    std::string fact;
    Term stated;
    bool derived = false;
  };
  // Keeps the pointers.
  RegionFinder(std::array<Model*, 2> models, std::array<const rules::Bundle*, 2> bundles,
               const std::vector<Stated>& facts, TermTable* terms, Search* search);

  struct Region {
    std::vector<std::string> conditions;
    Term holds;
  };
  // Of the conditions that hold of the lead with these values, as few as make `claim` hold of all
  // leads, under `assumed`; nullopt where all of them do not.
  std::optional<Region> Find(TermValues* values, Term claim, const std::vector<Term>& assumed);
  // All conditions, as they are of this lead.
  Term Cell(TermValues* values) const;

 private:
  struct Atom {
    std::string yes, no;  // in words
    Term is_true, is_false;
    // What it reads: 0 stated facts and what happened, 1 derived facts, 2 outputs of rule sets.
    int depth = 0;
    int side = 0;  // whose it is; the first of both
  };
  struct Literal {
    const Atom* atom;
    Term term;
    bool holds;
  };

  void AddAtoms(int side);
  void AddRule(int side, const rules::Rule& rule);
  std::vector<Literal> LiteralsOf(TermValues* values, int depth) const;

  const std::array<Model*, 2> models_;
  const std::array<const rules::Bundle*, 2> bundles_;
  TermTable& terms_;
  Search& search_;
  std::vector<Atom> atoms_;
};

}  // namespace leadgrade::analysis
