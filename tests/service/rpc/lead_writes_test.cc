// Many at a time, RecordEvents and ImportLeads, and what can befall any write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::Decode;
using ::testing::ElementsAre;
using testing::FieldsOf;
using testing::FirstViolation;
using ::testing::HasSubstr;
using testing::HeldWriter;
using testing::IsError;
using ::testing::Pair;

class LeadWritesTest : public ApiTest {
 protected:
  static v1::Event* AddEvent(const std::string& lead, const std::string& id,
                             v1::RecordEventsRequest* request) {
    v1::Event* event = request->add_events();
    event->set_lead(lead);
    event->set_event_id(id);
    event->set_type("visit");
    return event;
  }
  static v1::RecordEventsRequest OneEvent(const std::string& lead, const std::string& id = "e1") {
    v1::RecordEventsRequest request;
    AddEvent(lead, id, &request);
    return request;
  }
  static google::protobuf::Timestamp TimeOf(absl::Time time) {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(absl::ToUnixSeconds(time));
    return timestamp;
  }
  int EventCount(const std::string& name) {
    v1::GetLeadResponse response;
    return Get(name, &response).ok() ? response.lead().event_count() : -1;
  }
};

TEST_F(LeadWritesTest, RecordsEventsOfManyLeads) {
  CreateA("a");
  CreateA("b");
  v1::RecordEventsRequest request;
  AddEvent("leads/b", "e1", &request)->set_note("a note");
  AddEvent("leads/a", "e1", &request);
  v1::Event* order = AddEvent("leads/b", "e2", &request);
  order->set_type("order");
  order->set_amount(99.5);
  request.set_with_decisions(true);
  request.set_language_code("zh");
  v1::RecordEventsResponse response;
  ASSERT_TRUE(Record(request, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).lead(), "leads/b");
  EXPECT_EQ(response.results(2).event_id(), "e2");
  EXPECT_FALSE(response.results(1).duplicate());
  ASSERT_EQ(response.decisions_size(), 2);
  EXPECT_EQ(response.decisions(0).lead(), "leads/b");
  EXPECT_EQ(response.decisions(1).lead(), "leads/a");
  EXPECT_EQ(response.decisions(0).reasons(0).text(), "已见第一关键人，有需求，有预算");
  const auto events = store_->Events("b", 10).value();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].note, "a note");
  EXPECT_EQ(events[0].time, now());
  EXPECT_EQ(events[1].amount, 99.5);
}

TEST_F(LeadWritesTest, KeepsWhenAnEventIsDue) {
  CreateA("a");
  v1::RecordEventsRequest request;
  v1::Event* promise = AddEvent("leads/a", "p", &request);
  promise->set_type("promise");
  *promise->mutable_due_time() = TimeOf(now() + absl::Hours(24 * 400));
  ASSERT_TRUE(Record(request).ok());
  EXPECT_EQ(store_->Events("a", 10).value()[0].due, now() + absl::Hours(24 * 400));
  EXPECT_EQ(store_->Get("a").value().lead.timeline[0].due, now() + absl::Hours(24 * 400));
}

