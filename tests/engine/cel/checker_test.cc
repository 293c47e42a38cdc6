// Types of expressions, and what is wrong where they don't fit.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  const Workbench bench;
  for (const Case& test : cases) EXPECT_EQ(bench.TypeOf(test.source), test.want) << test.source;
}

TEST(Checker, TypesLiteralsAndNames) {
  Check({
      {"1", "int"},
      {"1u", "uint"},
      {"1.0", "double"},
      {"'a'", "string"},
      {"b'a'", "bytes"},
      {"true", "bool"},
      {"null", "null"},
      {"b", "bool"},
      {"q", "timestamp?"},
      {"l", "list(int)"},
      {"m", "map(string, int)"},
      {"x", "dyn"},
      {"ten", "int"},
      {"z.z", "int"},
      {".z.z", "int"},
      {"HIGH", "Level"},
      {"Level.MID", "Level"},
      {"LEFT", "Side"},
      {"[]", "list(dyn)"},
      {"[1, 2]", "list(int)"},
      {"[1, 'a']", "list(dyn)"},
      {"[1, null]", "list(int?)"},
      {"{'a': 1}", "map(string, int)"},
      {"{}", "map(dyn, dyn)"},
  });
}

TEST(Checker, TypesOperators) {
  Check({
      {"i + j", "int"},
      {"u * u", "uint"},
      {"d / d", "double"},
      {"i % j", "int"},
      {"s + s", "string"},
      {"y + y", "bytes"},
      {"l + l", "list(int)"},
      {"l + []", "list(int)"},
      {"t + r", "timestamp"},
      {"r + t", "timestamp"},
      {"t - t", "duration"},
      {"t - r", "timestamp"},
      {"r + r", "duration"},
      {"r - r", "duration"},
      {"x + 1", "dyn"},
      {"n + 1", "int"},
      {"-i", "int"},
      {"-d", "double"},
      {"-n", "int"},
      {"!b", "bool"},
      {"b && c || !b", "bool"},
      {"x && b", "bool"},
      {"i < d", "bool"},
      {"i == u", "bool"},
      {"e >= MID", "bool"},
      {"e == k", "bool"},
      {"q == null", "bool"},
      {"null == q", "bool"},
      {"q < t", "bool"},
      {"b < c", "bool"},
      {"y < y", "bool"},
      {"l == [1]", "bool"},
      {"b ? i : j", "int"},
      {"b ? i : null", "int?"},
      {"b ? null : e", "Level?"},
      {"b ? q : t", "timestamp?"},
      {"b ? i : x", "dyn"},
      {"b ? [1] : []", "list(int)"},
      {"b ? HIGH : LOW", "Level"},
      {"b ? e : MID", "Level"},
      {"b ? MID : e", "Level"},
      {"i in l", "bool"},
      {"1.5 in l", "bool"},
      {"s in m", "bool"},
      {"e in [LOW, MID]", "bool"},
      {"MID in [e]", "bool"},
      {"k in [LOW]", "bool"},
      {"l[0]", "int"},
      {"m['a']", "int"},
      {"m.one", "int"},
      {"has(m.one)", "bool"},
      {"x.any.field", "dyn"},
      {"x[0]", "dyn"},
      {"known(b)", "bool"},
      {"known(z.z)", "bool"},
  });
}

TEST(Checker, TypesFunctionsAndMacros) {
  Check({
      {"size(s)", "int"},
      {"l.size()", "int"},
      {"int(s)", "int"},
      {"int(e)", "int"},
      {"string(e)", "string"},
      {"dyn(i)", "dyn"},
      {"greatest(1, 2)", "int"},
      {"greatest(l)", "int"},
      {"days_since(t)", "int"},
      {"days_since(q)", "int"},
      {"start_of_day(t, 3)", "timestamp"},
      {"s.split(',')", "list(string)"},
      {"t.getFullYear('UTC')", "int"},
      {"r.getHours()", "int"},
      {"l.all(v, v > 0)", "bool"},
      {"l.exists(v, v == i)", "bool"},
      {"l.exists_one(v, v > 1)", "bool"},
      {"l.map(v, v + 1)", "list(int)"},
      {"l.map(v, [v])", "list(list(int))"},
      {"l.map(v, v > 1, string(v))", "list(string)"},
      {"l.filter(v, v > 1)", "list(int)"},
      {"m.all(k, k != '')", "bool"},
      {"m.map(k, m[k])", "list(int)"},
      {"l.all(i, v, i < v)", "bool"},
      {"[].all(v, v)", "bool"},
      {"[].map(v, v + 1)", "list(dyn)"},
      {"[][0]", "dyn"},
      {"[LOW, e].exists(v, v == HIGH)", "bool"},
      // The variable of a macro hides what is outside.
      {"['a'].all(i, i == 'a')", "bool"},
  });
}

