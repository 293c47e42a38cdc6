// WatchGradeChanges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/rpc/tokens.h"
#include "tests/service/rpc/api_test.h"
#include "tests/service/rpc/watcher.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::Decode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using testing::Watcher;

class WatchServiceTest : public ApiTest {
 protected:
  std::unique_ptr<Watcher> Watch(const std::string& token = "", bool from_start = false) {
    v1::WatchGradeChangesRequest request;
    request.set_resume_token(token);
    request.set_from_start(from_start);
    return std::make_unique<Watcher>(*watch_, request);
  }
  // Of a stream that is refused.
  grpc::Status Refusal(const std::string& token = "") {
    const auto watcher = Watch(token);
    EXPECT_FALSE(watcher->Read());
    return watcher->Finish();
  }
};

TEST_F(WatchServiceTest, BeginsWithATokenOfNow) {
  CreateA("before");
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  EXPECT_FALSE(watcher->last().has_change());
  EXPECT_NE(watcher->token(), "");
  CreateA("after");
  EXPECT_EQ(watcher->Next(), "leads/after: A");
}

TEST_F(WatchServiceTest, TellsAllOfAChange) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  CreateA("a");
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  const v1::LeadGradeChange& change = watcher->last().change();
  EXPECT_EQ(change.change().from_grade(), "");
  EXPECT_EQ(change.change().rule(), "all-three-labels");
  EXPECT_EQ(change.change().cause(), v1::CHANGE_CAUSE_FACT);
  EXPECT_EQ(change.change().bundle_digest(), registry_->bundle()->digest);
  EXPECT_EQ(change.change().change_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(change.record_time().seconds(), absl::ToUnixSeconds(now()));
}

TEST_F(WatchServiceTest, TellsWhatTheClockDid) {
  CreateA("a");
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  SetNow(testing::At("2026-03-14T12:00:00+08:00"));
  book_->RescoreDue(10, [](const absl::StatusOr<size_t>&) {});
  EXPECT_EQ(watcher->Next(), "leads/a: D");
  const v1::LeadGradeChange& change = watcher->last().change();
  EXPECT_EQ(change.change().cause(), v1::CHANGE_CAUSE_TIMER);
  EXPECT_EQ(change.change().change_time().seconds(),
            absl::ToUnixSeconds(testing::At("2026-03-13T00:00:00+08:00")));
  EXPECT_EQ(change.record_time().seconds(), absl::ToUnixSeconds(now()));
}

TEST_F(WatchServiceTest, FromStartTellsWhatWas) {
  CreateA("a");
  CreateA("b");
  const auto watcher = Watch("", true);
  EXPECT_EQ(watcher->Next(), "leads/a: A");
  EXPECT_EQ(watcher->Next(), "leads/b: A");
  CreateA("c");
  EXPECT_EQ(watcher->Next(), "leads/c: A");
}

TEST_F(WatchServiceTest, ResumesAfterTheTokenOfAnyMessage) {
  std::vector<std::string> tokens;
  {
    const auto watcher = Watch();
    ASSERT_TRUE(watcher->Read());
    tokens.push_back(watcher->token());
    for (const char* id : {"a", "b", "c"}) CreateA(id);
    for (int i = 0; i < 3; ++i) {
      watcher->Next();
      tokens.push_back(watcher->token());
    }
  }
  for (size_t from = 0; from < 3; ++from) {
    const auto watcher = Watch(tokens[from]);
    ASSERT_TRUE(watcher->Read());
    EXPECT_FALSE(watcher->last().has_change());
    EXPECT_EQ(watcher->token(), tokens[from]);
    for (size_t i = from; i < 3; ++i) {
      EXPECT_EQ(watcher->Next(), std::string("leads/") + "abc"[i] + ": A");
      EXPECT_EQ(watcher->token(), tokens[i + 1]);
    }
  }
}

TEST_F(WatchServiceTest, ATokenTakesPrecedenceOverFromStart) {
  CreateA("a");
  const auto first = Watch();
  ASSERT_TRUE(first->Read());
  CreateA("b");
  const auto watcher = Watch(first->token(), true);
  EXPECT_EQ(watcher->Next(), "leads/b: A");
}

TEST_F(WatchServiceTest, ATokenOutlivesTheServer) {
  CreateA("a");
  std::string token;
  {
    const auto watcher = Watch();
    ASSERT_TRUE(watcher->Read());
    token = watcher->token();
  }
  CreateA("b");
  Restart({}, {});
  EXPECT_EQ(Watch(token)->Next(), "leads/b: A");
}

TEST_F(WatchServiceTest, RefusesATokenThatIsNone) {
  CreateA("a");
  for (const std::string& token :
       {std::string("x"), std::string(100000, 'A'), MakeResumeToken("another store", 1),
        MakeResumeToken(store_->store_id(), store_->last_sequence() + 1),
        MakePageToken(store_->store_id(), {}, {0, ""})}) {
    const grpc::Status status = Refusal(token);
    EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "RESUME_TOKEN_INVALID"));
    EXPECT_EQ(Decode(status).fields[0].first, "resume_token");
  }
}

