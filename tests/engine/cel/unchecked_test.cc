// Expressions that were parsed and not checked: what the checker would have refused fails when it
// is reached.
#include <gtest/gtest.h>

#include "engine/cel/program.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

std::string Eval(const std::string& source) {
  Workbench bench;
  bench.SetAll();
  std::vector<ExprIssue> issues;
  const auto program = CompileUnchecked(source, bench.env(), &issues);
  return program == nullptr ? Describe(issues) : ToString(bench.EvalValue(*program));
}

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& test : cases) EXPECT_EQ(Eval(test.source), test.want) << test.source;
}

TEST(Unchecked, ResolvesNamesAndRuns) {
  Check({
      {"i + 1", "4"},
      {"z.z * ten", "40"},
      {"e == Level.MID", "true"},
      {"math.greatest(1, 2.5)", "2.5"},
      {"l.map(v, v * 2).exists(v, v == 6)", "true"},
      {"m.?one.orValue(0)", "1"},
      {"cel.bind(v, i, v * v)", "9"},
  });
}

TEST(Unchecked, FailsAtUnknownNamesOnlyWhereTheyAreReached) {
  Check({
      {"nope", "error: `nope` is not known here"},
      {"nope.field[0] + 1", "error: `nope` is not known here"},
      {"nope(1)", "error: there is no function `nope`"},
      {"true || nope", "true"},
      {"nope() && false", "false"},
      {"i > 0 ? 'a' : nope", "\"a\""},
      {"[1].all(v, v == w)", "error: `w` is not known here"},
  });
}

TEST(Unchecked, FailsAtWrongTypesOnlyWhereTheyAreReached) {
  Check({
      {"1 + 'a'", "error: no such overload"},
      {"size(1)", "error: no such overload"},
      {"size()", "error: no such overload"},
      {"1 ? 2 : 3", "error: no such overload"},
      {"1 || true", "true"},
      {"'a' && true", "error: no such overload"},
      {"!1", "error: no such overload"},
      {"i.all(v, true)", "error: no such overload"},
      {"false && 1 + 'a' == 2", "false"},
      {"s.matches('(')", "error: bad pattern: missing ): ("},
      {"true || s.matches('(')", "true"},
  });
}

TEST(Unchecked, IsStillParsedAndBounded) {
  Check({
      {"1 +", "syntax 2-3: the expression ends too early: expected a value"},
  });
}

}  // namespace
}  // namespace leadgrade::cel
