// `leadgrade import` as a person meets it, without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "nlohmann/json.hpp"
#include "service/store/rocksdb_store.h"
#include "tests/tools/import/file_import.h"
#include "tests/tools/run_command.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kMapping[] = R"(apiVersion: leadgrade/v1
kind: Mapping
metadata: { name: test }
lead: { id: row.id }
facts:
  seats: int(row.seats)
)";

class ImportCommandTest : public ::testing::Test {
 protected:
  // With --data and the small bundle.
  CommandResult Import(const std::string& file, std::vector<std::string> more = {},
                       const std::string& input = "") {
    std::vector<std::string> arguments = {"import", file,  "--mapping", mapping_,
                                          "--data", data_, "--rules",   rules_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunCommand(arguments, input);
  }

  // How many leads the store holds; -1: there is none.
  int Stored() const {
    store::RocksDbOptions options;
    options.path = data_;
    options.create_if_missing = false;
    const auto store = store::OpenRocksDbStore(options);
    return store.ok() ? static_cast<int>((*store)->ListById("", 1000)->leads.size()) : -1;
  }

  TempDir directory_;
  const std::string data_ = directory_.path() + "/data";
  const std::string rules_ = WriteSmallBundle(directory_);
  std::string mapping_ = directory_.Write("m.yaml", kMapping);
};

TEST_F(ImportCommandTest, SaysHowManyLeadsCameIn) {
  const CommandResult result = Import(directory_.Write("in.csv", "id,seats\na,1\nb,2\n"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "2 leads imported\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(Stored(), 2);
}

TEST_F(ImportCommandTest, RejectedRowsAreExitCodeOneAndTheOthersAreIn) {
  const std::string file = directory_.Write("in.csv", "id,seats\na,1\nb,x\nc,-1\n");
  const CommandResult result = Import(file);
  const std::string rejects = directory_.path() + "/in.rejects.csv";
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "1 lead imported, 2 rejected (see " + rejects + ")\n");
  EXPECT_THAT(result.err,
              HasSubstr(file + ":3: error: facts.seats: cannot read \"x\" as an int\n"));
  EXPECT_THAT(result.err, HasSubstr(file + ":4: error: facts.seats: must be at least 0\n"));
  EXPECT_EQ(ReadText(rejects), "id,seats\nb,x\nc,-1\n");
}

TEST_F(ImportCommandTest, TellsTheSameAsJson) {
  const std::string kept = directory_.path() + "/kept.csv";
  const CommandResult result = Import(directory_.Write("in.csv", "id,seats\na,1\nb,x\n"),
                                      {"--format", "json", "--rejects", kept});
  EXPECT_EQ(result.exit_code, 1);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["imported"], 1);
  EXPECT_EQ(json["rejected"], 1);
  EXPECT_EQ(json["rejects"], kept);
  EXPECT_EQ(json["dryRun"], false);
  EXPECT_EQ(ReadText(kept), "id,seats\nb,x\n");
}

TEST_F(ImportCommandTest, ReadsStandardInputByItsFirstCharacter) {
  EXPECT_EQ(Import("-", {}, "id,seats\na,1\n").out, "1 lead imported\n");
  EXPECT_EQ(RunCommand({"import", "-", "--mapping",
                        directory_.Write("j.yaml", std::string(kMapping).replace(
                                                       std::string(kMapping).find("int(row.seats)"),
                                                       14, "row.seats")),
                        "--data", data_, "--rules", rules_},
                       "\n {\"id\": \"b\", \"seats\": 3}\n")
                .out,
            "1 lead imported\n");
  EXPECT_EQ(Stored(), 2);
}

TEST_F(ImportCommandTest, AColumnThatIsNotThereIsFoundBeforeTheFirstRow) {
  const CommandResult result = Import(directory_.Write("in.csv", "id,seat\na,1\n"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, mapping_ +
                            ":6:18: error: the file has no column `seats` [unknown-column]\n"
                            "  seats: int(row.seats)\n"
                            "                 ^~~~~\n"
                            "hint: did you mean `seat`?\n");
  EXPECT_EQ(Stored(), -1);
}

TEST_F(ImportCommandTest, AFactThatTheBundleLacksIsFoundBeforeTheFirstRow) {
  mapping_ = directory_.Write("m.yaml", R"(apiVersion: leadgrade/v1
kind: Mapping
metadata: { name: test }
lead: { id: row.id }
facts: { seat: int(row.seats) }
)");
  const CommandResult result = Import(directory_.Write("in.csv", "id,seats\na,1\n"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("m.yaml:5:10: error: the bundle `small` has no fact `seat`"));
  EXPECT_THAT(result.err, HasSubstr("hint: did you mean `seats`?"));
}

TEST_F(ImportCommandTest, AMappingThatDoesNotLoadIsExitCodeThree) {
  mapping_ = directory_.Write("m.yaml", std::string(kMapping) + "  more: row.\n");
  const CommandResult result = Import(directory_.Write("in.csv", "id,seats\na,1\n"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("m.yaml:7:"));
}

TEST_F(ImportCommandTest, WhatCannotBeReadIsAUsageError) {
  CommandResult result = Import(directory_.path() + "/none.csv");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("none.csv`: No such file or directory"));
  result = Import(directory_.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("it is no file"));
  result = Import(directory_.Write("in.csv", "a,a\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("in.csv:1: error: the header has `a` twice"));
  mapping_ = directory_.path() + "/none.yaml";
  result = Import(directory_.Write("in.csv", "id,seats\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("cannot read the mapping"));
}

TEST_F(ImportCommandTest, ADryRunStoresAndKeepsNothing) {
  const std::string file = directory_.Write("in.csv", "id,seats\na,1\nb,x\n");
  const CommandResult result = Import(file, {"--dry-run"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "1 lead could be imported, 1 rejected\n");
  EXPECT_EQ(Stored(), -1);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/in.rejects.csv"));
}

TEST_F(ImportCommandTest, TheRejectsDoNotOverwriteTheInput) {
  const std::string file = directory_.Write("in.csv", "id,seats\nb,x\n");
  const CommandResult result = Import(file, {"--rejects", directory_.path() + "/./in.csv"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("cannot go into the file that is read"));
  EXPECT_EQ(ReadText(file), "id,seats\nb,x\n");
}

TEST_F(ImportCommandTest, AStoreThatIsOpenIsExitCodeFive) {
  store::RocksDbOptions options;
  options.path = data_;
  const auto store = store::OpenRocksDbStore(options);
  ASSERT_TRUE(store.ok());
  const CommandResult result = Import(directory_.Write("in.csv", "id,seats\na,1\n"));
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("is another leadgrade serving it?"));
}

TEST_F(ImportCommandTest, AServerThatIsNotThereIsExitCodeFive) {
  const CommandResult result = RunCommand({"import", directory_.Write("in.csv", "id,seats\na,1\n"),
                                           "--mapping", mapping_, "--server", "127.0.0.1:1"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, StartsWith("error: cannot reach the server at 127.0.0.1:1"));
}

TEST_F(ImportCommandTest, OptionsThatDoNotGoTogetherAreRefused) {
  const std::string file = directory_.Write("in.csv", "id,seats\na,1\n");
  EXPECT_EQ(Import(file, {"--server", "127.0.0.1:7600"}).exit_code, 2);
  const CommandResult result =
      RunCommand({"import", file, "--mapping", mapping_, "--rules", rules_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--rules goes with --data or --dry-run"));
  EXPECT_EQ(RunCommand({"import", file}).exit_code, 2);
}

}  // namespace
}  // namespace leadgrade::tools
