#include "service/server/failure_log.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "service/server/log.h"

namespace leadgrade::server {
namespace {

class FailureLogTest : public ::testing::Test {
 protected:
  std::string Failed(const absl::Status& status) {
    ::testing::internal::CaptureStderr();
    log_.Failed(status, now_);
    return ::testing::internal::GetCapturedStderr();
  }

  FailureLog log_{"it could not be done"};
  absl::Time now_ = absl::FromUnixSeconds(1'767'268'800);
  const absl::Status broken_ = absl::UnavailableError("the disk is full");
};

TEST_F(FailureLogTest, LogsAFailureAtOnceWithItsCodeAndError) {
  EXPECT_TRUE(absl::EndsWith(Failed(broken_), R"("level":"error","msg":"it could not be done",)"
                                              R"("code":"UNAVAILABLE","error":"the disk is full"})"
                                              "\n"));
}

TEST_F(FailureLogTest, LogsTheSameOneAgainAfterAMinute) {
  Failed(broken_);
  now_ += FailureLog::kAgain - absl::Nanoseconds(1);
  EXPECT_EQ(Failed(broken_), "");
  now_ += absl::Nanoseconds(1);
  EXPECT_NE(Failed(broken_), "");
}

TEST_F(FailureLogTest, LogsAnotherOneAtOnce) {
  Failed(broken_);
  EXPECT_NE(Failed(absl::DataLossError("a lead is damaged")), "");
}

TEST_F(FailureLogTest, LogsTheSameOneAtOnceAfterItWorked) {
  Failed(broken_);
  log_.Worked();
  EXPECT_NE(Failed(broken_), "");
}

TEST_F(FailureLogTest, WarnsOfAFullQueue) {
  EXPECT_TRUE(absl::StrContains(Failed(absl::ResourceExhaustedError("full")), R"("level":"warn")"));
}

}  // namespace
}  // namespace leadgrade::server
