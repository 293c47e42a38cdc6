// One lead: CreateLead, GetLead, UpdateLead, DeleteLead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using ::testing::Key;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class LeadServiceTest : public ApiTest {
 protected:
  static v1::CreateLeadRequest CreateRequest(const std::string& id) {
    v1::CreateLeadRequest request;
    request.set_lead_id(id);
    request.mutable_lead();
    return request;
  }

  static v1::UpdateLeadRequest UpdateRequest(const std::string& name,
                                             const std::vector<std::string>& paths = {}) {
    v1::UpdateLeadRequest request;
    request.mutable_lead()->set_name(name);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }

  // Of the stored lead, in order.
  std::vector<std::string> FactsOf(const std::string& name) {
    v1::GetLeadResponse response;
    EXPECT_TRUE(Get(name, &response).ok());
    std::vector<std::string> names;
    for (const auto& [fact, statement] : response.lead().facts()) names.push_back(fact);
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(LeadServiceTest, CreateStoresTheLeadAndDecides) {
  v1::CreateLeadRequest request = CreateRequest("crm:42");
  request.mutable_lead()->set_display_name("王建国");
  request.mutable_lead()->set_owner("li");
  MakeA(request.mutable_lead());
  v1::CreateLeadResponse response;
  ASSERT_TRUE(Create(request, &response).ok());

  const v1::Lead& lead = response.lead();
  EXPECT_EQ(lead.name(), "leads/crm:42");
  EXPECT_EQ(lead.display_name(), "王建国");
  EXPECT_EQ(lead.owner(), "li");
  EXPECT_THAT(lead.facts(), UnorderedElementsAre(Key("kp_level"), Key("need"), Key("budget")));
  EXPECT_EQ(lead.facts().at("kp_level").value().string_value(), "FIRST");
  EXPECT_EQ(lead.facts().at("kp_level").status(), v1::FACT_STATUS_CONFIRMED);
  EXPECT_EQ(lead.facts().at("kp_level").observed_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(lead.grade(), "A");
  ASSERT_EQ(lead.grade_history_size(), 1);
  EXPECT_EQ(lead.grade_history(0).to_grade(), "A");
  EXPECT_EQ(lead.grade_history(0).cause(), v1::CHANGE_CAUSE_FACT);
  EXPECT_EQ(lead.event_count(), 0);
  EXPECT_EQ(lead.create_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_EQ(lead.update_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_NE(lead.etag(), "");

  const v1::Decision& decision = response.decision();
  EXPECT_EQ(decision.lead(), "leads/crm:42");
  EXPECT_EQ(decision.grade(), "A");
  EXPECT_EQ(decision.reasons(0).text(), "First key person met, need, budget: all three");
  EXPECT_EQ(decision.next_actions(0).code(), "close");
  EXPECT_EQ(decision.bundle().digest(), registry_->bundle()->digest);

  v1::GetLeadResponse stored;
  ASSERT_TRUE(Get("leads/crm:42", &stored).ok());
  EXPECT_EQ(stored.lead().ShortDebugString(), lead.ShortDebugString());
}

TEST_F(LeadServiceTest, CreateAnswersInTheLanguageAskedFor) {
  v1::CreateLeadRequest request = CreateRequest("a");
  MakeA(request.mutable_lead());
  request.set_language_code("zh-CN");
  v1::CreateLeadResponse response;
  ASSERT_TRUE(Create(request, &response).ok());
  EXPECT_EQ(response.decision().reasons(0).text(), "已见第一关键人，有需求，有预算");
}

TEST_F(LeadServiceTest, CreateTakesAnEmptyLead) {
  v1::CreateLeadResponse response;
  ASSERT_TRUE(Create(CreateRequest("a"), &response).ok());
  EXPECT_TRUE(response.decision().provisional());
  EXPECT_THAT(StoredText("leads/a"), HasSubstr("leads/a"));
}

TEST_F(LeadServiceTest, CreateRefusesAnIdThatIsTaken) {
  CreateA("a");
  const std::string before = StoredText("leads/a");
  v1::CreateLeadRequest request = CreateRequest("a");
  request.mutable_lead()->set_display_name("another");
  const grpc::Status status = Create(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::ALREADY_EXISTS, "LEAD_ALREADY_EXISTS"));
  EXPECT_EQ(Decode(status).resource_name, "leads/a");
  EXPECT_EQ(StoredText("leads/a"), before);
}

TEST_F(LeadServiceTest, CreateTakesANameThatGoesWithTheId) {
  v1::CreateLeadRequest request = CreateRequest("a");
  request.mutable_lead()->set_name("leads/b");
  EXPECT_THAT(FieldsOf(Create(request)), ElementsAre("lead.name"));
  EXPECT_EQ(StoredText("leads/a"), "");
  request.mutable_lead()->set_name("leads/a");
  EXPECT_TRUE(Create(request).ok());
}

TEST_F(LeadServiceTest, CreateIgnoresWhatTheServiceSets) {
  v1::CreateLeadRequest request = CreateRequest("a");
  request.mutable_lead()->set_grade("A");
  request.mutable_lead()->set_event_count(99);
  request.mutable_lead()->mutable_create_time()->set_seconds(1);
  request.mutable_lead()->add_grade_history()->set_to_grade("A");
  v1::CreateLeadResponse response;
  ASSERT_TRUE(Create(request, &response).ok());
  EXPECT_NE(response.lead().grade(), "A");
  EXPECT_EQ(response.lead().event_count(), 0);
  EXPECT_EQ(response.lead().create_time().seconds(), absl::ToUnixSeconds(now()));
}

TEST_F(LeadServiceTest, CreateNeedsIdAndLead) {
  EXPECT_THAT(FieldsOf(Create(v1::CreateLeadRequest())), ElementsAre("lead_id", "lead"));
}

TEST_F(LeadServiceTest, CreateTellsAllThatIsWrong) {
  v1::CreateLeadRequest request = CreateRequest("a b");
  request.mutable_lead()->set_display_name(std::string(257, 'x'));
  request.mutable_lead()->set_owner(std::string(129, 'x'));
  AddFact("budget", Text("yes"), request.mutable_lead());
  AddFact("kp_levl", Text("FIRST"), request.mutable_lead());
  AddFact("kp_level", Text("FRIST"), request.mutable_lead());
  request.set_language_code(std::string(65, 'x'));
  const grpc::Status status = Create(request);
  const testing::ApiError error = Decode(status);
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("lead_id", "lead.display_name", "lead.owner", HasSubstr("budget"),
                          HasSubstr("kp_level"), HasSubstr("kp_levl"), "language_code"));
  EXPECT_EQ(error.fields[1].second, "has 257 bytes; at most 256");
  EXPECT_EQ(error.fields[2].second, "has 129 bytes; at most 128");
  EXPECT_THAT(error.fields[3].second, HasSubstr("expected `true` or `false`"));
  EXPECT_THAT(error.fields[4].second, HasSubstr("did you mean `FIRST`?"));
  EXPECT_THAT(error.fields[5].second, HasSubstr("did you mean `kp_level`?"));
}

TEST_F(LeadServiceTest, CreateTakesTextsUpToTheirLimits) {
  v1::CreateLeadRequest request = CreateRequest(std::string(128, 'x'));
  request.mutable_lead()->set_display_name(std::string(256, 'x'));
  request.mutable_lead()->set_owner(std::string(128, 'x'));
  request.set_language_code(std::string(64, 'x'));
  EXPECT_TRUE(Create(request).ok());
  request.set_lead_id(std::string(129, 'x'));
  EXPECT_THAT(FieldsOf(Create(request)), ElementsAre("lead_id"));
}

TEST_F(LeadServiceTest, CreateCountsFactsBeforeItReadsThem) {
  v1::CreateLeadRequest request = CreateRequest("a");
  for (int i = 0; i < 500; ++i) {
    AddFact("nothing_like_it_" + std::to_string(i), Bool(true), request.mutable_lead());
  }
  EXPECT_THAT(Create(request).error_message(), HasSubstr("more than 100 fields are wrong"));
  AddFact("one_more", Bool(true), request.mutable_lead());
  EXPECT_EQ(FirstViolation(Create(request)), "lead.facts: has 501 facts; at most 500");
  EXPECT_EQ(StoredText("leads/a"), "");
}

TEST_F(LeadServiceTest, AnErrorWithManyFieldsReachesTheClient) {
  v1::CreateLeadRequest request = CreateRequest(std::string(200, '!'));
  for (int i = 0; i < 400; ++i) {
    AddFact(std::string(1000, '@') + std::to_string(i), Text(std::string(2000, 'y')),
            request.mutable_lead());
  }
  const grpc::Status status = Create(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"));
  EXPECT_GT(Decode(status).fields.size(), 3);
}

TEST_F(LeadServiceTest, GetTellsOfALeadThatIsNotThere) {
  const grpc::Status status = Get("leads/nobody");
  EXPECT_THAT(status, IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_EQ(status.error_message(), "there is no lead `nobody`");
  EXPECT_EQ(Decode(status).resource_type, "leadgrade/Lead");
  EXPECT_EQ(Decode(status).resource_name, "leads/nobody");
  EXPECT_THAT(Decode(status).metadata, ElementsAre(Pair("lead", "leads/nobody")));
}

TEST_F(LeadServiceTest, GetNeedsAName) {
  EXPECT_THAT(FieldsOf(Get("")), ElementsAre("name"));
  EXPECT_THAT(FieldsOf(Get("nobody")), ElementsAre("name"));
}

// What the clock did since is for the timers, and for scoring, to tell.
TEST_F(LeadServiceTest, GetShowsTheLeadAsStored) {
  CreateA("a");
  Pass(absl::Hours(24 * 30));
  v1::GetLeadResponse response;
  ASSERT_TRUE(Get("leads/a", &response).ok());
  EXPECT_EQ(response.lead().grade(), "A");
  EXPECT_EQ(GradeOf("leads/a"), "D");
}

TEST_F(LeadServiceTest, GetTellsOfADamagedLead) {
  CreateA("a");
  store_->damaged = true;
  EXPECT_THAT(Get("leads/a"), IsError(grpc::StatusCode::DATA_LOSS, "DATA_DAMAGED"));
}

TEST_F(LeadServiceTest, UpdateChangesWhatTheMaskNames) {
  CreateA("a");
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"display_name"});
  request.mutable_lead()->set_display_name("new");
  request.mutable_lead()->set_owner("ignored");
  AddFact("budget", Bool(false), request.mutable_lead());
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(request, &response).ok());
  EXPECT_EQ(response.lead().display_name(), "new");
  EXPECT_EQ(response.lead().owner(), "");
  EXPECT_EQ(response.decision().grade(), "A");
  EXPECT_EQ(response.lead().name(), "leads/a");
}

TEST_F(LeadServiceTest, UpdateDoesNotLookAtWhatTheMaskLeavesOut) {
  CreateA("a");
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"display_name"});
  request.mutable_lead()->set_owner(std::string(1000, 'x'));
  AddFact("no_such_fact", Bool(false), request.mutable_lead());
  EXPECT_TRUE(Update(request).ok());
}

