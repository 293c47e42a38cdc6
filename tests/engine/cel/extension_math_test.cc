#include <gtest/gtest.h>

#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  Workbench bench;
  bench.SetAll();
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(MathExtension, FindsExtremesOfAnyNumberOfArguments) {
  Check({
      {"math.greatest(-5)", "-5"},
      {"math.greatest(i, j)", "3"},
      {"math.greatest(1, 3, 10, 2)", "10"},
      {"math.least(1.5, -7.5)", "-7.5"},
      {"math.least(3u, 2u, u)", "2u"},
  });
}

TEST(MathExtension, FindsExtremesOfAList) {
  Check({
      {"math.greatest(l)", "3"},
      {"math.least([2.5, d, -1.0])", "-1.0"},
      {"math.greatest([dyn(1), dyn(7u), dyn(2.5)])", "7u"},
      {"math.greatest(l.filter(v, v > 9))", "error: the list is empty"},
      {"math.greatest([[1], [2]])", "error: no such overload"},
  });
}

TEST(MathExtension, ComparesKindsExactlyAndKeepsTheFirstOfEquals) {
  Check({
      {"math.greatest(1, 1.0)", "1"},
      {"math.greatest(1.0, 1u)", "1.0"},
      {"math.least(9007199254740993, 9007199254740992.0)", "9007199254740992.0"},
      {"math.greatest(5.4, 10, 3u, -5.0, 18446744073709551615u)", "18446744073709551615u"},
  });
}

TEST(MathExtension, TakesNoExtremeOfWhatHasNoOrder) {
  Check({
      {"math.greatest('a', 'b')", "error: no such overload"},
      {"math.greatest(x, dyn('b'))", "error: no such overload"},
      {"math.greatest(dyn('b'))", "error: no such overload"},
      {"math.greatest(1.0, double('NaN'))", "error: NaN has no order"},
      {"math.isNaN(math.greatest(double('NaN')))", "true"},
  });
}

TEST(MathExtension, Rounds) {
  Check({
      {"math.ceil(-1.2)", "-1.0"},
      {"math.ceil(1.2)", "2.0"},
      {"math.floor(-1.2)", "-2.0"},
      {"math.floor(1.2)", "1.0"},
      {"math.trunc(-1.9)", "-1.0"},
      {"math.round(-1.5)", "-2.0"},
      {"math.round(2.5)", "3.0"},
      {"math.round(0.49999999999999994)", "0.0"},
      {"math.round(double('Infinity'))", "double(\"Infinity\")"},
      {"math.isNaN(math.round(double('NaN')))", "true"},
      {"math.ceil(dyn(1))", "error: no such overload"},
  });
}

TEST(MathExtension, TellsWhatIsFinite) {
  Check({
      {"math.isNaN(double('NaN'))", "true"},
      {"math.isNaN(double('Infinity'))", "false"},
      {"math.isInf(double('-Infinity'))", "true"},
      {"math.isInf(1.0)", "false"},
      {"math.isFinite(1.0)", "true"},
      {"math.isFinite(double('NaN'))", "false"},
      {"math.isFinite(double('Infinity'))", "false"},
      {"math.isNaN(dyn(true))", "error: no such overload"},
  });
}

TEST(MathExtension, SplitsSignAndMagnitude) {
  Check({
      {"math.abs(-11)", "11"},
      {"math.abs(-1.5)", "1.5"},
      {"math.abs(7u)", "7u"},
      {"math.abs(-9223372036854775807)", "9223372036854775807"},
      {"math.abs(-9223372036854775808)", "error: integer overflow"},
      {"math.sign(-11)", "-1"},
      {"math.sign(0)", "0"},
      {"math.sign(100u)", "1u"},
      {"math.sign(-0.5)", "-1.0"},
      {"math.sign(0.0)", "0.0"},
      {"math.sign(double('NaN'))", "double(\"NaN\")"},
  });
}

TEST(MathExtension, TakesRoots) {
  Check({
      {"math.sqrt(49)", "7.0"},
      {"math.sqrt(2u)", "1.4142135623730951"},
      {"math.sqrt(0.25)", "0.5"},
      {"math.sqrt(-1)", "double(\"NaN\")"},
  });
}

TEST(MathExtension, CombinesBits) {
  Check({
      {"math.bitAnd(1, -1)", "1"},
      {"math.bitAnd(6u, 3u)", "2u"},
      {"math.bitOr(4, -2)", "-2"},
      {"math.bitOr(1u, 4u)", "5u"},
      {"math.bitXor(4, -2)", "-6"},
      {"math.bitXor(1u, 3u)", "2u"},
      {"math.bitNot(0)", "-1"},
      {"math.bitNot(0u)", "18446744073709551615u"},
      {"math.bitAnd(1u, dyn(1))", "error: no such overload"},
  });
}

TEST(MathExtension, ShiftsBits) {
  Check({
      {"math.bitShiftLeft(1, 2)", "4"},
      {"math.bitShiftLeft(1, 63)", "-9223372036854775808"},
      {"math.bitShiftLeft(-1, 64)", "0"},
      {"math.bitShiftLeft(1u, 9223372036854775807)", "0u"},
      {"math.bitShiftRight(1024, 2)", "256"},
      {"math.bitShiftRight(-1024, 3)", "2305843009213693824"},
      {"math.bitShiftRight(-1, 63)", "1"},
      {"math.bitShiftRight(1024u, 64)", "0u"},
      {"math.bitShiftRight(1u, -1)", "error: negative offset"},
      {"math.bitShiftLeft(1, -1)", "error: negative offset"},
  });
}

}  // namespace
}  // namespace leadgrade::cel
