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

TEST(StringExtension, TakesCharacters) {
  Check({
      {"'a©αT'.charAt(1) == '©'", "true"},
      {"'a©αT'.charAt(3)", "\"T\""},
      {"'a©αT'.charAt(4)", "\"\""},
      {"''.charAt(0)", "\"\""},
      {"'a©αT'.charAt(5)", "error: index out of range: 5"},
      {"'a©αT'.charAt(-1)", "error: index out of range: -1"},
      {"'a'.charAt(9223372036854775807)", "error: index out of range: 9223372036854775807"},
  });
}

TEST(StringExtension, FindsTheFirstOccurrence) {
  Check({
      {"'ta©o©αT'.indexOf('©')", "2"},
      {"'ta©o©αT'.indexOf('©', 3)", "4"},
      {"'ta©o©αT'.indexOf('©α', 5)", "-1"},
      {"'abc'.indexOf('')", "0"},
      {"'abc'.indexOf('', 2)", "2"},
      {"'abc'.indexOf('', 3)", "3"},
      {"'abc'.indexOf('c', 3)", "-1"},
      {"'abc'.indexOf('abcd')", "-1"},
      {"'abc'.indexOf('a', 4)", "error: index out of range: 4"},
      {"'abc'.indexOf('a', -1)", "error: index out of range: -1"},
  });
}

TEST(StringExtension, FindsTheLastOccurrence) {
  Check({
      {"'ta©o©αT'.lastIndexOf('©')", "4"},
      {"'ta©o©αT'.lastIndexOf('©', 3)", "2"},
      {"'ta©o©αT'.lastIndexOf('©α', 4)", "4"},
      {"'bananananana'.lastIndexOf('nana', 7)", "6"},
      {"'abc'.lastIndexOf('')", "3"},
      {"'abc'.lastIndexOf('', 1)", "1"},
      {"''.lastIndexOf('@@')", "-1"},
      {"'abc'.lastIndexOf('a', 0)", "0"},
      {"'abc'.lastIndexOf('a', 4)", "error: index out of range: 4"},
      {"'abc'.lastIndexOf('a', -1)", "error: index out of range: -1"},
  });
}

TEST(StringExtension, TakesSubstrings) {
  Check({
      {"'tacocat'.substring(4)", "\"cat\""},
      {"'tacocat'.substring(7)", "\"\""},
      {"'ta©o©αT'.substring(2, 6) == '©o©α'", "true"},
      {"'tacocat'.substring(4, 4)", "\"\""},
      {"'tacocat'.substring(40)", "error: index out of range: 40"},
      {"'tacocat'.substring(-1)", "error: index out of range: -1"},
      {"'tacocat'.substring(1, 50)", "error: index out of range: 50"},
      {"'tacocat'.substring(49, 50)", "error: index out of range: 49"},
      {"'tacocat'.substring(-1, 2)", "error: index out of range: -1"},
      {"'tacocat'.substring(4, 3)", "error: invalid substring range. start: 4, end: 3"},
  });
}

TEST(StringExtension, ChangesTheCaseOfAsciiOnly) {
  Check({
      {"'TacoCÆt'.lowerAscii() == 'tacocÆt'", "true"},
      {"'tacoCαt'.upperAscii() == 'TACOCαT'", "true"},
      {"s.lowerAscii()", "\"abc\""},
      {"s.upperAscii()", "\"ABC\""},
  });
}

TEST(StringExtension, TrimsWhiteSpaceOfUnicode) {
  Check({
      {"' \\f\\n\\r\\t\\vte xt  '.trim()", "\"te xt\""},
      {"'\\u0085\\u00a0\\u1680\\u2003text\\u2028\\u3000'.trim()", "\"text\""},
      {"' é\\u200b'.trim() == 'é\\u200b'", "true"},
      {"' \\u3000 '.trim()", "\"\""},
      {"''.trim()", "\"\""},
  });
}

TEST(StringExtension, Replaces) {
  Check({
      {"'hello hello'.replace('he', 'we')", "\"wello wello\""},
      {"'hello hello'.replace('he', 'we', 1)", "\"wello hello\""},
      {"'hello hello'.replace('he', 'we', 0)", "\"hello hello\""},
      {"'hello hello'.replace('he', 'we', -1)", "\"wello wello\""},
      {"'hello hello'.replace('he', '', 5)", "\"llo llo\""},
      {"'aaa'.replace('aa', 'b')", "\"ba\""},
      {"'abc'.replace('x', 'y')", "\"abc\""},
      {"'é1'.replace('', '-') == '-é-1-'", "true"},
      {"'ab'.replace('', '-', 2)", "\"-a-b\""},
      {"''.replace('', '-')", "\"-\""},
  });
}

