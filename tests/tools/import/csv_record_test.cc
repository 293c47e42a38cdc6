#include "tools/import/csv_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;

// The cells of the first record; with a fault its name.
std::vector<std::string> Cells(absl::string_view bytes, bool at_end = true) {
  CsvRecord record;
  ScanCsvRecord(bytes, at_end, &record);
  switch (record.fault) {
    case CsvFault::kNone:
      break;
    case CsvFault::kIncomplete:
      return {"incomplete"};
    case CsvFault::kQuoteInCell:
      return {"quote in cell"};
    case CsvFault::kTextAfterQuote:
      return {"text after quote"};
    case CsvFault::kCarriageReturn:
      return {"carriage return"};
    case CsvFault::kNotClosed:
      return {"not closed"};
  }
  std::vector<std::string> cells;
  for (const CsvCell& cell : record.cells) {
    cells.push_back(std::string(cell.text) + (cell.escaped ? " (escaped)" : ""));
  }
  return cells;
}

size_t Bytes(absl::string_view bytes) {
  CsvRecord record;
  ScanCsvRecord(bytes, true, &record);
  return record.bytes;
}

TEST(CsvRecord, SplitsAtCommas) {
  EXPECT_THAT(Cells("a,b,c\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Cells("a,b,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Cells(",,\n"), ElementsAre("", "", ""));
  EXPECT_THAT(Cells("a,"), ElementsAre("a", ""));
  EXPECT_THAT(Cells("\n"), ElementsAre(""));
}

TEST(CsvRecord, EndsAtLineFeedWithOrWithoutCarriageReturn) {
  EXPECT_THAT(Cells("a,b\r\nc"), ElementsAre("a", "b"));
  EXPECT_EQ(Bytes("a,b\r\nc"), 5u);
  EXPECT_EQ(Bytes("a,b\nc"), 4u);
  EXPECT_EQ(Bytes("a,b"), 3u);
}

TEST(CsvRecord, KeepsWhatIsInQuotes) {
  EXPECT_THAT(Cells("\"a,b\",c\n"), ElementsAre("a,b", "c"));
  EXPECT_THAT(Cells("\"a\nb\",\"\"\n"), ElementsAre("a\nb", ""));
  EXPECT_THAT(Cells("\"a \"\"b\"\" c\"\n"), ElementsAre("a \"\"b\"\" c (escaped)"));
  EXPECT_THAT(Cells("\"a\"\r\n"), ElementsAre("a"));
  EXPECT_EQ(Bytes("\"a\nb\"\nc"), 6u);
}

TEST(CsvRecord, AsksForMoreUntilTheRecordEnds) {
  for (const char* part : {"a", "a,", "a,\"b", "a,\"b\"", "a,\"b\"\"", "a\r", "\"a\"\r"}) {
    EXPECT_THAT(Cells(part, false), ElementsAre("incomplete")) << part;
  }
  EXPECT_THAT(Cells("a,\"b\"\n", false), ElementsAre("a", "b"));
}

TEST(CsvRecord, FindsTheSameRecordHoweverMuchIsThere) {
  const std::string text = "x,\"y\r\n\"\"z\",w\r\n";
  for (size_t size = 0; size < text.size(); ++size) {
    CsvRecord record;
    ScanCsvRecord(absl::string_view(text).substr(0, size), false, &record);
    EXPECT_EQ(record.fault, CsvFault::kIncomplete) << size;
  }
  EXPECT_THAT(Cells(text, false), ElementsAre("x", "y\r\n\"\"z (escaped)", "w"));
}

TEST(CsvRecord, NamesWhatIsWrongAndTakesTheLineItIsOn) {
  EXPECT_THAT(Cells("a \"b\" c,d\nnext\n"), ElementsAre("quote in cell"));
  EXPECT_EQ(Bytes("a \"b\" c,d\nnext\n"), 10u);
  EXPECT_THAT(Cells("\"a\" b,c\nnext\n"), ElementsAre("text after quote"));
  EXPECT_EQ(Bytes("\"a\" b,c\nnext\n"), 8u);
  EXPECT_THAT(Cells("a\rb\nnext"), ElementsAre("carriage return"));
  EXPECT_THAT(Cells("a,\"b\nc"), ElementsAre("not closed"));
  EXPECT_EQ(Bytes("a,\"b\nc"), 6u);
}

}  // namespace
}  // namespace leadgrade::tools
