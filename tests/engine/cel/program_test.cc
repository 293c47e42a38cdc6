// Values of expressions: CEL's semantics, errors included.
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
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(Program, CalculatesWithIntegers) {
  Check({
      {"i + j * 2", "-1"},
      {"7 / 2", "3"},
      {"-7 / 2", "-3"},
      {"7 % 3", "1"},
      {"-7 % 3", "-1"},
      {"7 % -3", "1"},
      {"7u / 2u", "3u"},
      {"i / 0", "error: division by zero"},
      {"i % 0", "error: modulus by zero"},
      {"u / 0u", "error: division by zero"},
      {"9223372036854775807 + i", "error: integer overflow"},
      {"-9223372036854775808 - i", "error: integer overflow"},
      {"9223372036854775807 * i", "error: integer overflow"},
      {"(-9223372036854775808 + i - i) / (j + 1)", "error: integer overflow"},
      {"(-9223372036854775808 + i - i) % (j + 1)", "0"},
      {"-(-9223372036854775808 + i - i)", "error: integer overflow"},
      {"-(-9223372036854775807 + i - i)", "9223372036854775807"},
      {"18446744073709551615u + u", "error: integer overflow"},
      {"u - 6u", "error: integer overflow"},
      {"u * 18446744073709551615u", "error: integer overflow"},
      {"u - 5u", "0u"},
  });
}

TEST(Program, CalculatesWithDoubles) {
  Check({
      {"d + 0.5", "3.0"},
      {"d / 0.0", "double(\"Infinity\")"},
      {"-d / 0.0", "double(\"-Infinity\")"},
      {"0.0 / (d - d)", "double(\"NaN\")"},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"1e308 * 10.0 * d", "double(\"Infinity\")"},
  });
}

TEST(Program, ComparesNumbersAcrossTypesExactly) {
  Check({
      {"i == 3.0", "true"},
      {"i == 3u", "true"},
      {"i < 3.5", "true"},
      {"u > 4.5", "true"},
      {"j < u", "true"},
      {"dyn(-1) == dyn(18446744073709551615u)", "false"},
      {"-1 < 18446744073709551615u", "true"},
      {"9007199254740993 == 9007199254740992.0", "false"},
      {"9007199254740993 > 9007199254740992.0", "true"},
      {"9223372036854775807 < 9223372036854775808.0", "false"},
      {"9223372036854774784 < 9223372036854775808.0", "true"},
      {"-9223372036854775808 == -9223372036854775808.0", "true"},
      {"18446744073709551615u == 18446744073709551616.0", "true"},
      {"double('NaN') == double('NaN')", "false"},
      {"double('NaN') != d", "true"},
      {"double('NaN') < d", "false"},
      {"double('NaN') >= d", "false"},
      {"i < double('Infinity')", "true"},
      {"0.0 == -0.0", "true"},
      {"i in [1.0, 3.0]", "true"},
      {"3.0 in l", "true"},
      {"3.5 in l", "false"},
      {"{1: 'a'}[1.0]", "\"a\""},
      {"{1u: 'a'}[1]", "\"a\""},
      {"dyn(1) == dyn('1')", "false"},
      {"dyn(1) < dyn('1')", "error: no such overload"},
      {"x == 7", "true"},
      {"x > 6.5", "true"},
  });
}

TEST(Program, ComparesEverythingElse) {
  Check({
      {"s == 'abc'", "true"},
      {"s < 'abd'", "true"},
      {"'Z' < 'a'", "true"},
      {"'é' > 'z'", "true"},
      {"'北' < '京' || '北' > '京'", "true"},
      {"y == b'xy'", "true"},
      {"b'\\x01' < b'\\x02'", "true"},
      {"c < b", "true"},
      {"e == MID", "true"},
      {"e > LOW && e < HIGH", "true"},
      {"t == timestamp('2026-03-01T01:30:00Z')", "true"},
      {"t < now_plus", "unknown-name 4-12: `now_plus` is not known here"},
      {"r > duration('89m59.999999999s')", "true"},
      {"l == [1, 2, 3]", "true"},
      {"l == [1.0, 2u, 3]", "true"},
      {"[[1], []] == [[1], []]", "true"},
      {"m == {'two': 2, 'one': 1}", "true"},
      {"m == {'two': 2}", "false"},
      {"m != {'two': 2, 'one': 3}", "true"},
      {"null == null", "true"},
      {"n == null", "true"},
      {"q != null", "false"},
      {"q == t", "false"},
      {"q < t", "error: no such overload"},
      {"k >= MID", "error: no such overload"},
      {"k in [LOW, MID]", "false"},
      {"n + 1", "error: no such overload"},
  });
}