TEST_F(WatchServiceTest, RefusesATokenOlderThanTheLog) {
  StoreOptions options;
  options.max_changes = 2;
  Restart({}, options);
  for (int i = 0; i < 5; ++i) CreateA("lead" + std::to_string(i));
  const uint64_t first = store_->first_resumable();
  ASSERT_GT(first, 0);
  EXPECT_THAT(Refusal(MakeResumeToken(store_->store_id(), first - 1)),
              IsError(grpc::StatusCode::OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED"));
  EXPECT_EQ(Watch(MakeResumeToken(store_->store_id(), first))->Next(), "leads/lead3: A");
  EXPECT_EQ(Watch("", true)->Next(), "leads/lead3: A");
}

TEST_F(WatchServiceTest, EndsAStreamThatTheLogHasOvertaken) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  store_->log_begins = 10;
  CreateA("a");
  EXPECT_FALSE(watcher->Read());
  EXPECT_THAT(watcher->Finish(), IsError(grpc::StatusCode::OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED"));
}

TEST_F(WatchServiceTest, EndsWhereTheStoreFails) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  leads::LeadEdit edit;
  edit.kind = leads::LeadEdit::Kind::kCreate;
  edit.lead_id = "a";
  // The listener is called after this.
  book_->Edit(std::move(edit), nullptr, [this](const auto&) { store_->reads_fail = true; });
  EXPECT_FALSE(watcher->Read());
  EXPECT_THAT(watcher->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
}

TEST_F(WatchServiceTest, AllWatchersGetAll) {
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 10; ++i) {
    watchers.push_back(Watch());
    ASSERT_TRUE(watchers.back()->Read());
  }
  for (int i = 0; i < 20; ++i) CreateA("lead" + std::to_string(i));
  for (const auto& watcher : watchers) {
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(watcher->Next(), "leads/lead" + std::to_string(i) + ": A");
    }
  }
}

// Far more than what is read ahead and what the connection buffers.
TEST_F(WatchServiceTest, ASlowWatcherHoldsNobodyUpAndMissesNothing) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  for (int part = 0; part < 10; ++part) {
    v1::ImportLeadsRequest request;
    for (int i = 0; i < 1000; ++i) {
      v1::Lead* lead = request.add_leads()->mutable_lead();
      lead->set_name("leads/" + std::to_string(part * 1000 + i));
      MakeA(lead);
    }
    ASSERT_TRUE(Import(request).ok());
  }
  for (int i = 0; i < 10000; ++i) {
    ASSERT_EQ(watcher->Next(), "leads/" + std::to_string(i) + ": A");
  }
}

TEST_F(WatchServiceTest, IdleStreamsAreSentTokens) {
  Options options;
  options.heartbeat = absl::Milliseconds(1);
  Restart({}, {}, options);
  CreateA("a");
  const auto watcher = Watch();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(watcher->Read());
    EXPECT_FALSE(watcher->last().has_change());
    EXPECT_EQ(watcher->token(), MakeResumeToken(store_->store_id(), store_->last_sequence()));
  }
  CreateA("b");
  EXPECT_EQ(watcher->Next(), "leads/b: A");
}

TEST_F(WatchServiceTest, TooManyWatchersAreRefusedUntilOneGoes) {
  Options options = Quiet();
  options.max_watchers = 2;
  Restart({}, {}, options);
  const auto first = Watch();
  const auto second = Watch();
  ASSERT_TRUE(first->Read() && second->Read());
  const grpc::Status status = Refusal();
  EXPECT_THAT(status, IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"));
  EXPECT_EQ(Decode(status).retry_seconds, 1);
  EXPECT_EQ(Decode(status).metadata["limit"], "2");
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_watchers 2\n"));
  first->Cancel();
  WaitUntil([&] { return metrics_->Text().find("leadgrade_watchers 1\n") != std::string::npos; });
  EXPECT_TRUE(Watch()->Read());
}

TEST_F(WatchServiceTest, DrainingEndsStreams) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  services_->Drain();
  EXPECT_FALSE(watcher->Read());
  EXPECT_THAT(watcher->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
  EXPECT_THAT(Refusal(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
}

// Clients that leave at every stage, while the log grows, heartbeats go out and the server drains.
TEST_F(WatchServiceTest, WatchersMayComeAndGoAtAnyTime) {
  Options options;
  options.heartbeat = absl::Milliseconds(1);
  Restart({}, {}, options);
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([this, c] {
      for (int i = 0; i < 50; ++i) {
        const auto watcher = Watch("", i % 2 == 0);
        for (int reads = (c + i) % 4; reads > 0 && watcher->Read(); --reads) {
        }
      }
    });
  }
  for (int i = 0; i < 100; ++i) CreateA("lead" + std::to_string(i));
  services_->Drain();
  for (std::thread& client : clients) client.join();
  WaitUntil([&] { return metrics_->Text().find("leadgrade_watchers 0\n") != std::string::npos; });
  EXPECT_THAT(Refusal(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
}

TEST_F(WatchServiceTest, GradeChangesAreCountedByCause) {
  const auto watcher = Watch();
  ASSERT_TRUE(watcher->Read());
  CreateA("a");
  CreateA("b");
  watcher->Next();
  watcher->Next();
  SetNow(testing::At("2026-03-14T12:00:00+08:00"));
  book_->RescoreDue(10, [](const absl::StatusOr<size_t>&) {});
  watcher->Next();
  watcher->Next();
  // A stream that is reading already may be ahead of the count.
  const auto counts = [&](const std::string& line) {
    return metrics_->Text().find("leadgrade_grade_changes_total" + line) != std::string::npos;
  };
  WaitUntil([&] { return counts("{cause=\"fact\"} 2\n") && counts("{cause=\"timer\"} 2\n"); });
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_grade_changes_total{cause=\"event\"} 0\n"));
}

TEST_F(WatchServiceTest, AStreamThatItsClientLeftIsCounted) {
  {
    const auto watcher = Watch();
    ASSERT_TRUE(watcher->Read());
  }
  WaitUntil([&] {
    return metrics_->Text().find("code=\"CANCELLED\",method=\"WatchService/WatchGradeChanges\"") !=
           std::string::npos;
  });
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_watchers 0\n"));
}

}  // namespace
}  // namespace leadgrade::rpc
