// ListBundles, GetBundle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/rpc/api_test.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiTest;
using ::testing::Contains;
using testing::Decode;
using ::testing::ElementsAre;
using testing::FieldsOf;
using testing::IsError;

class BundleServiceTest : public ApiTest {
 protected:
  grpc::Status GetOne(const std::string& name, const std::string& language,
                      v1::GetBundleResponse* response) {
    v1::GetBundleRequest request;
    request.set_name(name);
    request.set_language_code(language);
    return Call(*bundles_, &v1::BundleService::Stub::GetBundle, request, response);
  }
  grpc::Status ListAll(const std::string& language, v1::ListBundlesResponse* response) {
    v1::ListBundlesRequest request;
    request.set_language_code(language);
    return Call(*bundles_, &v1::BundleService::Stub::ListBundles, request, response);
  }

  static const v1::FactDescription* FactOf(const v1::Bundle& bundle, const std::string& name) {
    for (const v1::FactDescription& fact : bundle.facts()) {
      if (fact.name() == name) return &fact;
    }
    return nullptr;
  }
};

TEST_F(BundleServiceTest, DescribesTheBundleInForce) {
  v1::GetBundleResponse response;
  ASSERT_TRUE(GetOne("bundles/sales", "", &response).ok());
  const v1::Bundle& bundle = response.bundle();
  EXPECT_EQ(bundle.name(), "bundles/sales");
  EXPECT_EQ(bundle.digest(), registry_->bundle()->digest);
  EXPECT_EQ(bundle.title(), "Sales lead grading");
  EXPECT_EQ(bundle.time_zone(), "Asia/Shanghai");
  EXPECT_EQ(bundle.activate_time().seconds(), absl::ToUnixSeconds(now()));
  EXPECT_THAT(bundle.grades(), ElementsAre("D", "C", "B", "A"));
  EXPECT_THAT(bundle.event_types(), Contains("reopened"));
}

TEST_F(BundleServiceTest, DescribesFacts) {
  v1::GetBundleResponse response;
  ASSERT_TRUE(GetOne("bundles/sales", "zh", &response).ok());
  const v1::FactDescription* level = FactOf(response.bundle(), "kp_level");
  ASSERT_NE(level, nullptr);
  EXPECT_EQ(level->type(), "KpLevel");
  EXPECT_EQ(level->title(), "已见到的最高关键人");
  EXPECT_FALSE(level->derived());
  EXPECT_THAT(level->enum_values(), ElementsAre("NONE", "THIRD", "SECOND", "FIRST"));
  const v1::FactDescription* grade = FactOf(response.bundle(), "current_grade");
  ASSERT_NE(grade, nullptr);
  EXPECT_TRUE(grade->derived());
  EXPECT_THAT(grade->enum_values(), ElementsAre("D", "C", "B", "A"));
  const v1::FactDescription* need = FactOf(response.bundle(), "need");
  ASSERT_NE(need, nullptr);
  EXPECT_EQ(need->type(), "bool");
  EXPECT_EQ(need->enum_values_size(), 0);
}

TEST_F(BundleServiceTest, ListsTheOneThatIsActive) {
  v1::ListBundlesResponse listed;
  v1::GetBundleResponse got;
  ASSERT_TRUE(ListAll("zh", &listed).ok());
  ASSERT_TRUE(GetOne("bundles/sales", "zh", &got).ok());
  ASSERT_EQ(listed.bundles_size(), 1);
  EXPECT_EQ(listed.bundles(0).title(), "销售线索分级");
  EXPECT_EQ(listed.bundles(0).SerializeAsString(), got.bundle().SerializeAsString());
}

TEST_F(BundleServiceTest, TellsOfABundleThatIsNotThere) {
  v1::GetBundleResponse response;
  const grpc::Status status = GetOne("bundles/marketing", "", &response);
  EXPECT_THAT(status, IsError(grpc::StatusCode::NOT_FOUND, "BUNDLE_NOT_FOUND"));
  EXPECT_EQ(Decode(status).resource_type, "leadgrade/Bundle");
  EXPECT_EQ(Decode(status).resource_name, "bundles/marketing");
}

TEST_F(BundleServiceTest, RefusesWrongNamesAndLanguages) {
  v1::GetBundleResponse response;
  v1::ListBundlesResponse listed;
  EXPECT_THAT(FieldsOf(GetOne("", "", &response)), ElementsAre("name"));
  EXPECT_THAT(FieldsOf(GetOne("sales", "", &response)), ElementsAre("name"));
  EXPECT_THAT(FieldsOf(GetOne("bundles/", std::string(65, 'x'), &response)),
              ElementsAre("name", "language_code"));
  EXPECT_THAT(FieldsOf(ListAll(std::string(65, 'x'), &listed)), ElementsAre("language_code"));
}

}  // namespace
}  // namespace leadgrade::rpc