TEST(Program, LetsAndAndOrAbsorbErrors) {
  Check({
      {"b && 1 / 0 > 0", "error: division by zero"},
      {"1 / 0 > 0 && b", "error: division by zero"},
      {"c && 1 / 0 > 0", "false"},
      {"1 / 0 > 0 && c", "false"},
      {"b || 1 / 0 > 0", "true"},
      {"1 / 0 > 0 || b", "true"},
      {"c || 1 / 0 > 0", "error: division by zero"},
      {"1 / 0 > 0 || c", "error: division by zero"},
      {"1 / 0 > 0 || 1 % 0 > 0", "error: division by zero"},
      {"!(1 / 0 > 0)", "error: division by zero"},
      {"(1 / 0 > 0 && c) || b", "true"},
      {"dyn(1) && b", "error: no such overload"},
      {"dyn(1) && c", "false"},
      {"dyn(1) || b", "true"},
      {"!dyn(1)", "error: no such overload"},
  });
}

TEST(Program, EvaluatesOneBranchOfAConditional) {
  Check({
      {"b ? 1 : 1 / 0", "1"},
      {"c ? 1 / 0 : 2", "2"},
      {"1 / 0 > 0 ? 1 : 2", "error: division by zero"},
      {"dyn(1) ? 1 : 2", "error: no such overload"},
      {"b ? (c ? 1 : 2) : 3", "2"},
      {"(b ? n : 1) == null", "true"},
  });
}

TEST(Program, ReadsListsAndMaps) {
  Check({
      {"l[0]", "1"},
      {"l[2]", "3"},
      {"l[2.0]", "type-mismatch 2-5: expected an int, but this is `double`"},
      {"l[dyn(2.0)]", "3"},
      {"l[dyn(2u)]", "3"},
      {"l[3]", "error: index out of bounds: 3"},
      {"l[-1]", "error: index out of bounds: -1"},
      {"l[dyn(0.5)]", "error: index out of bounds: 0.5"},
      {"m['one']", "1"},
      {"m.two", "2"},
      {"m['three']", "error: no such key: \"three\""},
      {"m.three", "error: no such key: \"three\""},
      {"has(m.one)", "true"},
      {"has(m.three)", "false"},
      {"has(dyn(m).one)", "true"},
      {"has(dyn(1).one)", "error: no such overload"},
      {"x.field", "error: no such overload"},
      {"x[0]", "error: no such overload"},
      {"'two' in m", "true"},
      {"'three' in m", "false"},
      {"1 in []", "false"},
      {"1 in dyn(5)", "error: no such overload"},
      {"{'a': 1, 'a': 2}", "error: duplicate map key: \"a\""},
      {"{1: 1, 1u: 2}", "error: duplicate map key: 1u"},
      {"[1, 1 / 0]", "error: division by zero"},
      {"{'a': [i, j]}", "{\"a\": [3, -2]}"},
      {"l + [4]", "[1, 2, 3, 4]"},
      {"[] + []", "[]"},
  });
}

