// Text to tree: precedence, literals, macros, and where a mistake is.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/limits.h"
#include "engine/cel/ast.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

// Every call with its operands in brackets; comprehensions as fold(…).
std::string Shape(const Expr& expr) {
  const auto join = [](const std::vector<ExprPtr>& operands, absl::string_view separator) {
    return absl::StrJoin(operands, separator, [](std::string* out, const ExprPtr& operand) {
      out->append(Shape(*operand));
    });
  };
  switch (expr.kind) {
    case ExprKind::kConstant:
      return ToString(expr.constant);
    case ExprKind::kIdent:
      return expr.name;
    case ExprKind::kSelect:
      return absl::StrCat(expr.test_only ? "has " : "", Shape(*expr.operands[0]), ".", expr.name);
    case ExprKind::kCall:
      return absl::StrCat(expr.member_call ? "." : "", expr.name, "(", join(expr.operands, ", "),
                          ")");
    case ExprKind::kList:
      return absl::StrCat("[", join(expr.operands, ", "), "]");
    case ExprKind::kMap:
      return absl::StrCat("{", join(expr.operands, ", "), "}");
    case ExprKind::kStruct:
      return absl::StrCat(expr.name, "{", absl::StrJoin(expr.field_names, ", "), ": ",
                          join(expr.operands, ", "), "}");
    case ExprKind::kError:
      return "error";
    case ExprKind::kComprehension: {
      const Comprehension& c = *expr.comprehension;
      return absl::StrCat("fold(", c.iter_var, c.iter_var2.empty() ? "" : ", ", c.iter_var2, " in ",
                          Shape(*c.range), "; ", Shape(*c.init), "; ", Shape(*c.condition), "; ",
                          Shape(*c.step), "; ", Shape(*c.result), ")");
    }
  }
  return "";
}

std::string Parsed(const std::string& source) {
  std::vector<ExprIssue> issues;
  const ExprPtr expr = Parse(source, &issues);
  EXPECT_EQ(expr == nullptr, !issues.empty()) << source;
  return expr == nullptr ? Describe(issues) : Shape(*expr);
}

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& test : cases) EXPECT_EQ(Parsed(test.source), test.want) << test.source;
}

TEST(Parser, GivesOperatorsTheirPrecedence) {
  Check({
      {"a || b && c", "_||_(a, _&&_(b, c))"},
      {"a && b || c", "_||_(_&&_(a, b), c)"},
      {"(a || b) && c", "_&&_(_||_(a, b), c)"},
      {"a == b && c < d", "_&&_(_==_(a, b), _<_(c, d))"},
      {"a + b * c", "_+_(a, _*_(b, c))"},
      {"a * b + c", "_+_(_*_(a, b), c)"},
      {"a - b - c", "_-_(_-_(a, b), c)"},
      {"a / b % c * d", "_*_(_%_(_/_(a, b), c), d)"},
      {"a + b < c - d", "_<_(_+_(a, b), _-_(c, d))"},
      {"a < b == c", "_==_(_<_(a, b), c)"},
      {"a in b + c", "@in(a, _+_(b, c))"},
      {"!a && b", "_&&_(!_(a), b)"},
      {"!a.b", "!_(a.b)"},
      {"-a * b", "_*_(-_(a), b)"},
      {"a - -b", "_-_(a, -_(b))"},
      {"!!a", "!_(!_(a))"},
      {"--a", "-_(-_(a))"},
      {"-a.b(c)", "-_(.b(a, c))"},
      {"a ? b : c ? d : e", "_?_:_(a, b, _?_:_(c, d, e))"},
      {"a ? b || c : d", "_?_:_(a, _||_(b, c), d)"},
      {"a || b ? c : d", "_?_:_(_||_(a, b), c, d)"},
      {"(a ? b : c) ? d : e", "_?_:_(_?_:_(a, b, c), d, e)"},
      {"a[b][c].d", "_[_](_[_](a, b), c).d"},
      {"f(a)(b)", "syntax 4-5: expected the end of the expression, found `(`"},
  });
}