TEST(StringExtension, Splits) {
  Check({
      {"'a,b,,c'.split(',')", "[\"a\", \"b\", \"\", \"c\"]"},
      {"'a b c'.split(' ', 0)", "[]"},
      {"'a b c'.split(' ', 1)", "[\"a b c\"]"},
      {"'a b c'.split(' ', 2)", "[\"a\", \"b c\"]"},
      {"'a b c'.split(' ', 9)", "[\"a\", \"b\", \"c\"]"},
      {"'a b c'.split(' ', -1)", "[\"a\", \"b\", \"c\"]"},
      {"''.split(',')", "[\"\"]"},
      {"','.split(',')", "[\"\", \"\"]"},
      {"'aéb'.split('') == ['a', 'é', 'b']", "true"},
      {"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
      {"''.split('')", "[]"},
  });
}

TEST(StringExtension, Joins) {
  Check({
      {"['a', 'b'].join()", "\"ab\""},
      {"['a', 'b', ''].join(', ')", "\"a, b, \""},
      {"[].join('-')", "\"\""},
      {"dyn([1]).join()", "error: no such overload"},
  });
}

TEST(StringExtension, ReversesCharacters) {
  Check({
      {"'gums'.reverse()", "\"smug\""},
      {"'a©😀'.reverse() == '😀©a'", "true"},
      {"''.reverse()", "\"\""},
  });
}

TEST(StringExtension, Quotes) {
  Check({
      {R"(strings.quote("a\a\b\f\n\r\t\v\\\"'é") == "\"a\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'é\"")",
       "true"},
      {"strings.quote('') == '\"\"'", "true"},
  });
}

TEST(StringFormat, PutsValuesInTheirPlaces) {
  Check({
      {"'no substitution'.format([])", "\"no substitution\""},
      {"'%%%s%%'.format(['text'])", "\"%text%\""},
      {"'%d %s, %d'.format([1, 'é', 3]) == '1 é, 3'", "true"},
      {"'%s'.format(['a', 'unused'])", "\"a\""},
  });
}

TEST(StringFormat, WritesEveryKindAsText) {
  Check({
      {"'%s %s %s'.format([true, -1, 2u])", "\"true -1 2\""},
      {"'%s'.format([b'xyz'])", "\"xyz\""},
      {"'%s'.format([b'a\\xff\\xfeb\\x80']) == 'a\\ufffdb\\ufffd'", "true"},
      {"'%s'.format([null])", "\"null\""},
      {"'%s'.format([t])", "\"2026-03-01T01:30:00Z\""},
      {"'%s'.format([timestamp('2023-02-03T23:31:20.5Z')])", "\"2023-02-03T23:31:20.5Z\""},
      {"'%s'.format([duration('1h45m47s')])", "\"6347s\""},
      {"'%s'.format([duration('-1.5s')])", "\"-1.5s\""},
      {"'%s'.format([e])", "\"MID\""},
      {"'%s'.format([['abc', 3.14, null, [9, 8], t]])",
       "\"[abc, 3.14, null, [9, 8], 2026-03-01T01:30:00Z]\""},
      {"'%s'.format([[]])", "\"[]\""},
  });
}

TEST(StringFormat, WritesDoublesWithTheirFewestDigits) {
  Check({
      {"'%s'.format([3.0])", "\"3\""},
      {"'%s'.format([0.1])", "\"0.1\""},
      {"'%s'.format([-56.75])", "\"-56.75\""},
      {"'%s'.format([1e23])", "\"100000000000000000000000\""},
      {"'%s'.format([1.5e-7])", "\"0.00000015\""},
      {"'%s'.format([12345.678])", "\"12345.678\""},
      {"'%d'.format([3.14])", "\"3.14\""},
      {"'%s'.format([double('NaN')])", "\"NaN\""},
      {"'%s'.format([double('-Infinity')])", "\"-Infinity\""},
  });
}

TEST(StringFormat, SortsMapsByTheTextOfTheirKeys) {
  Check({
      {"'%s'.format([{'strKey': 'x', 6: r, true: 42}])", "\"{6: 5400s, strKey: x, true: 42}\""},
      {"'%s'.format([{10: 'a', 9: {'b': [1]}}])", "\"{10: a, 9: {b: [1]}}\""},
      {"'%s'.format([{}])", "\"{}\""},
  });
}