TEST(Checker, SaysWhatDoesNotFit) {
  Check({
      {"unknown_name", "unknown-name 0-12: `unknown_name` is not known here"},
      {"tenn + 1", "unknown-name 0-4: `tenn` is not known here; did you mean `ten`?"},
      {"z.y", "unknown-name 0-3: `z.y` is not known here; did you mean `z.z`?"},
      {"e == TOP", "unknown-name 5-8: `TOP` is no value of `Level`; its values are LOW, MID, HIGH"},
      {"e == HIHG", "unknown-name 5-9: `HIHG` is no value of `Level`; did you mean `HIGH`?"},
      {"Level.TOP",
       "unknown-name 6-9: `TOP` is no value of `Level`; known here: `LOW`, `MID`, "
       "`HIGH`"},
      {"string(MID)",
       "ambiguous-name 7-10: `MID` is a value of `Level` and of `Side`; write "
       "`Level.MID`"},
      {"e == 'HIGH'",
       "type-mismatch 2-4: `==` cannot compare `Level` with `string`; an enum value "
       "is written without quotes"},
      {"e == LEFT", "type-mismatch 2-4: `==` cannot compare `Level` with `Side`"},
      {"e < 1", "type-mismatch 2-3: `<` cannot compare `Level` with `int`"},
      {"i == 'a'", "type-mismatch 2-4: `==` cannot compare `int` with `string`"},
      {"l < l", "type-mismatch 2-3: `<` cannot order `list(int)`"},
      {"m == l", "type-mismatch 2-4: `==` cannot compare `map(string, int)` with `list(int)`"},
      {"0 < i < 9",
       "type-mismatch 6-7: `<` cannot compare `bool` with `int`; compare twice, "
       "joined by `&&`"},
      {"t < '2026-01-01'",
       "type-mismatch 2-3: `<` cannot compare `timestamp` with `string`; write "
       "`timestamp(\"2026-03-01T00:00:00+08:00\")`"},
      {"i && b", "type-mismatch 0-1: expected a bool for `&&`, but this is `int`"},
      {"i && s",
       "type-mismatch 0-1: expected a bool for `&&`, but this is `int`\n"
       "type-mismatch 5-6: expected a bool for `&&`, but this is `string`"},
      {"!i", "type-mismatch 1-2: expected a bool for `!`, but this is `int`"},
      {"i ? 1 : 2", "type-mismatch 0-1: expected a bool before `?`, but this is `int`"},
      {"b ? 1 : 'a'",
       "type-mismatch 2-3: the two values of `?` differ in type: `int` and "
       "`string`"},
      {"i + d",
       "no-overload 2-3: `+` does not take `int` and `double`; convert one side with "
       "`int(…)` or `double(…)`"},
      {"d % d",
       "no-overload 2-3: `%` does not take `double` and `double`; it is for whole "
       "numbers"},
      {"b + b", "no-overload 2-3: `+` does not take `bool` and `bool`"},
      {"t + t", "no-overload 2-3: `+` does not take `timestamp` and `timestamp`"},
      {"r - t", "no-overload 2-3: `-` does not take `duration` and `timestamp`"},
      {"s - s", "no-overload 2-3: `-` does not take `string` and `string`"},
      {"-s", "type-mismatch 1-2: expected an int or a double after `-`, but this is `string`"},
      {"-u", "type-mismatch 1-2: expected an int or a double after `-`, but this is `uint`"},
      {"i in s", "type-mismatch 5-6: expected a list or a map after `in`, but this is `string`"},
      {"s in l", "type-mismatch 2-4: `in` cannot look for `string` in `list(int)`"},
      {"e in ['LOW']",
       "type-mismatch 2-4: `in` cannot look for `Level` in `list(string)`; an enum "
       "value is written without quotes"},
      {"i[0]", "type-mismatch 0-1: expected a list or a map before `[`, but this is `int`"},
      {"l['a']", "type-mismatch 2-5: expected an int, but this is `string`"},
      {"m[1]", "type-mismatch 2-3: expected a key of type `string`, but this is `int`"},
      {"s.name", "no-field 2-6: a `string` has no field `name`"},
      {"sise(s)", "unknown-function 0-4: there is no function `sise`; did you mean `size`?"},
      {"size(i)",
       "no-overload 0-4: `size` does not take (int); there is `size(string)`, "
       "`string.size()`, `size(bytes)`, `bytes.size()`, `size(list(A))`, "
       "`list(A).size()`, `size(map(A, B))`, `map(A, B).size()`"},
      // A parameter that takes any enumeration has no name of its own.
      {"int(b)",
       "no-overload 0-3: `int` does not take (bool); there is `int(int)`, `int(uint)`, "
       "`int(double)`, `int(string)`, `int(timestamp)`, `int(enum)`"},
      {"days_since(t, t)",
       "no-overload 0-10: `days_since` does not take (timestamp, timestamp); "
       "there is `days_since(timestamp)`"},
      {"s.matches('(')", "bad-pattern 10-13: not a pattern: missing ): ("},
      {"i.all(v, v)", "type-mismatch 0-1: expected a list or a map, but this is `int`"},
      {"l.all(v, v + 'a' == 'b')", "no-overload 11-12: `+` does not take `int` and `string`"},
      {"l.filter(v, v)", "type-mismatch 12-13: expected a bool before `?`, but this is `int`"},
      {"l.map(v, w)", "unknown-name 9-10: `w` is not known here"},
      {"l.exists_one(v, v)", "type-mismatch 16-17: expected a bool before `?`, but this is `int`"},
      {"known(1)", "no-overload 0-5: `known()` takes one fact's name"},
      {"known(b && c)", "no-overload 0-5: `known()` takes one fact's name"},
      {"known(b, c)", "no-overload 0-5: `known()` takes one fact's name"},
      {"known(ten)", "no-overload 0-5: `known()` takes one fact's name"},
      {"l.all(v, known(v))", "no-overload 9-14: `known()` takes one fact's name"},
      {"Lead{name: 'a'}",
       "unsupported 0-4: messages can't be made in a rule; write a map such as "
       "{\"key\": value}"},
  });
}

