// `leadgrade export` against a server with given leads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;

class ExportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [name, type] : {std::pair{"note", "string"},
                                     {"seats", "int"},
                                     {"need", "bool"},
                                     {"never_stated", "int"}}) {
      v1::FactDescription* fact = server_.bundle.add_facts();
      fact->set_name(name);
      fact->set_type(type);
    }
    for (const char* id : {"acme", "globex", "initech"}) {
      server_.leads.emplace_back().set_name(std::string("leads/") + id);
    }
    v1::Lead& acme = server_.leads[0];
    acme.set_display_name("Acme, Inc.");
    acme.set_owner("@li");
    acme.set_grade("A");
    (*acme.mutable_facts())["need"].mutable_value()->set_bool_value(true);
    (*acme.mutable_facts())["note"].mutable_value()->set_string_value("=cmd()");
    (*server_.leads[2].mutable_facts())["seats"].mutable_value()->set_number_value(-12);
  }

  CommandResult Export(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "export");
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunCommand(arguments);
  }

  FakeServer server_;
};

TEST_F(ExportCommand, WritesALeadALine) {
  const CommandResult result = Export();
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u);
  const auto lead = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(lead.at("name"), "leads/acme");
  EXPECT_EQ(lead.at("facts").at("note").at("value"), "=cmd()");
}

TEST_F(ExportCommand, WritesCsvWithAColumnForEachStatedFact) {
  EXPECT_EQ(Export({"--format", "csv"}).out,
            "lead,display_name,owner,grade,note,seats,need\n"
            "acme,\"Acme, Inc.\",'@li,A,'=cmd(),,true\n"
            "globex,,,,,,\n"
            "initech,,,,,-12,\n");
}

TEST_F(ExportCommand, KeepsFactsThatTheBundleNoLongerHas) {
  (*server_.leads[1].mutable_facts())["of_old"].mutable_value()->set_string_value("-x");
  const std::vector<std::string> lines = absl::StrSplit(Export({"--format", "csv"}).out, '\n');
  EXPECT_EQ(lines[0], "lead,display_name,owner,grade,note,seats,need,of_old");
  EXPECT_EQ(lines[2], "globex,,,,,,,'-x");
}

TEST_F(ExportCommand, TellsAFactFromAColumnOfTheSameName) {
  (*server_.leads[1].mutable_facts())["grade"].mutable_value()->set_string_value("x");
  const std::vector<std::string> lines = absl::StrSplit(Export({"--format", "csv"}).out, '\n');
  EXPECT_EQ(lines[0], "lead,display_name,owner,grade,note,seats,need,facts.grade");
}

TEST_F(ExportCommand, DoesNotTakeAQuantityForAFormula) {
  server_.bundle.add_facts()->set_name("big");
  server_.bundle.mutable_facts(4)->set_type("int?");
  (*server_.leads[0].mutable_facts())["big"].mutable_value()->set_string_value("-9007199254740993");
  const std::vector<std::string> lines = absl::StrSplit(Export({"--format", "csv"}).out, '\n');
  EXPECT_EQ(lines[1], "acme,\"Acme, Inc.\",'@li,A,'=cmd(),,true,-9007199254740993");
}

TEST_F(ExportCommand, PassesTheGradesOn) {
  Export({"--grade", "A"});
  EXPECT_THAT(server_.list_requests[0].grades(), ElementsAre("A"));
  EXPECT_FALSE(server_.list_requests[0].with_decisions());
}

TEST_F(ExportCommand, WritesTheTitlesOfAnEmptyFile) {
  server_.leads.clear();
  EXPECT_EQ(Export({"--format", "csv"}).out, "lead,display_name,owner,grade\n");
}

}  // namespace
}  // namespace leadgrade::tools
