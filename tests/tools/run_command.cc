#include "tests/tools/run_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "CLI/CLI.hpp"
#include "tools/command_line.h"
#include "tools/commands.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

// Puts another buffer under a standard stream for a while.
class Redirect {
 public:
  Redirect(std::ios& stream, std::streambuf* to) : stream_(stream), old_(stream.rdbuf(to)) {
    stream_.clear();
  }
  ~Redirect() {
    stream_.rdbuf(old_);
    stream_.clear();
  }

 private:
  std::ios& stream_;
  std::streambuf* old_;
};

constexpr char kBundle[] = R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: small }
timeZone: Asia/Shanghai
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: small-facts }
types: { Grade: [D, B, A] }
facts:
  need: { type: bool, title: { zh: 有需求, en: Has a need }, question: { zh: 哪里不便？, en: "What hurts?" } }
  seats: { type: int, range: { min: 0 }, title: { zh: 席位, en: Seats }, question: { zh: 多少席位？, en: "How many seats?" } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading, description: The grade. }
hitPolicy: FIRST
outputs:
  - { name: grade, type: Grade }
rules:
  - id: no-need
    reason: { zh: 没有需求, en: No need }
    when: "!need"
    then: { grade: D }
  - id: many-seats
    reason: { zh: 席位多, en: Many seats }
    when: seats >= 100
    then: { grade: A }
  - id: few-seats
    reason: { zh: 席位少, en: Few seats }
    then: { grade: B }
)";

constexpr char kSuite[] = R"(apiVersion: leadgrade/v1
kind: TestSuite
metadata: { name: grading }
now: 2026-03-12T10:00:00+08:00
cases:
  - name: no need is a D
    facts: { need: false, seats: 500 }
    expect: { grade: D }
  - name: many seats are an A
    facts: { need: true, seats: 100 }
    expect: { grade: A }
)";

}  // namespace

CommandResult RunCommand(std::vector<std::string> arguments, const std::string& input) {
  std::ostringstream out, err;
  std::istringstream in(input);
  const Redirect redirect_out(std::cout, out.rdbuf());
  const Redirect redirect_err(std::cerr, err.rdbuf());
  const Redirect redirect_in(std::cin, in.rdbuf());
  CLI::App app;
  CommandResult result;
  int exit_code = kFine;
  DeclareProgram(app);
  AddCommands(app, &exit_code);
  std::vector<const char*> argv = {"leadgrade"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  result.exit_code = RunProgram(app, static_cast<int>(argv.size()), argv.data(), &exit_code);
  result.out = out.str();
  result.err = err.str();
  return result;
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "leadgrade-XXXXXX").string();
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  path_ = pattern;
}

TempDir::~TempDir() { std::filesystem::remove_all(path_); }

std::string TempDir::Write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

std::string WriteSmallBundle(const TempDir& parent) {
  parent.Write("small/grading_test.yaml", kSuite);
  return std::filesystem::path(parent.Write("small/bundle.yaml", kBundle)).parent_path().string();
}

}  // namespace leadgrade::tools
