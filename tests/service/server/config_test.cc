#include "service/server/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::server {
namespace {

std::string Mistakes(const std::string& text, ServerOptions* options) {
  base::IssueList issues;
  ParseConfig("leadgrade.yaml", text, options, &issues);
  return base::FormatIssues(issues);
}

TEST(Config, SetsWhatItNames) {
  ServerOptions options;
  EXPECT_EQ(Mistakes("rules: /etc/leadgrade/rules\n"
                     "data: /var/lib/leadgrade\n"
                     "grpc: 0.0.0.0:7000\n"
                     "http: '[::1]:0'\n"
                     "logLevel: debug\n"
                     "logFormat: text\n"
                     "drainTimeout: 1m30s\n",
                     &options),
            "");
  EXPECT_EQ(options.rules_dir, "/etc/leadgrade/rules");
  EXPECT_EQ(options.data_dir, "/var/lib/leadgrade");
  EXPECT_EQ(options.grpc_address, "0.0.0.0:7000");
  EXPECT_EQ(options.http_address, "[::1]:0");
  EXPECT_EQ(options.log_level, "debug");
  EXPECT_EQ(options.log_format, "text");
  EXPECT_EQ(options.drain_timeout, absl::Seconds(90));
}

TEST(Config, KeepsWhatItDoesNotName) {
  for (const char* text : {"", "# nothing\n", "---\n", "logLevel: warn\n"}) {
    ServerOptions options;
    options.data_dir = "before";
    EXPECT_EQ(Mistakes(text, &options), "");
    EXPECT_EQ(options.data_dir, "before");
  }
}

TEST(Config, TakesTheEndsOfTheDrainTimeout) {
  for (const char* text : {"drainTimeout: 0s\n", "drainTimeout: 10m\n"}) {
    ServerOptions options;
    EXPECT_EQ(Mistakes(text, &options), "");
  }
}

struct BadFile {
  const char* text;
  const char* mistakes;
};

class BadConfig : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadConfig, IsRefusedAtItsPlaceAndChangesNothing) {
  ServerOptions options;
  options.data_dir = "before";
  EXPECT_EQ(Mistakes(absl::StrCat("data: after\n", GetParam().text), &options),
            GetParam().mistakes);
  EXPECT_EQ(options.data_dir, "before");
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadConfig,
    ::testing::Values(
        BadFile{"ruels: x\n",
                "leadgrade.yaml:2:1: error: unknown key `ruels` in a map of settings "
                "[unknown-key]\n"
                "ruels: x\n^~~~~\nhint: did you mean `rules`?\n"},
        BadFile{"port: 1\n",
                "leadgrade.yaml:2:1: error: unknown key `port` in a map of settings "
                "[unknown-key]\n"
                "port: 1\n^~~~\nhint: known here: `rules`, `data`, `grpc`, `http`, `logLevel`, "
                "`logFormat`, `drainTimeout`\n"},
        BadFile{"data: again\n",
                "leadgrade.yaml:2:1: error: `data` is given twice [duplicate-key]\n"
                "data: again\n^~~~\n"},
        BadFile{"grpc: 7600\n",
                "leadgrade.yaml:2:7: error: `grpc`: expected HOST:PORT with a port from 0 to "
                "65535, such as `127.0.0.1:7600`; got `7600` [bad-value]\n"
                "grpc: 7600\n      ^~~~\n"},
        BadFile{"http: {port: 1}\n",
                "leadgrade.yaml:2:8: error: expected a single value, got a map [wrong-shape]\n"
                "http: {port: 1}\n       ^~~~\n"},
        BadFile{"rules:\n",
                "leadgrade.yaml:2:1: error: `rules` has no value [bad-value]\n"
                "rules:\n^~~~~\nhint: leave the key out for the default\n"},
        BadFile{"rules: ''\n",
                "leadgrade.yaml:2:8: error: `rules`: expected a directory, got an empty text "
                "[bad-value]\n"
                "rules: ''\n       ^~\n"},
        BadFile{"logLevel: wran\n",
                "leadgrade.yaml:2:11: error: `logLevel`: expected one of `trace`, `debug`, "
                "`info`, `warn`, `error`; got `wran`; did you mean `warn`? [bad-value]\n"
                "logLevel: wran\n          ^~~~\n"},
        BadFile{"logFormat: xml\n",
                "leadgrade.yaml:2:12: error: `logFormat`: expected one of `json`, `text`; got "
                "`xml` [bad-value]\n"
                "logFormat: xml\n           ^~~\n"},
        BadFile{"drainTimeout: 10\n",
                "leadgrade.yaml:2:15: error: `drainTimeout`: expected a duration from 0s to 10m, "
                "such as `10s`; got `10` [bad-value]\n"
                "drainTimeout: 10\n              ^~\n"},
        BadFile{"drainTimeout: 601s\n",
                "leadgrade.yaml:2:15: error: `drainTimeout`: expected a duration from 0s to 10m, "
                "such as `10s`; got `601s` [bad-value]\n"
                "drainTimeout: 601s\n              ^~~~\n"},
        BadFile{"drainTimeout: -1s\n",
                "leadgrade.yaml:2:15: error: `drainTimeout`: expected a duration from 0s to 10m, "
                "such as `10s`; got `-1s` [bad-value]\n"
                "drainTimeout: -1s\n              ^~~\n"},
        BadFile{"drainTimeout: inf\n",
                "leadgrade.yaml:2:15: error: `drainTimeout`: expected a duration from 0s to 10m, "
                "such as `10s`; got `inf` [bad-value]\n"
                "drainTimeout: inf\n              ^~~\n"},
        BadFile{"ruels: x\nlogLevel: 3\n",
                "leadgrade.yaml:2:1: error: unknown key `ruels` in a map of settings "
                "[unknown-key]\n"
                "ruels: x\n^~~~~\nhint: did you mean `rules`?\n"
                "leadgrade.yaml:3:11: error: `logLevel`: expected one of `trace`, `debug`, "
                "`info`, `warn`, `error`; got `3` [bad-value]\n"
                "logLevel: 3\n          ^\n"}));

