// `leadgrade check`: what it prints in each format, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr char kWrongCondition[] = R"(apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: extra }
outputs: [{ name: note, type: string }]
rules:
  - id: wrong
    reason: { zh: 错, en: "<Wrong> & \"quoted\"" }
    when: seets > 1
    then: { note: x }
)";

class CheckCommand : public ::testing::Test {
 protected:
  void SetUp() override { bundle_ = WriteSmallBundle(dir_); }

  void Break() { wrong_file_ = dir_.Write("small/extra.yaml", kWrongCondition); }

  const TempDir dir_;
  std::string bundle_;
  std::string wrong_file_;
};

TEST_F(CheckCommand, SumsUpABundleThatLoads) {
  const CommandResult result = RunCommand({"check", bundle_});
  EXPECT_EQ(result.exit_code, kFine);
  EXPECT_THAT(result.out,
              MatchesRegex(".*/small: ok, 18 proofs, 2 facts, 1 rule set, 3 rules, 0 actions "
                           "\\(sha256:[0-9a-f]+\\)\n"));
  EXPECT_EQ(result.err, "");
}

TEST_F(CheckCommand, PrintsDiagnosticsWithTheirPlace) {
  Break();
  const CommandResult result = RunCommand({"check", bundle_});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.out, StartsWith(wrong_file_ + ":8:11: error: "));
  EXPECT_THAT(result.out, HasSubstr("\n    when: seets > 1\n          ^~~~~\n"));
  EXPECT_THAT(result.out, HasSubstr("did you mean `seats`?\n"));
  EXPECT_THAT(result.out, EndsWith(bundle_ + ": 1 error\n"));
}

TEST_F(CheckCommand, ChecksEachBundleAndFailsForOne) {
  const TempDir other;
  const std::string good = WriteSmallBundle(other);
  Break();
  const CommandResult result = RunCommand({"check", bundle_, good});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.out, HasSubstr(bundle_ + ": 1 error\n"));
  EXPECT_THAT(result.out, HasSubstr(good + ": ok, "));
}

TEST_F(CheckCommand, GivesJson) {
  Break();
  const CommandResult result = RunCommand({"check", bundle_, "--format", "json"});
  EXPECT_EQ(result.exit_code, kBadBundle);
  const auto json = nlohmann::json::parse(result.out);
  const auto& bundle = json.at("bundles").at(0);
  EXPECT_EQ(bundle.at("path"), bundle_);
  EXPECT_EQ(bundle.at("name"), nullptr);
  EXPECT_EQ(bundle.at("digest"), nullptr);
  EXPECT_EQ(bundle.at("ok"), false);
  const auto& issue = bundle.at("issues").at(0);
  EXPECT_EQ(issue.at("severity"), "error");
  EXPECT_EQ(issue.at("file"), wrong_file_);
  EXPECT_EQ(issue.at("line"), 8);
  EXPECT_EQ(issue.at("column"), 11);
  EXPECT_EQ(issue.at("length"), 5);
  EXPECT_EQ(issue.at("hint"), "did you mean `seats`?");
  EXPECT_TRUE(issue.contains("code") && issue.contains("message"));
}

TEST_F(CheckCommand, GivesJsonOfABundleThatLoads) {
  const auto json = nlohmann::json::parse(RunCommand({"check", bundle_, "--format", "json"}).out);
  const auto& bundle = json.at("bundles").at(0);
  EXPECT_EQ(bundle.at("name"), "small");
  EXPECT_THAT(bundle.at("digest").get<std::string>(), MatchesRegex("sha256:[0-9a-f]+"));
  EXPECT_EQ(bundle.at("ok"), true);
  EXPECT_TRUE(bundle.at("issues").is_array());
}

