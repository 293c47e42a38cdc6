// `leadgrade watch` against a server with given changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::StartsWith;

class WatchCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    v1::WatchGradeChangesResponse response;
    response.set_resume_token("t1");
    response.mutable_change()->set_lead("leads/acme");
    v1::GradeChange* change = response.mutable_change()->mutable_change();
    *change->mutable_change_time() = MakeTimestamp("2026-03-11T16:00:00Z");
    change->set_from_grade("A");
    change->set_to_grade("D");
    change->set_rule("window-passed");
    change->set_cause(v1::CHANGE_CAUSE_TIMER);
    server_.watch_scripts = {{{response}, grpc::Status::OK, true}};
  }

  CommandResult Watch(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "watch");
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunCommand(arguments);
  }

  FakeServer server_;
};

TEST_F(WatchCommand, PrintsAChangeALineInTheBundlesZone) {
  const CommandResult result = Watch({"--max", "1"});
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_EQ(result.out, "2026-03-12 00:00:00 +08:00  acme  A -> D  timer, window-passed\n");
  EXPECT_EQ(result.err, "to go on from here: --resume t1\n");
}

TEST_F(WatchCommand, PrintsJsonWithTheToken) {
  const auto json = nlohmann::json::parse(Watch({"--max", "1", "--format", "json"}).out);
  EXPECT_EQ(json.at("change").at("lead"), "leads/acme");
  EXPECT_EQ(json.at("resumeToken"), "t1");
}

TEST_F(WatchCommand, ResumesFromAToken) {
  Watch({"--max", "1", "--resume", "t0"});
  ASSERT_EQ(server_.watch_requests.size(), 1u);
  EXPECT_EQ(server_.watch_requests[0].resume_token(), "t0");
}

TEST_F(WatchCommand, ATokenThatIsNoneIsAUsageError) {
  server_.watch_scripts = {
      {{}, grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "resume_token: is not of this store")}};
  const CommandResult result = Watch({"--resume", "x"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, StartsWith("error: resume_token: is not of this store\n"));
}

TEST_F(WatchCommand, TakesATokenOrTheBeginningNotBoth) {
  EXPECT_EQ(Watch({"--resume", "t0", "--from-start"}).exit_code, kUsage);
}

}  // namespace
}  // namespace leadgrade::tools