TEST(Config, RefusesAFileThatIsNoMap) {
  ServerOptions options;
  EXPECT_EQ(Mistakes("- rules\n", &options),
            "leadgrade.yaml:1:1: error: expected a map of settings, got a list [wrong-shape]\n"
            "- rules\n^\nhint: a map of `rules`, `data`, `grpc`, `http`, `logLevel`, `logFormat`, "
            "`drainTimeout`\n");
}

TEST(Config, RefusesASecondDocument) {
  ServerOptions options;
  EXPECT_EQ(Mistakes("rules: a\n---\nrules: b\n", &options),
            "leadgrade.yaml:3:1: error: a config file has one document [wrong-shape]\n"
            "rules: b\n^~~~~\n");
}

TEST(Config, ShowsWhereTheYamlIsBroken) {
  ServerOptions options;
  const std::string mistakes = Mistakes("rules: [a\n", &options);
  EXPECT_TRUE(absl::StartsWith(mistakes, "leadgrade.yaml:")) << mistakes;
  EXPECT_TRUE(absl::StrContains(mistakes, "[yaml-syntax]")) << mistakes;
}

class ConfigFile : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = directory_.path() + "/leadgrade.yaml";
    std::ofstream(path) << text;
    return path;
  }

  testing::TempDir directory_;
  ServerOptions options_;
};

TEST_F(ConfigFile, IsReadOverTheOptions) {
  ASSERT_TRUE(ReadConfigFile(Write("data: elsewhere\n"), &options_).ok());
  EXPECT_EQ(options_.data_dir, "elsewhere");
}

TEST_F(ConfigFile, GivesMistakesWithTheFilesPath) {
  const std::string path = Write("grcp: 127.0.0.1:1\n");
  const absl::Status status = ReadConfigFile(path, &options_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            path +
                ":1:1: error: unknown key `grcp` in a map of settings [unknown-key]\n"
                "grcp: 127.0.0.1:1\n^~~~\nhint: did you mean `grpc`?\n");
}

TEST_F(ConfigFile, ThatIsNotThereIsNotFound) {
  const std::string path = directory_.path() + "/none.yaml";
  EXPECT_EQ(ReadConfigFile(path, &options_),
            absl::NotFoundError(absl::StrCat("there is no config file `", path, "`")));
}

TEST_F(ConfigFile, ThatIsADirectoryIsRefused) {
  EXPECT_EQ(ReadConfigFile(directory_.path(), &options_),
            absl::InvalidArgumentError(absl::StrCat("can't read the config file `",
                                                    directory_.path(), "`: it is a directory")));
}

TEST_F(ConfigFile, ThatIsTooLargeIsRefused) {
  const absl::Status status = ReadConfigFile(Write(std::string((1 << 20) + 1, '#')), &options_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "larger than 1048576 bytes")) << status;
}

}  // namespace
}  // namespace leadgrade::server
