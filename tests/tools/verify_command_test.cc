#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/raw_store.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

class VerifyCommandTest : public ::testing::Test {
 protected:
  // With a lead.
  std::unique_ptr<store::LeadStore> MakeStore() {
    store::RocksDbOptions options;
    options.path = data_;
    auto store = store::OpenRocksDbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    std::vector<store::LeadWrite> writes(1);
    writes[0].lead.id = "acme";
    writes[0].lead.lead.grade_history.push_back({});
    writes[0].lead.lead.grade_history.back().to = "A";
    writes[0].lead.grade = "A";
    writes[0].is_new = true;
    EXPECT_TRUE((*store)->Apply(writes, store::Durability::kSynced).ok());
    return *std::move(store);
  }

  void Damage() {
    MakeStore();
    testing::RawStore(data_).Put("grade_index", "B\x1b/ghost", "");
  }

  CommandResult Verify(const std::string& format = "text") {
    return RunCommand({"verify", "--data", data_, "--format", format});
  }

  TempDir directory_;
  const std::string data_ = directory_.path() + "/data";
};

TEST_F(VerifyCommandTest, FindsNothingWrongWithASoundStore) {
  MakeStore();
  const CommandResult result = Verify();
  EXPECT_EQ(result.exit_code, kFine);
  EXPECT_EQ(result.out, "1 leads, 0 findings\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(VerifyCommandTest, ReadsAStoreThatIsBeingServed) {
  const auto serving = MakeStore();
  EXPECT_EQ(Verify().out, "1 leads, 0 findings\n");
}

TEST_F(VerifyCommandTest, PrintsEachFindingOnALineThatATerminalCanShow) {
  Damage();
  const CommandResult result = Verify();
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_TRUE(absl::EndsWith(result.out, "\n1 leads, 1 findings\n")) << result.out;
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << result.out;
}

TEST_F(VerifyCommandTest, PrintsOneJsonObject) {
  Damage();
  const CommandResult damaged = Verify("json");
  EXPECT_EQ(damaged.exit_code, kInternalError);
  const auto report = nlohmann::json::parse(damaged.out);
  EXPECT_EQ(report["leads"], 1);
  EXPECT_EQ(report["findings"].size(), 1u);
}

TEST_F(VerifyCommandTest, PrintsAnEmptyListForASoundStore) {
  MakeStore();
  EXPECT_EQ(Verify("json").out, "{\"findings\":[],\"leads\":1}\n");
}

TEST_F(VerifyCommandTest, SaysThatThereIsNoStoreAndMakesNone) {
  const CommandResult result = Verify();
  EXPECT_EQ(result.exit_code, kUnreachable);
  EXPECT_EQ(result.err, absl::StrCat("error: there is no store in `", data_, "`\n"));
  EXPECT_EQ(result.out, "");
  EXPECT_FALSE(std::filesystem::exists(data_));
}

}  // namespace
}  // namespace leadgrade::tools
