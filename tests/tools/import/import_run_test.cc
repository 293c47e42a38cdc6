#include "tools/import/import_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tests/tools/import/fake_sink.h"
#include "tests/tools/run_command.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kMapping[] = R"(apiVersion: leadgrade/v1
kind: Mapping
metadata: { name: test }
lead: { id: row.id }
facts: { seats: 'row.seats == "" ? null : int(row.seats)' }
)";

class ImportRunTest : public ::testing::Test {
 protected:
  absl::Status Import(std::string text, bool csv = true) {
    base::IssueList issues;
    const auto mapping = LoadMapping("m.yaml", kMapping, &issues);
    auto input = InputBuffer::OfText(std::move(text), 1 << 16);
    std::unique_ptr<RowSource> source;
    Rejects::Options options{"in.csv", directory_.path() + "/in.rejects.csv", "", nullptr};
    if (csv) {
      auto opened = OpenCsv(std::move(input));
      EXPECT_TRUE(opened.ok()) << opened.status();
      options.header = (*opened)->header();
      source = *std::move(opened);
    } else {
      source = OpenJsonl(std::move(input));
    }
    Rejects rejects(err_, options);
    Progress progress(err_, {false, std::nullopt, [] { return absl::UnixEpoch(); }});
    ImportRun run({source.get(), &*mapping, &sink_, &rejects, &progress, absl::UnixEpoch()});
    const absl::Status status = run.Run();
    imported_ = run.imported();
    rejected_ = rejects.count();
    return status;
  }

  std::string RejectFile() const {
    std::ifstream stream(directory_.path() + "/in.rejects.csv", std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return stream ? text.str() : "(none)";
  }

  TempDir directory_;
  FakeSink sink_;
  std::ostringstream err_;
  int64_t imported_ = 0;
  int64_t rejected_ = 0;
};

TEST_F(ImportRunTest, BringsInAllRows) {
  EXPECT_TRUE(Import("id,seats\na,1\nb,\n").ok());
  EXPECT_EQ(imported_, 2);
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(RejectFile(), "(none)");
  EXPECT_THAT(sink_.requests(), ElementsAre("a b"));
  EXPECT_TRUE(sink_.finished);
}

TEST_F(ImportRunTest, AnEmptyFileHasNoRows) {
  EXPECT_TRUE(Import("id,seats\n").ok());
  EXPECT_EQ(imported_, 0);
  EXPECT_THAT(sink_.requests(), ElementsAre());
}

TEST_F(ImportRunTest, ReportsAndKeepsBadRowsInTheirOrder) {
  EXPECT_TRUE(
      Import("id,seats\r\na,1\r\nbad1,2\r\nc,many\r\nd\r\n\"e\nf\"x,1\r\nbad2,\r\ng,3").ok());
  EXPECT_EQ(imported_, 2);
  EXPECT_EQ(rejected_, 5);
  EXPECT_EQ(
      err_.str(),
      "in.csv:3: error: refused bad1\n"
      "in.csv:4: error: facts.seats: cannot read \"many\" as an int\n"
      "in.csv:5: error: the row has 1 cells, the header has 2\n"
      "in.csv:6: error: there is text behind a closing quote: a quote inside a cell is written "
      "twice\n"
      "in.csv:8: error: refused bad2\n");
  EXPECT_EQ(RejectFile(), "id,seats\r\nbad1,2\r\nc,many\r\nd\r\n\"e\nf\"x,1\r\nbad2,\r\n");
}

// What was rejected can be mended and imported by itself.
TEST_F(ImportRunTest, TheRejectFileIsAnImportFile) {
  EXPECT_TRUE(Import("\xEF\xBB\xBFid,seats\na,1\nb,many\n").ok());
  EXPECT_EQ(RejectFile(), "\xEF\xBB\xBFid,seats\nb,many\n");
  EXPECT_TRUE(Import("\xEF\xBB\xBFid,seats\nb,2\n").ok());
  EXPECT_EQ(imported_, 1);
}

TEST_F(ImportRunTest, ReportsTwentyRowsAndCountsTheOthers) {
  std::string text = "id,seats\n";
  for (int i = 0; i < 25; ++i) absl::StrAppend(&text, "l", i, ",x\n");
  EXPECT_TRUE(Import(text).ok());
  EXPECT_THAT(err_.str(), HasSubstr("in.csv:21: error: "));
  EXPECT_THAT(err_.str(), Not(HasSubstr("in.csv:22: error: ")));
  EXPECT_THAT(err_.str(), HasSubstr("and 5 more rows were rejected\n"));
  EXPECT_EQ(RejectFile(), text);
}

TEST_F(ImportRunTest, KeepsARowThatIsTooLongWhole) {
  const std::string row = absl::StrCat("a,", std::string(3 * kMaxRowBytes, 'x'), "\n");
  EXPECT_TRUE(Import(absl::StrCat("id,seats\n", row, "b,1\n")).ok());
  EXPECT_EQ(imported_, 1);
  EXPECT_EQ(rejected_, 1);
  EXPECT_EQ(RejectFile(), absl::StrCat("id,seats\n", row));
}

TEST_F(ImportRunTest, SendsAThousandLeadsAtATime) {
  std::string text = "id,seats\n";
  for (int i = 0; i < 2001; ++i) absl::StrAppend(&text, i, ",\n");
  EXPECT_TRUE(Import(text).ok());
  EXPECT_EQ(imported_, 2001);
  std::vector<size_t> sizes;
  for (const std::string& request : sink_.requests()) {
    sizes.push_back(1 + std::count(request.begin(), request.end(), ' '));
  }
  EXPECT_THAT(sizes, ElementsAre(1000, 1000, 1));
}

TEST_F(ImportRunTest, SendsLongRowsInSmallerBatches) {
  std::string text;
  for (int i = 0; i < 6; ++i) {
    absl::StrAppend(&text, "{\"id\": ", i, ", \"seats\": \"\", \"note\": \"",
                    std::string(kMaxRowBytes / 2, 'x'), "\"}\n");
  }
  EXPECT_TRUE(Import(text, false).ok());
  EXPECT_THAT(sink_.requests(), ElementsAre("0 1", "2 3", "4 5"));
}

TEST_F(ImportRunTest, EndsWhereTheSinkFails) {
  sink_.on_import = [](const std::vector<std::string>& ids) {
    return ids.front() == "1000" ? absl::UnavailableError("gone") : absl::OkStatus();
  };
  std::string text = "id,seats\n";
  for (int i = 0; i < 10000; ++i) absl::StrAppend(&text, i, ",\n");
  EXPECT_EQ(Import(text), absl::UnavailableError("gone"));
  EXPECT_EQ(imported_, 1000);
  EXPECT_EQ(rejected_, 0);
  EXPECT_EQ(sink_.requests().size(), 2u);
}

TEST_F(ImportRunTest, NamesAJsonLineThatIsNone) {
  EXPECT_TRUE(Import("{\"id\": \"a\", \"seats\": \"\"}\n{\"id\":\n", false).ok());
  EXPECT_EQ(imported_, 1);
  EXPECT_THAT(err_.str(), HasSubstr("in.csv:2: error: no JSON at byte 8: "));
  EXPECT_EQ(RejectFile(), "{\"id\":\n");
}

TEST_F(ImportRunTest, AStrangersTextDoesNotSteerTheTerminal) {
  EXPECT_TRUE(Import("id,seats\na,\x1b[31mred\n").ok());
  EXPECT_THAT(err_.str(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace leadgrade::tools
