// ToJson.
#include <gtest/gtest.h>

#include "google/protobuf/struct.pb.h"
#include "leadgrade/v1/decision.pb.h"
#include "nlohmann/json.hpp"
#include "service/convert/decision_proto.h"

namespace leadgrade::convert {
namespace {

using nlohmann::json;

TEST(ProtoJson, PrintsFieldsThatAreFalseOrEmpty) {
  const json decision = json::parse(ToJson(v1::Decision(), false));
  EXPECT_EQ(decision.at("provisional"), false);
  EXPECT_EQ(decision.at("attainableGrades"), json::array());
  EXPECT_EQ(decision.at("outputs"), json::object());
  EXPECT_EQ(decision.at("lead"), "");
}

TEST(ProtoJson, LeavesOutWhatHasPresenceAndIsAbsent) {
  const json decision = json::parse(ToJson(v1::Decision(), false));
  for (const char* field : {"score", "potentialScore", "validUntil", "decisionTime", "bundle"}) {
    EXPECT_FALSE(decision.contains(field)) << field;
  }
}

TEST(ProtoJson, IsOneLineOrPretty) {
  v1::FactTrace fact;
  fact.set_fact("need");
  EXPECT_EQ(ToJson(fact, false), R"({"fact":"need","value":""})");
  EXPECT_EQ(ToJson(fact, true), "{\n \"fact\": \"need\",\n \"value\": \"\"\n}\n");
}

TEST(ProtoJson, KeepsTextAsItIs) {
  v1::FactTrace fact;
  fact.set_fact("约定 \"x\"");
  EXPECT_EQ(ToJson(fact, false), "{\"fact\":\"约定 \\\"x\\\"\",\"value\":\"\"}");
}

TEST(ProtoJson, PrintsMapsInTheOrderOfTheirKeys) {
  google::protobuf::Struct forward, backward;
  std::string expected = "{";
  for (int i = 100; i < 200; ++i) {
    (*forward.mutable_fields())[std::to_string(i)].set_number_value(i);
    (*backward.mutable_fields())[std::to_string(299 - i)].set_number_value(299 - i);
    expected += (i == 100 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
  }
  EXPECT_EQ(ToJson(forward, false), expected + "}");
  EXPECT_EQ(ToJson(backward, false), expected + "}");
}

TEST(ProtoJson, SaysWhyAMessageHasNoJsonForm) {
  v1::Decision decision;
  decision.mutable_valid_until()->set_seconds(253402300800);
  const json printed = json::parse(ToJson(decision, false));
  EXPECT_NE(printed.at("error"), "");
  EXPECT_EQ(ToJson(decision, true).back(), '\n');
}

}  // namespace
}  // namespace leadgrade::convert
