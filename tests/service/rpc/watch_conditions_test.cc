// WatchGradeChanges with conditions: what is left out, held back, and when it comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "service/rpc/tokens.h"
#include "tests/service/rpc/api_test.h"
#include "tests/service/rpc/watcher.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::Decode;
using ::testing::HasSubstr;
using testing::IsError;
using testing::Watcher;

constexpr char kVipBundle[] = R"(
apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: vip }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: vip-facts }
types: { Grade: [D, A] }
facts:
  good: { type: bool, title: { en: Good }, question: { en: "Good?" } }
  FACT: { type: bool, title: { en: Vip }, question: { en: "Vip?" } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - { id: good, reason: { en: Good }, when: good, then: { grade: A } }
  - { id: bad, reason: { en: Bad }, then: { grade: D } }
)";

class WatchConditionsTest : public ApiTest {
 protected:
  // Heartbeats have every stream look at the clock, which the tests set, all the time.
  WatchConditionsTest() {
    Options options;
    options.heartbeat = absl::Milliseconds(1);
    Restart({}, {}, options);
  }

  std::unique_ptr<Watcher> Watch(const std::string& token = "") {
    request_.set_resume_token(token);
    request_.set_from_start(token.empty());
    return std::make_unique<Watcher>(*watch_, request_);
  }
  // The lead with facts that give this grade.
  void Put(const std::string& id, const std::string& grade, const std::string& owner = "") {
    static const std::map<std::string, std::string> levels = {
        {"A", "FIRST"}, {"B", "SECOND"}, {"C", "THIRD"}, {"D", "NONE"}};
    v1::ImportLeadsRequest request;
    v1::Lead* lead = request.add_leads()->mutable_lead();
    lead->set_name("leads/" + id);
    lead->set_owner(owner);
    MakeA(lead);
    AddFact("kp_level", Text(levels.at(grade)), lead);
    ASSERT_TRUE(Import(request).ok());
  }
  // Which changes no grade.
  void Visit(const std::string& id) {
    v1::RecordEventsRequest request;
    v1::Event* event = request.add_events();
    event->set_lead("leads/" + id);
    event->set_event_id("visit");
    event->set_type("visit");
    ASSERT_TRUE(Record(request).ok());
  }
  std::string TokenOf(uint64_t sequence) const {
    return MakeResumeToken(store_->store_id(), sequence);
  }
  // Reads heartbeats until one has this token; false where a change comes or the stream ends.
  static bool HeartbeatsReach(Watcher& watcher, const std::string& token) {
    do {
      if (!watcher.Read() || watcher.last().has_change()) return false;
    } while (watcher.token() != token);
    return true;
  }
  // So many heartbeats in a row have this token.
  static bool HeartbeatsStay(Watcher& watcher, const std::string& token) {
    for (int i = 0; i < 5; ++i) {
      if (!watcher.Read() || watcher.last().has_change() || watcher.token() != token) return false;
    }
    return true;
  }
  static std::string FromGrade(const Watcher& watcher) {
    return watcher.last().change().change().from_grade();
  }

  v1::WatchGradeChangesRequest request_;
};

TEST_F(WatchConditionsTest, OnlyTheGradesEntered) {
  request_.add_grades_entered("B");
  for (const char* grade : {"A", "B", "C", "B"}) Put("a", grade);
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "leads/a: B");
  EXPECT_EQ(watcher->token(), TokenOf(2));
  EXPECT_EQ(watcher->Next(), "leads/a: B");
  EXPECT_EQ(watcher->token(), TokenOf(4));
}

TEST_F(WatchConditionsTest, OnlyTheGradesLeft) {
  request_.add_grades_left("C");
  for (const char* grade : {"A", "C", "B"}) Put("a", grade);
  EXPECT_EQ(Watch()->Next(), "leads/a: B");
}

TEST_F(WatchConditionsTest, TheOwnerIsTheOneOfThen) {
  Put("a", "A", "li");
  Put("a", "B", "wang");
  request_.add_owners("li");
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  EXPECT_EQ(watcher->last().change().owner(), "li");
  EXPECT_TRUE(HeartbeatsReach(*watcher, TokenOf(2)));
}

