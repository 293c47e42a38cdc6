#include "tools/client.h"

#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

google::rpc::Status WithReason(const std::string& message, const std::string& reason) {
  google::rpc::Status status;
  status.set_code(3);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  status.add_details()->PackFrom(info);
  return status;
}

TEST(Describe, PutsTheReasonBehindTheMessage) {
  EXPECT_EQ(Describe(WithReason("there is no lead `x`", "LEAD_NOT_FOUND")),
            "there is no lead `x` [LEAD_NOT_FOUND]");
}

TEST(Describe, ListsEachWrongField) {
  google::rpc::Status status = WithReason("2 fields are wrong", "FIELD_INVALID");
  google::rpc::BadRequest bad;
  for (const char* field : {"name", "language_code"}) {
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description("is wrong");
  }
  status.add_details()->PackFrom(bad);
  EXPECT_EQ(Describe(status),
            "2 fields are wrong [FIELD_INVALID]\n  name: is wrong\n  language_code: is wrong");
}

TEST(Describe, SaysAnOnlyWrongFieldOnce) {
  google::rpc::Status status = WithReason("name: is wrong", "FIELD_INVALID");
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("name");
  bad.mutable_field_violations(0)->set_description("is wrong");
  status.add_details()->PackFrom(bad);
  EXPECT_EQ(Describe(status), "name: is wrong [FIELD_INVALID]");
}

TEST(Describe, SaysWhenToTryAgain) {
  google::rpc::Status status = WithReason("busy", "TOO_MANY_WRITES");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  status.add_details()->PackFrom(retry);
  EXPECT_EQ(Describe(status), "busy [TOO_MANY_WRITES]\n  try again in 1s");
}

TEST(Describe, ReadsTheDetailsOfACall) {
  EXPECT_EQ(Describe(LeadNotFound("leads/x")), "there is no lead `leads/x` [LEAD_NOT_FOUND]");
}

TEST(Describe, DoesWithoutDetailsThatAreNone) {
  EXPECT_EQ(Describe(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "no details")), "broken");
  EXPECT_EQ(Describe(grpc::Status(grpc::StatusCode::INTERNAL, "")), "error 13");
}

TEST(Describe, CannotSteerATerminal) {
  EXPECT_EQ(Describe(grpc::Status(grpc::StatusCode::INTERNAL, "\x1b[2J")), "\uFFFD[2J");
}

TEST(ExitCode, FollowsTheStatusCode) {
  EXPECT_EQ(ExitCodeOf(grpc::StatusCode::OK), kFine);
  EXPECT_EQ(ExitCodeOf(grpc::StatusCode::UNAVAILABLE), kUnreachable);
  EXPECT_EQ(ExitCodeOf(grpc::StatusCode::DEADLINE_EXCEEDED), kUnreachable);
  EXPECT_EQ(ExitCodeOf(grpc::StatusCode::INVALID_ARGUMENT), kUsage);
  EXPECT_EQ(ExitCodeOf(grpc::StatusCode::NOT_FOUND), kInternalError);
}

TEST(LeadNames, AreTakenWithAndWithoutTheCollection) {
  EXPECT_EQ(LeadName("acme"), "leads/acme");
  EXPECT_EQ(LeadName("leads/acme"), "leads/acme");
  EXPECT_EQ(LeadId("leads/acme"), "acme");
}

TEST(Unreachable, EndsEachCommandWithItsExitCodeAndTheAddress) {
  // Nobody listens on a socket file that is not there.
  const std::string nowhere = "unix:/nowhere/leadgrade.sock";
  for (const std::vector<std::string>& command : {std::vector<std::string>{"score", "acme"},
                                                  {"explain", "acme"},
                                                  {"leads", "list"},
                                                  {"leads", "get", "acme"},
                                                  {"watch"},
                                                  {"watch", "--format", "json"},
                                                  {"export"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--server", nowhere});
    const CommandResult result = RunCommand(arguments);
    EXPECT_EQ(result.exit_code, kUnreachable) << command.front();
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err.rfind("error: cannot reach the server at " + nowhere + ": ", 0), 0u)
        << result.err;
  }
}

}  // namespace
}  // namespace leadgrade::tools
