#include "tools/table.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

TEST(Table, AlignsColumnsByCells) {
  Table table({{"LEAD"}, {"NAME"}, {"DAYS", 0, true}, {"WHY"}}, 0);
  EXPECT_EQ(table.Add({"a", "销售", "7", "x"}), "");
  EXPECT_EQ(table.Add({"long-id", "Bo", "10", "y"}), "");
  EXPECT_EQ(table.Rest(),
            "LEAD     NAME  DAYS  WHY\n"
            "a        销售     7  x\n"
            "long-id  Bo      10  y\n");
}

TEST(Table, CutsACellAtItsColumnsLimit) {
  Table table({{"NAME", 5}, {"X"}}, 0);
  table.Add({"Acme Corporation", "1"});
  EXPECT_EQ(table.Rest(), "NAME   X\nAcme…  1\n");
}

TEST(Table, CutsTheLastColumnAtTheLinesEnd) {
  Table table({{"A"}, {"WHY"}}, 20);
  table.Add({"1", "a reason of more cells than there are"});
  EXPECT_EQ(table.Rest(), "A  WHY\n1  a reason of more…\n");
}

TEST(Table, NeutralisesControlCharacters) {
  Table table({{"A"}, {"B"}}, 0);
  table.Add({"\x1b[31m", "two\nlines"});
  EXPECT_EQ(table.Rest(), "A      B\n\uFFFD[31m  two lines\n");
}

TEST(Table, IsEmptyWithoutRows) { EXPECT_EQ(Table({{"A"}}, 0).Rest(), ""); }

TEST(Table, GivesRowsAsTheyComeOnceTheWidthsAreSettled) {
  Table table({{"A"}, {"B"}}, 0);
  for (size_t i = 0; i + 1 < Table::kSettledBy; ++i) ASSERT_EQ(table.Add({"ab", "c"}), "");
  EXPECT_TRUE(absl::StartsWith(table.Add({"ab", "c"}), "A   B\nab  c\n"));
  EXPECT_EQ(table.Add({"x", "y"}), "x   y\n");
  EXPECT_EQ(table.Add({"longer", "y"}), "longer  y\n");
  EXPECT_EQ(table.Rest(), "");
}

}  // namespace
}  // namespace leadgrade::tools
