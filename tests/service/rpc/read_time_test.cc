// Decisions as of an instant that has passed, and why there may be none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/convert/decision_proto.h"
#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::FirstViolation;
using ::testing::HasSubstr;
using testing::IsError;

class ReadTimeTest : public ApiTest {
 protected:
  grpc::Status ScoreAt(const std::string& name, absl::Time time,
                       v1::ScoreLeadResponse* response = Scratch<v1::ScoreLeadResponse>()) {
    v1::ScoreLeadRequest request;
    request.set_name(name);
    *request.mutable_read_time() = convert::ToProto(time);
    return Call(*scoring_, &v1::ScoringService::Stub::ScoreLead, request, response);
  }
  grpc::Status Explain(const std::string& name, std::optional<absl::Time> time,
                       v1::ExplainLeadResponse* response) {
    v1::ExplainLeadRequest request;
    request.set_name(name);
    if (time.has_value()) *request.mutable_read_time() = convert::ToProto(*time);
    return Call(*scoring_, &v1::ScoringService::Stub::ExplainLead, request, response);
  }
  void LoseBudget(const std::string& name) {
    v1::UpdateLeadRequest request;
    request.mutable_lead()->set_name(name);
    AddFact("budget", Bool(false), request.mutable_lead());
    request.mutable_update_mask()->add_paths("facts.budget");
    const grpc::Status status = Update(request);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
};

TEST_F(ReadTimeTest, GivesTheDecisionOfThen) {
  CreateA("a");
  Pass(absl::Hours(1));
  v1::ScoreLeadResponse said, again;
  ASSERT_TRUE(Score("leads/a", "", &said).ok());
  const absl::Time then = now();
  Pass(absl::Nanoseconds(1));
  LoseBudget("leads/a");
  EXPECT_NE(GradeOf("leads/a"), "A");
  ASSERT_TRUE(ScoreAt("leads/a", then, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), said.SerializeAsString());
  EXPECT_EQ(again.decision().grade(), "A");
}

TEST_F(ReadTimeTest, GivesTheExplanationAndTheForecastOfThen) {
  CreateA("a");
  v1::ExplainLeadResponse said, again;
  ASSERT_TRUE(Explain("leads/a", std::nullopt, &said).ok());
  const absl::Time then = now();
  Pass(absl::Hours(24 * 30));
  LoseBudget("leads/a");
  ASSERT_TRUE(Explain("leads/a", then, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), said.SerializeAsString());
  EXPECT_GT(again.explanation().forecast().steps_size(), 1);
}

TEST_F(ReadTimeTest, NowIsTaken) {
  CreateA("a");
  EXPECT_TRUE(ScoreAt("leads/a", now()).ok());
}

TEST_F(ReadTimeTest, AnInstantToComeIsRefused) {
  CreateA("a");
  const grpc::Status status = ScoreAt("leads/a", now() + absl::Nanoseconds(1));
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
  EXPECT_THAT(FirstViolation(status), HasSubstr("read_time: "));
  v1::ExplainLeadResponse response;
  EXPECT_THAT(Explain("leads/a", now() + absl::Nanoseconds(1), &response),
              IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
}

TEST_F(ReadTimeTest, ATimestampThatIsNoneIsRefused) {
  v1::ScoreLeadRequest request;
  request.set_name("leads/a");
  request.mutable_read_time()->set_nanos(-1);
  v1::ScoreLeadResponse response;
  EXPECT_THAT(Call(*scoring_, &v1::ScoringService::Stub::ScoreLead, request, &response),
              IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
}

TEST_F(ReadTimeTest, ALeadThatCameLaterIsNamedWithTheTimeItCame) {
  CreateA("a");
  const grpc::Status status = ScoreAt("leads/a", now() - absl::Seconds(1));
  EXPECT_THAT(status, IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_STORED_THEN"));
  EXPECT_THAT(status.error_message(), HasSubstr("2026-03-02T01:00:00+00:00"));
}

TEST_F(ReadTimeTest, ALeadThatIsNotThereIsNotFound) {
  EXPECT_THAT(ScoreAt("leads/a", now()), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
}

TEST_F(ReadTimeTest, ABundleThatIsGoneIsSaid) {
  CreateA("a");
  store_->bundles_gone = true;
  EXPECT_THAT(ScoreAt("leads/a", now()),
              IsError(grpc::StatusCode::FAILED_PRECONDITION, "BUNDLE_NOT_KEPT"));
}

TEST_F(ReadTimeTest, ALeadOfBeforeTheJournalHasNoHistory) {
  std::vector<store::LeadWrite> writes(1);
  writes[0].lead.id = "old";
  ASSERT_TRUE(store_->Apply(writes, store::Durability::kSynced).ok());
  EXPECT_THAT(ScoreAt("leads/old", now()),
              IsError(grpc::StatusCode::FAILED_PRECONDITION, "HISTORY_NOT_KEPT"));
}

}  // namespace
}  // namespace leadgrade::rpc
