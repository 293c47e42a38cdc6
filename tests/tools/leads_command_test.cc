// `leadgrade leads list` and `leads get` against a server with given answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_command.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class LeadsCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    Add("acme", "上海 Acme", "A", "2026-03-12T00:00:00+08:00");
    Add("globex", "=1+1", "D", "");
    Add("initech", "", "A", "2026-03-03T00:00:00+08:00");
  }

  void Add(const std::string& id, const std::string& name, const std::string& grade,
           const std::string& window_end) {
    v1::Lead& lead = server_.leads.emplace_back();
    lead.set_name("leads/" + id);
    lead.set_display_name(name);
    lead.set_grade(grade);
    server_.decisions.push_back(
        MakeDecision(lead.name(), grade, "2026-03-02T09:00:00+08:00", window_end));
  }

  CommandResult Leads(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "leads");
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunCommand(arguments);
  }

  FakeServer server_;
};

TEST_F(LeadsCommand, ListsAllPagesAndCountsByGrade) {
  const CommandResult result = Leads({"list"});
  EXPECT_EQ(result.exit_code, kFine) << result.err;
  EXPECT_EQ(result.out,
            "LEAD     NAME       GRADE  POTENTIAL  DAYS LEFT  NEXT ACTION  REASON\n"
            "acme     上海 Acme  A      A                  9  -            -\n"
            "globex   =1+1       D      D                  -  -            -\n"
            "initech             A      A                  0  -            -\n"
            "3 leads: A 2, B 0, C 0, D 1\n");
  EXPECT_TRUE(server_.list_requests[0].with_decisions());
}

TEST_F(LeadsCommand, SpeaksChinese) {
  const CommandResult result = Leads({"list", "--language", "zh"});
  EXPECT_THAT(result.out, HasSubstr("线索     名称       等级  最好  剩余天数  下一步  原因\n"));
  EXPECT_THAT(result.out, EndsWith("3 条线索：A 2, B 0, C 0, D 1\n"));
  EXPECT_EQ(server_.list_requests[0].language_code(), "zh");
}

TEST_F(LeadsCommand, SaysThatTheLimitLeftSomeOut) {
  EXPECT_THAT(Leads({"list", "--limit", "1"}).out,
              EndsWith("1 lead: A 1, B 0, C 0, D 0 (there are more; --limit 0 lists all)\n"));
  EXPECT_THAT(Leads({"list", "--limit", "3"}).out, EndsWith("3 leads: A 2, B 0, C 0, D 1\n"));
}

TEST_F(LeadsCommand, AsksForNoMoreThanTheLimit) {
  server_.page_size = 1000;
  Leads({"list", "--limit", "2"});
  ASSERT_EQ(server_.list_requests.size(), 1u);
  EXPECT_EQ(server_.list_requests[0].page_size(), 2);
}

TEST_F(LeadsCommand, PassesTheGradesOn) {
  Leads({"list", "--grade", "B", "--grade", "A"});
  EXPECT_THAT(server_.list_requests[0].grades(), ElementsAre("B", "A"));
}

TEST_F(LeadsCommand, PrintsAnObjectALine) {
  const CommandResult result = Leads({"list", "--format", "json"});
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u);
  const auto first = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(first.at("lead").at("displayName"), "上海 Acme");
  EXPECT_EQ(first.at("decision").at("grade"), "A");
  EXPECT_EQ(first.at("daysLeft"), 9);
  EXPECT_EQ(nlohmann::json::parse(lines[1]).at("daysLeft"), nullptr);
}

TEST_F(LeadsCommand, PrintsCsv) {
  EXPECT_EQ(Leads({"list", "--format", "csv"}).out,
            "lead,name,grade,potential_grade,days_left,next_action,reason\n"
            "acme,上海 Acme,A,A,9,,\n"
            "globex,'=1+1,D,D,,,\n"
            "initech,,A,A,0,,\n");
}

TEST_F(LeadsCommand, SaysThatThereAreNone) {
  server_.leads.clear();
  EXPECT_EQ(Leads({"list"}).out, "0 leads: A 0, B 0, C 0, D 0\n");
}

TEST_F(LeadsCommand, WarnsOfAZoneThatIsNotKnownHere) {
  server_.bundle.set_time_zone("Mars/Olympus");
  const CommandResult result = Leads({"list"});
  EXPECT_EQ(result.exit_code, kFine);
  EXPECT_THAT(result.err, HasSubstr("warning: the bundle's time zone `Mars/Olympus`"));
}

TEST_F(LeadsCommand, RefusesANegativeLimit) {
  EXPECT_EQ(Leads({"list", "--limit", "-1"}).exit_code, kUsage);
}

TEST_F(LeadsCommand, NeedsToKnowWhatToDo) { EXPECT_EQ(Leads({}).exit_code, kUsage); }

TEST_F(LeadsCommand, ShowsALead) {
  v1::Lead& lead = server_.leads[0];
  lead.set_owner("Li");
  lead.set_event_count(4);
  v1::FactStatement& need = (*lead.mutable_facts())["need"];
  need.mutable_value()->set_bool_value(true);
  need.set_status(v1::FACT_STATUS_CLAIMED);
  need.set_source("reception");
  *need.mutable_observed_time() = MakeTimestamp("2026-03-01T09:00:00+08:00");
  v1::FactStatement& gone = (*lead.mutable_facts())["a_fact_of_old"];
  gone.mutable_value()->set_string_value("x\x1b");
  gone.set_status(v1::FACT_STATUS_CONFIRMED);
  v1::FactDescription* fact = server_.bundle.add_facts();
  fact->set_name("need");
  fact->set_title("Has a need");
  v1::GradeChange* change = lead.add_grade_history();
  *change->mutable_change_time() = MakeTimestamp("2026-03-01T09:00:00+08:00");
  change->set_to_grade("A");
  change->set_cause(v1::CHANGE_CAUSE_FACT);
  change->set_rule("all-three-labels");
  EXPECT_EQ(Leads({"get", "acme"}).out,
            "acme  上海 Acme\n"
            "grade A, owner Li, events 4\n"
            "\n"
            "facts\n"
            "  Has a need: true (claimed, reception, 2026-03-01 09:00:00 +08:00) [need]\n"
            "  a_fact_of_old: x\uFFFD (confirmed) [a_fact_of_old]\n"
            "\n"
            "grade history\n"
            "  2026-03-01 09:00:00 +08:00  - -> A  fact, all-three-labels\n");
}

TEST_F(LeadsCommand, ShowsALeadAsJson) {
  const auto lead = nlohmann::json::parse(Leads({"get", "globex", "--format", "json"}).out);
  EXPECT_EQ(lead.at("name"), "leads/globex");
  EXPECT_EQ(lead.at("displayName"), "=1+1");
}

TEST_F(LeadsCommand, ShowsNoLeadThatIsNotThere) {
  const CommandResult result = Leads({"get", "nobody"});
  EXPECT_EQ(result.exit_code, kInternalError);
  EXPECT_EQ(result.err, "error: there is no lead `leads/nobody` [LEAD_NOT_FOUND]\n");
}

}  // namespace
}  // namespace leadgrade::tools
