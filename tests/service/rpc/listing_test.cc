// ListLeads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "service/rpc/tokens.h"
#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using testing::Decode;
using ::testing::ElementsAre;
using testing::FieldsOf;
using testing::FirstViolation;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;

class ListingTest : public ApiTest {
 protected:
  // Leads 000, 001, …, of which every third is an A and the others are D.
  void Fill(int count, size_t owner_bytes = 1) {
    for (int begin = 0; begin < count; begin += 1000) {
      v1::ImportLeadsRequest request;
      for (int i = begin; i < std::min(begin + 1000, count); ++i) {
        v1::Lead* lead = request.add_leads()->mutable_lead();
        lead->set_name(absl::StrFormat("leads/%04d", i));
        lead->set_owner(std::string(owner_bytes, 'x'));
        MakeA(lead);
        if (i % 3 != 0) AddFact("budget", Bool(false), lead);
      }
      v1::ImportLeadsResponse response;
      ASSERT_TRUE(Import(request, &response).ok());
    }
  }

  static v1::ListLeadsRequest Request(int page_size, const std::vector<std::string>& grades = {}) {
    v1::ListLeadsRequest request;
    request.set_page_size(page_size);
    for (const std::string& grade : grades) request.add_grades(grade);
    return request;
  }

  static std::vector<std::string> NamesOf(const v1::ListLeadsResponse& response) {
    std::vector<std::string> names;
    for (const v1::Lead& lead : response.leads()) names.push_back(lead.name());
    return names;
  }

  // Of all pages, joined.
  std::vector<std::string> AllNames(v1::ListLeadsRequest request) {
    std::vector<std::string> names;
    v1::ListLeadsResponse response;
    do {
      const grpc::Status status = List(request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const std::string& name : NamesOf(response)) names.push_back(name);
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    return names;
  }
};

// Leads that lapse, the earliest first, then those that the clock does not change.
TEST_F(ListingTest, ListsWhatLapsesNextFirst) {
  for (const auto& [id, first] : {std::pair("d", false), std::pair("c", true), std::pair("b", true),
                                  std::pair("a", false), std::pair("e", true)}) {
    v1::ImportLeadsRequest request;
    v1::Lead* lead = request.add_leads()->mutable_lead();
    lead->set_name(absl::StrCat("leads/", id));
    MakeA(lead);
    if (!first) AddFact("need", Bool(false), lead);
    v1::ImportLeadsResponse response;
    ASSERT_TRUE(Import(request, &response).ok());
    SetNow(now() + absl::Hours(24));
  }
  for (int size : {1, 2, 5}) {
    v1::ListLeadsRequest request = Request(size);
    request.set_order_by("valid_until");
    EXPECT_THAT(AllNames(request),
                ElementsAre("leads/c", "leads/b", "leads/e", "leads/a", "leads/d"));
    request.add_grades("D");
    EXPECT_THAT(AllNames(request), ElementsAre("leads/a", "leads/d"));
    request.set_grades(0, "A");
    EXPECT_THAT(AllNames(request), ElementsAre("leads/c", "leads/b", "leads/e"));
  }
}

TEST_F(ListingTest, KnowsOneOrderOnly) {
  v1::ListLeadsRequest request;
  request.set_order_by("grade");
  v1::ListLeadsResponse response;
  EXPECT_THAT(FieldsOf(List(request, &response)), ElementsAre("order_by"));
}

TEST_F(ListingTest, ATokenIsOfOneOrder) {
  Fill(7);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(3), &response).ok());
  v1::ListLeadsRequest request = Request(3);
  request.set_order_by("valid_until");
  request.set_page_token(response.next_page_token());
  EXPECT_THAT(List(request, &response),
              IsError(grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"));
}

TEST_F(ListingTest, OfNothingIsEmpty) {
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List({}, &response).ok());
  EXPECT_EQ(response.leads_size(), 0);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(ListingTest, GoesThroughAllLeadsById) {
  Fill(7);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(3), &response).ok());
  EXPECT_THAT(NamesOf(response), ElementsAre("leads/0000", "leads/0001", "leads/0002"));
  EXPECT_NE(response.next_page_token(), "");
  EXPECT_THAT(AllNames(Request(3)),
              ElementsAre("leads/0000", "leads/0001", "leads/0002", "leads/0003", "leads/0004",
                          "leads/0005", "leads/0006"));
  EXPECT_EQ(AllNames(Request(7)).size(), 7);
  EXPECT_EQ(AllNames(Request(1)).size(), 7);
}

TEST_F(ListingTest, TheLastPageHasNoToken) {
  Fill(6);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(6), &response).ok());
  EXPECT_EQ(response.leads_size(), 6);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(ListingTest, HasFiftyLeadsToAPageUnlessAskedOtherwise) {
  Fill(51);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(0), &response).ok());
  EXPECT_EQ(response.leads_size(), 50);
}

TEST_F(ListingTest, HasAtMostAThousandLeadsToAPage) {
  Fill(1001);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(1000), &response).ok());
  EXPECT_EQ(response.leads_size(), 1000);
  ASSERT_TRUE(List(Request(2000000000), &response).ok());
  EXPECT_EQ(response.leads_size(), 1000);
  EXPECT_EQ(AllNames(Request(1001)).size(), 1001);
}

TEST_F(ListingTest, RefusesANegativePage) {
  EXPECT_EQ(FirstViolation(List(Request(-1))),
            "page_size: -1 is negative: expected 1 to 1000, or 0 for 50");
}

