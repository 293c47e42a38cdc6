#include "tools/command_line.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

// A program with the commands `serve` and `leads list`, and `fail`, which throws.
class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    DeclareProgram(app_);
    CLI::App* serve = app_.add_subcommand("serve", "Serve");
    serve->add_option("--rules", rules_, "Rules");
    serve->callback([this] { exit_code_ = kBadBundle; });
    CLI::App* leads = app_.add_subcommand("leads", "Leads");
    leads->require_subcommand(1);
    leads->add_subcommand("list", "List");
    app_.add_subcommand("fail", "Fail")->callback([] { throw std::runtime_error("no memory"); });
  }

  int Run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/leadgrade");
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code =
        RunProgram(app_, static_cast<int>(arguments.size()), arguments.data(), &exit_code_);
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  CLI::App app_;
  int exit_code_ = kFine;
  std::string rules_;
  std::string out_;
  std::string err_;
};

TEST_F(CommandLineTest, GivesTheCommandsExitCode) {
  EXPECT_EQ(Run({"serve", "--rules", "here"}), kBadBundle);
  EXPECT_EQ(rules_, "here");
  EXPECT_EQ(out_ + err_, "");
}

TEST_F(CommandLineTest, ShowsItsVersion) {
  EXPECT_EQ(Run({"--version"}), kFine);
  EXPECT_EQ(out_, "leadgrade 0.1.0\n");
}

TEST_F(CommandLineTest, HelpsWithCommandsAnExampleAndExitCodes) {
  EXPECT_EQ(Run({"--help"}), kFine);
  for (const char* part : {"leadgrade [OPTIONS] SUBCOMMAND", "serve", "Example:", "Exit codes:"}) {
    EXPECT_NE(out_.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(err_, "");
}

TEST_F(CommandLineTest, HelpsWithOneCommand) {
  EXPECT_EQ(Run({"serve", "--help"}), kFine);
  EXPECT_NE(out_.find("--rules"), std::string::npos) << out_;
}

TEST_F(CommandLineTest, SaysWhatItDoesNotUnderstandAndWhereToLook) {
  struct Case {
    std::vector<const char*> arguments;
    const char* error;
  };
  for (const Case& wrong : {
           Case{{}, "error: A subcommand is required\nrun `leadgrade --help`\n"},
           Case{{"serv"},
                "error: there is no command `serv`; did you mean `serve`?\nrun `leadgrade "
                "--help`\n"},
           Case{{"xyzzy", "--rules", "x"},
                "error: there is no command `xyzzy`\nrun `leadgrade --help`\n"},
           Case{{"leads", "lst"},
                "error: there is no command `lst`; did you mean `list`?\n"
                "run `leadgrade leads --help`\n"},
           Case{{"leads", "list", "--x"},
                "error: there is no option `--x`\nrun `leadgrade leads list --help`\n"},
           Case{{"serve", "--rulse=x"},
                "error: there is no option `--rulse`; did you mean `--rules`?\n"
                "run `leadgrade serve --help`\n"},
           Case{{"serve", "extra"},
                "error: unexpected argument `extra`\nrun `leadgrade serve --help`\n"},
           Case{{"serve", "--rules"},
                "error: --rules: 1 required TEXT missing\nrun `leadgrade serve --help`\n"},
       }) {
    EXPECT_EQ(Run(wrong.arguments), kUsage);
    EXPECT_EQ(err_, wrong.error);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(exit_code_, kFine) << "it ran";
  }
}

TEST_F(CommandLineTest, EndsWithALineAfterAnException) {
  EXPECT_EQ(Run({"fail"}), kInternalError);
  EXPECT_EQ(err_, "error: internal: no memory\n");
}

}  // namespace
}  // namespace leadgrade::tools