// && and || are associative, so a long chain makes a shallow tree.
TEST(Parser, BalancesChainsOfAndAndOr) {
  Check({
      {"a && b && c", "_&&_(_&&_(a, b), c)"},
      {"a && b && c && d", "_&&_(_&&_(a, b), _&&_(c, d))"},
      {"a || b || c || d || e", "_||_(_||_(_||_(a, b), c), _||_(d, e))"},
  });
}

TEST(Parser, ReadsEveryFormOfLiteral) {
  Check({
      {"0", "0"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"- 5", "-5"},
      {"0xFf", "255"},
      {"-0x10", "-16"},
      {"-0x8000000000000000", "-9223372036854775808"},
      {"18446744073709551615u", "18446744073709551615u"},
      {"0x1FU", "31u"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"1e3", "1000.0"},
      {"1.5e-3", "0.0015"},
      {"-2.0E+2", "-200.0"},
      {"true", "true"},
      {"false", "false"},
      {"null", "null"},
      {R"('a')", R"("a")"},
      {R"("a'b")", R"("a\'b")"},
      {R"('''a'b''')", R"("a\'b")"},
      {"\"\"\"a\nb\"\"\"", R"("a\nb")"},
      {R"(r'\d+')", R"("\\d+")"},
      {R"(R"\n")", R"("\\n")"},
      {R"(b'\xff')", R"(b"\xff")"},
      {R"(b'\377')", R"(b"\xff")"},
      {R"(br'\x')", R"(b"\\x")"},
      {R"(Rb'\x')", R"(b"\\x")"},
      {R"(b'北')", R"(b"\xe5\x8c\x97")"},
      {R"('\a\b\f\n\r\t\v\\\?\"\'\`')", R"("\007\010\014\n\r\t\013\\?\"\'`")"},
      {R"('\x41\u5317\U0001F600\101')", "\"A北😀A\""},
      {R"('北京')", R"("北京")"},
      {R"('')", R"("")"},
      {"[]", "[]"},
      {"[1, 2,]", "[1, 2]"},
      {"{}", "{}"},
      {"{'a': 1, 'b': 2,}", R"({"a", 1, "b", 2})"},
      {"a.b.C{x: 1, y: 2}", "a.b.C{x, y: 1, 2}"},
  });
}

TEST(Parser, ReadsNamesCallsAndFields) {
  Check({
      {"_a1", "_a1"},
      {".a", ".a"},
      {"a.b.c", "a.b.c"},
      {"a.`b-c`", "a.b-c"},
      {"a.if", "a.if"},
      {"f()", "f()"},
      {"f(a, b)", "f(a, b)"},
      {"a.f(b)", ".f(a, b)"},
      {"'x'.size()", R"(.size("x"))"},
      {"[1][0]", "_[_]([1], 0)"},
      {"1.size()", ".size(1)"},
      {"a // the rest is a comment\n && b", "_&&_(a, b)"},
      {"\ta\r\n&&\fb ", "_&&_(a, b)"},
      {"in.x", "syntax 0-2: expected a value, found `in`"},
  });
}

TEST(Parser, ExpandsMacros) {
  Check({
      {"has(a.b)", "has a.b"},
      {"a.all(v, v > 1)",
       "fold(v in a; true; @not_strictly_false(@result); _&&_(@result, _>_(v, 1)); @result)"},
      {"a.exists(v, v > 1)",
       "fold(v in a; false; @not_strictly_false(!_(@result)); _||_(@result, _>_(v, 1)); @result)"},
      {"a.exists_one(v, v > 1)",
       "fold(v in a; 0; true; _?_:_(_>_(v, 1), _+_(@result, 1), @result); _==_(@result, 1))"},
      {"a.map(v, v + 1)", "fold(v in a; []; true; _+_(@result, [_+_(v, 1)]); @result)"},
      {"a.map(v, p, v)", "fold(v in a; []; true; _?_:_(p, _+_(@result, [v]), @result); @result)"},
      {"a.filter(v, p)", "fold(v in a; []; true; _?_:_(p, _+_(@result, [v]), @result); @result)"},
      {"a.all(i, v, p)",
       "fold(i, v in a; true; @not_strictly_false(@result); _&&_(@result, p); @result)"},
      {"a.transformList(i, v, v)", "fold(i, v in a; []; true; _+_(@result, [v]); @result)"},
      // Not macros, by their number of arguments or for lack of a target.
      {"a.map(v)", ".map(a, v)"},
      {"all(v, p)", "all(v, p)"},
      {"a.has(b)", ".has(a, b)"},
      {"has(a)", "syntax 4-5: `has()` takes a field selection such as `has(a.b)`"},
      {"has(has(a.b))", "syntax 4-12: `has()` takes a field selection such as `has(a.b)`"},
      {"a.all(b.c, true)", "syntax 6-9: `all()` takes a variable's name here"},
      {"a.all(v, v, true)", "syntax 9-10: the two variables need different names"},
  });
}

TEST(Parser, PlacesMistakes) {
  Check({
      {"", "syntax 0-0: the expression ends too early: expected a value"},
      {"   ", "syntax 3-3: the expression ends too early: expected a value"},
      {"a &&", "syntax 2-4: the expression ends too early: expected a value"},
      {"&& a", "syntax 0-2: expected a value, found `&&`"},
      {"a b", "syntax 2-3: expected the end of the expression, found `b`"},
      {"a and b", "syntax 2-5: expected the end of the expression, found `and`; write `&&`"},
      {"a OR b", "syntax 2-4: expected the end of the expression, found `OR`; write `||`"},
      {"not a", "syntax 4-5: expected the end of the expression, found `a`; write `!`"},
      {"a = b", "syntax 2-3: `=` is no operator; write `==` to compare"},
      {"a & b", "syntax 2-3: `&` is no operator; write `&&`"},
      {"a | b", "syntax 2-3: `|` is no operator; write `||`"},
      {"a << b", "syntax 3-4: expected a value after `<`, found `<`; CEL has no shift operators"},
      {"(a", "syntax 1-2: the expression ends too early: expected `)`"},
      {"a)", "syntax 1-2: expected the end of the expression, found `)`"},
      {"f(a b)", "syntax 4-5: expected `,` or `)`, found `b`"},
      {"[a b]", "syntax 3-4: expected `,` or `]`, found `b`"},
      {"a[1", "syntax 2-3: the expression ends too early: expected `]`"},
      {"{a 1}", "syntax 3-4: expected `:` after a map's key, found `1`"},
      {"{a: 1 b: 2}", "syntax 6-7: expected `,` or `}`, found `b`"},
      {"a ? b",
       "syntax 4-5: the expression ends too early: expected `:` and the other value of "
       "`?`"},
      {"a.",
       "syntax 1-2: the expression ends too early: expected a field's or function's name "
       "after `.`"},
      {"a.1", "syntax 1-3: expected the end of the expression, found `.1`"},
      {"!-a", "syntax 1-2: expected a value, found `-`"},
      {"-!a", "syntax 1-2: expected a value, found `!`"},
      {"if", "syntax 0-2: `if` is a reserved word"},
      {"`a`", "syntax 0-3: only a field can be back-quoted"},
      {"a.`b", "syntax 2-3: a back-quoted name is not closed"},
      {"'abc", "syntax 0-1: a string literal is not closed; end it with `'`"},
      {"'a\nb'", "syntax 0-1: a string literal is not closed; end it with `'`"},
      {"'abc\\", "syntax 0-1: a string literal is not closed; end it with `'`"},
      {"'''a'", "syntax 0-3: a string literal is not closed; end it with `'''`"},
      {R"('\q')",
       "syntax 1-3: `\\q` is no escape sequence here; write `\\\\` for a backslash, or "
       "use a raw string r\"…\""},
      {R"('\ud800')",
       "syntax 1-7: `\\u` is no escape sequence here; write `\\\\` for a "
       "backslash, or use a raw string r\"…\""},
      {R"('\U00110000')",
       "syntax 1-11: `\\U` is no escape sequence here; write `\\\\` for a "
       "backslash, or use a raw string r\"…\""},
      {R"(b'\u0041')",
       "syntax 2-4: `\\u` is no escape sequence here; write `\\\\` for a "
       "backslash, or use a raw string r\"…\""},
      {R"('\x4')",
       "syntax 1-4: `\\x` is no escape sequence here; write `\\\\` for a backslash, "
       "or use a raw string r\"…\""},
      {"9223372036854775808", "syntax 0-19: `9223372036854775808` is out of range"},
      {"-9223372036854775809", "syntax 0-20: `-9223372036854775809` is out of range"},
      {"18446744073709551616u", "syntax 0-21: `18446744073709551616` is out of range"},
      {"0x", "syntax 0-2: `0x` is no number"},
      {"1e999", "syntax 0-5: `1e999` is out of range"},
      {"-1e999", "syntax 0-6: `-1e999` is out of range"},
      {"12ab", "syntax 0-4: `12ab` is no number"},
      {"1_000", "syntax 0-5: `1_000` is no number"},
      {"a # b", "syntax 2-3: `#` does not belong in an expression"},
      {"a；b", "syntax 1-4: `；` does not belong in an expression; write `;`"},
      {"（a）",
       "syntax 0-3: `（` does not belong in an expression; write `(`\n"
       "syntax 4-7: `）` does not belong in an expression; write `)`"},
      {"a　b", "syntax 1-4: `　` does not belong in an expression; write a plain space"},
      {"需求",
       "syntax 0-6: `需求` does not belong in an expression; text goes in quotes; names "
       "are Latin letters, digits and `_`"},
      {"“a”",
       "syntax 0-3: a typographic quotation mark does not begin a string; write a straight "
       "`\"`"},
      {std::string("a\0b", 3),
       std::string("syntax 1-2: `\0` does not belong in an expression", 48)},
  });
}

TEST(Parser, DumpsTheTreeWithPlaces) {
  std::vector<ExprIssue> issues;
  const ExprPtr expr = Parse("has(a.b) && [1].all(v, v in c)", &issues);
  ASSERT_NE(expr, nullptr);
  EXPECT_EQ(DumpAst(*expr),
            R"(call _&&_ @0-30
  select has b @0-8
    ident a @4-5
  fold @12-30
    over v
    range: list @12-15
      const 1 @13-14
    init: const true @12-30
    while: call @not_strictly_false @12-30
      ident @result @12-30
    step: call _&&_ @12-30
      ident @result @12-30
      call @in @23-29
        ident v @23-24
        ident c @28-29
    result: ident @result @12-30
)");
}

std::string Repeat(absl::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) absl::StrAppend(&out, text);
  return out;
}

// Both sides of each bound, for every construct that nests.
TEST(Parser, BoundsNesting) {
  const int most = base::kMaxExpressionDepth;
  for (const auto& [open, close] : std::vector<std::pair<std::string, std::string>>{
           {"(", ")"}, {"[", "]"}, {"f(", ")"}, {"{1: ", "}"}, {"a[", "]"}, {"x.f(", ")"}}) {
    std::vector<ExprIssue> issues;
    const auto nested = [&](int levels) {
      return absl::StrCat(Repeat(open, levels), "1", Repeat(close, levels));
    };
    EXPECT_NE(Parse(nested(most - 1), &issues), nullptr) << open << " " << Describe(issues);
    EXPECT_EQ(Parse(nested(most), &issues), nullptr) << open;
    ASSERT_EQ(issues.size(), 1u);
    EXPECT_EQ(issues[0].code, "limit");
    EXPECT_EQ(issues[0].message, "the expression is nested deeper than 64 levels");
    issues.clear();
    EXPECT_EQ(Parse(nested(8000 / static_cast<int>(open.size() + close.size())), &issues), nullptr);
    EXPECT_EQ(issues.at(0).code, "limit");
  }
  const auto conditionals = [](int levels) {
    return absl::StrCat(Repeat("a ? b : ", levels), "c");
  };
  std::vector<ExprIssue> issues;
  EXPECT_NE(Parse(conditionals(most - 1), &issues), nullptr);
  EXPECT_EQ(Parse(conditionals(most), &issues), nullptr);
}

TEST(Parser, BoundsChains) {
  const int most = base::kMaxTreeDepth;
  for (const char* link : {" + 1", " - a", " * 2", " == b", ".f", "[0]", ".g()"}) {
    std::vector<ExprIssue> issues;
    EXPECT_NE(Parse("a" + Repeat(link, most - 1), &issues), nullptr)
        << link << " " << Describe(issues);
    EXPECT_EQ(Parse("a" + Repeat(link, most), &issues), nullptr) << link;
    ASSERT_EQ(issues.size(), 1u);
    EXPECT_EQ(issues[0].message, "the expression is a chain of more than 300 operations");
  }
  std::vector<ExprIssue> issues;
  EXPECT_NE(Parse(Repeat("!", most - 1) + "a", &issues), nullptr);
  EXPECT_EQ(Parse(Repeat("!", most) + "a", &issues), nullptr);
  EXPECT_EQ(Parse(Repeat("!", 16000) + "a", &issues), nullptr);
  EXPECT_EQ(Parse(Repeat("-", 16000) + "a", &issues), nullptr);
  // Chains of && and || are balanced: only the number of parts bounds them.
  issues.clear();
  EXPECT_NE(Parse("a" + Repeat("&&a", 4000), &issues), nullptr) << Describe(issues);
  EXPECT_EQ(issues.size(), 0u);
}

TEST(Parser, BoundsParts) {
  // 1 + n elements; a literal and a comma are two bytes, so a list alone can't get there.
  const auto negations = [](int elements) { return "[" + Repeat("!a,", elements) + "]"; };
  std::vector<ExprIssue> issues;
  EXPECT_NE(Parse(negations(4999), &issues), nullptr) << Describe(issues);
  EXPECT_EQ(Parse(negations(5000), &issues), nullptr);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].message, "the expression has more than 10000 parts");
}

