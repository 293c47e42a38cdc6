// A sales pipeline as CRM systems export it, through the shipped mapping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "engine/decision/decision.h"
#include "tests/tools/import/file_import.h"
#include "tests/tools/run_command.h"

namespace leadgrade::tools {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kNow[] = "2026-03-12T10:00:00+08:00";
constexpr char kHeader[] =
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";

decision::Decision Decide(const store::StoredLead& lead) {
  return decision::Decide(testing::SalesBundle(), lead.lead, At(kNow));
}

std::vector<std::string> Missing(const decision::Decision& decision) {
  std::vector<std::string> names;
  for (const decision::MissingFact& fact : decision.missing) names.push_back(fact.fact->name);
  return names;
}

class CrmExportTest : public ::testing::Test {
 protected:
  FileImport Import(const std::string& rows) {
    return FileImport(directory_.Write("pipeline.csv", kHeader + rows),
                      ShippedMapping("crm_pipeline.yaml"), At(kNow));
  }

  TempDir directory_;
};

TEST_F(CrmExportTest, AWonOpportunityIsSignedAndItsKeyPersonUnknown) {
  const FileImport import =
      Import("1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,10/20/2016,3/1/2017,1054\n");
  EXPECT_EQ(import.errors(), "");
  const store::StoredLead lead = *import.store().Get("1C1I7A6R");
  EXPECT_EQ(lead.display_name, "Cancity · GTX Plus Basic");
  EXPECT_EQ(lead.owner, "Moses Frase");
  EXPECT_EQ(lead.lead.facts.at("need").front().observed_time, At("2017-03-01T00:00:00Z"));
  EXPECT_EQ(lead.lead.facts.count("kp_level"), 0u);
  ASSERT_THAT(lead.lead.timeline, SizeIs(2));
  EXPECT_EQ(lead.lead.timeline[0].type, "meeting");
  EXPECT_EQ(lead.lead.timeline[0].time, At("2016-10-20T00:00:00Z"));
  EXPECT_EQ(lead.lead.timeline[1].type, "signature");
  EXPECT_EQ(lead.lead.timeline[1].amount, 1054);
  const decision::Decision decision = Decide(lead);
  EXPECT_THAT(Missing(decision), ElementsAre("kp_level"));
  ASSERT_THAT(decision.actions, SizeIs(1));
  EXPECT_EQ(decision.actions[0].action->code, "ask_referral");
}

TEST_F(CrmExportTest, OfALostOneNothingIsStated) {
  const FileImport import = Import("a,Agent,GTX Pro,Acme,Lost,10/20/2016,3/1/2017,0\n");
  const store::StoredLead lead = *import.store().Get("a");
  EXPECT_THAT(lead.lead.facts, SizeIs(0));
  EXPECT_THAT(lead.lead.timeline, SizeIs(1));
  EXPECT_THAT(Missing(Decide(lead)), ::testing::UnorderedElementsAre("kp_level", "need", "budget"));
}

TEST_F(CrmExportTest, OpenOnesLackDatesAndAccounts) {
  const FileImport import = Import(
      "a,Agent,MG Special,,Prospecting,,,\n"
      "b,Agent,MG Special,,Engaging,11/1/2016,,\n");
  EXPECT_EQ(import.errors(), "");
  EXPECT_EQ(import.store().Get("a")->display_name, "MG Special");
  EXPECT_THAT(import.store().Get("a")->lead.timeline, SizeIs(0));
  EXPECT_THAT(import.store().Get("b")->lead.timeline, SizeIs(1));
}

TEST_F(CrmExportTest, AStageThatIsNotKnownIsAnError) {
  const FileImport import = Import("a,Agent,MG,Acme,Closed Won,11/1/2016,1/1/2017,5\n");
  EXPECT_EQ(import.imported(), 0);
  EXPECT_THAT(import.errors(),
              HasSubstr("in:2: error: facts.need.when: no such key: \"Closed Won\""));
}

// A whole export, where there is one: LEADGRADE_CRM_DATA is its directory.
TEST_F(CrmExportTest, AWholeExportComesIn) {
  const char* directory = std::getenv("LEADGRADE_CRM_DATA");
  if (directory == nullptr) GTEST_SKIP() << "LEADGRADE_CRM_DATA is not set";
  const FileImport import(std::string(directory) + "/sales_pipeline.csv",
                          ShippedMapping("crm_pipeline.yaml"), At(kNow));
  EXPECT_EQ(import.errors(), "");
  EXPECT_EQ(import.imported(), 8800);
  int signatures = 0, lacking_key_person = 0;
  for (const store::StoredLead& lead : import.Leads()) {
    EXPECT_EQ(lead.grade, "D") << lead.id;
    for (const facts::TimelineEvent& event : lead.lead.timeline) {
      signatures += event.type == "signature";
    }
    const std::vector<std::string> missing = Missing(Decide(lead));
    lacking_key_person += std::count(missing.begin(), missing.end(), "kp_level") > 0;
  }
  EXPECT_EQ(signatures, 4238);
  EXPECT_EQ(lacking_key_person, 8800);
}

}  // namespace
}  // namespace leadgrade::tools
