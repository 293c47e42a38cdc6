// `leadgrade score` and `leadgrade explain` against a server with given answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;

class ScoreCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.decisions.push_back(
        MakeDecision("leads/acme", "A", "2026-03-02T09:00:00+08:00", "2026-03-12T00:00:00+08:00"));
    server_.decisions.back().add_reasons()->set_text("All three");
    server_.decisions.back().add_next_actions()->set_title("Close");
    server_.decisions.push_back(MakeDecision("leads/globex", "D", "2026-03-02T09:00:00+08:00", ""));
  }

  CommandResult Score(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "score");
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunCommand(arguments);
  }

  FakeServer server_;
};

TEST_F(ScoreCommand, PrintsATable) {
  const CommandResult result = Score({"acme", "leads/globex"});
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_EQ(result.out,
            "LEAD    GRADE  POTENTIAL  DAYS LEFT  NEXT ACTION  REASON\n"
            "acme    A      A                  9  Close        All three\n"
            "globex  D      D                  -  -            -\n");
}

TEST_F(ScoreCommand, PrintsADecisionALine) {
  const CommandResult result = Score({"acme", "globex", "--format", "json"});
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(lines[0]).at("lead"), "leads/acme");
  EXPECT_EQ(nlohmann::json::parse(lines[1]).at("grade"), "D");
}

TEST_F(ScoreCommand, NamesALeadThatIsNotThereAndPrintsTheOthers) {
  const CommandResult result = Score({"nobody", "acme", "--format", "json"});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_THAT(result.out, HasSubstr("leads/acme"));
  EXPECT_EQ(result.err, "error: leads/nobody: there is no lead `leads/nobody` [LEAD_NOT_FOUND]\n");
}

TEST_F(ScoreCommand, AsksInBatches) {
  std::vector<std::string> leads;
  for (int i = 0; i < 1001; ++i) leads.push_back(absl::StrCat("n", i));
  Score(leads);
  ASSERT_EQ(server_.score_requests.size(), 2u);
  EXPECT_EQ(server_.score_requests[0].names_size(), 1000);
  EXPECT_EQ(server_.score_requests[1].names(0), "leads/n1000");
}

TEST_F(ScoreCommand, NeedsALead) { EXPECT_EQ(Score({}).exit_code, kUsage); }

TEST_F(ScoreCommand, ExplainsALead) {
  server_.explanation_of = "leads/acme";
  *server_.explanation.mutable_decision() = server_.decisions[0];
  const CommandResult text = RunCommand({"explain", "acme", "--server", server_.address()});
  EXPECT_EQ(text.exit_code, kFine) << text.err;
  EXPECT_THAT(text.out, HasSubstr("grade        A\n"));
  EXPECT_THAT(text.out, HasSubstr("\nwhy\n  All three ["));
  const CommandResult json =
      RunCommand({"explain", "leads/acme", "--format", "json", "--server", server_.address()});
  EXPECT_EQ(nlohmann::json::parse(json.out).at("decision").at("grade"), "A");
}

TEST_F(ScoreCommand, ScoresAsOfAnInstant) {
  const CommandResult result = Score({"acme", "globex", "--at", "2026-03-01T09:00:00.5+08:00"});
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\nglobex  D "));
  ASSERT_EQ(server_.single_score_requests.size(), 2u);
  EXPECT_EQ(server_.single_score_requests[1].read_time().seconds(), 1772326800);
  EXPECT_EQ(server_.single_score_requests[1].read_time().nanos(), 500'000'000);
  EXPECT_TRUE(server_.score_requests.empty());
}

TEST_F(ScoreCommand, ALeadThatWasNotThereThenDoesNotStopTheOthers) {
  const CommandResult result = Score({"nobody", "acme", "--at", "2026-03-01", "--format", "json"});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_THAT(result.out, HasSubstr("leads/acme"));
  EXPECT_EQ(result.err, "error: leads/nobody: there is no lead `leads/nobody` [LEAD_NOT_FOUND]\n");
}

TEST_F(ScoreCommand, ExplainsAsOfADateInTheServersZone) {
  server_.bundle.set_time_zone("Asia/Shanghai");
  server_.explanation_of = "leads/acme";
  const CommandResult result =
      RunCommand({"explain", "acme", "--at", "2026-03-01", "--server", server_.address()});
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  ASSERT_EQ(server_.explain_requests.size(), 1u);
  EXPECT_EQ(server_.explain_requests[0].read_time().seconds(), 1772294400);
}

TEST_F(ScoreCommand, RefusesWhatIsNoTime) {
  for (const char* command : {"score", "explain"}) {
    const CommandResult result =
        RunCommand({command, "acme", "--at", "yesterday", "--server", server_.address()});
    EXPECT_EQ(result.exit_code, kUsage);
    EXPECT_THAT(result.err, HasSubstr("error: --at: expected a date"));
  }
  EXPECT_TRUE(server_.single_score_requests.empty());
  EXPECT_TRUE(server_.explain_requests.empty());
}

TEST_F(ScoreCommand, ExplainsNoLeadThatIsNotThere) {
  const CommandResult result = RunCommand({"explain", "nobody", "--server", server_.address()});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "error: there is no lead `leads/nobody` [LEAD_NOT_FOUND]\n");
}

}  // namespace
}  // namespace leadgrade::tools