// A mistake inside is told once, however deep it sits.
TEST(Checker, ReportsAMistakeOnce) {
  const std::string once = "unknown-name ";
  const Workbench bench;
  for (const char* source :
       {"oops + 1 > 2 && !(oops2(b))", "[oops].all(v, v > 1)", "l.map(v, oops).filter(w, w)",
        "size(oops) > 1", "b ? oops : 1", "{'a': oops}.a > 1", "oops in l", "l[oops]", "-oops",
        "has(oops.f)", "i in [oops]", "oops == LOW", "known(oops)"}) {
    const std::string got = bench.TypeOf(source);
    size_t count = 0;
    for (size_t at = got.find("oops`"); at != std::string::npos; at = got.find("oops`", at + 1)) {
      ++count;
    }
    EXPECT_EQ(count, 1u) << source << ": " << got;
    EXPECT_EQ(got.find("type-mismatch"), std::string::npos) << source << ": " << got;
  }
}

TEST(Checker, HoldsTheResultAgainstWhatIsExpected) {
  const Workbench bench;
  const auto check = [&](const std::string& source, const Type& expected) {
    std::vector<ExprIssue> issues;
    const auto program = Compile(source, bench.env(), expected, &issues);
    return program == nullptr ? Describe(issues) : "fits";
  };
  const Type integer(TypeKind::kInt), real(TypeKind::kDouble);
  const Type level = bench.env().FindVariable("e")->type;
  EXPECT_EQ(check("i", integer), "fits");
  EXPECT_EQ(check("x", integer), "fits");
  EXPECT_EQ(check("null", Type::Nullable(integer)), "fits");
  EXPECT_EQ(check("i", Type::Nullable(integer)), "fits");
  EXPECT_EQ(check("[]", Type::List(integer)), "fits");
  // The expected type explains a bare name that two enumerations have, wherever it can come from.
  EXPECT_EQ(check("MID", level), "fits");
  EXPECT_EQ(check("b ? MID : LOW", level), "fits");
  EXPECT_EQ(check("[MID]", Type::List(level)), "fits");
  EXPECT_EQ(check("i", real), "type-mismatch 0-1: expected `double`, but this is `int`");
  EXPECT_EQ(check("null", integer), "type-mismatch 0-4: expected `int`, but this is `null`");
  EXPECT_EQ(check("LEFT", level), "type-mismatch 0-4: expected `Level`, but this is `Side`");
  EXPECT_EQ(check("[1]", Type::List(real)),
            "type-mismatch 0-3: expected `list(double)`, but this is `list(int)`");
}

}  // namespace
}  // namespace leadgrade::cel