TEST(Parser, BoundsTheLength) {
  std::vector<ExprIssue> issues;
  const auto padded = [](size_t size) { return "a" + std::string(size - 1, ' '); };
  EXPECT_NE(Parse(padded(base::kMaxExpressionBytes), &issues), nullptr);
  EXPECT_EQ(Parse(padded(base::kMaxExpressionBytes + 1), &issues), nullptr);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].message, "the expression is longer than 16384 bytes");
}

TEST(Parser, ReportsSeveralMistakesButNoEchoes) {
  Check({
      {"i + && j * || b",
       "syntax 4-6: expected a value after `+`, found `&&`\n"
       "syntax 11-13: expected a value after `*`, found `||`"},
      {"f(1 +, 2, 3 *) + g(,)",
       "syntax 5-6: expected a value after `+`, found `,`\n"
       "syntax 13-14: expected a value after `*`, found `)`\n"
       "syntax 19-20: expected a value after `(`, found `,`"},
      {"[1 2, 3 4]",
       "syntax 3-4: expected `,` or `]`, found `2`\n"
       "syntax 8-9: expected `,` or `]`, found `4`"},
      {"{1 2, 'a': }",
       "syntax 3-4: expected `:` after a map's key, found `2`\n"
       "syntax 11-12: expected a value after `:`, found `}`"},
      {"has(i) && l.all(1, true)",
       "syntax 4-5: `has()` takes a field selection such as `has(a.b)`\n"
       "syntax 16-17: `all()` takes a variable's name here"},
      {"i = 3 && j & 4",
       "syntax 2-3: `=` is no operator; write `==` to compare\n"
       "syntax 11-12: `&` is no operator; write `&&`"},
      // Where a bracket is not closed there is no telling what follows.
      {"f(1 + && (i",
       "syntax 6-8: expected a value after `+`, found `&&`\n"
       "syntax 10-11: the expression ends too early: expected `)`"},
  });
}

TEST(Parser, StopsAfterTenMistakes) {
  std::string source = "1 +";
  for (int i = 0; i < 30; ++i) source += " && 1 +";
  std::vector<ExprIssue> issues;
  EXPECT_EQ(Parse(source, &issues), nullptr);
  EXPECT_EQ(issues.size(), 10u);
}

}  // namespace
}  // namespace leadgrade::cel
