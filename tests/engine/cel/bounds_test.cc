// Whatever a rule can grow is bounded, with an error that names the bound.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

std::string Numbers(int count) {
  std::string out = "[";
  for (int i = 0; i < count; ++i) absl::StrAppend(&out, i == 0 ? "" : ",", i % 10);
  return out + "]";
}

TEST(Bounds, StopsLoopsPastTheIterationsOfOneEvaluation) {
  Workbench bench;
  bench.Set("l", Numbers(300));
  // 300 + 300 * 300 = 90,300 loop bodies: under 100,000.
  EXPECT_EQ(bench.Eval("l.all(v, l.all(w, v + w >= 0))"), "true");
  bench.Set("l", Numbers(320));
  EXPECT_EQ(bench.Eval("l.all(v, l.all(w, v + w >= 0))"), "error: too many iterations");
  // All comprehensions of an evaluation count together.
  EXPECT_EQ(bench.Eval("l.exists(v, l.exists(w, false)) || l.exists(v, l.exists(w, false))"),
            "error: too many iterations");
}

TEST(Bounds, StopsAtTheMemoryOfOneEvaluation) {
  Workbench bench;
  bench.Set("s", "'" + std::string(1000, 'a') + "'");
  std::string doubled = "s";
  for (int i = 0; i < 4; ++i) doubled = absl::StrCat("(", doubled, " + ", doubled, ")");
  EXPECT_EQ(bench.Eval("size(" + doubled + ")"), "16000");
  bench.Set("l", Numbers(1000));
  EXPECT_EQ(bench.Eval("l.map(v, " + doubled + ").size() > 0"),
            "error: evaluation needs too much memory");
  EXPECT_EQ(bench.Eval("s.replace('a', s).size()"), "1000000");
  EXPECT_EQ(
      bench.Eval("s.replace('a', s + 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"),
      "error: evaluation needs too much memory");
  EXPECT_EQ(bench.Eval("l.map(v, s).join(s)"), "error: evaluation needs too much memory");
  EXPECT_EQ(bench.Eval("l.map(v, s.split('a')).size() > 0"),
            "error: evaluation needs too much memory");
  // A list that grows by one element each time is not copied each time.
  EXPECT_EQ(bench.Eval("l.map(v, v).size()"), "1000");
  EXPECT_EQ(bench.Eval("l.map(v, l.map(w, w)).size() > 0"),
            "error: evaluation needs too much memory");
}

TEST(Bounds, BoundsPatterns) {
  Workbench bench;
  bench.Set("s", "'" + std::string(5000, 'a') + "b'");
  const std::string longest(base::kMaxRegexBytes, 'a');
  EXPECT_EQ(bench.TypeOf("s.matches('" + longest + "')"), "bool");
  EXPECT_EQ(bench.TypeOf("s.matches('" + longest + "a')"),
            "limit 10-1037: the pattern is too long");
  EXPECT_EQ(bench.Eval("s.matches(s)"), "error: the pattern is too long");
  // Patterns that blow up elsewhere take linear time here.
  EXPECT_EQ(bench.Eval("s.matches('^(a|a)*$')"), "false");
  EXPECT_EQ(bench.Eval("s.matches('^(a*)*$')"), "false");
  EXPECT_EQ(bench.TypeOf("s.matches('((a{1,100}){1,100}){1,100}')"),
            "bad-pattern 10-38: not a pattern: invalid repetition size: {1,100}");
}

TEST(Bounds, ComputesTheLargestConstantsItTakes) {
  Workbench bench;
  // Folding is bounded as evaluation is.
  std::string doubled = "'" + std::string(60, 'a') + "'";
  for (int i = 0; i < 7; ++i) doubled = absl::StrCat("(", doubled, "+", doubled, ")");
  EXPECT_EQ(bench.Eval("size(" + doubled + ")"), "7680");
}

TEST(Bounds, TakesDeepTreesThroughEveryStage) {
  Workbench bench;
  bench.SetAll();
  std::string chain = "i";
  for (int i = 1; i < base::kMaxTreeDepth; ++i) chain += "+i";
  EXPECT_EQ(bench.Eval(chain), absl::StrCat(3 * base::kMaxTreeDepth));
  std::string negations = "b";
  for (int i = 1; i < base::kMaxTreeDepth; ++i) negations = "!" + negations;
  EXPECT_EQ(bench.Eval(negations), "false");
  std::string any = "c";
  for (int i = 0; i < 4000; ++i) any += "||c";
  EXPECT_EQ(bench.Eval(any), "false");
  std::string nested = "l";
  for (int i = 0; i < 20; ++i) nested = absl::StrCat("[1].map(v, ", nested, ")[0]");
  EXPECT_EQ(bench.TypeOf(nested).substr(0, 5), "list(");
}

}  // namespace
}  // namespace leadgrade::cel
