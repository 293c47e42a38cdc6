#include "tools/import/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kHead[] = R"(apiVersion: leadgrade/v1
kind: Mapping
metadata: { name: test }
)";

std::string Head(absl::string_view rest) { return absl::StrCat(kHead, rest); }

// The issues' first lines.
std::vector<std::string> Issues(const base::IssueList& issues) {
  std::vector<std::string> lines;
  for (const base::Issue& issue : issues.Sorted()) {
    lines.push_back(absl::StrCat(issue.span.line, ":", issue.span.column, " ", issue.message,
                                 issue.hint.empty() ? "" : " | ", issue.hint));
  }
  return lines;
}

std::vector<std::string> IssuesOf(const std::string& text) {
  base::IssueList issues;
  const bool loaded = LoadMapping("m.yaml", text, &issues).has_value();
  EXPECT_EQ(loaded, !issues.has_errors());
  return Issues(issues);
}

Mapping Load(const std::string& text) {
  base::IssueList issues;
  auto mapping = LoadMapping("m.yaml", text, &issues);
  EXPECT_TRUE(mapping.has_value()) << base::FormatIssues(issues);
  return mapping.value_or(Mapping());
}

TEST(Mapping, TakesWhatItsKeysSay) {
  const Mapping mapping = Load(R"(apiVersion: leadgrade/v1
kind: Mapping
metadata: { name: test, description: A test. }
timeZone: Asia/Shanghai
lead: { id: row.id, displayName: row.name, owner: '"Li Na"' }
observedTime: timestamp(row.at)
facts:
  need: row.need == "yes"
  budget:
    value: row.budget == "yes"
    status: claimed
    source: row.who
    when: row.budget != ""
    observedTime: now
events:
  - { id: '"e"', type: '"call"', time: now }
  - forEach: row.visits
    when: item.ok
    id: item.id
    type: '"visit"'
    time: timestamp(item.at)
    due: 'item.due == null ? null : timestamp(item.due)'
    amount: number(item.amount)
    note: item.note
)");
  EXPECT_EQ(mapping.name, "test");
  EXPECT_EQ(mapping.description, "A test.");
  EXPECT_EQ(mapping.time_zone.name(), "Asia/Shanghai");
  ASSERT_THAT(mapping.facts, SizeIs(2));
  EXPECT_EQ(mapping.facts[1].name, "budget");
  EXPECT_NE(mapping.facts[1].when, nullptr);
  ASSERT_THAT(mapping.events, SizeIs(2));
  EXPECT_EQ(mapping.events[0].for_each, nullptr);
  EXPECT_NE(mapping.events[1].for_each, nullptr);
  EXPECT_EQ(mapping.events[0].due, nullptr);
  EXPECT_NE(mapping.events[1].due, nullptr);
}

TEST(Mapping, NeedsALeadsId) {
  EXPECT_THAT(IssuesOf(kHead), ElementsAre("1:1 a mapping needs `lead`"));
  EXPECT_THAT(IssuesOf(Head("lead: { owner: row.owner }\n")), ElementsAre("4:9 a lead needs `id`"));
}

TEST(Mapping, NamesUnknownKeysWithAHint) {
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id, displayname: row.n }\nfact: {}\n")),
              ElementsAre("4:21 unknown key `displayname` in a lead | did you mean `displayName`?",
                          "5:1 unknown key `fact` in a mapping | did you mean `facts`?"));
}

TEST(Mapping, PointsIntoAWrongExpression) {
  EXPECT_THAT(IssuesOf(Head("lead:\n  id: row.id +\n")), ElementsAre(HasSubstr("5:")));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\nobservedTime: dat(row.x, \"%Y\")\n")),
              ElementsAre(HasSubstr("5:15")));
}

TEST(Mapping, TellsHowATextIsWritten) {
  EXPECT_THAT(IssuesOf(Head("lead: { id: opportunity_id }\n")),
              ElementsAre("4:13 `opportunity_id` is not known here | a column is "
                          "`row.opportunity_id`, a text is `'\"opportunity_id\"'`"));
}

TEST(Mapping, ChecksTypes) {
  EXPECT_THAT(IssuesOf(Head("lead: { id: 1.5 }\n")),
              ElementsAre("4:13 expected a text or a whole number, but this is `double`"));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id, owner: 7 }\n")), ElementsAre(HasSubstr("4:28")));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\nobservedTime: '\"now\"'\n")),
              ElementsAre(HasSubstr("timestamp")));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\nfacts: { need: '{1: 2}' }\n")),
              ElementsAre(HasSubstr("expected a value that a fact can have")));
  EXPECT_THAT(
      IssuesOf(Head("lead: { id: row.id }\nfacts: { need: { value: row.x, when: '\"x\"' } }\n")),
      ElementsAre(HasSubstr("bool")));
}

