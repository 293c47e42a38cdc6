#include "tools/terminal_text.h"

#include <gtest/gtest.h>

namespace leadgrade::tools {
namespace {

TEST(Printable, KeepsTextOfAnyScript) {
  EXPECT_EQ(Printable("Acme, 上海办事处 — é"), "Acme, 上海办事处 — é");
}

TEST(Printable, TakesTheEffectFromControlSequences) {
  EXPECT_EQ(Printable("\x1b[2Jgone"), "\uFFFD[2Jgone");
  EXPECT_EQ(Printable("bell\a"), "bell\uFFFD");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J"),
            "\uFFFD2J");  // C1, the one-character CSI
  EXPECT_EQ(Printable(std::string("\0", 1)), "\uFFFD");
}

TEST(Printable, TakesTheEffectFromDirectionMarks) {
  EXPECT_EQ(Printable("a\u202Eb\u2066c"), "a\uFFFDb\uFFFDc");
}

TEST(Printable, PutsATextOnOneLine) { EXPECT_EQ(Printable("a\nb\r\nc\td"), "a b c d"); }

TEST(Printable, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(Printable("a\xFF"
                      "b"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(Printable("\xE4\xB8"), "\uFFFD\uFFFD");            // cut short
  EXPECT_EQ(Printable("\xC0\x80"), "\uFFFD\uFFFD");            // too long a form
  EXPECT_EQ(Printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
}

TEST(PrintableLines, KeepsTheLines) { EXPECT_EQ(PrintableLines("a\x1b\nb\n"), "a\uFFFD\nb\n"); }

TEST(Cells, CountsWideCharactersTwice) {
  EXPECT_EQ(Cells("abc"), 3);
  EXPECT_EQ(Cells("销售"), 4);
  EXPECT_EQ(Cells("，"), 2);
  EXPECT_EQ(Cells("😀"), 2);
  EXPECT_EQ(Cells("ｱ"), 1);  // half width
}

TEST(Cells, CountsNoneForCombiningMarks) { EXPECT_EQ(Cells("e\u0301"), 1); }

TEST(CutToCells, LeavesWhatFits) {
  EXPECT_EQ(CutToCells("abcd", 4), "abcd");
  EXPECT_EQ(CutToCells("销售", 4), "销售");
}

TEST(CutToCells, MarksWhatWasLeftOut) {
  EXPECT_EQ(CutToCells("abcde", 4), "abc…");
  EXPECT_EQ(CutToCells("销售线索", 5), "销售…");
}

TEST(CutToCells, DoesNotCutAWideCharacterInTwo) { EXPECT_EQ(CutToCells("销售线索", 6), "销售…"); }

}  // namespace
}  // namespace leadgrade::tools
