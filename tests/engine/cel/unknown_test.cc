// What is not known, checked against brute force: every assignment of the unknown variables.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

TEST(Unknown, NamesWhatAResultDependsOn) {
  Workbench bench;
  for (const Case& test : std::vector<Case>{
           {"b", "unknown{0}"},
           {"b && c", "unknown{0, 1}"},
           {"false && b", "false"},
           {"b && false", "false"},
           {"true || b", "true"},
           {"b || true", "true"},
           {"b && true", "unknown{0}"},
           {"!b", "unknown{0}"},
           {"i + j", "unknown{2, 3}"},
           {"i > 3", "unknown{2}"},
           {"i == j || b", "unknown{0, 2, 3}"},
           {"b ? 1 : 2", "unknown{0}"},
           // As CEL has it, the branches are not looked at: the condition may turn out to fail.
           {"b ? 1 : 1", "unknown{0}"},
           {"b ? i : j", "unknown{0}"},
           {"true ? 1 : i", "1"},
           {"true ? i : 1", "unknown{2}"},
           {"size(s)", "unknown{6}"},
           {"s.contains('a') || true", "true"},
           {"e in [LOW, HIGH]", "unknown{10}"},
           {"l[0]", "unknown{11}"},
           {"m.one", "unknown{12}"},
           {"has(m.one)", "unknown{12}"},
           {"l.all(v, v > 0)", "unknown{11}"},
           {"[1, 2].all(v, v > i)", "unknown{2}"},
           {"[1, 2].exists(v, v == 2 || v > i)", "true"},
           {"[1, 2].all(v, v == 2 && b)", "false"},
           {"[1, 2].exists_one(v, b)", "unknown{0}"},
           {"[i, 1]", "unknown{2}"},
           // An error does not hide that something is unknown, nor the other way round.
           {"b && 1 / 0 > 0", "unknown{0}"},
           {"1 / 0 > 0 && b", "unknown{0}"},
           {"1 / 0 > 0 || b", "unknown{0}"},
           {"i + 1 / 0", "unknown{2}"},
           {"b ? 1 / 0 : 1 / 0", "unknown{0}"},
           {"1 / 0 > 0 ? b : c", "error: division by zero"},
           {"known(b)", "false"},
           {"known(b) && b", "false"},
           {"known(z.z) || b", "unknown{0}"},
       }) {
    EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
  }
}

// Formulas are over b, c (bool) and e (an enumeration of three).
const std::vector<std::string> kVariables = {"b", "c", "e"};
const std::vector<int> kDomainSizes = {2, 2, 3};

