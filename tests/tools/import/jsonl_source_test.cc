#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tools/import/row_source.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> Rows(std::string text, size_t piece = 1 << 16) {
  const auto source = OpenJsonl(InputBuffer::OfText(std::move(text), piece));
  std::vector<std::string> rows;
  for (Row row; source->Next(&row);) {
    rows.push_back(absl::StrCat(row.line, row.is_rest ? " rest" : " ",
                                row.is_rest         ? ""
                                : row.error.empty() ? cel::ToString(row.value)
                                                    : row.error));
  }
  return rows;
}

std::string Row1(std::string text) { return Rows(std::move(text)).front(); }

TEST(JsonlSource, GivesAnObjectALine) {
  EXPECT_THAT(Rows("{\"id\": 7, \"ok\": true, \"none\": null}\n\n  \r\n{\"a\": [1, 2.5, \"x\"], "
                   "\"b\": {\"c\": -1}}"),
              ElementsAre("1 {\"id\": 7, \"ok\": true, \"none\": null}",
                          "4 {\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": -1}}"));
}

TEST(JsonlSource, ReadsTheSameWhateverArrivesAtATime) {
  const std::string text = "{\"a\": \"云栖\"}\r\n{\"b\": 2}\n";
  for (size_t piece = 1; piece < 9; ++piece) {
    EXPECT_THAT(Rows(text, piece), ElementsAre("1 {\"a\": \"云栖\"}", "2 {\"b\": 2}")) << piece;
  }
}

TEST(JsonlSource, KeepsWholeNumbersWhole) {
  EXPECT_EQ(Row1("{\"a\": 9223372036854775807}"), "1 {\"a\": 9223372036854775807}");
  EXPECT_EQ(Row1("{\"a\": -9223372036854775808}"), "1 {\"a\": -9223372036854775808}");
  EXPECT_EQ(Row1("{\"a\": 9223372036854775808}"), "1 {\"a\": 9223372036854775808u}");
}

TEST(JsonlSource, SaysWhatIsWrongWithALine) {
  EXPECT_THAT(Row1("{\"a\": }"), StartsWith("1 no JSON at byte 7: "));
  EXPECT_THAT(Row1("{\"a\": 1} x"), StartsWith("1 no JSON at byte 10: "));
  EXPECT_THAT(Row1("{\"a\": 1e999}"), HasSubstr("number overflow"));
  EXPECT_THAT(Row1("{\"a\": \"\xB0\xCB\"}"), HasSubstr("UTF-8"));
  EXPECT_EQ(Row1("[1]"), "1 a row is a JSON object: {\"key\": value, …}");
  EXPECT_EQ(Row1("7"), "1 a row is a JSON object: {\"key\": value, …}");
  EXPECT_EQ(Row1("{\"a\": 1, \"b\": 2, \"a\": 3}"), "1 the key `a` is given twice");
}

TEST(JsonlSource, FindsADuplicateAmongManyKeys) {
  std::string text = "{\"k0\": 0";
  for (int i = 1; i < 100; ++i) absl::StrAppend(&text, ", \"k", i, "\": ", i);
  EXPECT_THAT(Row1(text + "}"), StartsWith("1 {\"k0\": 0"));
  EXPECT_EQ(Row1(text + ", \"k50\": 1}"), "1 the key `k50` is given twice");
}

std::string Nested(int levels) {
  std::string text = "{\"a\": ";
  for (int i = 1; i < levels; ++i) text += "[";
  for (int i = 1; i < levels; ++i) text += "]";
  return text + "}";
}

TEST(JsonlSource, BoundsTheDepth) {
  EXPECT_THAT(Row1(Nested(kMaxJsonDepth)), StartsWith("1 {\"a\": ["));
  EXPECT_EQ(Row1(Nested(kMaxJsonDepth + 1)), "1 nested deeper than 32 levels");
}

TEST(JsonlSource, BoundsALine) {
  const std::string frame = "{\"a\": \"\"}\n";
  const std::string longest =
      absl::StrCat("{\"a\": \"", std::string(kMaxRowBytes - frame.size(), 'x'), "\"}\n");
  ASSERT_EQ(longest.size(), kMaxRowBytes);
  EXPECT_THAT(Row1(longest), StartsWith("1 {\"a\": \"xx"));
  const auto rows =
      Rows(absl::StrCat("{\"a\": \"", std::string(3 * kMaxRowBytes, 'x'), "\"}\n{\"b\": 2}\n"));
  EXPECT_EQ(rows.front(), "1 the row is longer than 1048576 bytes");
  EXPECT_EQ(rows[1], "1 rest");
  EXPECT_EQ(rows.back(), "2 {\"b\": 2}");
}

TEST(JsonlSource, BoundsTheMemoryOfALine) {
  std::string text = "{\"a\": [";
  while (text.size() < kMaxRowBytes - 16) text.append("[],");
  EXPECT_THAT(Row1(text + "1]}"), StartsWith("1 {\"a\": [[]"));
}

}  // namespace
}  // namespace leadgrade::tools
