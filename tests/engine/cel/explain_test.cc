#include "engine/cel/explain.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() : u_(arena_.MakeUnknown({0})), slots_(32, u_) {}

  void Set(const std::string& name, Value value) { slots_[bench_.Slot(name)] = value; }

  std::optional<Explanation> Of(const std::string& source, bool checked = true) {
    EvalContext context;
    context.slots = slots_;
    context.now = bench_.now;
    issues_.clear();
    return Explain(source, bench_.env(), checked, context, &issues_);
  }

  // "text = value", parts in brackets behind; `~` before one that was not needed.
  std::string Dump(const std::string& source, bool checked = true) {
    const auto explanation = Of(source, checked);
    return explanation.has_value() ? DumpPart(source, explanation->whole) : Describe(issues_);
  }

  Workbench bench_;
  std::vector<ExprIssue> issues_;

 private:
  static std::string DumpPart(const std::string& source, const ExplainedPart& part) {
    std::vector<std::string> children;
    for (const ExplainedPart& child : part.children) children.push_back(DumpPart(source, child));
    const Range& range = part.range;
    return absl::StrCat(part.needed ? "" : "~", source.substr(range.begin, range.end - range.begin),
                        " = ", part.value.is_unknown() ? "unknown" : ToString(part.value),
                        children.empty() ? "" : " [", absl::StrJoin(children, ", "),
                        children.empty() ? "" : "]");
  }

  Arena arena_;
  Value u_;
  std::vector<Value> slots_;
};

TEST_F(ExplainTest, ShowsEachPartButLiterals) {
  Set("i", Value::Int(3));
  EXPECT_EQ(Dump("(i + 1) * 2"), "(i + 1) * 2 = 8 [(i + 1) = 4 [i = 3]]");
  EXPECT_EQ(Dump("'abc'"), "'abc' = \"abc\"");
  EXPECT_EQ(Dump("size('abc') + ten"), "size('abc') + ten = 13 [size('abc') = 3, ten = 10]");
  EXPECT_EQ(Dump("[i, 4][0]"), "[i, 4][0] = 3 [[i, 4] = [3, 4] [i = 3]]");
  EXPECT_EQ(Dump("-i"), "-i = -3 [i = 3]");
}

TEST_F(ExplainTest, KnowsWhoseABareEnumNameIs) {
  Set("e", Value::Enum(bench_.level(), 1));
  EXPECT_EQ(Dump("e == MID"), "e == MID = true [e = MID]");
  EXPECT_EQ(Dump("e == Level.HIGH"), "e == Level.HIGH = false [e = MID]");
}

TEST_F(ExplainTest, TakesADottedVariableAsOne) {
  Set("z.z", Value::Int(5));
  EXPECT_EQ(Dump("z.z + 1"), "z.z + 1 = 6 [z.z = 5]");
  EXPECT_EQ(Dump("z.z + 1", false), "z.z + 1 = 6 [z.z = 5]");
}

TEST_F(ExplainTest, SaysWhatAChainDidNotNeed) {
  Set("i", Value::Int(0));
  EXPECT_EQ(Dump("i > 0 && 1 / i > 1 && b"),
            "i > 0 && 1 / i > 1 && b = false [i > 0 = false [i = 0], "
            "~1 / i > 1 = error: division by zero [1 / i = error: division by zero [i = 0]], "
            "~b = unknown]");
  EXPECT_EQ(Dump("b || i == 0"), "b || i == 0 = true [~b = unknown, i == 0 = true [i = 0]]");
  EXPECT_EQ(Dump("b && i == 0"), "b && i == 0 = unknown [b = unknown, i == 0 = true [i = 0]]");
}

TEST_F(ExplainTest, KeepsAChainInBracketsApart) {
  Set("b", Value::Bool(true));
  Set("c", Value::Bool(false));
  EXPECT_EQ(Dump("(b || c) || c"),
            "(b || c) || c = true [(b || c) = true [b = true, ~c = false], "
            "~c = false]");
}

TEST_F(ExplainTest, SaysWhichBranchWasTaken) {
  Set("b", Value::Bool(true));
  Set("i", Value::Int(1));
  EXPECT_EQ(Dump("b ? i : j"), "b ? i : j = 1 [b = true, i = 1, ~j = unknown]");
  EXPECT_EQ(Dump("false ? i : j"), "false ? i : j = unknown [~i = 1, j = unknown]");
}

TEST_F(ExplainTest, ShowsOfAMacroWhatItGoesOver) {
  const Value two[] = {Value::Int(1), Value::Int(2)};
  Set("l", Value::List(two));
  EXPECT_EQ(Dump("l.exists(a, a > 1)"), "l.exists(a, a > 1) = true [l = [1, 2]]");
  EXPECT_EQ(Dump("(l + [3]).map(a, a * 2)"),
            "(l + [3]).map(a, a * 2) = [2, 4, 6] [(l + [3]) = [1, 2, 3] [l = [1, 2]]]");
  EXPECT_EQ(Dump("cel.bind(a, l[0] + 1, a * a)"),
            "cel.bind(a, l[0] + 1, a * a) = 4 [l[0] + 1 = 2 [l[0] = 1 [l = [1, 2]]]]");
  EXPECT_EQ(Dump("known(i)"), "known(i) = false [i = unknown]");
}

TEST_F(ExplainTest, ReportsWhatDoesNotCompile) {
  EXPECT_FALSE(Of("i +").has_value());
  EXPECT_FALSE(Of("i + 'a'").has_value());
  EXPECT_FALSE(issues_.empty());
}

TEST_F(ExplainTest, RunsUnchecked) {
  Set("i", Value::Int(1));
  EXPECT_EQ(Dump("i + 'a'", false), "i + 'a' = error: no such overload [i = 1]");
}

TEST_F(ExplainTest, IsBounded) {
  std::string sum = "i";
  for (int i = 0; i < 250; ++i) sum += " + i";
  const auto explanation = Of(sum);
  ASSERT_TRUE(explanation.has_value());
  EXPECT_TRUE(explanation->cut);
  EXPECT_EQ(explanation->programs.size(), kMaxExplainedParts);
  EXPECT_FALSE(Of("i + i")->cut);
}

}  // namespace
}  // namespace leadgrade::cel
