#include "tools/cel_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/tools/run_command.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CelSettings Plain() {
  CelSettings settings;
  settings.now = absl::FromUnixSeconds(1772330400);  // 2026-03-01T02:00:00Z
  settings.zone = absl::UTCTimeZone();
  return settings;
}

CelSettings WithRules() {
  CelSettings settings = Plain();
  settings.bundle = LoadBundleInput(LEADGRADE_SOURCE_DIR "/rules/sales").bundle;
  EXPECT_NE(settings.bundle, nullptr);
  settings.zone = settings.bundle->time_zone;
  return settings;
}

// The value as text, or the issues.
std::string Text(const CelSession& session, const std::string& source) {
  const CelSession::Outcome outcome = session.Evaluate("in", source);
  return outcome.program == nullptr ? FormatIssues(outcome.issues) : session.ToText(outcome.value);
}

TEST(CelSession, Evaluates) {
  const CelSession session(Plain());
  EXPECT_EQ(Text(session, "1 + 1"), "2");
  EXPECT_EQ(Text(session, "1 / 0"), "error: division by zero");
  EXPECT_EQ(Text(session, "days_since(timestamp('2026-02-27T00:00:00Z'))"), "2");
}

TEST(CelSession, KnowsMessagesWhereThereIsNoBundle) {
  const CelSession session(Plain());
  EXPECT_EQ(Text(session, "google.protobuf.Struct{fields: {'a': google.protobuf.Value{}}}.a"),
            "null");
  EXPECT_EQ(Text(session, "google.protobuf.Int64Value{value: 3} + 1"), "4");
  EXPECT_EQ(Text(session, "google.protobuf.FieldMask{paths: ['a']}.paths[0]"), "\"a\"");
  EXPECT_THAT(Text(session, "google.protobuf.FieldMask{path: ['a']}"),
              HasSubstr("has no field `path`"));
  EXPECT_THAT(Text(CelSession(WithRules()), "google.protobuf.FieldMask{}"),
              HasSubstr("messages can't be made in a rule"));
}

TEST(CelSession, PlacesIssues) {
  const CelSession session(Plain());
  EXPECT_EQ(Text(session, "'größe' + x"),
            "in:1:11: error: `x` is not known here [unknown-name]\n"
            "'größe' + x\n"
            "          ^\n");
  EXPECT_THAT(Text(session, "1 +\n 2 + x"), HasSubstr("in:2:6: error"));
  EXPECT_THAT(Text(session, "1 +\n 2 + x"), HasSubstr("\n 2 + x\n     ^\n"));
  EXPECT_THAT(Text(session, ""), HasSubstr("in:1:1: error: the expression ends too early"));
  EXPECT_THAT(Text(session, std::string(20000, '1')), HasSubstr("longer than 16384 bytes [limit]"));
}

TEST(CelSession, KeepsVariables) {
  CelSession session(Plain());
  ASSERT_TRUE(session.Assign("x", "[1, 2]").ok());
  ASSERT_TRUE(session.Assign("a.b", "x.map(e, string(e) + '!')").ok());
  EXPECT_EQ(Text(session, "a.b"), R"(["1!", "2!"])");
  ASSERT_TRUE(session.Assign("x", "'text'").ok()) << "of another type";
  EXPECT_EQ(Text(session, "x + a.b[1]"), R"("text2!")");
  ASSERT_TRUE(session.Assign("x", "x + x").ok()) << "out of itself";
  EXPECT_EQ(Text(session, "x"), R"("texttext")");
  EXPECT_TRUE(session.Forget("x"));
  EXPECT_FALSE(session.Forget("x"));
  EXPECT_THAT(Text(session, "x"), HasSubstr("`x` is not known here"));
  EXPECT_EQ(Text(session, "a.b[0]"), R"("1!")");
}

TEST(CelSession, LeavesAVariableWhereItsNewValueIsNone) {
  CelSession session(Plain());
  ASSERT_TRUE(session.Assign("x", "1").ok());
  EXPECT_EQ(session.Assign("x", "x / 0").error, "division by zero");
  EXPECT_EQ(FormatIssues(session.Assign("x", "1 +").issues),
            "x:1:3: error: the expression ends too early: expected a value [syntax]\n1 +\n  ^\n");
  EXPECT_EQ(Text(session, "x"), "1");
}

TEST(CelSession, RefusesWhatIsNoName) {
  CelSession session(Plain());
  for (const char* name : {"", "1x", "a b", "true", "in", ".a", "a.", "größe"}) {
    EXPECT_FALSE(session.Assign(name, "1").ok()) << name;
  }
}

TEST(CelSession, HasABundlesNamesWithNothingStated) {
  const CelSession session(WithRules());
  EXPECT_EQ(Text(session, "need && kp_level == FIRST"), "unknown: kp_level, need");
  EXPECT_EQ(Text(session, "window_days_a"), "10");
  EXPECT_EQ(Text(session, "signatures"), "0");
  EXPECT_EQ(Text(session, "approval_layers"), "unknown: kp_level");
  EXPECT_EQ(Text(session, "grading.grade"), "unknown: grading.grade");
  EXPECT_EQ(Text(session, "now"), "timestamp(\"2026-03-01T02:00:00Z\")");
  EXPECT_THAT(Text(session, "kp_level == FRIST"), HasSubstr("hint: did you mean `FIRST`?"));
}

