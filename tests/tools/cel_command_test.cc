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

CommandResult Cel(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), "cel");
  return RunCommand(std::move(arguments), input);
}

// What it prints, where all is well.
std::string Printed(std::vector<std::string> arguments, const std::string& input = "") {
  const CommandResult result = Cel(std::move(arguments), input);
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_EQ(result.err, "");
  return result.out;
}

TEST(CelCommand, PrintsTheValue) {
  EXPECT_EQ(Printed({"1 + 1"}), "2\n");
  EXPECT_EQ(Printed({"[1, 2]"}), "[1, 2]\n");
  EXPECT_EQ(Printed({R"("a" + 'b')"}), "\"ab\"\n");
  EXPECT_EQ(Printed({"--", "-1"}), "-1\n");
}

TEST(CelCommand, ReadsStdin) {
  EXPECT_EQ(Printed({"-"}, "1 +\n 1\n"), "2\n");
  const CommandResult result = Cel({"-"}, "1 +\n x");
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.err, StartsWith("<stdin>:2:2: error: "));
  EXPECT_EQ(Cel({"-"}, "").exit_code, kBadBundle);
}

TEST(CelCommand, RefusesInputThatIsTooLong) {
  const CommandResult result = Cel({"-"}, std::string(1 << 20, '1'));
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_THAT(result.err, HasSubstr("longer than 16384 bytes [limit]"));
  EXPECT_EQ(Cel({std::string(20000, '(')}).exit_code, kBadBundle);
}

TEST(CelCommand, SaysWhatFails) {
  const CommandResult result = Cel({"1 / 0"});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "error: division by zero\n");
}

TEST(CelCommand, SaysWhatDoesNotCheck) {
  const CommandResult result = Cel({"kp_level == FRIST", "--rules", kRules});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "<expression>:1:13: error: `FRIST` is no value of `KpLevel` [unknown-name]\n"
            "kp_level == FRIST\n"
            "            ^~~~~\n"
            "hint: did you mean `FIRST`?\n");
}

TEST(CelCommand, SaysWhatIsUnknown) {
  const CommandResult result = Cel({"need && budget", "--rules", kRules});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "unknown: budget, need\n");
  EXPECT_EQ(Printed({"need && budget", "--rules", kRules, "--var", "need=false"}), "false\n");
}

TEST(CelCommand, TakesVariables) {
  EXPECT_EQ(Printed({"tags[0] + x", "--var", R"(tags=["a","b"])", "--var", "x=tags[1]"}),
            "\"ab\"\n");
  EXPECT_EQ(Printed({"x == 'a=b'", "--var", "x='a=b'"}), "true\n");
  EXPECT_EQ(Printed({"approval_layers", "--rules", kRules, "--var", "kp_level=SECOND"}), "1\n");
}

TEST(CelCommand, NamesTheVariableThatIsWrong) {
  const CommandResult syntax = Cel({"x", "--var", "x=1 +"});
  EXPECT_EQ(syntax.exit_code, kBadBundle);
  EXPECT_THAT(syntax.err, StartsWith("x:1:3: error: "));
  const CommandResult evaluation = Cel({"x", "--var", "x=1 / 0"});
  EXPECT_EQ(evaluation.exit_code, kInternalError);
  EXPECT_EQ(evaluation.err, "error: x: division by zero\n");
}

TEST(CelCommand, RefusesWhatIsNoVariable) {
  for (const char* variable : {"x", "=1", "1x=2", "a b=1", "true=1", ""}) {
    EXPECT_EQ(Cel({"1", "--var", variable}).exit_code, kUsage) << variable;
  }
  const CommandResult twice = Cel({"x", "--var", "x=1", "--var", "x=2"});
  EXPECT_EQ(twice.exit_code, kUsage);
  EXPECT_EQ(twice.err, "error: --var: `x` is given twice\n");
}

