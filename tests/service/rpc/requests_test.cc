#include "service/rpc/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadgrade::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LeadName, GivesTheId) {
  for (const std::string& id :
       {std::string("a"), std::string("Zz09-_.~:"), std::string("crm:42"), std::string(128, 'x')}) {
    Violations violations;
    EXPECT_EQ(ReadLeadName("leads/" + id, "name", &violations), id);
    EXPECT_THAT(violations, IsEmpty());
  }
}

TEST(LeadName, RefusesWhatIsNone) {
  for (const std::string& name :
       {std::string("leads/"), std::string("lead/a"), std::string("Leads/a"), std::string("a"),
        std::string("leads/a/b"), std::string("leads/a b"), std::string("leads/\xe5\xbc\xa0"),
        std::string("leads/a\0", 8), std::string("leads/a%41"), "leads/" + std::string(129, 'x'),
        std::string("/leads/a"), std::string("leads//a")}) {
    Violations violations;
    EXPECT_EQ(ReadLeadName(name, "events[2].lead", &violations), "") << name;
    ASSERT_EQ(violations.size(), 1) << name;
    EXPECT_EQ(violations[0].field, "events[2].lead");
    EXPECT_THAT(violations[0].description, HasSubstr("1 to 128 bytes of letters, digits"));
  }
}

TEST(LeadName, QuotesWhatWasSentButNotAllOfIt) {
  Violations violations;
  ReadLeadName("leads/" + std::string(1 << 20, 'x'), "name", &violations);
  ReadLeadName("leads/a b", "name", &violations);
  EXPECT_LT(violations[0].description.size(), 300);
  EXPECT_EQ(
      violations[1].description,
      "`leads/a b` is no lead's name: expected `leads/` and an id, 1 to 128 bytes of letters, "
      "digits, `-`, `_`, `.`, `~`, `:`");
}

TEST(LeadName, IsRequired) {
  Violations violations;
  ReadLeadName("", "name", &violations);
  ASSERT_EQ(violations.size(), 1);
  EXPECT_EQ(violations[0].description, "is required: `leads/` and the lead's id");
}

TEST(LeadId, IsRequired) {
  Violations violations;
  CheckLeadId("", "lead_id", &violations);
  ASSERT_EQ(violations.size(), 1);
  EXPECT_THAT(violations[0].description, HasSubstr("is required"));
}

TEST(Language, HasAtMost64Bytes) {
  Violations violations;
  CheckLanguage("", &violations);
  CheckLanguage("zh-Hans-CN", &violations);
  CheckLanguage(std::string(64, 'x'), &violations);
  EXPECT_THAT(violations, IsEmpty());
  CheckLanguage(std::string(65, 'x'), &violations);
  ASSERT_EQ(violations.size(), 1);
  EXPECT_EQ(violations[0].field, "language_code");
  EXPECT_EQ(violations[0].description, "has 65 bytes; at most 64");
}

TEST(Batch, HasOneToAThousandElements) {
  EXPECT_TRUE(CheckBatch("events", 1).ok());
  EXPECT_TRUE(CheckBatch("events", 1000).ok());
  EXPECT_EQ(CheckBatch("events", 0).message(), "events: is required: 1 to 1000");
  EXPECT_EQ(CheckBatch("events", 1001).message(),
            "events: has 1001 elements; at most 1000 are taken in one call");
}

}  // namespace
}  // namespace leadgrade::rpc
