// `leadgrade watch` against a server with given changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
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

TEST_F(WatchCommand, AsksForTheConditionsGiven) {
  Watch({"--max", "1", "--entered", "A,B", "--left", "D", "--owner", "li", "--owner", "wang, jr",
         "--filter", "budget", "--settle", "1m30.5s", "--quiet", "22:00-07:00", "--quiet-zone",
         "Asia/Shanghai"});
  ASSERT_EQ(server_.watch_requests.size(), 1u);
  const v1::WatchGradeChangesRequest& request = server_.watch_requests[0];
  EXPECT_THAT(request.grades_entered(), ElementsAre("A", "B"));
  EXPECT_THAT(request.grades_left(), ElementsAre("D"));
  EXPECT_THAT(request.owners(), ElementsAre("li", "wang, jr"));
  EXPECT_EQ(request.filter(), "budget");
  EXPECT_EQ(request.settle_time().seconds(), 90);
  EXPECT_EQ(request.settle_time().nanos(), 500'000'000);
  EXPECT_EQ(request.quiet_hours().start(), "22:00");
  EXPECT_EQ(request.quiet_hours().end(), "07:00");
  EXPECT_EQ(request.quiet_hours().time_zone(), "Asia/Shanghai");
}

TEST_F(WatchCommand, AsksForNoConditionThatIsNotGiven) {
  Watch({"--max", "1"});
  ASSERT_EQ(server_.watch_requests.size(), 1u);
  EXPECT_EQ(server_.watch_requests[0].ByteSizeLong(), 0u);
}

TEST_F(WatchCommand, TheQuietZoneMayBeTheBundles) {
  Watch({"--max", "1", "--quiet", "22:00-07:00"});
  ASSERT_EQ(server_.watch_requests.size(), 1u);
  EXPECT_EQ(server_.watch_requests[0].quiet_hours().time_zone(), "");
}

TEST_F(WatchCommand, ConditionsOfAWrongFormAreUsageErrors) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--settle", "10"},
                                             {"--settle", "-1m"},
                                             {"--settle", "169h"},
                                             {"--quiet", "22:00"},
                                             {"--quiet", "22-07"},
                                             {"--quiet-zone", "Asia/Shanghai"}}) {
    EXPECT_EQ(Watch(wrong).exit_code, kUsage) << wrong[0] << " " << wrong[1];
  }
  EXPECT_TRUE(server_.watch_requests.empty());
}

TEST_F(WatchCommand, PrintsTheOwnerInJson) {
  server_.watch_scripts[0].replies[0].mutable_change()->set_owner("li");
  const auto json = nlohmann::json::parse(Watch({"--max", "1", "--format", "json"}).out);
  EXPECT_EQ(json.at("change").at("owner"), "li");
}

TEST_F(WatchCommand, TakesATokenOrTheBeginningNotBoth) {
  EXPECT_EQ(Watch({"--resume", "t0", "--from-start"}).exit_code, kUsage);
}

}  // namespace
}  // namespace leadgrade::tools
