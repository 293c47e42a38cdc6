// Which values of a variable an expression can tell apart.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

// "slot: constants it is compared with" for each variable, `*` where that does not tell all.
std::string Uses(const std::string& source) {
  const Workbench bench;
  const auto program = bench.Compile(source);
  if (program == nullptr) return "does not compile";
  std::string out;
  for (const VariableUse& use : program->uses()) {
    absl::StrAppend(&out, out.empty() ? "" : " ", use.slot, use.opaque ? "*" : "", ":");
    for (const Value& value : use.compared_with) absl::StrAppend(&out, " ", ToString(value));
  }
  return out;
}

TEST(Uses, CollectsTheConstantsOfComparisons) {
  EXPECT_EQ(Uses("i > 3 && i <= 7"), "2: 3 7");
  EXPECT_EQ(Uses("3 < i || 3 == i"), "2: 3");
  EXPECT_EQ(Uses("i in [1, 2] && j == 1 + 1"), "2: 1 2 3: 2");
  EXPECT_EQ(Uses("i > ten"), "2: 10");
  EXPECT_EQ(Uses("i > 2.5"), "2: 2.5");
  EXPECT_EQ(Uses("q == null"), "15:");
  EXPECT_EQ(Uses("t < timestamp(0)"), "8: timestamp(\"1970-01-01T00:00:00Z\")");
  EXPECT_EQ(Uses("s == 'a' || s in ['b']"), "6: \"a\" \"b\"");
  EXPECT_EQ(Uses("b ? i > 1 : i > 2"), "0: 2: 1 2");
  EXPECT_EQ(Uses("known(i)"), "2:");
}

TEST(Uses, AllValuesOfABoolOrAnEnumCanBeTried) {
  EXPECT_EQ(Uses("b && !c"), "0: 1:");
  EXPECT_EQ(Uses("b == c"), "0: 1:");
  EXPECT_EQ(Uses("int(e) > 1"), "10:");
  EXPECT_EQ(Uses("k == null || k > LOW"), "16: LOW");
}

TEST(Uses, MarksWhatIsReadOtherwise) {
  EXPECT_EQ(Uses("i + 1 > 3"), "2*:");
  EXPECT_EQ(Uses("i > j"), "2*: 3*:");
  EXPECT_EQ(Uses("i > 3 && i > j"), "2*: 3 3*:");
  EXPECT_EQ(Uses("days_since(t) > 3"), "8*:");
  EXPECT_EQ(Uses("s.startsWith('a')"), "6*:");
  EXPECT_EQ(Uses("1 in l"), "11*:");
  EXPECT_EQ(Uses("i in l"), "2*: 11*:");
  EXPECT_EQ(Uses("i"), "2*:");
  EXPECT_EQ(Uses("i in [1, j]"), "2*: 3*:");
  EXPECT_EQ(Uses("[1].exists(v, v == i)"), "2*:");
  EXPECT_EQ(Uses("-i == 1"), "2*:");
  EXPECT_EQ(Uses("(b ? i : 1) == 1"), "0: 2*:");
}

// A variable of a macro that hides a fact's name reads nothing of the fact.
TEST(Uses, DoesNotCountAHiddenName) { EXPECT_EQ(Uses("[1].all(i, i + 1 > 0)"), ""); }

}  // namespace
}  // namespace leadgrade::cel
