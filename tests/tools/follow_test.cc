#include "tools/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/tools/fake_server.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::WatchGradeChangesResponse Change(const std::string& lead, const std::string& token) {
  v1::WatchGradeChangesResponse response;
  response.mutable_change()->set_lead("leads/" + lead);
  response.set_resume_token(token);
  return response;
}

v1::WatchGradeChangesResponse Heartbeat(const std::string& token) {
  v1::WatchGradeChangesResponse response;
  response.set_resume_token(token);
  return response;
}

class Following : public ::testing::Test {
 protected:
  // Takes changes until there are `most`.
  grpc::Status Run(size_t most) {
    Client client(server_.address());
    Follower follower;
    follower.take = [&](const v1::WatchGradeChangesResponse& response) {
      leads_.push_back(response.change().lead());
      return leads_.size() < most;
    };
    follower.stop = [this] { return stop_; };
    follower.broke = [this](const grpc::Status& why, absl::Duration delay) {
      breaks_.push_back(absl::StrCat(why.error_code(), " ", absl::FormatDuration(delay)));
      if (breaks_.size() == stop_after_breaks_) stop_ = true;
    };
    return Follow(client, conditions_, timing_, follower, &place_);
  }

  std::vector<std::string> TokensAskedFor() const {
    std::vector<std::string> tokens;
    for (const auto& request : server_.watch_requests) tokens.push_back(request.resume_token());
    return tokens;
  }

  FakeServer server_;
  FollowTiming timing_ = {absl::Milliseconds(1), absl::Milliseconds(4)};
  v1::WatchGradeChangesRequest conditions_;
  LogPlace place_;
  bool stop_ = false;
  size_t stop_after_breaks_ = 100;
  std::vector<std::string> leads_;
  std::vector<std::string> breaks_;
};

const grpc::Status kGone(grpc::StatusCode::UNAVAILABLE, "shutting down");

TEST_F(Following, GoesOnFromTheLastTokenAfterABreak) {
  server_.watch_scripts = {{{Heartbeat("t0"), Change("a", "t1"), Heartbeat("t2")}, kGone},
                           {{Change("b", "t3")}, kGone},
                           {{Change("c", "t4")}, kGone}};
  EXPECT_TRUE(Run(3).ok());
  EXPECT_THAT(leads_, ElementsAre("leads/a", "leads/b", "leads/c"));
  EXPECT_THAT(TokensAskedFor(), ElementsAre("", "t2", "t3"));
  EXPECT_EQ(place_.token, "t4");
}

TEST_F(Following, WaitsLongerAfterEachAttemptThatFails) {
  server_.watch_scripts = {{{Heartbeat("t0")}, kGone},
                           {{}, kGone},
                           {{}, kGone},
                           {{}, kGone},
                           {{Heartbeat("t1")}, kGone}};
  stop_after_breaks_ = 5;
  EXPECT_TRUE(Run(1).ok());
  EXPECT_THAT(breaks_, ElementsAre("14 1ms", "14 2ms", "14 4ms", "14 4ms", "14 1ms"));
}

TEST_F(Following, DoesNotTryTheFirstConnectionAgain) {
  server_.watch_scripts = {{{}, kGone}};
  EXPECT_EQ(Run(1).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(breaks_, IsEmpty());
}

TEST_F(Following, EndsWithAnErrorThatWillNotPass) {
  server_.watch_scripts = {{{Heartbeat("t0")}, kGone},
                           {{}, grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "too old")}};
  const grpc::Status status = Run(1);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(status.error_message(), "too old");
}

TEST_F(Following, AsksForTheBeginningOnlyWithoutAToken) {
  place_.from_start = true;
  server_.watch_scripts = {{{Change("a", "t1")}, kGone}, {{Change("b", "t2")}, kGone}};
  EXPECT_TRUE(Run(2).ok());
  ASSERT_EQ(server_.watch_requests.size(), 2u);
  EXPECT_TRUE(server_.watch_requests[0].from_start());
  EXPECT_FALSE(server_.watch_requests[1].from_start());
}

TEST_F(Following, EndsWhenItIsToldTo) {
  stop_ = true;
  EXPECT_TRUE(Run(1).ok());
  EXPECT_THAT(leads_, IsEmpty());
}

TEST_F(Following, TakesASilentConnectionForBroken) {
  absl::Time now = absl::UnixEpoch();
  timing_.clock = [this, &now] {
    // Stands still until the stream has shown that it lives.
    if (!place_.token.empty()) now += absl::Seconds(31);
    return now;
  };
  server_.watch_scripts = {{{Heartbeat("t0")}, kGone, true}};
  stop_after_breaks_ = 1;
  EXPECT_TRUE(Run(1).ok());
  EXPECT_THAT(breaks_, ElementsAre("14 1ms"));
}

}  // namespace
}  // namespace leadgrade::tools
