// The ends that a server finds at its start; service/server has the rest.
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

class ServeCommandTest : public ::testing::Test {
 protected:
  CommandResult Serve(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "serve");
    return RunCommand(std::move(arguments));
  }

  TempDir directory_;
  const std::string data_ = directory_.path() + "/data";
};

TEST_F(ServeCommandTest, RefusesABadConfigFileAtItsPlace) {
  const std::string config = directory_.Write("leadgrade.yaml", "ruels: x\n");
  const CommandResult result = Serve({"--config", config});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.err,
            absl::StrCat(config,
                         ":1:1: error: unknown key `ruels` in a map of settings [unknown-key]\n"
                         "ruels: x\n^~~~~\nhint: did you mean `rules`?\n"));
  EXPECT_EQ(result.out, "");
}

TEST_F(ServeCommandTest, SaysThatThereIsNoConfigFile) {
  const CommandResult result = Serve({"--config", "none.yaml"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_EQ(result.err, "error: there is no config file `none.yaml`\n");
}

TEST_F(ServeCommandTest, RefusesFlagsThatMeanNothing) {
  for (const auto& [flag, value, error] :
       {std::tuple("--grpc", "7600",
                   "--grpc: expected HOST:PORT with a port from 0 to 65535, such as "
                   "`127.0.0.1:7600`; got `7600`"),
        {"--http", "a:b",
         "--http: expected HOST:PORT with a port from 0 to 65535, such as `127.0.0.1:7600`; got "
         "`a:b`"},
        {"--log-level", "wran",
         "--log-level: expected one of `trace`, `debug`, `info`, `warn`, `error`; got `wran`; did "
         "you mean `warn`?"},
        {"--log-format", "xml", "--log-format: expected one of `json`, `text`; got `xml`"},
        {"--data", "", "--data: expected a path, got an empty text"}}) {
    const CommandResult result = Serve({flag, value});
    EXPECT_EQ(result.exit_code, kUsage) << flag;
    EXPECT_EQ(result.err, absl::StrCat("error: ", error, "\nrun `leadgrade serve --help`\n"));
  }
}

TEST_F(ServeCommandTest, LetsFlagsHaveTheLastWord) {
  const std::string config = directory_.Write("leadgrade.yaml", "rules: from-the-file\n");
  const CommandResult result = Serve({"--config", config, "--rules", "from-the-flag"});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_TRUE(absl::StrContains(result.err, "the bundle in `from-the-flag` does not load\n"))
      << result.err;
}

TEST_F(ServeCommandTest, ShowsWhatIsWrongWithABundleAndLeavesTheDataAlone) {
  const std::string rules = WriteSmallBundle(directory_);
  directory_.Write("small/broken.yaml", "apiVersion: leadgrade/v1\nkind: RulSet\n");
  const CommandResult result = Serve({"--rules", rules, "--data", data_});
  EXPECT_EQ(result.exit_code, kBadBundle);
  EXPECT_TRUE(absl::StartsWith(result.err, "small/broken.yaml:2:7: error: ")) << result.err;
  EXPECT_TRUE(
      absl::EndsWith(result.err, absl::StrCat("the bundle in `", rules, "` does not load\n")))
      << result.err;
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(ServeCommandTest, SaysThatTheDataCanNotBeUsed) {
  const std::string file = directory_.Write("file", "");
  const CommandResult result = Serve({"--rules", WriteSmallBundle(directory_), "--data", file,
                                      "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  EXPECT_EQ(result.exit_code, kUnreachable);
  EXPECT_TRUE(absl::StartsWith(result.err, absl::StrCat("error: can't open the store `", file)))
      << result.err;
}

}  // namespace
}  // namespace leadgrade::tools