TEST_F(WatchConditionsTest, AFilterGoesByTheLeadAsItIsWhenSent) {
  Put("a", "A");
  Put("b", "A");
  Visit("b");
  request_.set_filter("last_contact != null");
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "leads/b: A");
  Visit("a");
  Put("a", "B");
  EXPECT_EQ(watcher->Next(), "leads/a: B");
}

TEST_F(WatchConditionsTest, AFilterLeavesOutWhatWasDeleted) {
  Put("a", "A");
  ASSERT_TRUE(Delete("leads/a").ok());
  EXPECT_EQ(Watch()->Next(), "leads/a: A");
  request_.set_filter("true");
  EXPECT_TRUE(HeartbeatsReach(*Watch(), TokenOf(1)));
}

TEST_F(WatchConditionsTest, AFilterThatIsWrongIsRefused) {
  request_.set_filter("bugdet");
  const auto watcher = Watch();
  EXPECT_FALSE(watcher->Read());
  const grpc::Status status = watcher->Finish();
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
  EXPECT_THAT(testing::FirstViolation(status), HasSubstr("did you mean `budget`?"));
}

TEST_F(WatchConditionsTest, ADamagedLeadEndsAStreamThatMustReadIt) {
  Put("a", "A");
  store_->damaged = true;
  request_.set_filter("true");
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "");
  EXPECT_THAT(watcher->Finish(), IsError(grpc::StatusCode::DATA_LOSS, "DATA_DAMAGED"));
}

// Many turns' worth, of both kinds.
TEST_F(WatchConditionsTest, PassesOverManyChangesAndKeepsTheToken) {
  for (int part = 0; part < 3; ++part) {
    v1::ImportLeadsRequest request;
    for (int i = 0; i < 1000; ++i) {
      v1::Lead* lead = request.add_leads()->mutable_lead();
      lead->set_name("leads/" + std::to_string(part * 1000 + i));
      MakeA(lead);
    }
    ASSERT_TRUE(Import(request).ok());
  }
  Put("rare", "B");
  request_.add_grades_entered("B");
  EXPECT_EQ(Watch()->Next(), "leads/rare: B");
  request_.clear_grades_entered();
  request_.set_filter("kp_level == SECOND");
  EXPECT_EQ(Watch()->Next(), "leads/rare: B");
  request_.set_filter("false");
  EXPECT_TRUE(HeartbeatsReach(*Watch(), TokenOf(3001)));
}

TEST_F(WatchConditionsTest, ResumesFromAHeartbeatAfterWhatWasLeftOut) {
  request_.add_grades_entered("B");
  Put("a", "A");
  std::string token;
  {
    const auto watcher = Watch();
    ASSERT_TRUE(HeartbeatsReach(*watcher, TokenOf(1)));
    token = watcher->token();
  }
  Put("a", "B");
  EXPECT_EQ(Watch(token)->Next(), "leads/a: B");
}

TEST_F(WatchConditionsTest, AChangeIsSentWhenItSettled) {
  request_.mutable_settle_time()->set_seconds(600);
  Put("a", "A");
  const auto watcher = Watch();
  ASSERT_TRUE(HeartbeatsStay(*watcher, TokenOf(0)));
  Pass(absl::Minutes(10) - absl::Nanoseconds(1));
  ASSERT_TRUE(HeartbeatsStay(*watcher, TokenOf(0)));
  Pass(absl::Nanoseconds(1));
  EXPECT_EQ(watcher->Next(), "leads/a: A");
}

TEST_F(WatchConditionsTest, WhatIsUndoneIsNotSent) {
  request_.mutable_settle_time()->set_seconds(600);
  Put("a", "A");
  Pass(absl::Minutes(20));
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  Put("a", "B");
  Pass(absl::Minutes(5));
  Put("a", "A");
  Pass(absl::Minutes(10));
  EXPECT_TRUE(HeartbeatsReach(*watcher, TokenOf(3)));
}

