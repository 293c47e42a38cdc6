// ScoreLead, BatchScoreLeads, StreamScoreLeads, EvaluateFacts, ExplainLead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/convert/decision_proto.h"
#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::At;
using testing::Decode;
using ::testing::ElementsAre;
using testing::FieldsOf;
using testing::FirstViolation;
using ::testing::HasSubstr;
using testing::IsError;
using ::testing::Pair;

class ScoringServiceTest : public ApiTest {
 protected:
  using Stream =
      grpc::ClientReaderWriter<v1::StreamScoreLeadsRequest, v1::StreamScoreLeadsResponse>;

  grpc::Status Batch(const v1::BatchScoreLeadsRequest& request,
                     v1::BatchScoreLeadsResponse* response) {
    return Call(*scoring_, &v1::ScoringService::Stub::BatchScoreLeads, request, response);
  }
  grpc::Status Evaluate(const v1::EvaluateFactsRequest& request,
                        v1::EvaluateFactsResponse* response) {
    return Call(*scoring_, &v1::ScoringService::Stub::EvaluateFacts, request, response);
  }
  grpc::Status Explain(const v1::ExplainLeadRequest& request, v1::ExplainLeadResponse* response) {
    return Call(*scoring_, &v1::ScoringService::Stub::ExplainLead, request, response);
  }

  static bool Ask(Stream& stream, const std::string& name, const std::string& language = "") {
    v1::StreamScoreLeadsRequest request;
    request.set_name(name);
    request.set_language_code(language);
    return stream.Write(request);
  }

  static void MakeA(v1::EvaluateFactsRequest* request) {
    *(*request->mutable_facts())["kp_level"].mutable_value() = Text("FIRST");
    *(*request->mutable_facts())["need"].mutable_value() = Bool(true);
    *(*request->mutable_facts())["budget"].mutable_value() = Bool(true);
  }
  static google::protobuf::Timestamp TimeOf(const std::string& text) {
    return convert::ToProto(At(text));
  }
};