TEST_F(LeadWritesTest, RefusesAnEventThatIsDueBeforeItHappened) {
  CreateA("a");
  v1::RecordEventsRequest request = OneEvent("leads/a");
  *AddEvent("leads/a", "p", &request)->mutable_due_time() = TimeOf(now() - absl::Seconds(1));
  const grpc::Status status = Record(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
  EXPECT_THAT(Decode(status).fields,
              ElementsAre(Pair("events[1].due_time", "is due before it happened")));
  EXPECT_EQ(EventCount("leads/a"), 0);
}

TEST_F(LeadWritesTest, TellsDuplicatesAndCountsThem) {
  CreateA("a");
  ASSERT_TRUE(Record(OneEvent("leads/a")).ok());
  v1::RecordEventsRequest request = OneEvent("leads/a");
  AddEvent("leads/a", "e2", &request);
  AddEvent("leads/a", "e2", &request);
  v1::RecordEventsResponse response;
  ASSERT_TRUE(Record(request, &response).ok());
  EXPECT_TRUE(response.results(0).duplicate());
  EXPECT_FALSE(response.results(1).duplicate());
  EXPECT_TRUE(response.results(2).duplicate());
  EXPECT_EQ(response.decisions_size(), 0);
  EXPECT_EQ(EventCount("leads/a"), 2);
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_events_total{result=\"recorded\"} 2\n"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_events_total{result=\"duplicate\"} 2\n"));
}

TEST_F(LeadWritesTest, OfEventsWithALeadThatIsNotThereNoneIsRecorded) {
  CreateA("a");
  v1::RecordEventsRequest request = OneEvent("leads/a");
  AddEvent("leads/nobody", "e1", &request);
  const grpc::Status status = Record(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_EQ(Decode(status).resource_name, "leads/nobody");
  EXPECT_EQ(EventCount("leads/a"), 0);
  EXPECT_EQ(StoredText("leads/nobody"), "");
}

TEST_F(LeadWritesTest, CreatesMissingLeadsWhenAsked) {
  v1::RecordEventsRequest request = OneEvent("leads/new");
  request.set_create_missing_leads(true);
  ASSERT_TRUE(Record(request).ok());
  EXPECT_EQ(EventCount("leads/new"), 1);
}

TEST_F(LeadWritesTest, TellsAllThatIsWrongWithEvents) {
  CreateA("a");
  v1::RecordEventsRequest request = OneEvent("leads/a");
  AddEvent("a", "e2", &request);
  AddEvent("leads/a", "", &request);
  AddEvent("leads/a", std::string(129, 'x'), &request);
  AddEvent("leads/a", "e5", &request)->set_type("vist");
  AddEvent("leads/a", "e6", &request)->set_note(std::string(4097, 'x'));
  *AddEvent("leads/a", "e7", &request)->mutable_event_time() =
      TimeOf(now() + absl::Hours(24) + absl::Seconds(1));
  AddEvent("leads/a", "e8", &request)->mutable_event_time()->set_seconds(int64_t{1} << 60);
  const grpc::Status status = Record(request);
  EXPECT_THAT(
      FieldsOf(status),
      ElementsAre("events[1].lead", "events[2].event_id", "events[3].event_id", "events[4].type",
                  "events[5].note", "events[6].event_time", HasSubstr("events[7].event_time")));
  EXPECT_THAT(Decode(status).fields[3].second, HasSubstr("did you mean `visit`?"));
  EXPECT_EQ(EventCount("leads/a"), 0);
}

TEST_F(LeadWritesTest, TakesEventsUpToTheirLimits) {
  CreateA("a");
  v1::RecordEventsRequest request = OneEvent("leads/a", std::string(128, 'x'));
  request.mutable_events(0)->set_note(std::string(4096, 'x'));
  *request.mutable_events(0)->mutable_event_time() = TimeOf(now() + absl::Hours(24));
  EXPECT_TRUE(Record(request).ok());
}

TEST_F(LeadWritesTest, TakesAThousandEventsAndNotOneMore) {
  CreateA("a");
  v1::RecordEventsRequest request;
  EXPECT_THAT(FieldsOf(Record(request)), ElementsAre("events"));
  for (int i = 0; i < 1001; ++i) AddEvent("leads/a", "e" + std::to_string(i), &request);
  const grpc::Status status = Record(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE"));
  EXPECT_EQ(Decode(status).metadata["limit"], "1000");
  EXPECT_EQ(EventCount("leads/a"), 0);
  request.mutable_events()->RemoveLast();
  EXPECT_TRUE(Record(request).ok());
  EXPECT_EQ(EventCount("leads/a"), 1000);
}

TEST_F(LeadWritesTest, ALeadFullOfEventsTakesNoMore) {
  CreateA("a");
  for (int batch = 0; batch < 10; ++batch) {
    v1::RecordEventsRequest request;
    for (int i = 0; i < 1000; ++i) {
      AddEvent("leads/a", std::to_string(batch) + "-" + std::to_string(i), &request);
    }
    ASSERT_TRUE(Record(request).ok());
  }
  const grpc::Status status = Record(OneEvent("leads/a"));
  EXPECT_THAT(status, IsError(grpc::StatusCode::FAILED_PRECONDITION, "LEAD_LIMIT_REACHED"));
  EXPECT_EQ(Decode(status).metadata["lead"], "leads/a");
  EXPECT_EQ(EventCount("leads/a"), 10000);
}

TEST_F(LeadWritesTest, ImportBringsLeadsWithTheirPast) {
  v1::ImportLeadsRequest request;
  v1::ImportedLead* imported = request.add_leads();
  imported->mutable_lead()->set_name("leads/a");
  imported->mutable_lead()->set_owner("li");
  MakeA(imported->mutable_lead());
  for (auto& [name, fact] : *imported->mutable_lead()->mutable_facts()) {
    *fact.mutable_observed_time() = TimeOf(now() - absl::Hours(24 * 40));
  }
  v1::Event* event = imported->add_events();
  event->set_event_id("e1");
  event->set_type("visit");
  event->set_lead("ignored");
  *event->mutable_event_time() = TimeOf(now() - absl::Hours(24 * 39));
  v1::ImportLeadsResponse response;
  ASSERT_TRUE(Import(request, &response).ok());
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(response.results(0).code(), 0) << response.results(0).message();
  v1::GetLeadResponse stored;
  ASSERT_TRUE(Get("leads/a", &stored).ok());
  EXPECT_EQ(stored.lead().owner(), "li");
  EXPECT_EQ(stored.lead().event_count(), 1);
  // Entered A 40 days ago, and lapsed since.
  ASSERT_EQ(stored.lead().grade_history_size(), 2);
  EXPECT_EQ(stored.lead().grade_history(0).to_grade(), "A");
  EXPECT_EQ(stored.lead().grade_history(1).to_grade(), "D");
  EXPECT_EQ(stored.lead().grade_history(1).cause(), v1::CHANGE_CAUSE_TIMER);
}

TEST_F(LeadWritesTest, ImportUpdatesALeadThatExists) {
  CreateA("a");
  v1::ImportLeadsRequest request;
  v1::Lead* lead = request.add_leads()->mutable_lead();
  lead->set_name("leads/a");
  AddFact("budget", Bool(false), lead);
  v1::ImportLeadsResponse response;
  ASSERT_TRUE(Import(request, &response).ok());
  EXPECT_EQ(response.results(0).code(), 0);
  v1::GetLeadResponse stored;
  ASSERT_TRUE(Get("leads/a", &stored).ok());
  EXPECT_EQ(stored.lead().facts_size(), 3);
  EXPECT_EQ(stored.lead().grade(), "D");
}

TEST_F(LeadWritesTest, ImportRefusesTheWrongLeadsAlone) {
  v1::ImportLeadsRequest request;
  request.add_leads()->mutable_lead()->set_name("leads/good");
  request.add_leads();
  v1::ImportedLead* wrong = request.add_leads();
  wrong->mutable_lead()->set_name("leads/wrong");
  wrong->mutable_lead()->set_owner(std::string(129, 'x'));
  wrong->add_events()->set_type("vist");
  v1::ImportedLead* full = request.add_leads();
  full->mutable_lead()->set_name("leads/full");
  for (int i = 0; i < 1001; ++i) {
    v1::Event* event = full->add_events();
    event->set_event_id(std::to_string(i));
    event->set_type("visit");
  }
  v1::Lead* outdated = request.add_leads()->mutable_lead();
  outdated->set_name("leads/outdated");
  outdated->set_etag("x");
  request.add_leads()->mutable_lead()->set_name("leads/good2");
  v1::ImportLeadsResponse response;
  ASSERT_TRUE(Import(request, &response).ok());
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(0).code(), 0);
  EXPECT_THAT(FieldsOf(response.results(1)), ElementsAre("leads[1].lead.name"));
  EXPECT_THAT(
      FieldsOf(response.results(2)),
      ElementsAre("leads[2].lead.owner", "leads[2].events[0].event_id", "leads[2].events[0].type"));
  EXPECT_THAT(response.results(3), IsError(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE"));
  EXPECT_THAT(response.results(4), IsError(grpc::StatusCode::ABORTED, "ETAG_MISMATCH"));
  EXPECT_EQ(Decode(response.results(4)).metadata["lead"], "leads/outdated");
  EXPECT_EQ(response.results(5).code(), 0);
  EXPECT_NE(StoredText("leads/good"), "");
  EXPECT_NE(StoredText("leads/good2"), "");
  for (const char* name : {"leads/wrong", "leads/full", "leads/outdated"}) {
    EXPECT_EQ(StoredText(name), "") << name;
  }
}

TEST_F(LeadWritesTest, ImportOfWrongLeadsOnlyAnswersEach) {
  v1::ImportLeadsRequest request;
  request.add_leads();
  v1::ImportLeadsResponse response;
  ASSERT_TRUE(Import(request, &response).ok());
  EXPECT_THAT(response.results(0), IsError(3, "FIELD_INVALID"));
}

TEST_F(LeadWritesTest, ImportTakesAThousandLeadsAndNotOneMore) {
  v1::ImportLeadsRequest request;
  EXPECT_THAT(FieldsOf(Import(request)), ElementsAre("leads"));
  for (int i = 0; i < 1001; ++i) {
    request.add_leads()->mutable_lead()->set_name("leads/" + std::to_string(i));
  }
  EXPECT_THAT(Import(request), IsError(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE"));
  EXPECT_EQ(StoredText("leads/0"), "");
  request.mutable_leads()->RemoveLast();
  EXPECT_TRUE(Import(request).ok());
  EXPECT_NE(StoredText("leads/999"), "");
}

TEST_F(LeadWritesTest, ImportTakesAThousandEventsOfALead) {
  v1::ImportLeadsRequest request;
  v1::ImportedLead* full = request.add_leads();
  full->mutable_lead()->set_name("leads/full");
  for (int i = 0; i < 1000; ++i) {
    v1::Event* event = full->add_events();
    event->set_event_id(std::to_string(i));
    event->set_type("visit");
  }
  ASSERT_TRUE(Import(request).ok());
  EXPECT_EQ(EventCount("leads/full"), 1000);
}

// A reply with a thousand errors is still one that clients take.
TEST_F(LeadWritesTest, ImportRefusesAThousandWrongLeadsInOneReply) {
  v1::ImportLeadsRequest request;
  for (int i = 0; i < 1000; ++i) {
    v1::Lead* lead = request.add_leads()->mutable_lead();
    for (int f = 0; f < 20; ++f) {
      AddFact(std::string(100, '!') + std::to_string(f), Bool(true), lead);
    }
  }
  v1::ImportLeadsResponse response;
  const grpc::Status status = Import(request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.results_size(), 1000);
}

TEST_F(LeadWritesTest, WritesPastTheQueueAreToComeAgain) {
  leads::LeadBook::Options options;
  options.max_queue = 1;
  Restart(options, {});
  v1::ImportLeadsRequest import;
  import.add_leads()->mutable_lead()->set_name("leads/c");
  {
    HeldWriter held(*book_);
    book_->RescoreDue(1, [](const absl::StatusOr<size_t>&) {});
    v1::CreateLeadRequest create;
    create.set_lead_id("a");
    create.mutable_lead();
    const grpc::Status status = Create(create);
    EXPECT_THAT(status, IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WRITES"));
    EXPECT_EQ(Decode(status).retry_seconds, 1);
    v1::RecordEventsRequest record = OneEvent("leads/b");
    record.set_create_missing_leads(true);
    EXPECT_THAT(Record(record), IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WRITES"));
    EXPECT_THAT(Import(import), IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WRITES"));
  }
  WaitForWriter();
  for (const char* name : {"leads/a", "leads/b", "leads/c"}) EXPECT_EQ(StoredText(name), "");
}

TEST_F(LeadWritesTest, AStoreThatFailsIsUnavailable) {
  CreateA("a");
  store_->writes_fail = true;
  v1::CreateLeadRequest create;
  create.set_lead_id("b");
  create.mutable_lead();
  EXPECT_THAT(Create(create), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  EXPECT_THAT(Record(OneEvent("leads/a")),
              IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  v1::ImportLeadsRequest import;
  import.add_leads()->mutable_lead()->set_name("leads/c");
  import.add_leads();
  EXPECT_THAT(Import(import), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  EXPECT_THAT(Delete("leads/a"), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  store_->writes_fail = false;
  EXPECT_EQ(StoredText("leads/b"), "");
  EXPECT_EQ(StoredText("leads/c"), "");
  EXPECT_EQ(EventCount("leads/a"), 0);
  store_->reads_fail = true;
  EXPECT_THAT(Get("leads/a"), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
}

TEST_F(LeadWritesTest, AWriteWhoseDeadlinePassedIsNotMade) {
  counts_calls_ = true;
  Restart({}, {});
  HeldWriter held(*book_);
  v1::CreateLeadRequest request;
  request.set_lead_id("late");
  request.mutable_lead();
  v1::CreateLeadResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(leads_->CreateLead(&context, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // It may not even have arrived.
  if (calls_.arrived > 0) WaitUntil([&] { return calls_.closed > 0; });
  held.Release();
  WaitForWriter();
  EXPECT_EQ(StoredText("leads/late"), "");
}

TEST_F(LeadWritesTest, AWriteThatWasCancelledIsNotMade) {
  counts_calls_ = true;
  Restart({}, {});
  HeldWriter held(*book_);
  v1::CreateLeadRequest request;
  request.set_lead_id("a");
  request.mutable_lead();
  grpc::ClientContext context;
  std::thread caller([&] {
    v1::CreateLeadResponse response;
    EXPECT_EQ(leads_->CreateLead(&context, request, &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  WaitUntil([&] { return calls_.arrived > 0; });
  context.TryCancel();
  caller.join();
  WaitUntil([&] { return calls_.closed > 0; });
  held.Release();
  WaitForWriter();
  EXPECT_EQ(StoredText("leads/a"), "");
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_calls_total{code=\"CANCELLED\",method="
                                          "\"LeadService/CreateLead\"} 1\n"));
}

TEST_F(LeadWritesTest, CallsAreCountedByMethodAndCode) {
  CreateA("a");
  EXPECT_FALSE(Get("leads/nobody").ok());
  const std::string text = metrics_->Text();
  EXPECT_THAT(text, HasSubstr("leadgrade_calls_total{code=\"OK\",method=\"LeadService/"
                              "CreateLead\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_calls_total{code=\"NOT_FOUND\",method=\"LeadService/"
                              "GetLead\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("leadgrade_call_duration_seconds_count{method=\"LeadService/"
                              "CreateLead\"} 1\n"));
}

TEST_F(LeadWritesTest, ARequestOfMoreThanFourMebibytesIsRefused) {
  v1::CreateLeadRequest request;
  request.set_lead_id("a");
  request.mutable_lead()->set_display_name(std::string((4 << 20) + 1, 'x'));
  EXPECT_EQ(Create(request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  request.mutable_lead()->set_display_name(std::string((4 << 20) - 100, 'x'));
  EXPECT_THAT(FieldsOf(Create(request)), ElementsAre("lead.display_name"));
}

}  // namespace
}  // namespace leadgrade::rpc
