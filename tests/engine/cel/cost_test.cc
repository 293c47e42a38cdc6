#include "engine/cel/cost.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

double Cost(const std::string& source) {
  const Workbench bench;
  const auto program = bench.Compile(source);
  return program == nullptr ? -1 : program->cost();
}

TEST(Cost, CountsOperations) {
  EXPECT_EQ(Cost("b"), 0);
  EXPECT_EQ(Cost("i + j > 3 && b"), Cost("i + j > 3") + 1);
  // What is folded costs nothing.
  EXPECT_EQ(Cost("1 + 2 * 3 == 7"), 0);
}

TEST(Cost, CountsLoopsByTheLargestListThatAFactMayHold) {
  const double one = Cost("l.exists(v, v > 1)");
  EXPECT_GE(one, base::kMaxFactListElements);
  EXPECT_GE(Cost("l.exists(v, l.exists(w, v > w))"), base::kMaxFactListElements * one / 2);
  // A list that is written out has the length it has.
  EXPECT_LT(Cost("[1, 2, 3].exists(v, v > i)"), 30);
  // What a filter leaves is as long as what it took, at worst.
  EXPECT_GE(Cost("l.filter(v, v > 1).exists(v, v > 2)"), 2 * one - 10);
}

TEST(Cost, CountsTextByItsLength) {
  EXPECT_GE(Cost("s.contains('x')"), base::kMaxFactTextBytes / 20);
  EXPECT_LT(Cost("'abc'.contains(string(i))"), 20);
  EXPECT_GT(Cost("s.replace('a', s).contains('x')"), 10 * Cost("s.contains('x')"));
}

TEST(Cost, DoesNotCountABindingAsALoop) {
  EXPECT_LE(Cost("cel.bind(v, i + j, v * v)"), Cost("(i + j) * (i + j)") + 2);
}

TEST(Cost, RefusesWhatIsTooMuchWithTheFigure) {
  Workbench bench;
  EXPECT_EQ(bench.TypeOf("l.all(v, l.all(w, true))"), "bool");
  const std::string refused = bench.TypeOf("l.all(v, l.all(w, l.all(x, v + w > x)))");
  EXPECT_TRUE(absl::StartsWith(refused, "limit 0-39: this may take ")) << refused;
  EXPECT_TRUE(absl::StrContains(refused, "the limit is 3,000,000")) << refused;
  // Even where the figure passes all bounds.
  std::string nested = "true";
  for (int i = 0; i < 20; ++i) nested = absl::StrCat("l.all(v", i, ", ", nested, ")");
  EXPECT_TRUE(absl::StrContains(bench.TypeOf(nested), "this may take about 3e+40 steps"))
      << bench.TypeOf(nested);
}

TEST(Cost, TakesCallsWithAnyNumberOfArguments) {
  const Workbench bench;
  for (const char* function : {"replace", "join", "split", "flatten", "format", "lists.range",
                               "matches", "size", "contains", "sort"}) {
    for (const char* arguments : {"()", "(1)", "(s, s)", "(s, s, s, s)"}) {
      std::vector<ExprIssue> issues;
      const std::string source = absl::StrCat(function, arguments);
      EXPECT_NE(CompileUnchecked(source, bench.env(), &issues), nullptr) << source;
      CompileUnchecked("s." + source, bench.env(), &issues);
    }
  }
}

TEST(Cost, DescribesFigures) {
  EXPECT_EQ(DescribeCost(0), "0");
  EXPECT_EQ(DescribeCost(999), "999");
  EXPECT_EQ(DescribeCost(1000), "1,000");
  EXPECT_EQ(DescribeCost(1234567.2), "1,234,568");
  EXPECT_EQ(DescribeCost(2e20), "about 2e+20");
}

}  // namespace
}  // namespace leadgrade::cel