TEST(StringFormat, WritesIntegersInAnyBase) {
  Check({
      {"'%d %d'.format([-5, 64u])", "\"-5 64\""},
      {"'%b %b %b'.format([5, -5, true])", "\"101 -101 1\""},
      {"'%o'.format([65535u])", "\"177777\""},
      {"'%x %X'.format([-30, 6001u])", "\"-1e 1771\""},
      {"'%x'.format([-9223372036854775808])", "\"-8000000000000000\""},
      {"'%b'.format([18446744073709551615u]).size()", "64"},
      {"'%X'.format([b'\\xab\\x01'])", "\"AB01\""},
      {"'%x'.format(['é'])", "\"c3a9\""},
  });
}

TEST(StringFormat, RoundsHalfToEven) {
  Check({
      {"'%f'.format([2.71828])", "\"2.718280\""},
      {"'%f %e'.format([1, 2u])", "\"1.000000 2.000000e+00\""},
      {"'%.0f %.0f'.format([1.5, 2.5])", "\"2 2\""},
      {"'%.3f'.format([1.2345])", "\"1.234\""},
      {"'%.3f'.format([-123.4999])", "\"-123.500\""},
      {"'%.6e'.format([1052.032911275])", "\"1.052033e+03\""},
      {"'%.0e'.format([1e100])", "\"1e+100\""},
      {"'%f %e'.format([double('NaN'), double('-Infinity')])", "\"NaN -Infinity\""},
      {"'%.1000f'.format([1.0]).size()", "1002"},
  });
}

TEST(StringFormat, RefusesClausesItDoesNotKnow) {
  const std::string error = "error: could not parse formatting clause: ";
  Check({
      {"'%a'.format([1])", error + "unrecognized formatting clause \"a\""},
      {"'%E'.format([1])", error + "unrecognized formatting clause \"E\""},
      {"'% d'.format([1])", error + "unrecognized formatting clause \" \""},
      {"'%é'.format([1])", error + "unrecognized formatting clause \"é\""},
      {"'%'.format([1])", error + "unexpected end of string"},
      {"'%.3'.format([1])", error + "unexpected end of string"},
      {"'%.f'.format([1])", error + "the precision has no digits"},
      {"'%.-1f'.format([1])", error + "the precision has no digits"},
      {"'%.1001f'.format([1])", error + "the precision is more than 1000"},
      {"'%.99999999999999999999f'.format([1])", error + "the precision is more than 1000"},
      {"'%d %d %d'.format([0, 1])", "error: index 2 out of range"},
  });
}

TEST(StringFormat, RefusesValuesThatAClauseDoesNotTake) {
  const std::string error = "error: error during formatting: ";
  Check({
      {"'%b'.format(['abc'])",
       error + "only integers and bools can be formatted as binary, was given string"},
      {"'%d'.format([r])",
       error + "decimal clause can only be used on integers, was given google.protobuf.Duration"},
      {"'%o'.format(['a'])", error + "octal clause can only be used on integers, was given string"},
      {"'%x'.format([0.5])", error + "only integers, byte buffers, and strings can be formatted as "
                                     "hex, was given double"},
      {"'%e'.format([null])",
       error + "scientific clause can only be used on doubles, was given null_type"},
      {"'%f'.format(['NaN'])",
       error + "fixed-point clause can only be used on doubles, was given string"},
      {"'%s'.format([[ip('::1')]])",
       error + "string clause can only be used on strings, bools, bytes, ints, doubles, maps, "
               "lists, types, durations, and timestamps, was given net.IP"},
  });
}

TEST(StringFormat, StopsAtTheMemoryOfOneEvaluation) {
  Workbench bench;
  const std::string error = "error: evaluation needs too much memory";
  bench.Set("s", absl::StrCat("'", std::string(10000, 'a'), "'"));
  std::string hundred = "[s";
  for (int i = 1; i < 100; ++i) hundred += ", s";
  hundred += "]";
  EXPECT_EQ(bench.Eval(absl::StrCat("'%s'.format([", hundred, "]).size()")), "1000200");
  EXPECT_EQ(bench.Eval(absl::StrCat("'%s'.format([[", hundred, ", ", hundred, "]])")), error);
  EXPECT_EQ(bench.Eval(absl::StrCat("'%x'.format([", hundred, ".join()])")), error);
  EXPECT_EQ(bench.Eval(absl::StrCat("'%s'.format([{", hundred, ".join(): 1}]).size() > 0")), error);
}

}  // namespace
}  // namespace leadgrade::cel
