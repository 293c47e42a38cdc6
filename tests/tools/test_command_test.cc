// `leadgrade test`: what it prints in each format, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFailingSuite[] =
    "apiVersion: leadgrade/v1\n"
    "kind: TestSuite\n"
    "metadata: { name: more }\n"
    "now: 2026-03-12T10:00:00+08:00\n"
    "cases:\n"
    "  - name: few <seats> are an A\n"
    "    facts: { need: true, seats: 1 }\n"
    "    expect: { grade: A }\n";

class TestCommand : public ::testing::Test {
 protected:
  void SetUp() override { bundle_ = WriteSmallBundle(dir_); }

  const TempDir dir_;
  std::string bundle_;
};

TEST_F(TestCommand, SumsUpWhatPassed) {
  const CommandResult result = RunCommand({"test", bundle_});
  EXPECT_EQ(result.exit_code, kFine);
  EXPECT_EQ(result.out, "2 passed, 0 failed; rules hit 2/3 (66%)\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(TestCommand, NamesEachBundleOfSeveral) {
  EXPECT_THAT(RunCommand({"test", bundle_, bundle_}).out,
              HasSubstr(bundle_ + ": 2 passed, 0 failed; "));
}

TEST_F(TestCommand, ShowsAFailingCaseWithItsPlaceAndHowItCame) {
  const std::string suite = dir_.Write("small/more_test.yaml", kFailingSuite);
  const std::string rules = bundle_ + "/bundle.yaml";
  const CommandResult result = RunCommand({"test", bundle_});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_EQ(result.out, suite +
                            ":6: failed: more/few <seats> are an A\n"
                            "  grade: expected `A`, got `B` (rule `few-seats`)\n"
                            "    `B` came from `grading/few-seats`, " +
                            rules +
                            ":30\n"
                            "    `A` would come from `grading/many-seats`, which did not match, " +
                            rules +
                            ":26\n"
                            "      false   seats >= 100   (seats = 1)\n"
                            "2 passed, 1 failed; rules hit 3/3 (100%)\n");
}

TEST_F(TestCommand, NamesWhatIsNotCovered) {
  const std::string rules = bundle_ + "/bundle.yaml";
  EXPECT_EQ(RunCommand({"test", bundle_, "--coverage"}).out,
            "2 passed, 0 failed; rules hit 2/3 (66%)\n" + rules +
                ":28: grading/many-seats: `seats >= 100`: no case in which it is false and alone "
                "decides\n" +
                rules +
                ":30: not hit: grading/few-seats: it was never tried\n"
                "never given: grade B\n"
                "coverage of small: rules 2/3 (66%), conditions (MC/DC) 1/2 (50%), outcomes 2/3 "
                "(66%)\n");
}

TEST_F(TestCommand, FailsWhereTooFewConditionsAreShownToMatter) {
  EXPECT_EQ(RunCommand({"test", bundle_, "--min-mcdc", "50"}).exit_code, kFine);
  const CommandResult result = RunCommand({"test", bundle_, "--min-mcdc", "51"});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_EQ(result.err, "error: " + bundle_ +
                            ": 1 of 2 conditions were shown to matter; --min-mcdc asks for 51%\n");
}

TEST_F(TestCommand, FailsBelowTheCoverageAskedFor) {
  EXPECT_EQ(RunCommand({"test", bundle_, "--min-coverage", "66"}).exit_code, kFine);
  const CommandResult result = RunCommand({"test", bundle_, "--min-coverage", "67"});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_EQ(result.err,
            "error: " + bundle_ + ": 2 of 3 rules were hit; --min-coverage asks for 67%\n");
}

TEST_F(TestCommand, RefusesACoverageThatIsNone) {
  EXPECT_EQ(RunCommand({"test", bundle_, "--min-coverage", "101"}).exit_code, kUsage);
  EXPECT_EQ(RunCommand({"test", bundle_, "--min-coverage", "-1"}).exit_code, kUsage);
}

TEST_F(TestCommand, RunsOnlyWhatTheFilterMatches) {
  const CommandResult result = RunCommand({"test", bundle_, "--filter", "grading/many*"});
  EXPECT_EQ(result.exit_code, kFine);
  EXPECT_THAT(result.out, HasSubstr("1 passed, 0 failed"));
}

TEST_F(TestCommand, AFilterThatMatchesNothingIsAFailure) {
  const CommandResult result = RunCommand({"test", bundle_, "--filter", "nothing"});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_EQ(result.err,
            "error: no test case ran: none matches --filter `nothing`, a glob over SUITE/CASE\n");
}

TEST_F(TestCommand, ABundleWithoutCasesIsAFailure) {
  dir_.Write("small/grading_test.yaml", "");
  const CommandResult result = RunCommand({"test", bundle_});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_THAT(result.err, HasSubstr("no test case ran"));
}

TEST_F(TestCommand, ABundleThatDoesNotLoadIsNotTested) {
  const std::string file = dir_.Write("small/bundle.yaml", "kind: [");
  const CommandResult result = RunCommand({"test", bundle_});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.err, HasSubstr(file + ":1:"));
  EXPECT_THAT(result.out, Not(HasSubstr("passed")));
}

