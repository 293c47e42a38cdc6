// `leadgrade eval` on the bundle that ships.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kRules[] = LEADGRADE_SOURCE_DIR "/rules/sales";

CommandResult Eval(const std::string& facts, std::vector<std::string> options = {}) {
  std::vector<std::string> arguments = {"eval", "--rules", kRules, "--now", "2026-03-01"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return RunCommand(arguments, facts);
}

TEST(EvalCommand, DecidesOnFactsFromStdin) {
  const CommandResult result = Eval(R"({"kp_level": "FIRST", "need": true, "budget": true})");
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_EQ(result.err, "");
  const auto decision = nlohmann::json::parse(result.out);
  EXPECT_EQ(decision.at("grade"), "A");
  EXPECT_EQ(decision.at("provisional"), false);
  EXPECT_EQ(decision.at("reasons").at(0).at("rule"), "all-three-labels");
  EXPECT_EQ(decision.at("bundle").at("name"), "sales");
}

TEST(EvalCommand, ReadsADateAsItsFirstInstantInTheBundlesZone) {
  EXPECT_EQ(nlohmann::json::parse(Eval("{}").out).at("decisionTime"), "2026-02-28T16:00:00Z");
}

TEST(EvalCommand, LeavesTheGradeOpenWhereAnAnswerIsMissing) {
  const auto decision = nlohmann::json::parse(Eval(R"({"kp_level": "FIRST", "need": true})").out);
  EXPECT_EQ(decision.at("grade"), "D");
  EXPECT_EQ(decision.at("potentialGrade"), "A");
  EXPECT_EQ(decision.at("missingFacts").at(0).at("fact"), "budget");
}

TEST(EvalCommand, IsTheSameByteForByte) {
  const std::string facts = R"({"kp_level": "SECOND", "need": true, "budget": true})";
  EXPECT_EQ(Eval(facts).out, Eval(facts).out);
}

TEST(EvalCommand, ReadsAFile) {
  const TempDir dir;
  const std::string file = dir.Write("facts.json", R"({"need": false})");
  EXPECT_EQ(nlohmann::json::parse(Eval("", {file}).out).at("grade"), "D");
}

TEST(EvalCommand, SpeaksTheLanguageAskedFor) {
  const CommandResult result = Eval(R"({"need": false})", {"--language", "zh"});
  EXPECT_THAT(result.out, HasSubstr("没有需求"));
}

TEST(EvalCommand, PrintsText) {
  const CommandResult result = Eval(R"({"kp_level": "FIRST", "need": true})", {"--format", "text"});
  EXPECT_THAT(result.out, StartsWith("grade        D, at best A (attainable: A, B, C, D)\n"));
  EXPECT_THAT(result.out, HasSubstr("\nto find out\n  Has the budget: "));
}

TEST(EvalCommand, NamesEachWrongFact) {
  const CommandResult result =
      Eval(R"({"kp_level": {"value": "FISRT"}, "nead": true, "budget": 1})");
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("<stdin>: kp_level.value: "));
  EXPECT_THAT(result.err, HasSubstr("did you mean `FIRST`?"));
  EXPECT_THAT(result.err, HasSubstr("<stdin>: nead: "));
  EXPECT_THAT(result.err, HasSubstr("<stdin>: budget: "));
}

TEST(EvalCommand, NamesTheFileInAnError) {
  const TempDir dir;
  const std::string file = dir.Write("facts.json", "{\"need\": tru}");
  const CommandResult result = Eval("", {file});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, StartsWith(file + ":1:"));
}

TEST(EvalCommand, RefusesAFileThatIsNotThere) {
  const CommandResult result = Eval("", {"/nowhere/facts.json"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.err, "error: cannot read `/nowhere/facts.json`: No such file or directory\n");
}

TEST(EvalCommand, RefusesADirectory) {
  const TempDir dir;
  const CommandResult result = Eval("", {dir.path()});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, HasSubstr(dir.path()));
}

TEST(EvalCommand, RefusesAnInputThatIsTooLong) {
  EXPECT_EQ(Eval(std::string(2 << 20, ' ')).exit_code, kUsage);
}

TEST(EvalCommand, RefusesAClockThatIsNone) {
  const CommandResult result = RunCommand({"eval", "--rules", kRules, "--now", "tomorrow"}, "{}");
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, StartsWith("error: --now: expected a date such as 2026-03-01"));
}

TEST(EvalCommand, RefusesABundleThatDoesNotLoad) {
  const TempDir dir;
  const std::string file = dir.Write("bad/bundle.yaml", "kind: [");
  const CommandResult result = RunCommand({"eval", "--rules", dir.path() + "/bad"}, "{}");
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.err, StartsWith(file + ":1:"));
}

TEST(EvalCommand, RefusesRulesThatAreNotThere) {
  EXPECT_EQ(RunCommand({"eval", "--rules", "/nowhere"}, "{}").exit_code, kUsage);
}

}  // namespace
}  // namespace leadgrade::tools