TEST(Program, KeepsATextThatOthersWereMadeOf) {
  Check({
      {"cel.bind(v, string(i), [v + 'a', v + 'b', v])", "[\"3a\", \"3b\", \"3\"]"},
      {"cel.bind(v, string(i) + 'x', [v + s + s + s + s + s + s, v + 'b', v])",
       "[\"3xabcabcabcabcabcabc\", \"3xb\", \"3x\"]"},
      {"l.map(v, string(v) + s).map(v, v + '!')", "[\"1abc!\", \"2abc!\", \"3abc!\"]"},
      {"cel.bind(v, string(i), v + 'a' + v + 'b')", "\"3a3b\""},
      {"b'a' + y + b'b' + y", "b\"axybxy\""},
  });
}

TEST(Program, ConvertsNamesAndNumbersToEnumValues) {
  Check({
      {"Level('HIGH')", "HIGH"},
      {"Level(0)", "LOW"},
      {"Level(e)", "MID"},
      {"Level(i)", "error: range error"},
      {"Level(-1)", "error: range error"},
      {"Level('NONE')", "error: cannot read \"NONE\" as a value of Level"},
      {"Level(dyn('LOW')) < e", "true"},
      {"Level(dyn(1.5))", "error: no such overload"},
      {"Level(Side.LEFT)",
       "type-mismatch 6-15: expected a name or a number for `Level()`, but this is `Side`"},
      {"Level('LOW', 1)", "unknown-function 0-5: there is no function `Level`"},
      {"[Level('LOW')].all(Level, Level == LOW)", "true"},
  });
}

TEST(Program, RunsMacros) {
  Check({
      {"l.all(v, v > 0)", "true"},
      {"l.all(v, v > 1)", "false"},
      {"[].all(v, v)", "true"},
      {"l.exists(v, v > 2)", "true"},
      {"l.exists(v, v > 3)", "false"},
      {"l.exists_one(v, v > 2)", "true"},
      {"l.exists_one(v, v > 1)", "false"},
      {"l.map(v, v * 2)", "[2, 4, 6]"},
      {"l.map(v, v > 1, string(v))", "[\"2\", \"3\"]"},
      {"l.filter(v, v % 2 == 1)", "[1, 3]"},
      {"m.map(k, k)", "[\"one\", \"two\"]"},
      {"m.filter(k, m[k] > 1)", "[\"two\"]"},
      {"m.all(k, v, size(k) == 3 && v < 3)", "true"},
      {"l.exists(i, v, i == 2 && v == 3)", "true"},
      {"l.transformList(i, v, i * v)", "[0, 2, 6]"},
      {"l.map(v, l.map(w, v * w))", "[[1, 2, 3], [2, 4, 6], [3, 6, 9]]"},
      {"l.all(v, l.exists(w, w == v))", "true"},
      {"l.map(v, l.filter(w, w < v).size())", "[0, 1, 2]"},
      // Errors inside are absorbed where the rest decides.
      {"[0, 1].exists(v, 1 / v == 1)", "true"},
      {"[0, 2].exists(v, 1 / v == 1)", "error: division by zero"},
      {"[1, 0].all(v, 1 / v == 2)", "false"},
      {"[1, 0].all(v, 1 / v == 1)", "error: division by zero"},
      {"[0, 1].exists_one(v, 1 / v == 1)", "error: division by zero"},
      {"[0].map(v, 1 / v)", "error: division by zero"},
      {"[0].filter(v, 1 / v == 1)", "error: division by zero"},
      {"dyn(1).all(v, true)", "error: no such overload"},
      // A variable of a macro hides one of the same name, also one with fields.
      {"[5].all(i, i == 5)", "true"},
      {"[{'z': 6}].all(z, z.z == 6)", "true"},
      {"l.map(ten, ten)", "[1, 2, 3]"},
      {"l.map(HIGH, HIGH)", "[1, 2, 3]"},
  });
}

