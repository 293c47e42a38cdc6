#include "tools/import/row_errors.h"

#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"

namespace leadgrade::tools {
namespace {

std::string ErrorOf(std::vector<std::string> fields) {
  google::rpc::BadRequest bad;
  for (const std::string& field : fields) {
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description("is wrong");
  }
  google::rpc::Status status;
  status.set_code(3);
  status.set_message("2 fields are wrong");
  status.add_details()->PackFrom(bad);
  v1::ImportedLead lead;
  lead.add_events()->set_event_id("e7");
  return RowError(status, lead);
}

TEST(RowErrors, NamesFieldsByTheMappingsKeys) {
  EXPECT_EQ(ErrorOf({"leads[3].lead.name"}), "lead.id: is wrong");
  EXPECT_EQ(ErrorOf({"leads[3].lead.display_name"}), "lead.displayName: is wrong");
  EXPECT_EQ(ErrorOf({"leads[3].lead.owner"}), "lead.owner: is wrong");
  EXPECT_EQ(ErrorOf({"leads[999].lead.facts.need.value"}), "facts.need: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].lead.facts.need"}), "facts.need: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].lead.facts.need.observed_time"}),
            "facts.need.observedTime: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].lead.facts.need.source"}), "facts.need.source: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].lead.facts"}), "facts: is wrong");
}

TEST(RowErrors, NamesAnEventByItsId) {
  EXPECT_EQ(ErrorOf({"leads[0].events[0].type"}), "the event `e7`, type: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].events[0].event_time"}), "the event `e7`, time: is wrong");
  EXPECT_EQ(ErrorOf({"leads[0].events[9].type"}), "type: is wrong");
}

TEST(RowErrors, TellsAllThatIsWrong) {
  EXPECT_EQ(ErrorOf({"leads[0].lead.facts.a.value", "leads[0].lead.facts.b.value"}),
            "facts.a: is wrong; facts.b: is wrong");
}

TEST(RowErrors, WithoutFieldsItIsTheMessage) {
  google::rpc::Status status;
  status.set_message("the lead `a` would have more than 10000 events");
  EXPECT_EQ(RowError(status, {}), "the lead `a` would have more than 10000 events");
}

}  // namespace
}  // namespace leadgrade::tools