TEST_F(ListingTest, ByGradeIsInTheOrderAskedFor) {
  Fill(7);
  EXPECT_THAT(AllNames(Request(2, {"D", "A"})),
              ElementsAre("leads/0001", "leads/0002", "leads/0004", "leads/0005", "leads/0000",
                          "leads/0003", "leads/0006"));
  EXPECT_THAT(AllNames(Request(2, {"A"})), ElementsAre("leads/0000", "leads/0003", "leads/0006"));
  EXPECT_THAT(AllNames(Request(100, {"A", "D"})),
              ElementsAre("leads/0000", "leads/0003", "leads/0006", "leads/0001", "leads/0002",
                          "leads/0004", "leads/0005"));
  EXPECT_THAT(AllNames(Request(2, {"B", "C"})), IsEmpty());
}

TEST_F(ListingTest, ByAGradeGivenTwiceListsOnce) {
  Fill(3);
  EXPECT_THAT(AllNames(Request(2, {"A", "A"})), ElementsAre("leads/0000"));
}

TEST_F(ListingTest, RefusesGradesThatTheBundleLacks) {
  const grpc::Status status = List(Request(1, {"A", "a", "X"}));
  EXPECT_THAT(FieldsOf(status), ElementsAre("grades[1]", "grades[2]"));
  EXPECT_EQ(FirstViolation(status), "grades[1]: unknown grade `a`; did you mean `A`?");
}

TEST_F(ListingTest, TakesAsManyGradesAsABundleMayHave) {
  EXPECT_TRUE(List(Request(1, std::vector<std::string>(64, "A"))).ok());
  EXPECT_EQ(FirstViolation(List(Request(1, std::vector<std::string>(65, "A")))),
            "grades: has 65 grades; at most 64");
}

TEST_F(ListingTest, RefusesATokenOfAnotherList) {
  Fill(7);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(1, {"A"}), &response).ok());
  const std::string token = response.next_page_token();
  for (const std::vector<std::string>& grades :
       {std::vector<std::string>{}, std::vector<std::string>{"D"},
        std::vector<std::string>{"A", "D"}}) {
    v1::ListLeadsRequest request = Request(1, grades);
    request.set_page_token(token);
    EXPECT_THAT(List(request, &response),
                IsError(grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"));
    EXPECT_EQ(response.leads_size(), 0);
  }
}

TEST_F(ListingTest, RefusesATokenThatIsNone) {
  for (const std::string& token :
       {std::string("x"), std::string(10000, 'A'), MakePageToken("another store", {}, {0, "0001"}),
        MakePageToken(store_->store_id(), {}, {1, ""}),
        MakePageToken(store_->store_id(), {}, {size_t{1} << 63, ""})}) {
    v1::ListLeadsRequest request = Request(1);
    request.set_page_token(token);
    const grpc::Status status = List(request);
    EXPECT_THAT(status, IsError(grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"));
    EXPECT_EQ(Decode(status).fields[0].first, "page_token");
  }
}

TEST_F(ListingTest, ATokenAllowsAnotherPageSize) {
  Fill(5);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(2), &response).ok());
  v1::ListLeadsRequest request = Request(100);
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(List(request, &response).ok());
  EXPECT_THAT(NamesOf(response), ElementsAre("leads/0002", "leads/0003", "leads/0004"));
}

TEST_F(ListingTest, GoesOnAfterALeadThatIsGone) {
  Fill(4);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(Request(2), &response).ok());
  ASSERT_TRUE(Delete("leads/0001").ok());
  ASSERT_TRUE(Delete("leads/0002").ok());
  v1::ListLeadsRequest request = Request(2);
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(List(request, &response).ok());
  EXPECT_THAT(NamesOf(response), ElementsAre("leads/0003"));
}

TEST_F(ListingTest, DecidesAsOfNowWhenAsked) {
  Fill(2);
  Pass(absl::Hours(24 * 30));
  v1::ListLeadsRequest request = Request(10);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(request, &response).ok());
  EXPECT_EQ(response.decisions_size(), 0);
  request.set_with_decisions(true);
  request.set_language_code("zh");
  ASSERT_TRUE(List(request, &response).ok());
  ASSERT_EQ(response.decisions_size(), 2);
  EXPECT_EQ(response.leads(0).grade(), "A");
  EXPECT_EQ(response.decisions(0).lead(), "leads/0000");
  EXPECT_EQ(response.decisions(0).grade(), "D");
  EXPECT_EQ(response.decisions(0).reasons(0).text(), "之前已过签约期，需明确重新打开才会再评级");
  EXPECT_EQ(response.decisions(1).lead(), "leads/0001");
}

// A page of large leads ends early, so that a client's message size holds it.
TEST_F(ListingTest, PagesOfLargeLeadsEndEarly) {
  leads::LeadEdit edit;
  edit.kind = leads::LeadEdit::Kind::kCreate;
  for (int i = 0; i < 100; ++i) {
    facts::StatedFact fact;
    fact.value.value = std::string(4000, 'x');
    edit.facts.emplace_back("text" + std::to_string(i), fact);
  }
  // 100 leads of 400 kB would be 40 MB.
  for (int i = 0; i < 100; ++i) {
    edit.lead_id = absl::StrFormat("%04d", i);
    book_->Edit(edit, nullptr, [](const auto&) {});
  }
  WaitForWriter();
  v1::ListLeadsRequest request = Request(1000);
  v1::ListLeadsResponse response;
  ASSERT_TRUE(List(request, &response).ok());
  EXPECT_GT(response.leads_size(), 0);
  EXPECT_LT(response.ByteSizeLong(), size_t{4} << 20);
  EXPECT_EQ(AllNames(request).size(), 100);
}

TEST_F(ListingTest, OfAStoreThatFailsIsUnavailable) {
  store_->reads_fail = true;
  EXPECT_THAT(List({}), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
  EXPECT_THAT(List(Request(1, {"A"})), IsError(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE"));
}

}  // namespace
}  // namespace leadgrade::rpc
