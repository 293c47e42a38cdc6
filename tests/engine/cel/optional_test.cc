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

TEST(Optional, IsMadeAndAsked) {
  Check({
      {"optional.of(i)", "optional.of(3)"},
      {"optional.none()", "optional.none()"},
      {"optional.of(i).value()", "3"},
      {"optional.none().value()", "error: optional.none() dereference"},
      {"optional.of(i).hasValue()", "true"},
      {"optional.none().hasValue()", "false"},
      {"optional.ofNonZeroValue('')", "optional.none()"},
      {"optional.ofNonZeroValue(0.0)", "optional.none()"},
      {"optional.ofNonZeroValue([0])", "optional.of([0])"},
      {"optional.none().or(optional.of(2)).orValue(1)", "2"},
      {"optional.none().orValue(1)", "1"},
      {"type(optional.of(1)) == optional_type", "true"},
  });
}

TEST(Optional, SelectsWhatMayBeMissing) {
  Check({
      {"m.?one", "optional.of(1)"},
      {"m.?three", "optional.none()"},
      {"m[?'two'].orValue(0)", "2"},
      {"l[?2]", "optional.of(3)"},
      {"l[?3]", "optional.none()"},
      {"l[?-1]", "optional.none()"},
      // What follows goes on looking in what was found, if anything.
      {"{'a': {'b': 1}}.?a.b", "optional.of(1)"},
      {"{'a': {'b': 1}}.?x.b.orValue(0)", "0"},
      {"{'a': [5]}.?a[0]", "optional.of(5)"},
      {"{'a': [5]}.?a[?1].hasValue()", "false"},
      {"has({'a': {'b': 1}}.?a.b)", "true"},
      {"has({'a': {'b': 1}}.?x.b)", "false"},
  });
}

TEST(Optional, IsAnEntryWhereItHasAValue) {
  Check({
      {"[?optional.of(1), 2, ?optional.none()]", "[1, 2]"},
      {"{?'a': optional.none(), 'b': 2, ?'c': m.?one}", "{\"b\": 2, \"c\": 1}"},
      {"[?1]", "type-mismatch 2-3: expected an optional after `?`, but this is `int`"},
      {"[?dyn(1)]", "error: no such overload"},
  });
}

TEST(Optional, IsMapped) {
  Check({
      {"optional.of(i).optMap(v, v + 1)", "optional.of(4)"},
      {"optional.none().optMap(v, v + 1)", "optional.none()"},
      {"m.?one.optMap(v, 1 / (v - 1))", "error: division by zero"},
      {"m.?one.optFlatMap(v, l[?v])", "optional.of(2)"},
      {"m.?two.optFlatMap(v, l[?v + 1])", "optional.none()"},
      {"m.?one.optMap(1, 2)", "syntax 14-15: `optMap()` takes a variable's name here"},
  });
}

TEST(Optional, HasATypeOfItsOwn) {
  const Workbench bench;
  for (const Case& test : std::vector<Case>{
           {"m.?one", "optional_type(int)"},
           {"l[?0]", "optional_type(int)"},
           {"m.?one.orValue(0)", "int"},
           {"[optional.none(), optional.of(1)]", "list(optional_type(int))"},
           {"[?m.?one]", "list(int)"},
           {"m.?one.optMap(v, string(v))", "optional_type(string)"},
           {"optional.of(i) + 1",
            "no-overload 15-16: `+` does not take `optional_type(int)` and "
            "`int`"},
           {"l.first().value()", "int"},
       }) {
    EXPECT_EQ(bench.TypeOf(test.source), test.want) << test.source;
  }
}

}  // namespace
}  // namespace leadgrade::cel
