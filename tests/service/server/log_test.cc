#include "service/server/log.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"

namespace leadgrade::server {
namespace {

absl::Time Noon() {
  return absl::FromUnixSeconds(1'767'268'800) + absl::Milliseconds(7);  // 2026-01-01T12:00:00.007Z
}

TEST(LogLine, IsOneJsonObjectWithTheFieldsInOrder) {
  EXPECT_EQ(
      FormatLogLine(LogFormat::kJson, Noon(), LogLevel::kInfo, "started",
                    {{"version", "0.1.0"},
                     {"leads", 3},
                     {"seconds", 0.25},
                     {"ready", true},
                     {"most", std::numeric_limits<int64_t>::max()}}),
      R"({"ts":"2026-01-01T12:00:00.007Z","level":"info","msg":"started",)"
      R"("version":"0.1.0","leads":3,"seconds":0.25,"ready":true,"most":9223372036854775807})");
}

TEST(LogLine, AsTextIsOneLineToRead) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, Noon(), LogLevel::kWarn, "bundle refused",
                          {{"bundle", "sales"}, {"error", "no file"}, {"n", -1}, {"ok", false}}),
            "2026-01-01T12:00:00.007Z warn  bundle refused bundle=sales error=\"no file\" n=-1 "
            "ok=false");
}

TEST(LogLine, EscapesWhatWouldEndAJsonTextOrTheLine) {
  const std::string nasty = std::string("a\"b\\c\nd\r\te\x01") + std::string(1, '\0') + "f";
  const std::string line =
      FormatLogLine(LogFormat::kJson, Noon(), LogLevel::kError, nasty, {{"key", nasty}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto parsed = nlohmann::json::parse(line);
  EXPECT_EQ(parsed["msg"], nasty);
  EXPECT_EQ(parsed["key"], nasty);
}

TEST(LogLine, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, Noon(), LogLevel::kInfo, "x", {{"key", "a\xFFz"}}),
            "{\"ts\":\"2026-01-01T12:00:00.007Z\",\"level\":\"info\",\"msg\":\"x\","
            "\"key\":\"a\xEF\xBF\xBDz\"}");
}

TEST(LogLine, AsTextEscapesWhatWouldBreakTheLineOrSteerATerminal) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, Noon(), LogLevel::kInfo, "a\nb",
                          {{"key", "\x1b[2J\"\n"}, {"none", ""}, {"zh", "\u5ba2\u6237"}}),
            "2026-01-01T12:00:00.007Z info  a\\nb key=\"\\033[2J\\\"\\n\" none=\"\" "
            "zh=\u5ba2\u6237");
}

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { Log::Configure(LogLevel::kInfo, LogFormat::kJson); }

  template <typename Write>
  std::string Stderr(Write write) {
    ::testing::internal::CaptureStderr();
    write();
    return ::testing::internal::GetCapturedStderr();
  }

  static base::IssueList TwoIssues() {
    base::IssueList issues;
    base::Issue issue;
    issue.code = "unknown-name";
    issue.span = {"sales/grading.yaml", 12, 7, 5};
    issue.message = "`budgt` is not known";
    issue.hint = "did you mean `budget`?";
    issue.source_line = "when: budgt";
    issues.Add(issue);
    issue.severity = base::Severity::kWarning;
    issue.span.line = 20;
    issue.hint.clear();
    issues.Add(issue);
    return issues;
  }
};

TEST_F(LogTest, WritesFromItsLevelUpwards) {
  Log::Configure(LogLevel::kWarn, LogFormat::kText);
  const std::string text = Stderr([] {
    Log::Debug("debug");
    Log::Info("info");
    Log::Warn("warn {} %v");
    Log::Error("error");
  });
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  ASSERT_EQ(lines.size(), 3u) << text;
  EXPECT_NE(lines[0].find("warn {} %v"), std::string::npos) << text;
  EXPECT_NE(lines[1].find("error"), std::string::npos) << text;
  EXPECT_EQ(lines[2], "");
}

TEST_F(LogTest, GivesEachMistakeInRulesALineOfItsOwn) {
  Log::Configure(LogLevel::kInfo, LogFormat::kJson);
  const std::string text = Stderr([] { Log::Issues(TwoIssues()); });
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  ASSERT_EQ(lines.size(), 3u) << text;
  const auto first = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(first["level"], "error");
  EXPECT_EQ(first["msg"], "sales/grading.yaml:12:7: `budgt` is not known");
  EXPECT_EQ(first["file"], "sales/grading.yaml");
  EXPECT_EQ(first["line"], 12);
  EXPECT_EQ(first["column"], 7);
  EXPECT_EQ(first["code"], "unknown-name");
  EXPECT_EQ(first["message"], "`budgt` is not known");
  EXPECT_EQ(first["hint"], "did you mean `budget`?");
  EXPECT_EQ(nlohmann::json::parse(lines[1])["level"], "warn");
}

TEST_F(LogTest, ShowsMistakesInRulesInFullAsText) {
  Log::Configure(LogLevel::kError, LogFormat::kText);
  EXPECT_EQ(Stderr([] { Log::Issues(TwoIssues()); }),
            "sales/grading.yaml:12:7: error: `budgt` is not known [unknown-name]\n"
            "when: budgt\n      ^~~~~\nhint: did you mean `budget`?\n");
}

}  // namespace
}  // namespace leadgrade::server