TEST(CelSession, DerivesFromWhatIsAssigned) {
  CelSession session(WithRules());
  ASSERT_TRUE(session.Assign("kp_level", "SECOND").ok());
  EXPECT_EQ(Text(session, "approval_layers"), "1");
  ASSERT_TRUE(session.Assign("approval_layers", "4").ok());
  ASSERT_TRUE(session.Assign("kp_level", "FIRST").ok());
  EXPECT_EQ(Text(session, "approval_layers"), "4") << "stated, so not derived";
  ASSERT_TRUE(session.Forget("approval_layers"));
  EXPECT_EQ(Text(session, "approval_layers"), "0");
}

TEST(CelSession, KnowsWhichTypeABundlesNameHas) {
  CelSession session(WithRules());
  EXPECT_THAT(FormatIssues(session.Assign("kp_level", "FRIST").issues),
              HasSubstr("hint: did you mean `FIRST`?"));
  EXPECT_FALSE(session.Assign("need", "1").ok());
  EXPECT_FALSE(session.Assign("window_days_a", "1").ok()) << "a parameter is folded into rules";
  EXPECT_FALSE(session.Assign("KpLevel", "1").ok());
}

TEST(CelSession, TakesNowAsTheClock) {
  CelSession session(WithRules());
  ASSERT_TRUE(session.Assign("now", "timestamp('2026-01-10T00:00:00+08:00')").ok());
  EXPECT_EQ(Text(session, "days_since(timestamp('2026-01-08T00:00:00+08:00'))"), "2");
}

TEST(CelSession, KeepsAValueThatWasDerived) {
  const TempDir dir;
  const std::string rules = WriteSmallBundle(dir);
  dir.Write("small/more.yaml", R"yaml(apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: more }
facts:
  label: { type: string, derive: "'seats: ' + string(seats)" }
)yaml");
  CelSettings settings = Plain();
  settings.bundle = LoadBundleInput(rules).bundle;
  ASSERT_NE(settings.bundle, nullptr);
  CelSession session(std::move(settings));
  ASSERT_TRUE(session.Assign("x", "label").ok());
  ASSERT_TRUE(session.Assign("seats", "100000").ok());
  ASSERT_TRUE(session.Assign("y", "label").ok());
  ASSERT_TRUE(session.Assign("seats", "2").ok());
  EXPECT_EQ(Text(session, "label"), R"("seats: 2")");
  EXPECT_EQ(Text(session, "y"), R"("seats: 100000")") << "a variable is a value, not a formula";
  EXPECT_EQ(Text(session, "x"), "unknown: seats");
}

TEST(CelSession, RunsUnchecked) {
  CelSettings settings = Plain();
  settings.checked = false;
  const CelSession session(std::move(settings));
  EXPECT_EQ(Text(session, "1 + 'a'"), "error: no such overload");
  EXPECT_EQ(Text(session, "true || x"), "true");
}

TEST(CelSession, LooksInTheContainerFirst) {
  CelSettings settings = Plain();
  settings.container = "a.b";
  CelSession session(std::move(settings));
  ASSERT_TRUE(session.Assign("x", "1").ok());
  EXPECT_EQ(Text(session, "x"), "1");
  ASSERT_TRUE(session.Assign("a.x", "2").ok());
  EXPECT_EQ(Text(session, "x"), "2");
  EXPECT_EQ(Text(session, ".x"), "1");
}

TEST(CelSession, IsBounded) {
  CelSession session(Plain());
  for (size_t i = 0; i < CelSession::kMaxVariables; ++i) {
    ASSERT_TRUE(session.Assign(absl::StrCat("x", i), "1").ok());
  }
  EXPECT_THAT(FormatIssues(session.Assign("y", "1").issues), HasSubstr("a session takes 1000"));
}

TEST(CelSession, CompletesNames) {
  const CelSession session(WithRules());
  EXPECT_THAT(session.Complete("kp_"), ElementsAre("kp_level"));
  EXPECT_THAT(session.Complete("SEC"), ElementsAre("SECOND"));
  EXPECT_THAT(session.Complete("days_"), Contains("days_since"));
  EXPECT_THAT(session.Complete("zzz"), ElementsAre());
}

TEST(CelSession, KnowsWhatIsUnfinished) {
  for (const char* source : {"1 +", "[1,", "(1", "a &&", "f(", "a.", "{'k':"}) {
    EXPECT_TRUE(CelSession::EndsTooEarly(source)) << source;
  }
  for (const char* source : {"1", "1 + )", "a b", "'a", "1 + 1)"}) {
    EXPECT_FALSE(CelSession::EndsTooEarly(source)) << source;
  }
}

TEST(CelSession, ShowsTheTree) {
  const CelSession session(Plain());
  base::IssueList issues;
  EXPECT_EQ(session.Ast("in", "1 + 2", &issues),
            "call _+_ @0-5 : int\n  const 1 @0-1 : int\n  const 2 @4-5 : int\n");
  EXPECT_EQ(session.Ast("in", "1 + x", &issues), "");
  EXPECT_TRUE(issues.has_errors());
}

}  // namespace
}  // namespace leadgrade::tools