TEST_F(ScoringServiceTest, ScoresAStoredLeadAsOfNow) {
  CreateA("a");
  v1::ScoreLeadResponse response;
  ASSERT_TRUE(Score("leads/a", "", &response).ok());
  EXPECT_EQ(response.decision().lead(), "leads/a");
  EXPECT_EQ(response.decision().grade(), "A");
  EXPECT_EQ(response.decision().decision_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(response.decision().valid_until().seconds(),
            absl::ToUnixSeconds(At("2026-03-13T00:00:00+08:00")));
  SetNow(At("2026-03-13T00:00:00+08:00"));
  ASSERT_TRUE(Score("leads/a", "", &response).ok());
  EXPECT_EQ(response.decision().grade(), "D");
  EXPECT_EQ(response.decision().reasons(0).text(),
            "Its window passed before; it stays D until it is reopened");
}

TEST_F(ScoringServiceTest, ScoresInBothLanguages) {
  CreateA("a");
  v1::ScoreLeadResponse response;
  for (const auto& [language, title] :
       std::vector<std::pair<std::string, std::string>>{{"", "Close"},
                                                        {"en", "Close"},
                                                        {"en-GB", "Close"},
                                                        {"fr", "Close"},
                                                        {"zh", "促成签约"},
                                                        {"zh-Hans-CN", "促成签约"}}) {
    ASSERT_TRUE(Score("leads/a", language, &response).ok());
    EXPECT_EQ(response.decision().next_actions(0).title(), title) << language;
  }
}

TEST_F(ScoringServiceTest, ScoringWritesNothing) {
  CreateA("a");
  const std::string before = StoredText("leads/a");
  const uint64_t sequence = store_->last_sequence();
  Pass(absl::Hours(24 * 30));
  EXPECT_EQ(GradeOf("leads/a"), "D");
  WaitForWriter();
  EXPECT_EQ(StoredText("leads/a"), before);
  EXPECT_EQ(store_->last_sequence(), sequence);
}

TEST_F(ScoringServiceTest, TellsOfALeadThatIsNotThere) {
  const grpc::Status status = Score("leads/nobody");
  EXPECT_THAT(status, IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_EQ(Decode(status).resource_name, "leads/nobody");
}

TEST_F(ScoringServiceTest, RefusesWrongNamesAndLanguages) {
  EXPECT_THAT(FieldsOf(Score("a", std::string(65, 'x'))), ElementsAre("name", "language_code"));
  EXPECT_THAT(FieldsOf(Score("")), ElementsAre("name"));
}

TEST_F(ScoringServiceTest, OfAStoreThatFailsIsUnavailable) {
  store_->reads_fail = true;
  EXPECT_THAT(Score("leads/a"), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
}

TEST_F(ScoringServiceTest, ScoresABatchInOrder) {
  CreateA("a");
  CreateA("b");
  v1::BatchScoreLeadsRequest request;
  for (const char* name : {"leads/b", "leads/nobody", "a", "leads/a", "leads/b"}) {
    request.add_names(name);
  }
  request.set_language_code("zh");
  v1::BatchScoreLeadsResponse response;
  ASSERT_TRUE(Batch(request, &response).ok());
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).decision().lead(), "leads/b");
  EXPECT_EQ(response.results(0).decision().next_actions(0).title(), "促成签约");
  EXPECT_THAT(response.results(1).error(), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_EQ(Decode(response.results(1).error()).resource_name, "leads/nobody");
  EXPECT_THAT(FieldsOf(response.results(2).error()), ElementsAre("names[2]"));
  EXPECT_EQ(response.results(3).decision().lead(), "leads/a");
  EXPECT_EQ(response.results(4).decision().lead(), "leads/b");
}

TEST_F(ScoringServiceTest, ScoresAThousandAtOnceAndNotOneMore) {
  CreateA("a");
  v1::BatchScoreLeadsRequest request;
  v1::BatchScoreLeadsResponse response;
  EXPECT_THAT(FieldsOf(Batch(request, &response)), ElementsAre("names"));
  for (int i = 0; i < 1001; ++i) request.add_names(i % 100 == 0 ? "leads/a" : "leads/nobody");
  const grpc::Status status = Batch(request, &response);
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE"));
  EXPECT_EQ(Decode(status).metadata["limit"], "1000");
  request.mutable_names()->RemoveLast();
  ASSERT_TRUE(Batch(request, &response).ok());
  ASSERT_EQ(response.results_size(), 1000);
  EXPECT_EQ(response.results(900).decision().grade(), "A");
  EXPECT_TRUE(response.results(999).has_error());
}

TEST_F(ScoringServiceTest, ABatchHasOneLanguage) {
  v1::BatchScoreLeadsRequest request;
  request.add_names("leads/a");
  request.set_language_code(std::string(65, 'x'));
  v1::BatchScoreLeadsResponse response;
  EXPECT_THAT(FieldsOf(Batch(request, &response)), ElementsAre("language_code"));
}

TEST_F(ScoringServiceTest, AStreamAnswersEachInOrder) {
  CreateA("a");
  grpc::ClientContext context;
  const auto stream = scoring_->StreamScoreLeads(&context);
  ASSERT_TRUE(Ask(*stream, "leads/a", "zh"));
  ASSERT_TRUE(Ask(*stream, "leads/nobody"));
  ASSERT_TRUE(Ask(*stream, "bad name"));
  ASSERT_TRUE(Ask(*stream, "leads/a", std::string(65, 'x')));
  ASSERT_TRUE(Ask(*stream, "leads/a"));
  ASSERT_TRUE(stream->WritesDone());
  v1::StreamScoreLeadsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.name(), "leads/a");
  EXPECT_EQ(response.decision().next_actions(0).title(), "促成签约");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.name(), "leads/nobody");
  EXPECT_THAT(response.error(), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.name(), "bad name");
  EXPECT_THAT(FieldsOf(response.error()), ElementsAre("name"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_THAT(FieldsOf(response.error()), ElementsAre("language_code"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.decision().next_actions(0).title(), "Close");
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ScoringServiceTest, AStreamWithoutRequestsEndsCleanly) {
  grpc::ClientContext context;
  const auto stream = scoring_->StreamScoreLeads(&context);
  ASSERT_TRUE(stream->WritesDone());
  v1::StreamScoreLeadsResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ScoringServiceTest, AStreamTakesAsManyAsThereAre) {
  CreateA("a");
  grpc::ClientContext context;
  const auto stream = scoring_->StreamScoreLeads(&context);
  std::thread writer([&] {
    for (int i = 0; i < 2000; ++i) Ask(*stream, "leads/" + std::to_string(i));
    stream->WritesDone();
  });
  v1::StreamScoreLeadsResponse response;
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.name(), "leads/" + std::to_string(i));
  }
  writer.join();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ScoringServiceTest, AStreamThatIsCancelledIsCounted) {
  grpc::ClientContext context;
  const auto stream = scoring_->StreamScoreLeads(&context);
  ASSERT_TRUE(Ask(*stream, "leads/a"));
  v1::StreamScoreLeadsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  WaitUntil([&] {
    return metrics_->Text().find("method=\"ScoringService/StreamScoreLeads\"") != std::string::npos;
  });
}

TEST_F(ScoringServiceTest, DrainingEndsStreams) {
  grpc::ClientContext context;
  const auto stream = scoring_->StreamScoreLeads(&context);
  ASSERT_TRUE(Ask(*stream, "leads/a"));
  v1::StreamScoreLeadsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  services_->Drain();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_THAT(stream->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
  grpc::ClientContext another;
  const auto refused = scoring_->StreamScoreLeads(&another);
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_THAT(refused->Finish(), IsError(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN"));
}

TEST_F(ScoringServiceTest, TooManyStreamsAreRefused) {
  Options options = Quiet();
  options.max_scoring_streams = 1;
  Restart({}, {}, options);
  grpc::ClientContext context, another;
  const auto stream = scoring_->StreamScoreLeads(&context);
  v1::StreamScoreLeadsResponse response;
  ASSERT_TRUE(Ask(*stream, "leads/a") && stream->Read(&response));
  const auto refused = scoring_->StreamScoreLeads(&another);
  EXPECT_FALSE(refused->Read(&response));
  const grpc::Status status = refused->Finish();
  EXPECT_THAT(status, IsError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"));
  EXPECT_EQ(Decode(status).retry_seconds, 1);
}

TEST_F(ScoringServiceTest, EvaluatesFactsThatAreNotStored) {
  v1::EvaluateFactsRequest request;
  MakeA(&request);
  v1::EvaluateFactsResponse response;
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().lead(), "");
  EXPECT_EQ(response.decision().grade(), "A");
  EXPECT_EQ(response.decision().decision_time().seconds(), absl::ToUnixSeconds(now()));
  request.set_language_code("zh");
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().next_actions(0).title(), "促成签约");
}

TEST_F(ScoringServiceTest, EvaluatesNothingAtAll) {
  v1::EvaluateFactsResponse response;
  ASSERT_TRUE(Evaluate({}, &response).ok());
  EXPECT_TRUE(response.decision().provisional());
  EXPECT_EQ(response.decision().potential_grade(), "A");
}

TEST_F(ScoringServiceTest, EvaluatesWithHistoryEventsAndAClock) {
  v1::EvaluateFactsRequest request;
  MakeA(&request);
  v1::GradeChange* change = request.add_grade_history();
  *change->mutable_change_time() = TimeOf("2026-01-01T10:00:00+08:00");
  change->set_to_grade("A");
  *request.mutable_decision_time() = TimeOf("2026-01-11T23:00:00+08:00");
  v1::EvaluateFactsResponse response;
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().grade(), "A");
  EXPECT_EQ(response.decision().decision_time().seconds(), request.decision_time().seconds());
  *request.mutable_decision_time() = TimeOf("2026-01-12T00:00:00+08:00");
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().grade(), "D");
  v1::EvaluatedEvent* reopened = request.add_events();
  reopened->set_type("reopened");
  *reopened->mutable_event_time() = TimeOf("2026-01-05T00:00:00+08:00");
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().grade(), "A");
}

