#include "tools/csv.h"

#include <gtest/gtest.h>

namespace leadgrade::tools {
namespace {

TEST(CsvLine, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(CsvLine({"a", "b c", ""}), "a,b c,\n");
  EXPECT_EQ(CsvLine({"a,b", "say \"hi\"", "two\nlines", "cr\r"}),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\"\n");
}

TEST(CsvLine, QuotesALoneEmptyCell) { EXPECT_EQ(CsvLine({""}), "\"\"\n"); }

TEST(SpreadsheetText, KeepsAFormulaFromBeingOne) {
  EXPECT_EQ(SpreadsheetText("=1+1"), "'=1+1");
  EXPECT_EQ(SpreadsheetText("+86 21 5555"), "'+86 21 5555");
  EXPECT_EQ(SpreadsheetText("-x"), "'-x");
  EXPECT_EQ(SpreadsheetText("@sum"), "'@sum");
  EXPECT_EQ(SpreadsheetText("\t=1"), "'\t=1");
}

TEST(SpreadsheetText, LeavesOtherTexts) {
  EXPECT_EQ(SpreadsheetText("a=b"), "a=b");
  EXPECT_EQ(SpreadsheetText("上海"), "上海");
  EXPECT_EQ(SpreadsheetText(""), "");
}

}  // namespace
}  // namespace leadgrade::tools
