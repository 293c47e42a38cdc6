#include "service/rpc/watch_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "service/rpc/errors.h"
#include "tests/service/rpc/error_matchers.h"
#include "tests/testing/bundles.h"

namespace leadgrade::rpc {
namespace {

using ::testing::AllOf;
using testing::Decode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kWeek = 7 * 24 * 60 * 60;

class WatchRequest : public ::testing::Test {
 protected:
  absl::Status Read() const { return ReadDelivery(testing::SalesBundle(), request_).status(); }
  std::vector<std::string> Fields() const { return testing::FieldsOf(ToRpcStatus(Read())); }
  std::string First() const { return testing::FirstViolation(ToRpcStatus(Read())); }

  v1::WatchGradeChangesRequest request_;
};

TEST_F(WatchRequest, NothingIsACondition) { EXPECT_TRUE(Read().ok()); }

TEST_F(WatchRequest, TakesAllConditionsAtOnce) {
  request_.add_grades_entered("A");
  request_.add_grades_left("D");
  request_.add_owners("li");
  request_.set_filter("budget");
  request_.mutable_settle_time()->set_seconds(kWeek);
  request_.mutable_quiet_hours()->set_start("22:00");
  request_.mutable_quiet_hours()->set_end("07:00");
  request_.mutable_quiet_hours()->set_time_zone("America/New_York");
  EXPECT_TRUE(Read().ok()) << Read();
}

TEST_F(WatchRequest, AnUnknownGradeIsNamedWithAHint) {
  request_.add_grades_entered("A");
  request_.add_grades_entered("a");
  EXPECT_THAT(First(), AllOf(StartsWith("grades_entered[1]: "), HasSubstr("`A`")));
}

TEST_F(WatchRequest, NoGradeIsNoGrade) {
  request_.add_grades_left("");
  request_.add_grades_entered("");
  EXPECT_THAT(Fields(), ElementsAre("grades_entered[0]", "grades_left[0]"));
}

TEST_F(WatchRequest, ListsAreBounded) {
  for (int i = 0; i < 100; ++i) request_.add_owners(std::string(128, 'x'));
  EXPECT_TRUE(Read().ok());
  request_.set_owners(7, std::string(129, 'x'));
  EXPECT_THAT(Fields(), ElementsAre("owners[7]"));
  request_.add_owners("y");
  for (int i = 0; i < 65; ++i) request_.add_grades_left("A");
  EXPECT_THAT(Fields(), ElementsAre("grades_left", "owners"));
}

TEST_F(WatchRequest, EachMistakeOfAFilterIsToldWithItsPlace) {
  request_.set_filter("budgt && kp_levl == FIRST");
  EXPECT_THAT(Fields(), ElementsAre("filter", "filter"));
  EXPECT_THAT(First(), AllOf(StartsWith("filter: line 1, column 1: "), HasSubstr("`budget`?")));
}

TEST_F(WatchRequest, AFilterIsBounded) {
  request_.set_filter("true" + std::string(4092, ' '));
  EXPECT_TRUE(Read().ok());
  request_.set_filter("true" + std::string(4093, ' '));
  EXPECT_EQ(First(), "filter: has 4097 bytes; at most 4096");
}

TEST_F(WatchRequest, SettleTimeIsBounded) {
  request_.mutable_settle_time()->set_seconds(kWeek);
  request_.mutable_settle_time()->set_nanos(1);
  EXPECT_EQ(First(), "settle_time: expected 0 to 7 days");
  request_.mutable_settle_time()->set_seconds(-1);
  EXPECT_THAT(Fields(), ElementsAre("settle_time"));
  request_.mutable_settle_time()->set_seconds(1);
  request_.mutable_settle_time()->set_nanos(-1);
  EXPECT_THAT(Fields(), ElementsAre("settle_time"));
  request_.mutable_settle_time()->set_nanos(1'000'000'000);
  EXPECT_THAT(Fields(), ElementsAre("settle_time"));
  request_.mutable_settle_time()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(Fields(), ElementsAre("settle_time"));
}

TEST_F(WatchRequest, QuietHoursNeedTwoTimes) {
  request_.mutable_quiet_hours()->set_time_zone("UTC");
  EXPECT_THAT(Fields(), ElementsAre("quiet_hours.start", "quiet_hours.end"));
  for (const char* wrong : {"24:00", "7:00", "07:60", "07.00", "07:00:00", "-1:00", "ab:cd"}) {
    request_.mutable_quiet_hours()->set_start(wrong);
    request_.mutable_quiet_hours()->set_end("23:59");
    EXPECT_THAT(Fields(), ElementsAre("quiet_hours.start")) << wrong;
  }
}

TEST_F(WatchRequest, QuietHoursOfNoLengthAreAMistake) {
  request_.mutable_quiet_hours()->set_start("07:00");
  request_.mutable_quiet_hours()->set_end("07:00");
  EXPECT_EQ(First(), "quiet_hours.end: is the same as quiet_hours.start");
}

TEST_F(WatchRequest, ATimeZoneIsOneOfIana) {
  request_.mutable_quiet_hours()->set_start("22:00");
  request_.mutable_quiet_hours()->set_end("07:00");
  for (const char* zone : {"Mars/Base", "/etc/localtime", "../zoneinfo/UTC", "file:UTC", "Asia",
                           "UTC+3", "zone.tab"}) {
    request_.mutable_quiet_hours()->set_time_zone(zone);
    EXPECT_THAT(First(), StartsWith("quiet_hours.time_zone: unknown time zone `")) << zone;
  }
}

}  // namespace
}  // namespace leadgrade::rpc
