#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tools/import/row_source.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<CsvSource> Open(std::string text, size_t piece = 1 << 16) {
  auto source = OpenCsv(InputBuffer::OfText(std::move(text), piece));
  EXPECT_TRUE(source.ok()) << source.status();
  return source.ok() ? *std::move(source) : nullptr;
}

std::string HeaderError(std::string text) {
  const auto source = OpenCsv(InputBuffer::OfText(std::move(text), 7));
  return source.ok() ? "" : std::string(source.status().message());
}

// One line a row: its number, and its value or what is wrong with it.
std::vector<std::string> Rows(RowSource& source) {
  std::vector<std::string> rows;
  for (Row row; source.Next(&row);) {
    rows.push_back(absl::StrCat(row.line, row.is_rest ? " rest" : " ",
                                row.is_rest         ? ""
                                : row.error.empty() ? cel::ToString(row.value)
                                                    : row.error));
  }
  EXPECT_TRUE(source.input().status().ok());
  return rows;
}

// The rows' bytes, one after the other.
std::string Texts(RowSource& source) {
  std::string text;
  for (Row row; source.Next(&row);) text.append(row.text.data(), row.text.size());
  return text;
}

TEST(CsvSource, GivesRowsByTheHeadersNames) {
  const auto source = Open("id,name\n1,Acme\n2,\"O\"\"Neill, Ltd\"\n");
  EXPECT_THAT(source->columns(), ElementsAre("id", "name"));
  EXPECT_THAT(Rows(*source), ElementsAre("2 {\"id\": \"1\", \"name\": \"Acme\"}",
                                         "3 {\"id\": \"2\", \"name\": \"O\\\"Neill, Ltd\"}"));
}

TEST(CsvSource, CountsTheLinesOfCellsThatHaveSeveral) {
  const auto source = Open("id,note\r\n1,\"a\r\nb\"\r\n\r\n2,c\r\n");
  EXPECT_THAT(Rows(*source), ElementsAre("2 {\"id\": \"1\", \"note\": \"a\\r\\nb\"}",
                                         "5 {\"id\": \"2\", \"note\": \"c\"}"));
}

TEST(CsvSource, ReadsTheSameWhateverArrivesAtATime) {
  const std::string text = "\xEF\xBB\xBFid,名称\r\n1,\"云\n\"\"栖\"\"\"\n2,\n";
  const auto whole = Open(text);
  const auto expected = Rows(*whole);
  EXPECT_EQ(expected.size(), 2u);
  for (size_t piece = 1; piece < 9; ++piece) {
    const auto source = Open(text, piece);
    EXPECT_EQ(Rows(*source), expected) << piece;
    EXPECT_EQ(source->header(), "\xEF\xBB\xBFid,名称\r\n");
  }
}

TEST(CsvSource, RejectsARowWithAnotherNumberOfCells) {
  const auto source = Open("a,b\n1\n1,2,3\n1,2\n");
  EXPECT_THAT(Rows(*source), ElementsAre("2 the row has 1 cells, the header has 2",
                                         "3 the row has 3 cells, the header has 2",
                                         "4 {\"a\": \"1\", \"b\": \"2\"}"));
}

TEST(CsvSource, RejectsWrongQuotesAndGoesOnBehindThem) {
  const auto source = Open("a,b\nx \"y\",2\n\"x\"y,2\n1,2\n");
  const auto rows = Rows(*source);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0], HasSubstr("2 there is a quote in a cell that is not in quotes"));
  EXPECT_THAT(rows[1], HasSubstr("3 there is text behind a closing quote"));
  EXPECT_EQ(rows[2], "4 {\"a\": \"1\", \"b\": \"2\"}");
}

TEST(CsvSource, RejectsWhatIsNoUtf8) {
  const auto source = Open("a\n\xB0\xCB\nok\n");
  EXPECT_THAT(Rows(*source), ElementsAre("2 the row is not UTF-8", "3 {\"a\": \"ok\"}"));
}

TEST(CsvSource, PassesOverColumnsWithoutAName) {
  const auto source = Open("a,,b,\n1,2,3,4\n");
  EXPECT_THAT(Rows(*source), ElementsAre("2 {\"a\": \"1\", \"b\": \"3\"}"));
}

TEST(CsvSource, RefusesAHeaderThatIsOfNoUse) {
  EXPECT_EQ(HeaderError(""), "1: error: there is no header: the file is empty");
  EXPECT_EQ(HeaderError("\xEF\xBB\xBF\n\n"), "1: error: there is no header: the file is empty");
  EXPECT_EQ(HeaderError("\na,b,a\n"), "2: error: the header has `a` twice, as columns 1 and 3");
  EXPECT_EQ(HeaderError(",,\n"), "1: error: the header names no column");
  EXPECT_THAT(HeaderError("\xC3\xFB\xB3\xC6\n"), HasSubstr("1: error: the header is not UTF-8"));
  EXPECT_THAT(HeaderError("a\"b\n"),
              HasSubstr("1: error: the header cannot be read: there is a quote"));
}

std::string Columns(size_t count) {
  std::string line = "c0";
  for (size_t i = 1; i < count; ++i) absl::StrAppend(&line, ",c", i);
  return line + "\n";
}

TEST(CsvSource, BoundsTheColumns) {
  EXPECT_EQ(HeaderError(Columns(kMaxColumns)), "");
  EXPECT_EQ(HeaderError(Columns(kMaxColumns + 1)),
            "1: error: the header cannot be read: there are more than 1000 cells");
}

TEST(CsvSource, BoundsACell) {
  const auto source = Open(absl::StrCat("a\n", std::string(kMaxCellBytes, 'x'), "\n",
                                        std::string(kMaxCellBytes + 1, 'x'), "\n1\n"));
  const auto rows = Rows(*source);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0], HasSubstr("{\"a\": \"xxx"));
  EXPECT_EQ(rows[1], "3 a cell is longer than 65536 bytes");
  EXPECT_EQ(rows[2], "4 {\"a\": \"1\"}");
}

// A quote that is never closed must not swallow the rest of the file.
TEST(CsvSource, GivesUpAQuoteThatStaysOpenTooLong) {
  std::string text = "a,b\n1,\"open\n";
  while (text.size() < 3 * kMaxRowBytes) text.append("2,ok\n");
  const auto source = Open(text);
  const auto rows = Rows(*source);
  EXPECT_THAT(rows.front(), HasSubstr("2 the row (is a closing quote missing?) is longer than"));
  EXPECT_THAT(rows.back(), HasSubstr(" {\"a\": \"2\", \"b\": \"ok\"}"));
  EXPECT_EQ(Texts(*Open(text)), text.substr(4));
}

TEST(CsvSource, GivesARowThatIsTooLongInParts) {
  const std::string text = absl::StrCat("a,b\n1,", std::string(3 * kMaxRowBytes, 'x'), "\n2,ok\n");
  const auto source = Open(text);
  const auto rows = Rows(*source);
  ASSERT_GE(rows.size(), 3u);
  EXPECT_THAT(rows.front(), HasSubstr("is longer than 1048576 bytes"));
  EXPECT_EQ(rows[1], "2 rest");
  EXPECT_EQ(rows.back(), "3 {\"a\": \"2\", \"b\": \"ok\"}");
  EXPECT_EQ(Texts(*Open(text)), text.substr(4));
}

}  // namespace
}  // namespace leadgrade::tools