TEST(Program, ConvertsBetweenTypes) {
  Check({
      {"int('42')", "42"},
      {"int('4.2')", "error: cannot read \"4.2\" as an int"},
      {"int(4.9)", "4"},
      {"int(-4.9)", "-4"},
      {"int(1e19)", "error: range error"},
      {"int(9223372036854775807.0)", "error: range error"},
      {"int(double('NaN'))", "error: range error"},
      {"int(18446744073709551615u)", "error: range error"},
      {"int(t)", "1772328600"},
      {"int(e)", "1"},
      {"uint(3)", "3u"},
      {"uint(-1)", "error: range error"},
      {"uint('7')", "7u"},
      {"uint(1.9)", "1u"},
      {"double('1.5')", "1.5"},
      {"double('x')", "error: cannot read \"x\" as a double"},
      {"double(3)", "3.0"},
      {"bool('true')", "true"},
      {"bool('yes')", "error: cannot read \"yes\" as a bool"},
      {"string(1.0)", "\"1\""},
      {"string(1.5e300)", "\"1.5e+300\""},
      {"string(true)", "\"true\""},
      {"string(b'abc')", "\"abc\""},
      {"string(b'\\xff')", "error: invalid UTF-8"},
      {"string(e)", "\"MID\""},
      {"string(t)", "\"2026-03-01T01:30:00Z\""},
      {"string(r)", "\"5400s\""},
      {"string(duration('-1.5s'))", "\"-1.5s\""},
      {"bytes('é')", "b\"\\xc3\\xa9\""},
      {"timestamp('2026-03-01T00:00:00Z')", "timestamp(\"2026-03-01T00:00:00Z\")"},
      {"timestamp('2026-03-01T00:00:00.123456789+08:00')",
       "timestamp(\"2026-02-28T16:00:00.123456789Z\")"},
      {"timestamp(0)", "timestamp(\"1970-01-01T00:00:00Z\")"},
      {"timestamp('2026-02-29T00:00:00Z')",
       "error: cannot read \"2026-02-29T00:00:00Z\" as a timestamp"},
      {"timestamp('0000-12-31T00:00:00Z')", "error: range error"},
      {"timestamp('9999-12-31T23:59:59.999999999Z')",
       "timestamp(\"9999-12-31T23:59:59.999999999Z\")"},
      {"timestamp(253402300800)", "error: range error"},
      {"timestamp('infinite-future')", "error: range error"},
      {"duration('-0.000000001s')", "duration(\"-0.000000001s\")"},
      {"duration('1')", "error: cannot read \"1\" as a duration"},
      {"duration('inf')", "error: cannot read \"inf\" as a duration"},
      {"dyn(i) + 1", "4"},
  });
}

TEST(Program, WorksOnText) {
  Check({
      {"s + 'd'", "\"abcd\""},
      {"size('北京é')", "3"},
      {"size(b'北')", "3"},
      {"s.size()", "3"},
      {"size(m)", "2"},
      {"s.contains('b')", "true"},
      {"s.startsWith('ab')", "true"},
      {"s.endsWith('bc')", "true"},
      {"s.contains('')", "true"},
      {"s.matches('^a.c$')", "true"},
      {"s.matches('b')", "true"},
      {"matches(s, 'x')", "false"},
      {"s.matches(s + '[')", "error: bad pattern: missing ]: ["},
      {"greatest(i, 9, j)", "9"},
      {"least(l)", "1"},
      {"greatest([d, 1.0])", "2.5"},
      {"greatest(t, t + r)", "timestamp(\"2026-03-01T03:00:00Z\")"},
      {"least(l.filter(v, v > 9))", "error: the list is empty"},
  });
}

// The calls of a program are the same whichever way constants are folded: with a variable in place
// of a constant the value is the same.
TEST(Program, FoldsConstantsToTheValueTheyHave) {
  Workbench bench;
  bench.SetAll();
  for (const auto& [folded, computed] : std::vector<std::pair<std::string, std::string>>{
           {"3 + 4 * 2", "i + 4 * 2"},
           {"'abc' + 'd'", "s + 'd'"},
           {"'abc'.split('b')", "s.split('b')"},
           {"[1, 2, 3] + [4]", "l + [4]"},
           {"'a' + 'b' in ['ab']", "s.replace('c', '') in ['ab']"},
           {"timestamp('2026-03-01T01:30:00Z') + duration('90m')", "t + r"},
           {"3 in [1, 2, 3]", "i in l"},
           {"true ? 'abc'.upperAscii() : 'x'", "b ? s.upperAscii() : 'x'"},
           {"Level.MID == MID", "e == MID"}}) {
    const auto program = bench.Compile(folded);
    ASSERT_NE(program, nullptr) << folded;
    EXPECT_TRUE(program->slots().empty());
    EXPECT_EQ(program->expr().kind, ExprKind::kConstant) << folded;
    EXPECT_EQ(ToString(bench.EvalValue(*program)), bench.Eval(computed)) << folded;
  }
  // What fails is left where it is: it may not be reached.
  EXPECT_EQ(bench.Eval("false ? 1 / 0 : 5"), "5");
}