TEST_F(CheckCommand, GivesSarif) {
  Break();
  const CommandResult result = RunCommand({"check", bundle_, "--format", "sarif"});
  EXPECT_EQ(result.exit_code, kBadBundle);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("version"), "2.1.0");
  EXPECT_THAT(json.at("$schema").get<std::string>(), HasSubstr("sarif-2.1.0"));
  const auto& run = json.at("runs").at(0);
  EXPECT_EQ(run.at("tool").at("driver").at("name"), "leadgrade");
  const auto& finding = run.at("results").at(0);
  EXPECT_EQ(finding.at("level"), "error");
  EXPECT_EQ(finding.at("ruleId"), run.at("tool").at("driver").at("rules").at(0).at("id"));
  EXPECT_THAT(finding.at("message").at("text").get<std::string>(),
              EndsWith("; did you mean `seats`?"));
  const auto& place = finding.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), "file://" + wrong_file_);
  EXPECT_EQ(place.at("region"),
            nlohmann::json({{"startLine", 8}, {"startColumn", 11}, {"endColumn", 16}}));
}

TEST_F(CheckCommand, EscapesPathsInSarif) {
  const std::string bundle = dir_.path() + "/销 售%";
  dir_.Write("销 售%/bundle.yaml", "kind: [");
  const auto json = nlohmann::json::parse(RunCommand({"check", bundle, "--format", "sarif"}).out);
  const auto& finding = json.at("runs").at(0).at("results").at(0);
  EXPECT_THAT(finding.at("locations")
                  .at(0)
                  .at("physicalLocation")
                  .at("artifactLocation")
                  .at("uri")
                  .get<std::string>(),
              EndsWith("/%e9%94%80%20%e5%94%ae%25/bundle.yaml"));
}

TEST_F(CheckCommand, GivesSarifWithoutFindings) {
  const auto json = nlohmann::json::parse(RunCommand({"check", bundle_, "--format", "sarif"}).out);
  EXPECT_EQ(json.at("runs").at(0).at("results"), nlohmann::json::array());
}

TEST_F(CheckCommand, GivesATestCaseForEachFileInJunit) {
  Break();
  const CommandResult result = RunCommand({"check", bundle_, "--format", "junit"});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.out, HasSubstr("<testsuites name=\"leadgrade\" tests=\"3\" failures=\"1\""));
  EXPECT_THAT(result.out, HasSubstr("name=\"" + bundle_ + "/bundle.yaml\""));
  EXPECT_THAT(result.out, HasSubstr("<failure message=\"" + wrong_file_ + ":8:11: error: "));
}

TEST_F(CheckCommand, SuitesAreCheckedButNotRun) {
  dir_.Write("small/more_test.yaml",
             "apiVersion: leadgrade/v1\nkind: TestSuite\nmetadata: { name: more }\n"
             "now: 2026-03-12T10:00:00+08:00\n"
             "cases: [{ name: x, facts: { need: false }, expect: { grade: A } }]\n");
  EXPECT_EQ(RunCommand({"check", bundle_}).exit_code, kFine);
  dir_.Write("small/more_test.yaml", "kind: TestSuite\n");
  EXPECT_EQ(RunCommand({"check", bundle_}).exit_code, kBadBundle);
}

TEST_F(CheckCommand, AnEmptyDirectoryIsABadBundle) {
  const TempDir empty;
  const CommandResult result = RunCommand({"check", empty.path()});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(
      result.out,
      StartsWith(empty.path() + ":1:1: error: none of the files has a document of `kind: Bundle`"));
}

TEST_F(CheckCommand, AMissingDirectoryIsAUsageError) {
  const CommandResult result = RunCommand({"check", bundle_, dir_.path() + "/none"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "error: there is no directory `" + dir_.path() + "/none`\n");
}

TEST_F(CheckCommand, AFileIsNoBundle) {
  const CommandResult result = RunCommand({"check", bundle_ + "/bundle.yaml"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.err, "error: `" + bundle_ + "/bundle.yaml` is no directory: a bundle is one\n");
}

TEST_F(CheckCommand, RefusesAnUnknownFormat) {
  const CommandResult result = RunCommand({"check", bundle_, "--format", "xml"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, HasSubstr("expected text|json|sarif|junit|github; got `xml`"));
}

TEST(CheckTheShippedBundle, IsFineEvenWhenStrict) {
  const CommandResult result =
      RunCommand({"check", LEADGRADE_SOURCE_DIR "/rules/sales", "--no-proofs", "--strict"});
  EXPECT_EQ(result.exit_code, kFine) << result.out;
}

}  // namespace
}  // namespace leadgrade::tools