TEST_F(LeadServiceTest, UpdateClearsAFieldThatTheMaskNamesAndTheLeadLacks) {
  v1::CreateLeadRequest create = CreateRequest("a");
  create.mutable_lead()->set_owner("li");
  ASSERT_TRUE(Create(create).ok());
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(UpdateRequest("leads/a", {"owner"}), &response).ok());
  EXPECT_EQ(response.lead().owner(), "");
}

TEST_F(LeadServiceTest, UpdateOfAFactSetsIt) {
  CreateA("a");
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"facts.budget"});
  AddFact("budget", Bool(false), request.mutable_lead());
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(request, &response).ok());
  EXPECT_EQ(response.decision().grade(), "D");
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("budget", "kp_level", "need"));
}

TEST_F(LeadServiceTest, UpdateOfAFactThatTheLeadLacksRetractsIt) {
  CreateA("a");
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(UpdateRequest("leads/a", {"facts.budget"}), &response).ok());
  EXPECT_TRUE(response.decision().provisional());
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("kp_level", "need"));
}

TEST_F(LeadServiceTest, UpdateOfFactsReplacesThemAll) {
  CreateA("a");
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"facts"});
  AddFact("need", Bool(true), request.mutable_lead());
  ASSERT_TRUE(Update(request).ok());
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("need"));
}