TEST(Program, ReadsTheSlotsItNames) {
  const Workbench bench;
  const auto slots = [&](const std::string& source) {
    std::string out;
    const auto program = bench.Compile(source);
    for (int32_t slot : program->slots()) out += std::to_string(slot) + " ";
    return out;
  };
  EXPECT_EQ(slots("1 + 1"), "");
  EXPECT_EQ(slots("c && b"), "0 1 ");
  EXPECT_EQ(slots("i > 1 || i < 0"), "2 ");
  EXPECT_EQ(slots("known(d)"), "5 ");
  EXPECT_EQ(slots("[1].all(i, i > j)"), "3 ");
  EXPECT_FALSE(bench.Compile("t")->reads_clock());
  EXPECT_TRUE(bench.Compile("days_since(t) > 1")->reads_clock());
  EXPECT_FALSE(bench.Compile("days_between(t, t) > 1")->reads_clock());
}

TEST(Program, DumpsItsInstructions) {
  const Workbench bench;
  EXPECT_EQ(bench.Compile("b && i > 3 || size(s) == j")->Dump(),
            "0: and_tests (0) (2 > 3) -> 1\n"
            "1: jump_if_true 0 0 -> 7\n"
            "2: slot 6 0\n"
            "3: call_one 0 1\n"
            "4: slot 3 0\n"
            "5: compare ==\n"
            "6: or 0 0 -> 7\n"
            "7: return\n");
  // A constant on the left turns the comparison round.
  EXPECT_EQ(bench.Compile("3 < i")->Dump(), "0: and_tests (2 > 3) -> 1\n1: return\n");
  EXPECT_EQ(bench.Compile("e in [LOW, HIGH] && e > LOW")->Dump(),
            "0: and_tests (10 in [LOW, HIGH]) (10 > LOW) -> 1\n1: return\n");
  EXPECT_EQ(bench.Compile("!b")->Dump(), "0: and_tests (0 == false) -> 1\n1: return\n");
  EXPECT_EQ(bench.Compile("l.exists(v, v > 3)")->Dump(),
            "0: slot 11 0\n1: loop_test some (0 > 3)\n2: return\n");
}

// The output of a rule set, or a derived fact, that failed.
TEST(Program, AVariableThatFailedFailsWhatTestsIt) {
  Workbench bench;
  bench.SetAll();
  Arena arena;
  for (const char* name : {"b", "i", "d", "s", "e", "t"}) {
    bench.Put(name, arena.MakeError("failed"));
  }
  for (const char* test : {"b", "!b", "i > 1", "i <= 1.5", "d > 1.5", "s == 'a'", "e == LOW",
                           "e in [LOW, MID]", "t > timestamp('2026-01-01T00:00:00Z')"}) {
    EXPECT_EQ(bench.Eval(test), "error: failed") << test;
    EXPECT_EQ(bench.Eval(absl::StrCat(test, " || j == 0")), "error: failed") << test;
    EXPECT_EQ(bench.Eval(absl::StrCat("j != 0 && ", test)), "error: failed") << test;
    EXPECT_EQ(bench.Eval(absl::StrCat(test, " || j != 0")), "true") << test;
    EXPECT_EQ(bench.Eval(absl::StrCat("j == 0 && ", test)), "false") << test;
  }
}

}  // namespace
}  // namespace leadgrade::cel
