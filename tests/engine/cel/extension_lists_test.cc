#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  Workbench bench;
  bench.SetAll();
  bench.AddAlias("@sortByAssociatedKeys", "sortByAssociatedKeys");
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(ListExtension, Slices) {
  Check({
      {"l.slice(0, 3)", "[1, 2, 3]"},
      {"l.slice(1, 2)", "[2]"},
      {"l.slice(3, 3)", "[]"},
      {"[].slice(0, 0)", "[]"},
      {"l.slice(-1, 2)", "error: cannot slice(-1, 2), positions start at 0"},
      {"l.slice(2, 1)", "error: cannot slice(2, 1), the start is after the end"},
      {"l.slice(0, 4)", "error: cannot slice(0, 4), the list has 3 elements"},
  });
}

TEST(ListExtension, FlattensOneLevelOrMore) {
  Check({
      {"[[1], [], [2, 3]].flatten()", "[1, 2, 3]"},
      {"dyn([1, [2, [3, 4]]]).flatten()", "[1, 2, [3, 4]]"},
      {"dyn([1, [2, [3, [4]]]]).flatten(2)", "[1, 2, 3, [4]]"},
      {"[[1], [2]].flatten(0)", "[[1], [2]]"},
      {"[[[[1]]]].flatten(9223372036854775807)", "[1]"},
      {"[].flatten()", "[]"},
      {"[[1]].flatten(-1)", "error: the depth must not be negative"},
  });
}

TEST(ListExtension, BoundsTheWorkOfFlattening) {
  // Empty lists add nothing, and those inside are one and the same: time is what is bounded.
  Workbench bench;
  std::string many = "[[]";
  for (int i = 1; i < 400; ++i) many += ", []";
  many += "]";
  bench.Set("x", many);
  EXPECT_EQ(bench.Eval("[x, x, x, x].flatten(2)"), "[]");
  EXPECT_EQ(bench.Eval("[[x, x, x, x, x, x, x, x]].map(e, [e, e, e, e, e, e, e, e])"
                       ".map(e, [e, e, e, e, e, e, e, e]).flatten(9)"),
            "error: too many iterations");
}

TEST(ListExtension, KeepsTheFirstOfEqualElements) {
  Check({
      {"[1, 2, 2, 3, 1].distinct()", "[1, 2, 3]"},
      {"['b', 'b', 'c', 'a', 'c'].distinct()", "[\"b\", \"c\", \"a\"]"},
      {"[1, 1.0, 1u, 2.5, 'a'].distinct()", "[1, 2.5, \"a\"]"},
      {"[[1, 2], [1.0, 2u], [2, 1]].distinct()", "[[1, 2], [2, 1]]"},
      {"[{'a': 1, 'b': 2}, {'b': 2, 'a': 1}].distinct().size()", "1"},
      {"[b'x', b'x', b'y'].distinct().size()", "2"},
      {"[t, t + r, t].distinct().size()", "2"},
      {"[r, r, r + r].distinct().size()", "2"},
      {"[null, null].distinct()", "[null]"},
      {"[true, false, true].distinct()", "[true, false]"},
      {"[0.0, -0.0].distinct().size()", "1"},
      {"[double('NaN'), double('NaN')].distinct().size()", "2"},
      {"[].distinct()", "[]"},
  });
}

TEST(ListExtension, FindsDistinctElementsOfLongLists) {
  Check({
      {"lists.range(20000).distinct().size()", "20000"},
      {"lists.range(20000).reverse().distinct()[0]", "19999"},
  });
}

TEST(ListExtension, Reverses) {
  Check({
      {"l.reverse()", "[3, 2, 1]"},
      {"[].reverse()", "[]"},
      {"'ab'.reverse()", "\"ba\""},
  });
}

TEST(ListExtension, SortsEveryKindThatHasAnOrder) {
  Check({
      {"[3, 1, 2].sort()", "[1, 2, 3]"},
      {"[3u, 1u].sort()", "[1u, 3u]"},
      {"[2.5, -1.0].sort()", "[-1.0, 2.5]"},
      {"['b', 'a', 'Z'].sort()", "[\"Z\", \"a\", \"b\"]"},
      {"[b'b', b'a'].sort() == [b'a', b'b']", "true"},
      {"[true, false].sort()", "[false, true]"},
      {"[t + r, t].sort() == [t, t + r]", "true"},
      {"[r + r, r].sort() == [r, r + r]", "true"},
      {"[Level.HIGH, Level.LOW].sort()", "[LOW, HIGH]"},
      {"[].sort()", "[]"},
      {"[null].sort()", "error: list elements must be comparable"},
      {"[[1], [2]].sort()", "error: list elements must be comparable"},
      {"[1.0, double('NaN')].sort()", "error: list elements must be comparable"},
      {"[1, 2.0].sort()", "error: list elements must have the same type"},
      {"[1, 'a'].sort()", "error: list elements must have the same type"},
  });
}

TEST(ListExtension, SortsByKeysAndKeepsTheOrderOfEquals) {
  Check({
      {"['foo', 'bar', 'baz'].sortByAssociatedKeys([3, 1, 2])", "[\"bar\", \"baz\", \"foo\"]"},
      {"['a', 'b', 'c', 'd'].sortByAssociatedKeys([1, 0, 1, 0])", "[\"b\", \"d\", \"a\", \"c\"]"},
      {"[[2], [1]].sortByAssociatedKeys([0, 0])", "[[2], [1]]"},
      {"[1, 2].sortByAssociatedKeys([1])", "error: a list of 2 elements can't be sorted by 1 keys"},
  });
}

TEST(ListExtension, LeavesNamesWithAnAtToMacros) {
  Workbench bench;
  EXPECT_FALSE(bench.env().FindFunction("@sortByAssociatedKeys").empty());
  for (const std::string& name : bench.env().FunctionNames()) EXPECT_NE(name[0], '@') << name;
  Env env;
  EXPECT_FALSE(env.AddFunction({"@", false, {}, Type(), nullptr}).ok());
  EXPECT_FALSE(env.AddFunction({"a@b", false, {}, Type(), nullptr}).ok());
  EXPECT_FALSE(env.AddVariable("@v", Type(), 0).ok());
}

TEST(ListExtension, MakesRanges) {
  Check({
      {"lists.range(4)", "[0, 1, 2, 3]"},
      {"lists.range(0)", "[]"},
      {"lists.range(-1)", "[]"},
      {"lists.range(100001)", "error: a range has at most 100000 elements"},
      {"lists.range(100000)", "error: evaluation needs too much memory"},
  });
}

TEST(ListExtension, GivesTheEndsAsOptionals) {
  Check({
      {"l.first()", "optional.of(1)"},
      {"l.last()", "optional.of(3)"},
      {"[].first()", "optional.none()"},
      {"[].last()", "optional.none()"},
  });
}

}  // namespace
}  // namespace leadgrade::cel