TEST_F(LeadServiceTest, UpdateOfAllReplacesAllThatCanBeChanged) {
  v1::CreateLeadRequest create = CreateRequest("a");
  create.mutable_lead()->set_owner("li");
  MakeA(create.mutable_lead());
  ASSERT_TRUE(Create(create).ok());
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"*"});
  request.mutable_lead()->set_display_name("new");
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(request, &response).ok());
  EXPECT_EQ(response.lead().display_name(), "new");
  EXPECT_EQ(response.lead().owner(), "");
  EXPECT_EQ(response.lead().facts_size(), 0);
}

TEST_F(LeadServiceTest, UpdateWithoutAMaskChangesTheFieldsThatAreSet) {
  v1::CreateLeadRequest create = CreateRequest("a");
  create.mutable_lead()->set_owner("li");
  MakeA(create.mutable_lead());
  ASSERT_TRUE(Create(create).ok());
  v1::UpdateLeadRequest request = UpdateRequest("leads/a");
  request.mutable_lead()->set_display_name("new");
  AddFact("budget", Bool(false), request.mutable_lead());
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(request, &response).ok());
  EXPECT_EQ(response.lead().display_name(), "new");
  EXPECT_EQ(response.lead().owner(), "li");
  EXPECT_EQ(response.decision().grade(), "D");
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("budget", "kp_level", "need"));
}