TEST_F(TestCommand, ASuiteThatDoesNotLoadIsABadBundle) {
  const std::string file = dir_.Write("small/more_test.yaml", "kind: TestSuite\n");
  const CommandResult result = RunCommand({"test", bundle_});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.err, HasSubstr(file + ":1:"));
}

TEST_F(TestCommand, GivesJson) {
  const std::string suite = dir_.Write("small/more_test.yaml", kFailingSuite);
  const CommandResult result = RunCommand({"test", bundle_, "--format", "json"});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  const auto bundle = nlohmann::json::parse(result.out).at("bundles").at(0);
  EXPECT_EQ(bundle.at("name"), "small");
  EXPECT_EQ(bundle.at("passed"), 2);
  EXPECT_EQ(bundle.at("failed"), 1);
  EXPECT_EQ(bundle.at("rulesTotal"), 3);
  EXPECT_EQ(bundle.at("rulesHit"), 3);
  EXPECT_EQ(bundle.at("coverage"), 100);
  EXPECT_EQ(bundle.at("rulesNotHit"), nlohmann::json::array());
  const auto& failing = bundle.at("cases").at(2);
  EXPECT_EQ(failing.at("file"), suite);
  EXPECT_EQ(failing.at("line"), 6);
  EXPECT_EQ(failing.at("passed"), false);
  EXPECT_EQ(failing.at("failures").at(0), "grade: expected `A`, got `B` (rule `few-seats`)");
}

TEST_F(TestCommand, GivesJunit) {
  dir_.Write("small/more_test.yaml", kFailingSuite);
  const CommandResult result = RunCommand({"test", bundle_, "--format", "junit"});
  EXPECT_EQ(result.exit_code, kTestsFailed);
  EXPECT_THAT(result.out, HasSubstr("<testsuites name=\"leadgrade\" tests=\"3\" failures=\"1\""));
  EXPECT_THAT(result.out, HasSubstr("<testsuite name=\"grading\" tests=\"2\" failures=\"0\""));
  EXPECT_THAT(result.out, HasSubstr("name=\"few &lt;seats&gt; are an A\""));
}

TEST_F(TestCommand, GivesJunitOfABundleThatDoesNotLoad) {
  dir_.Write("small/bundle.yaml", "kind: [");
  const CommandResult result = RunCommand({"test", bundle_, "--format", "junit"});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.out, HasSubstr("tests=\"1\" failures=\"1\""));
}

TEST(TestTheShippedBundle, PassesWithFullCoverage) {
  const CommandResult result =
      RunCommand({"test", LEADGRADE_SOURCE_DIR "/rules/sales", "--min-coverage", "100"});
  EXPECT_EQ(result.exit_code, kFine) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr(" passed, 0 failed; rules hit 27/27 (100%)\n"));
}

}  // namespace
}  // namespace leadgrade::tools