TEST_F(ScoringServiceTest, EvaluatesAValueForADerivedFact) {
  v1::EvaluateFactsRequest request;
  MakeA(&request);
  *(*request.mutable_facts())["value_recognised"].mutable_value() = Bool(false);
  v1::EvaluateFactsResponse response;
  ASSERT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().grade(), "D");
}

// Events may come in any order.
TEST_F(ScoringServiceTest, EvaluatesEventsByTheirTimes) {
  v1::EvaluateFactsRequest request;
  MakeA(&request);
  for (const char* time : {"2026-02-20T10:00:00+08:00", "2026-02-10T10:00:00+08:00"}) {
    v1::EvaluatedEvent* visit = request.add_events();
    visit->set_type("visit");
    *visit->mutable_event_time() = TimeOf(time);
  }
  v1::EvaluateFactsResponse forward, backward;
  ASSERT_TRUE(Evaluate(request, &forward).ok());
  request.mutable_events()->SwapElements(0, 1);
  ASSERT_TRUE(Evaluate(request, &backward).ok());
  EXPECT_EQ(forward.ShortDebugString(), backward.ShortDebugString());
}

TEST_F(ScoringServiceTest, EvaluateTellsAllThatIsWrong) {
  v1::EvaluateFactsRequest request;
  *(*request.mutable_facts())["need"].mutable_value() = Text("yes");
  request.add_events()->set_type("vist");
  v1::GradeChange* change = request.add_grade_history();
  change->set_to_grade("E");
  change->set_from_grade("F");
  request.mutable_decision_time()->set_seconds(int64_t{1} << 60);
  request.set_language_code(std::string(65, 'x'));
  v1::EvaluateFactsResponse response;
  const grpc::Status status = Evaluate(request, &response);
  EXPECT_THAT(
      FieldsOf(status),
      ElementsAre(HasSubstr("decision_time"), HasSubstr("facts.need"), "events[0].type",
                  "events[0].event_time", "grade_history[0].to_grade",
                  "grade_history[0].from_grade", "grade_history[0].change_time", "language_code"));
}