TEST_F(WatchConditionsTest, AcrossAResumeAChangeComesFromTheLastGradeSettledIn) {
  request_.mutable_settle_time()->set_seconds(600);
  Put("a", "A");
  Pass(absl::Minutes(20));
  Put("a", "B");
  Pass(absl::Minutes(5));
  Put("a", "C");
  // B was passed over before the break.
  std::string token;
  {
    const auto watcher = Watch();
    EXPECT_EQ(watcher->Next(), "leads/a: A");
    Pass(absl::Minutes(5));
    ASSERT_TRUE(HeartbeatsReach(*watcher, TokenOf(2)));
    token = watcher->token();
  }
  const auto watcher = Watch(token);
  Pass(absl::Minutes(5));
  EXPECT_EQ(watcher->Next(), "leads/a: C");
  EXPECT_EQ(FromGrade(*watcher), "A");
}

TEST_F(WatchConditionsTest, APendingChangeOfADeletedLeadIsDropped) {
  request_.mutable_settle_time()->set_seconds(600);
  Put("a", "A");
  Put("b", "A");
  ASSERT_TRUE(Delete("leads/a").ok());
  Pass(absl::Minutes(10));
  EXPECT_EQ(Watch()->Next(), "leads/b: A");
}

// The clock says nine in the morning.
TEST_F(WatchConditionsTest, QuietHoursHoldBackAndThenSendInOrder) {
  request_.mutable_quiet_hours()->set_start("09:00");
  request_.mutable_quiet_hours()->set_end("10:00");
  Put("a", "A");
  Put("b", "A");
  const auto watcher = Watch();
  ASSERT_TRUE(HeartbeatsStay(*watcher, TokenOf(0)));
  Pass(absl::Hours(1));
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  EXPECT_EQ(watcher->Next(), "leads/b: A");
}

// With nothing else that would: no heartbeats, no news of the log.
TEST_F(WatchConditionsTest, AStreamThatWaitsWakesByItself) {
  Restart({}, {});
  request_.mutable_settle_time()->set_seconds(1);
  Put("a", "A");
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  Pass(absl::Seconds(1));
  EXPECT_EQ(watcher->Next(), "leads/a: A");
}

TEST_F(WatchConditionsTest, DrainingEndsAStreamThatWaits) {
  Restart({}, {});
  request_.mutable_settle_time()->set_seconds(600);
  Put("a", "A");
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  services_->Drain();
  EXPECT_FALSE(watcher->Read());
  EXPECT_THAT(watcher->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
}

class WatchAcrossBundlesTest : public WatchConditionsTest {
 protected:
  WatchAcrossBundlesTest() {
    rules_ = directory_.path() + "/vip";
    std::filesystem::create_directory(rules_);
    Write("vip");
    Options options;
    options.heartbeat = absl::Milliseconds(1);
    Restart({}, {}, options);
  }
  // The bundle with a fact of this name.
  void Write(const std::string& fact) {
    std::string text = kVipBundle;
    text.replace(text.find("FACT"), 4, fact);
    std::ofstream(rules_ + "/bundle.yaml") << text;
  }
  void Create(const std::string& id, const std::string& fact) {
    v1::CreateLeadRequest request;
    request.set_lead_id(id);
    AddFact("good", Bool(true), request.mutable_lead());
    AddFact(fact, Bool(true), request.mutable_lead());
    ASSERT_TRUE(ApiTest::Create(request).ok());
  }

  testing::TempDir directory_;
};

TEST_F(WatchAcrossBundlesTest, AFilterIsCompiledAnewForANewBundle) {
  request_.set_filter("good");
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  Write("star");
  ASSERT_TRUE(registry_->ReloadNow().changed);
  Create("a", "star");
  EXPECT_EQ(watcher->Next(), "leads/a: A");
}

TEST_F(WatchAcrossBundlesTest, AFilterThatANewBundleDoesNotKnowEndsTheStream) {
  request_.set_filter("vip");
  Create("a", "vip");
  const auto watcher = Watch();
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  Write("star");
  ASSERT_TRUE(registry_->ReloadNow().changed);
  EXPECT_EQ(watcher->Next(), "");
  const grpc::Status status = watcher->Finish();
  EXPECT_THAT(status, IsError(grpc::StatusCode::FAILED_PRECONDITION, "WATCH_FILTER_INVALID"));
  EXPECT_THAT(status.error_message(), HasSubstr("line 1, column 1: `vip` is not known"));
}

}  // namespace
}  // namespace leadgrade::rpc
