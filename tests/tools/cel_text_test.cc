#include "tools/cel_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace leadgrade::tools {
namespace {

using ::testing::HasSubstr;

CelSettings Plain() {
  CelSettings settings;
  settings.zone = absl::UTCTimeZone();
  return settings;
}

std::string Json(const std::string& source) {
  const CelSession session(Plain());
  const CelSession::Outcome outcome = session.Evaluate("in", source);
  return outcome.program == nullptr ? FormatIssues(outcome.issues)
                                    : OutcomeJson(session, outcome.value).dump();
}

TEST(OutcomeJson, IsTheValueOrWhyThereIsNone) {
  EXPECT_EQ(Json("1 + 1"), R"({"value":2})");
  EXPECT_EQ(Json("1 / 0"), R"({"error":"division by zero"})");
}

TEST(ValueJson, MapsEachKind) {
  for (const auto& [source, want] : std::vector<std::pair<std::string, std::string>>{
           {"null", "null"},
           {"true", "true"},
           {"-9007199254740992", "-9007199254740992"},
           {"9007199254740993", R"("9007199254740993")"},
           {"-9223372036854775808", R"("-9223372036854775808")"},
           {"9007199254740992u", "9007199254740992"},
           {"18446744073709551615u", R"("18446744073709551615")"},
           {"1.5", "1.5"},
           {"0.0 / 0.0", R"("NaN")"},
           {"-1.0 / 0.0", R"("-Infinity")"},
           {"'a\\n'", R"("a\n")"},
           {"b'ab'", R"("YWI=")"},
           {"timestamp('2026-01-01T00:00:00.5+08:00')", R"("2025-12-31T16:00:00.5Z")"},
           {"duration('90m')", R"("5400s")"},
           {"duration('-1.5s')", R"("-1.5s")"},
           {"duration('-500ms')", R"("-0.5s")"},
           {"type(1)", R"("int")"},
           {"[1, 'a']", R"([1,"a"])"},
           {"{'a': 1, 'b': [2]}", R"({"a":1,"b":[2]})"},
           {"{1: 'a', 2u: 'b', true: 'c'}", R"({"1":"a","2":"b","true":"c"})"},
           {"{1: 'a', '1': 'b'}", R"("{1: \"a\", \"1\": \"b\"}")"},
           {"optional.of(1)", R"x("optional.of(1)")x"},
       }) {
    EXPECT_EQ(Json(source), R"({"value":)" + want + "}") << source;
  }
}

TEST(ExplanationText, ShowsPartsBelowWhatTheyArePartOf) {
  CelSession session(Plain());
  ASSERT_TRUE(session.Assign("x", "2").ok());
  base::IssueList issues;
  const std::string source = "x > 1 || x / 0 > 1";
  const auto explanation = session.Explain("in", source, &issues);
  ASSERT_TRUE(explanation.has_value());
  EXPECT_EQ(ExplanationText(session, source, *explanation),
            "x > 1 || x / 0 > 1 → true\n"
            "  x > 1 → true\n"
            "    x → 2\n"
            "  x / 0 > 1 → error: division by zero (not needed)\n"
            "    x / 0 → error: division by zero\n"
            "      x → 2\n");
  const auto json = ExplanationJson(session, source, *explanation);
  EXPECT_EQ(json.at("value"), true);
  EXPECT_EQ(json.at("cut"), false);
  EXPECT_EQ(json.at("parts").at(1).at("needed"), false);
  EXPECT_EQ(json.at("parts").at(1).at("error"), "division by zero");
}

TEST(ExplanationText, CutsWhatIsLongAndSteersNoTerminal) {
  CelSession session(Plain());
  ASSERT_TRUE(session.Assign("x", "'\\u202e' + '" + std::string(500, 'a') + "'").ok());
  base::IssueList issues;
  const std::string source = "x + '" + std::string(500, 'b') + "'";
  const auto explanation = session.Explain("in", source, &issues);
  ASSERT_TRUE(explanation.has_value());
  const std::string text = ExplanationText(session, source, *explanation);
  EXPECT_LT(text.size(), 500u);
  EXPECT_THAT(text, HasSubstr("bbb… → "));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("\u202e")));
}

TEST(ExplanationText, SaysThatItWasCut) {
  CelSession session(Plain());
  ASSERT_TRUE(session.Assign("x", "2").ok());
  std::string source = "x";
  for (int i = 0; i < 250; ++i) source += " + x";
  base::IssueList issues;
  const auto explanation = session.Explain("in", source, &issues);
  ASSERT_TRUE(explanation.has_value());
  EXPECT_THAT(ExplanationText(session, source, *explanation),
              ::testing::EndsWith("… (the first 200 parts)\n"));
}

}  // namespace
}  // namespace leadgrade::tools