// What will have happened may be told by who asks about a time to come.
TEST_F(ScoringServiceTest, EvaluatesATimeToCome) {
  v1::EvaluateFactsRequest request;
  MakeA(&request);
  v1::EvaluatedEvent* event = request.add_events();
  event->set_type("signature");
  *event->mutable_event_time() = TimeOf("2027-01-01T00:00:00Z");
  v1::EvaluateFactsResponse response;
  EXPECT_THAT(FieldsOf(Evaluate(request, &response)), ElementsAre("events[0].event_time"));
  *request.mutable_decision_time() = TimeOf("2027-01-02T00:00:00Z");
  EXPECT_TRUE(Evaluate(request, &response).ok());
  EXPECT_EQ(response.decision().next_actions(0).code(), "ask_referral");
}

TEST_F(ScoringServiceTest, EvaluateTakesAThousandEventsAndGradeChanges) {
  v1::EvaluateFactsRequest request;
  for (int i = 0; i < 1001; ++i) {
    v1::EvaluatedEvent* event = request.add_events();
    event->set_type("visit");
    *event->mutable_event_time() = TimeOf("2026-01-01T00:00:00Z");
    v1::GradeChange* change = request.add_grade_history();
    change->set_to_grade("A");
    *change->mutable_change_time() = TimeOf("2026-01-01T00:00:00Z");
  }
  v1::EvaluateFactsResponse response;
  EXPECT_EQ(Decode(Evaluate(request, &response)).metadata["field"], "events");
  request.mutable_events()->RemoveLast();
  EXPECT_EQ(Decode(Evaluate(request, &response)).metadata["field"], "grade_history");
  request.mutable_grade_history()->RemoveLast();
  EXPECT_TRUE(Evaluate(request, &response).ok());
}

TEST_F(ScoringServiceTest, ExplainsRuleByRule) {
  CreateA("a");
  v1::ExplainLeadRequest request;
  request.set_name("leads/a");
  request.set_language_code("zh");
  v1::ExplainLeadResponse response;
  ASSERT_TRUE(Explain(request, &response).ok());
  const v1::Explanation& explanation = response.explanation();
  EXPECT_EQ(explanation.decision().lead(), "leads/a");
  EXPECT_EQ(explanation.decision().grade(), "A");
  bool settled = false;
  for (const v1::RuleTrace& rule : explanation.rules()) {
    if (rule.rule_set() != "grading" || !rule.settles()) continue;
    settled = true;
    EXPECT_EQ(rule.rule(), "all-three-labels");
    EXPECT_EQ(rule.truth(), v1::TRUTH_TRUE);
    EXPECT_EQ(rule.text(), "已见第一关键人，有需求，有预算");
  }
  EXPECT_TRUE(settled);
  EXPECT_GT(explanation.facts_size(), 3);
  // With no news the window passes.
  ASSERT_EQ(explanation.forecast().steps_size(), 2);
  EXPECT_EQ(explanation.forecast().steps(0).grade(), "A");
  EXPECT_EQ(explanation.forecast().steps(1).grade(), "D");
  EXPECT_EQ(explanation.forecast().steps(1).rule(), "window-passed");
  EXPECT_EQ(explanation.forecast().steps(1).start_time().seconds(),
            explanation.decision().valid_until().seconds());
  EXPECT_FALSE(explanation.forecast().has_until_time());
}

TEST_F(ScoringServiceTest, ExplainTellsOfALeadThatIsNotThere) {
  v1::ExplainLeadRequest request;
  v1::ExplainLeadResponse response;
  EXPECT_THAT(FieldsOf(Explain(request, &response)), ElementsAre("name"));
  request.set_name("leads/nobody");
  EXPECT_THAT(Explain(request, &response), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
}

TEST_F(ScoringServiceTest, ScoringIsCounted) {
  CreateA("a");
  EXPECT_EQ(GradeOf("leads/a"), "A");
  EXPECT_FALSE(Score("leads/nobody").ok());
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_calls_total{code=\"OK\",method="
                                          "\"ScoringService/ScoreLead\"} 1\n"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("leadgrade_calls_total{code=\"NOT_FOUND\",method="
                                          "\"ScoringService/ScoreLead\"} 1\n"));
}

}  // namespace
}  // namespace leadgrade::rpc