TEST(Mapping, ItemIsKnownOnlyWithForEach) {
  EXPECT_THAT(IssuesOf(Head(R"(lead: { id: row.id }
events:
  - { id: item.id, type: '"call"', time: now }
)")),
              ElementsAre(HasSubstr("6:11 `item` is not known here")));
}

TEST(Mapping, EventsNeedIdTypeAndTime) {
  EXPECT_THAT(
      IssuesOf(Head("lead: { id: row.id }\nevents:\n  - { note: row.n }\n")),
      ElementsAre("6:7 events needs `id`", "6:7 events needs `time`", "6:7 events needs `type`"));
}

TEST(Mapping, RefusesAFactGivenTwiceOrWithoutAValue) {
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\nfacts:\n  need: row.a\n  need: row.b\n")),
              ElementsAre("7:3 the fact `need` is given twice"));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\nfacts:\n  need:\n")),
              ElementsAre("6:3 the fact `need` has no value"));
}

TEST(Mapping, RefusesAnUnknownTimeZone) {
  EXPECT_THAT(IssuesOf(Head("timeZone: Asia/Shangri-La\nlead: { id: row.id }\n")),
              ElementsAre("4:11 unknown time zone `Asia/Shangri-La` | an IANA name, such as "
                          "`Asia/Shanghai` or `UTC`"));
}

TEST(Mapping, IsOneDocumentOfItsKind) {
  EXPECT_THAT(IssuesOf("apiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: x }\n"),
              ElementsAre("2:7 expected a document of `kind: Mapping`, got `RuleSet`"));
  EXPECT_THAT(IssuesOf("# nothing\n"),
              ElementsAre("1:1 expected one document of `kind: Mapping`, got 0"));
  EXPECT_THAT(IssuesOf(Head("lead: { id: row.id }\n---\na: 1\n")),
              ElementsAre("1:1 expected one document of `kind: Mapping`, got 2"));
}

std::vector<std::string> ColumnIssues(absl::string_view rest,
                                      const std::vector<std::string>& columns) {
  base::IssueList issues;
  CheckColumns(Load(Head(rest)), columns, &issues);
  return Issues(issues);
}

TEST(Mapping, FindsColumnsThatTheFileDoesNotHave) {
  EXPECT_THAT(ColumnIssues(R"(lead:
  id: row.id
observedTime: >-
  date(row.engage_dat,
  "%m/%d/%Y")
)",
                           {"id", "engage_date"}),
              ElementsAre("7:12 the file has no column `engage_dat` | did you mean "
                          "`engage_date`?"));
  EXPECT_THAT(ColumnIssues("lead: { id: 'row[\"Lead ID\"]' }\n", {"Lead-ID", "b"}),
              ElementsAre("4:18 the file has no column `Lead ID` | did you mean `Lead-ID`?"));
  EXPECT_THAT(ColumnIssues("lead: { id: row.id }\nevents:\n- {forEach: '[row.a]', id: item, type: "
                           "'row.t', time: now}\n",
                           {"id"}),
              ElementsAre(HasSubstr("6:19 the file has no column `a`"),
                          HasSubstr("the file has no column `t`")));
}

TEST(Mapping, ColumnsThatAreAskedForMayBeMissing) {
  EXPECT_THAT(
      ColumnIssues("lead: { id: row.id }\nfacts: { need: 'has(row.n) ? row.n : null' }\n", {"id"}),
      ElementsAre());
  EXPECT_THAT(ColumnIssues("lead: { id: row.id, owner: 'get(row, \"o\")' }\n", {"id"}),
              ElementsAre());
  EXPECT_THAT(ColumnIssues("lead: { id: row.id }\nfacts: { need: { value: row.n, when: '\"n\" in "
                           "row' } }\n",
                           {"id"}),
              ElementsAre());
}

TEST(Mapping, AVariableOfAMacroIsNoRow) {
  EXPECT_THAT(
      ColumnIssues("lead: { id: row.id }\nfacts: { need: '[{\"x\": 1}].all(row, row.x == 1)' }\n",
                   {"id"}),
      ElementsAre());
}

TEST(Mapping, FindsFactsThatTheBundleDoesNotHave) {
  const Mapping mapping =
      Load(Head("lead: { id: row.id }\nfacts:\n  ned: row.a\n  budget: row.b\n"));
  base::IssueList issues;
  CheckFactNames(mapping, "sales", {"need", "budget"}, &issues);
  EXPECT_THAT(Issues(issues), ElementsAre("6:3 the bundle `sales` has no fact `ned` | did you mean "
                                          "`need`?"));
}

TEST(Mapping, TheShippedOnesLoad) {
  int count = 0;
  for (const char* directory : {"/rules/sales/mappings", "/tests/bench"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(absl::StrCat(LEADGRADE_SOURCE_DIR, directory))) {
      if (entry.path().extension() != ".yaml") continue;
      std::ifstream stream(entry.path());
      std::ostringstream text;
      text << stream.rdbuf();
      EXPECT_THAT(IssuesOf(text.str()), ElementsAre()) << entry.path();
      ++count;
    }
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace leadgrade::tools