TEST(CelCommand, PrintsTheTypeOnly) {
  EXPECT_EQ(Printed({"--type", "{1: ['a']}"}), "map(int, list(string))\n");
  EXPECT_EQ(Printed({"--type", "1 / 0"}), "int\n");
  EXPECT_EQ(Cel({"--type", "--explain", "1"}).exit_code, kUsage);
}

TEST(CelCommand, Explains) {
  EXPECT_EQ(Printed({"--explain", "x > 1 || x > 2", "--var", "x=2"}),
            "x > 1 || x > 2 → true\n"
            "  x > 1 → true\n"
            "    x → 2\n"
            "  x > 2 → false (not needed)\n"
            "    x → 2\n");
  const CommandResult fails = Cel({"--explain", "1 / 0"});
  EXPECT_EQ(fails.exit_code, kInternalError);
  EXPECT_EQ(fails.out, "1 / 0 → error: division by zero\n");
  EXPECT_EQ(Cel({"--explain", "1 +"}).exit_code, kBadBundle);
}

TEST(CelCommand, RunsUnchecked) {
  EXPECT_EQ(Cel({"1 + 'a'"}).exit_code, kBadBundle);
  const CommandResult result = Cel({"--no-check", "1 + 'a'"});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_EQ(result.err, "error: no such overload\n");
}

TEST(CelCommand, PrintsJson) {
  const auto value = nlohmann::json::parse(Printed({"[1, 2]", "--format", "json"}));
  EXPECT_EQ(value, nlohmann::json::parse(R"x({"value": [1, 2], "type": "list(int)"})x"));
  const auto type = nlohmann::json::parse(Printed({"1", "--type", "--format", "json"}));
  EXPECT_EQ(type, nlohmann::json::parse(R"({"type": "int"})"));
  const CommandResult error = Cel({"1 / 0", "--format", "json"});
  EXPECT_EQ(error.exit_code, kInternalError);
  EXPECT_EQ(error.err, "");
  EXPECT_EQ(nlohmann::json::parse(error.out).at("error"), "division by zero");
  const CommandResult unknown = Cel({"need", "--rules", kRules, "--format", "json"});
  EXPECT_EQ(nlohmann::json::parse(unknown.out).at("unknown"), nlohmann::json::array({"need"}));
  const auto parts = nlohmann::json::parse(Printed({"1 + 1", "--explain", "--format", "json"}));
  EXPECT_EQ(parts.at("value"), 2);
}

TEST(CelCommand, TakesClockZoneAndContainer) {
  EXPECT_EQ(Printed({"days_since(timestamp('2026-01-01T00:00:00Z'))", "--now", "2026-01-10"}),
            "9\n");
  EXPECT_EQ(Printed({"now", "--rules", kRules, "--now", "2026-01-10"}),
            "timestamp(\"2026-01-09T16:00:00Z\")\n");
  EXPECT_EQ(Printed({"now", "--rules", kRules, "--now", "2026-01-10", "--zone", "UTC"}),
            "timestamp(\"2026-01-10T00:00:00Z\")\n");
  EXPECT_EQ(Printed({"x", "--container", "a.b", "--var", "a.x=5"}), "5\n");
  EXPECT_EQ(Cel({"1", "--now", "tomorrow"}).exit_code, kUsage);
  EXPECT_EQ(Cel({"1", "--zone", "Atlantis"}).exit_code, kUsage);
  EXPECT_EQ(Cel({"1", "--container", "a..b"}).exit_code, kUsage);
}

TEST(CelCommand, RefusesABundleThatDoesNotLoad) {
  const TempDir dir;
  dir.Write("bad/bundle.yaml", "kind: [");
  EXPECT_EQ(Cel({"1", "--rules", dir.path() + "/bad"}).exit_code, kBadBundle);
  EXPECT_EQ(Cel({"1", "--rules", "/nowhere"}).exit_code, kUsage);
}

}  // namespace
}  // namespace leadgrade::tools