TEST_F(LeadServiceTest, UpdateRefusesPathsThatAreNone) {
  CreateA("a");
  const std::string before = StoredText("leads/a");
  const grpc::Status status =
      Update(UpdateRequest("leads/a", {"display_nam", "grade", "name", "facts.budget.value", "",
                                       "facts.buget", "owner"}));
  const testing::ApiError error = Decode(status);
  EXPECT_THAT(
      error.fields,
      ElementsAre(
          Pair("update_mask.paths[0]", HasSubstr("did you mean `display_name`?")),
          Pair("update_mask.paths[1]", "`grade` is set by the service; it can't be changed"),
          Pair("update_mask.paths[2]", HasSubstr("says which lead is meant")),
          Pair("update_mask.paths[3]", HasSubstr("facts.NAME")),
          Pair("update_mask.paths[4]", HasSubstr("display_name, owner, facts")),
          Pair("update_mask.paths[5]", "unknown fact `buget`; did you mean `budget`?")));
  EXPECT_EQ(StoredText("leads/a"), before);
}

TEST_F(LeadServiceTest, UpdateTakesAThousandPaths) {
  CreateA("a");
  v1::UpdateLeadRequest request =
      UpdateRequest("leads/a", std::vector<std::string>(1001, "facts.budget"));
  EXPECT_EQ(FirstViolation(Update(request)), "update_mask: has 1001 paths; at most 1000");
  request.mutable_update_mask()->mutable_paths()->RemoveLast();
  EXPECT_TRUE(Update(request).ok());
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("kp_level", "need"));
}

TEST_F(LeadServiceTest, UpdateRetractsAFactOfAnEarlierBundle) {
  CreateA("a");
  leads::LeadEdit edit;
  edit.lead_id = "a";
  facts::StatedFact stated;
  stated.value.value = true;
  edit.facts.emplace_back("of_an_earlier_bundle", stated);
  book_->Edit(std::move(edit), nullptr, [](const auto&) {});
  WaitForWriter();
  ASSERT_THAT(FactsOf("leads/a"),
              ElementsAre("budget", "kp_level", "need", "of_an_earlier_bundle"));
  ASSERT_TRUE(Update(UpdateRequest("leads/a", {"facts.of_an_earlier_bundle"})).ok());
  EXPECT_THAT(FactsOf("leads/a"), ElementsAre("budget", "kp_level", "need"));
}

TEST_F(LeadServiceTest, UpdateTellsOfALeadThatIsNotThere) {
  EXPECT_THAT(Update(UpdateRequest("leads/nobody", {"owner"})),
              IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_EQ(StoredText("leads/nobody"), "");
}

TEST_F(LeadServiceTest, UpdateNeedsAName) {
  EXPECT_THAT(FieldsOf(Update(v1::UpdateLeadRequest())), ElementsAre("lead.name"));
}

TEST_F(LeadServiceTest, UpdateWithTheEtagGoesThroughOnce) {
  v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"owner"});
  request.mutable_lead()->set_etag(CreateA("a").lead().etag());
  request.mutable_lead()->set_owner("li");
  v1::UpdateLeadResponse response;
  ASSERT_TRUE(Update(request, &response).ok());
  EXPECT_NE(response.lead().etag(), request.lead().etag());
  const std::string before = StoredText("leads/a");
  const grpc::Status status = Update(request);
  EXPECT_THAT(status, IsError(grpc::StatusCode::ABORTED, "ETAG_MISMATCH"));
  EXPECT_EQ(Decode(status).metadata["lead"], "leads/a");
  EXPECT_EQ(StoredText("leads/a"), before);
}

TEST_F(LeadServiceTest, UpdateWithAnEtagThatIsNoneIsAMismatch) {
  CreateA("a");
  for (const char* etag : {"1", "*", "AAAA", "\"x\""}) {
    v1::UpdateLeadRequest request = UpdateRequest("leads/a", {"owner"});
    request.mutable_lead()->set_etag(etag);
    EXPECT_THAT(Update(request), IsError(grpc::StatusCode::ABORTED, "ETAG_MISMATCH")) << etag;
  }
}

TEST_F(LeadServiceTest, UpdateWithAnEtagOfALeadThatIsNotThereIsNotFound) {
  v1::UpdateLeadRequest request = UpdateRequest("leads/nobody", {"owner"});
  request.mutable_lead()->set_etag("AAAA");
  EXPECT_THAT(Update(request), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
}

TEST_F(LeadServiceTest, DeleteTakesTheLeadAway) {
  CreateA("a");
  ASSERT_TRUE(Delete("leads/a").ok());
  EXPECT_THAT(Get("leads/a"), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
  EXPECT_THAT(Delete("leads/a"), IsError(grpc::StatusCode::NOT_FOUND, "LEAD_NOT_FOUND"));
}

TEST_F(LeadServiceTest, DeleteNeedsAName) {
  EXPECT_THAT(FieldsOf(Delete("")), ElementsAre("name"));
}

}  // namespace
}  // namespace leadgrade::rpc