// All assignments to `variables` (indexes into kVariables), as values by index.
std::vector<std::vector<int>> Assignments(const std::vector<int>& variables) {
  std::vector<std::vector<int>> all = {{}};
  for (int variable : variables) {
    std::vector<std::vector<int>> longer;
    for (const auto& head : all) {
      for (int value = 0; value < kDomainSizes[variable]; ++value) {
        longer.push_back(head);
        longer.back().push_back(value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

class UnknownChecker {
 public:
  // For every choice of unknown variables and every value of the others: what is said holds for
  // all completions; with `exact`, nothing is left unknown that all completions agree on, and only
  // variables that can make a difference are named. The variable `kept` is never unknown.
  void Check(const std::string& source, bool exact, int kept = -1) {
    const auto program = bench_.Compile(source);
    ASSERT_NE(program, nullptr) << source;
    std::vector<int> used;
    for (int v = 0; v < 3; ++v) {
      for (int32_t slot : program->slots()) {
        if (slot == bench_.Slot(kVariables[v])) used.push_back(v);
      }
    }
    for (unsigned mask = 0; mask < 1u << used.size(); ++mask) {
      std::vector<int> unknown, known;
      for (size_t i = 0; i < used.size(); ++i) {
        (mask >> i & 1 ? unknown : known).push_back(used[i]);
      }
      if (std::find(unknown.begin(), unknown.end(), kept) != unknown.end()) continue;
      for (const auto& values : Assignments(known)) {
        Set(known, values);
        CheckCompletions(source, *program, unknown, exact);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }

  int evaluations() const { return evaluations_; }

 private:
  void Set(const std::vector<int>& variables, const std::vector<int>& values) {
    for (size_t i = 0; i < variables.size(); ++i) {
      const int variable = variables[i];
      bench_.Put(kVariables[variable], variable == 2 ? Value::Enum(bench_.level(), values[i])
                                                     : Value::Bool(values[i] != 0));
    }
  }

  std::string Run(const Program& program) {
    ++evaluations_;
    return ToString(bench_.EvalValue(program));
  }

  void CheckCompletions(const std::string& source, const Program& program,
                        const std::vector<int>& unknown, bool exact) {
    for (int v : unknown) bench_.Forget(kVariables[v]);
    ++evaluations_;
    const Value value = bench_.EvalValue(program);
    const std::string said = ToString(value);
    std::set<int> named;
    if (value.is_unknown()) {
      for (int32_t slot : value.unknown_slots()) {
        const auto it = std::find_if(unknown.begin(), unknown.end(),
                                     [&](int v) { return bench_.Slot(kVariables[v]) == slot; });
        ASSERT_NE(it, unknown.end()) << source << " names slot " << slot;
        named.insert(*it);
      }
      ASSERT_FALSE(named.empty()) << source;
    }
    if (value.is_unknown()) CheckOthersDoNotMatter(source, program, unknown, named);
    const auto assignments = Assignments(unknown);
    std::vector<std::string> results;
    for (const auto& values : assignments) {
      Set(unknown, values);
      results.push_back(Run(program));
    }
    const bool agree = std::set<std::string>(results.begin(), results.end()).size() == 1;
    if (!value.is_unknown()) {
      EXPECT_TRUE(agree && results[0] == said)
          << source << " gave " << said << " with unknown " << absl::StrJoin(unknown, ", ")
          << "; completions: " << absl::StrJoin(results, ", ");
      return;
    }
    if (!exact) return;
    EXPECT_FALSE(agree) << source << " is " << results[0] << " however completed, got " << said;
    for (int v : named) {
      EXPECT_TRUE(Matters(v, unknown, assignments, results))
          << source << " names " << kVariables[v];
    }
  }

  // To know what is not named alone does not help.
  void CheckOthersDoNotMatter(const std::string& source, const Program& program,
                              const std::vector<int>& unknown, const std::set<int>& named) {
    std::vector<int> others;
    for (int v : unknown) {
      if (named.count(v) == 0) others.push_back(v);
    }
    for (const auto& values : Assignments(others)) {
      Set(others, values);
      ++evaluations_;
      EXPECT_TRUE(bench_.EvalValue(program).is_unknown())
          << source << " is known without " << absl::StrJoin(named, ", ");
    }
  }

  // Do two completions that differ in `variable` alone give different results?
  static bool Matters(int variable, const std::vector<int>& unknown,
                      const std::vector<std::vector<int>>& assignments,
                      const std::vector<std::string>& results) {
    const size_t place = std::find(unknown.begin(), unknown.end(), variable) - unknown.begin();
    for (size_t i = 0; i < assignments.size(); ++i) {
      for (size_t k = i + 1; k < assignments.size(); ++k) {
        auto same = assignments[k];
        same[place] = assignments[i][place];
        if (same == assignments[i] && results[i] != results[k]) return true;
      }
    }
    return false;
  }

  Workbench bench_;
  int evaluations_ = 0;
};

// Every way to join two of `parts` by && and ||, three by ?:, and to negate one.
std::vector<std::string> Combine(const std::vector<std::string>& parts) {
  std::vector<std::string> out;
  for (const std::string& x : parts) {
    out.push_back("!(" + x + ")");
    for (const std::string& y : parts) {
      out.push_back("(" + x + ") && (" + y + ")");
      out.push_back("(" + x + ") || (" + y + ")");
      out.push_back("(" + x + ") == (" + y + ")");
      for (const std::string& z : parts) {
        out.push_back("(" + x + ") ? (" + y + ") : (" + z + ")");
      }
    }
  }
  return out;
}

// All expressions of one operator, and a sample of those with more.
TEST(Unknown, IsSoundForEveryCompletion) {
  const std::vector<std::string> atoms = {
      "b",    "c",     "e == LOW",  "e > LOW", "MID >= e", "e in [LOW, HIGH]",
      "true", "false", "1 / 0 > 0", "known(b)"};
  UnknownChecker checker;
  std::vector<std::string> small;
  for (const std::string& source : Combine(atoms)) {
    // known() is about what is known, not about the value: completions may well disagree.
    if (source.find("known") == std::string::npos) small.push_back(source);
  }
  for (const std::string& source : small) {
    checker.Check(source, false);
    if (HasFailure()) return;
  }
  const char* count = std::getenv("LEADGRADE_PROPERTY_COUNT");
  const int samples = count == nullptr ? 3000 : std::atoi(count);
  std::mt19937 random(7);
  for (int i = 0; i < samples && !HasFailure(); ++i) {
    const auto pick = [&] { return small[random() % small.size()]; };
    const std::string x = pick(), y = pick(), z = pick();
    switch (random() % 4) {
      case 0:
        checker.Check("(" + x + ") && (" + y + ")", false);
        break;
      case 1:
        checker.Check("(" + x + ") || !(" + y + ")", false);
        break;
      case 2:
        checker.Check("(" + x + ") ? (" + y + ") : (" + z + ")", false);
        break;
      default:
        checker.Check("[" + x + ", " + y + "].exists(v, v && (" + z + "))", false);
    }
  }
}

// Everything that holds values: what is unknown in it comes out wherever it is looked at.
TEST(Unknown, IsSoundInListsMapsOptionalsAndLoops) {
  const std::vector<std::string> parts = {"b",    "!c",        "b && e == LOW",   "c || e > LOW",
                                          "true", "1 / 0 > 0", "e in [LOW, HIGH]"};
  const std::vector<std::string> shapes = {
      "[X, Y][0]",
      "[X, Y][c ? 0 : 1]",
      "X in [Y, true]",
      "{'x': X, 'y': Y}.x",
      "{'x': X}[Y ? 'x' : 'y']",
      "has({'x': X}.x) && Y",
      "[X, Y].filter(v, v).size() > 0",
      "[X, Y].map(v, !v)[1]",
      "[true, false].map(v, v && X, Y).exists(v, v)",
      "[X].exists_one(v, v || Y)",
      "[1, 2].all(i, v, v == 1 ? X : Y)",
      "{'x': X}.transformMap(k, v, !v).x == Y",
      "{'x': X}.transformMapEntry(k, v, {k + 'y': v}).xy || Y",
      "[X, Y].transformList(i, v, i == 0, v)[0]",
      "cel.bind(v, X, v && Y)",
      "cel.block([X, cel.index(0) || Y], cel.index(1))",
      "optional.of(X).orValue(Y)",
      "optional.ofNonZeroValue(X).orValue(Y)",
      "{?'x': Y ? optional.of(X) : optional.none()}.?x.orValue(c)",
      "[?optional.of(X), Y].size() == 2",
      "optional.of(X).optMap(v, v && Y).value()",
      "[X, Y].sortBy(v, v ? 1 : 0)[0]",
      "[X, Y].distinct().size() == 1",
      "string(X) + string(Y) == 'truefalse'",
      "type(X) == bool || Y",
      "dyn(X) == dyn(Y)",
  };
  UnknownChecker checker;
  for (const std::string& shape : shapes) {
    for (const std::string& x : parts) {
      for (const std::string& y : parts) {
        const std::string source =
            absl::StrReplaceAll(shape, {{"X", "(" + x + ")"}, {"Y", "(" + y + ")"}});
        checker.Check(source, false);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(checker.evaluations(), 10000);
}

// Trees of && || ! in which each of `leaves` stands once, in this order.
std::vector<std::string> TreesOf(const std::vector<std::string>& leaves) {
  if (leaves.size() == 1) return {leaves[0], "!(" + leaves[0] + ")"};
  std::vector<std::string> trees;
  for (size_t split = 1; split < leaves.size(); ++split) {
    const std::vector<std::string> head(leaves.begin(), leaves.begin() + split);
    const std::vector<std::string> tail(leaves.begin() + split, leaves.end());
    for (const std::string& x : TreesOf(head)) {
      for (const std::string& y : TreesOf(tail)) {
        trees.push_back("(" + x + ") && (" + y + ")");
        trees.push_back("(" + x + ") || (" + y + ")");
        trees.push_back("!((" + x + ") && (" + y + "))");
      }
    }
  }
  return trees;
}

TEST(Unknown, IsExactWhereEachVariableStandsOnce) {
  UnknownChecker checker;
  for (const char* third : {"e == LOW", "e > LOW", "e in [LOW, HIGH]"}) {
    std::vector<std::string> leaves = {"b", "c", third};
    do {
      for (const std::string& tree : TreesOf(leaves)) checker.Check(tree, true);
      const auto variable = std::find(kVariables.begin(), kVariables.end(), leaves[0].substr(0, 1));
      const int condition = static_cast<int>(variable - kVariables.begin());
      for (const std::string& branch : TreesOf({leaves[1]})) {
        checker.Check(leaves[0] + " ? " + branch + " : " + leaves[2], true, condition);
        checker.Check(leaves[0] + " ? " + leaves[2] + " : " + branch, true, condition);
      }
      if (HasFailure()) return;
    } while (std::next_permutation(leaves.begin(), leaves.end()));
  }
  EXPECT_GT(checker.evaluations(), 10000);
}

}  // namespace
}  // namespace leadgrade::cel
