#include "engine/base/issue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadgrade::base {
namespace {

Issue At(std::string file, int line, int column, std::string code = "c") {
  Issue issue;
  issue.code = std::move(code);
  issue.message = "m";
  issue.span = {.file = std::move(file), .line = line, .column = column};
  return issue;
}

std::vector<std::string> Places(const IssueList& issues) {
  std::vector<std::string> places;
  for (const Issue& issue : issues.Sorted()) {
    places.push_back(issue.span.file + ":" + std::to_string(issue.span.line) + ":" +
                     std::to_string(issue.span.column) + ":" + issue.code);
  }
  return places;
}

TEST(IssueListTest, SortsByFileLineColumnCode) {
  IssueList issues;
  issues.Add(At("b", 1, 1));
  issues.Add(At("a", 10, 1));
  issues.Add(At("a", 9, 2, "z"));
  issues.Add(At("a", 9, 2, "y"));
  issues.Add(At("a", 9, 1, "z"));
  EXPECT_EQ(Places(issues),
            (std::vector<std::string>{"a:9:1:z", "a:9:2:y", "a:9:2:z", "a:10:1:c", "b:1:1:c"}));
}

TEST(IssueListTest, KeepsEachMessageOnALine) {
  IssueList issues;
  Issue issue;
  issue.message = "unknown kind `a\n\tb\x7f`; 约定";
  issue.hint = "write\r\none";
  issues.Add(issue);
  EXPECT_EQ(issues.Sorted()[0].message, "unknown kind `a\\n\\tb\\x7f`; 约定");
  EXPECT_EQ(issues.Sorted()[0].hint, "write\\r\\none");
}

TEST(IssueListTest, DropsRepeatsAndKeepsDifferentMessages) {
  IssueList issues;
  issues.Add(At("a", 1, 1));
  issues.Add(At("a", 1, 1));
  Issue other = At("a", 1, 1);
  other.message = "another";
  issues.Add(other);
  EXPECT_EQ(issues.Sorted().size(), 2u);
}

TEST(IssueListTest, SortsAgainAfterAdding) {
  IssueList issues;
  issues.Add(At("b", 1, 1));
  EXPECT_EQ(issues.Sorted().size(), 1u);
  issues.Add(At("a", 1, 1));
  EXPECT_EQ(Places(issues), (std::vector<std::string>{"a:1:1:c", "b:1:1:c"}));
}

TEST(IssueListTest, AppendMergesTwoLists) {
  IssueList first, second;
  first.Add(At("b", 1, 1));
  second.Add(At("a", 1, 1));
  second.Add(At("b", 1, 1));
  first.Append(second);
  EXPECT_EQ(Places(first), (std::vector<std::string>{"a:1:1:c", "b:1:1:c"}));
}

TEST(IssueListTest, WarningsAreNoErrors) {
  IssueList issues;
  EXPECT_TRUE(issues.empty());
  EXPECT_FALSE(issues.has_errors());
  Issue warning = At("a", 1, 1);
  warning.severity = Severity::kWarning;
  issues.Add(warning);
  EXPECT_FALSE(issues.empty());
  EXPECT_FALSE(issues.has_errors());
  issues.Add(At("a", 2, 1));
  EXPECT_TRUE(issues.has_errors());
}

TEST(FormatIssueTest, ShowsPlaceLineCaretAndHint) {
  Issue issue;
  issue.code = "unknown-name";
  issue.span = {.file = "sales/grading.yaml", .line = 14, .column = 11, .length = 8};
  issue.message = "`kp_levle` is not a fact";
  issue.hint = "did you mean `kp_level`?";
  issue.source_line = "    when: kp_levle == FIRST";
  EXPECT_EQ(FormatIssue(issue),
            "sales/grading.yaml:14:11: error: `kp_levle` is not a fact [unknown-name]\n"
            "    when: kp_levle == FIRST\n"
            "          ^~~~~~~~\n"
            "hint: did you mean `kp_level`?\n");
}

TEST(FormatIssueTest, LeavesOutWhatIsNotKnown) {
  Issue issue = At("a.yaml", 1, 1, "empty-file");
  issue.severity = Severity::kWarning;
  EXPECT_EQ(FormatIssue(issue), "a.yaml:1:1: warning: m [empty-file]\n");
}

TEST(FormatIssueTest, CaretStandsUnderThePlace) {
  const struct {
    const char* name;
    const char* line;
    int column;
    int length;
    const char* caret;
  } kCases[] = {
      {"first column", "abc", 1, 1, "^"},
      {"last column", "abc", 3, 1, "  ^"},
      {"whole line", "abc", 1, 3, "^~~"},
      {"just past the end", "abc", 4, 1, "   ^"},
      {"far past the end", "ab", 5, 3, "    ^"},
      {"a span that runs past the end is cut", "abc", 2, 9, " ^~"},
      {"length 0 counts as 1", "abc", 2, 0, " ^"},
      {"tabs are kept", "\ta\tb", 4, 1, "\t \t^"},
      {"wide characters take two cells", "等级 x", 4, 1, "     ^"},
      {"a wide character is underlined whole", "等级", 1, 2, "^~~~"},
      {"accented characters take one cell", "é x", 3, 1, "  ^"},
      {"emoji take two cells", "😀x", 2, 1, "  ^"},
      {"malformed bytes do not run past the line", "\xE7", 1, 1, "^"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Issue issue = At("f", 1, c.column);
    issue.span.length = c.length;
    issue.source_line = c.line;
    EXPECT_EQ(FormatIssue(issue), "f:1:" + std::to_string(c.column) + ": error: m [c]\n" + c.line +
                                      "\n" + c.caret + "\n");
  }
}

TEST(FormatIssueTest, CutsALongLineAroundThePlace) {
  const auto shown = [](int size, int column, int length) {
    Issue issue = At("f", 1, column);
    issue.source_line = std::string(static_cast<size_t>(column - 1), 'a') + "X" +
                        std::string(static_cast<size_t>(size - column), 'b');
    issue.span.length = length;
    const std::string text = FormatIssue(issue);
    return text.substr(text.find('\n') + 1);
  };
  const auto many = [](int n, char c) { return std::string(static_cast<size_t>(n), c); };
  EXPECT_EQ(shown(160, 160, 1), many(159, 'a') + "X\n" + many(159, ' ') + "^\n");
  EXPECT_EQ(shown(161, 1, 1), "X" + many(159, 'b') + "…\n^\n");
  EXPECT_EQ(shown(161, 161, 1), "…" + many(159, 'a') + "X\n" + many(160, ' ') + "^\n");
  EXPECT_EQ(shown(1000, 500, 3),
            "…" + many(60, 'a') + "X" + many(99, 'b') + "…\n" + many(61, ' ') + "^~~\n");
  // A place that is longer than what is shown ends with it.
  EXPECT_EQ(shown(1000, 500, 400), "…" + many(60, 'a') + "X" + many(99, 'b') + "…\n" +
                                       many(61, ' ') + "^" + many(99, '~') + "\n");
}

TEST(FormatIssuesTest, PrintsThemInOrder) {
  IssueList issues;
  issues.Add(At("f", 2, 1));
  issues.Add(At("f", 1, 1));
  EXPECT_EQ(FormatIssues(issues), "f:1:1: error: m [c]\nf:2:1: error: m [c]\n");
  EXPECT_EQ(FormatIssues(IssueList()), "");
}

TEST(NearestNameTest, FindsSlipsOfTheFingers) {
  const std::vector<std::string> names = {"kp_level", "need", "budget", "visit_count"};
  const struct {
    const char* name;
    const char* nearest;
  } kCases[] = {
      {"kp_levle", "kp_level"},       // swapped neighbours
      {"kplevel", "kp_level"},        // one missing
      {"needd", "need"},              // one too many
      {"bodget", "budget"},           // one wrong
      {"KP_LEVEL", "kp_level"},       // case costs nothing
      {"vist_cuont", "visit_count"},  // two slips in a longer name
      {"ndee", "need"},               // distance 2 of length 4: at the bound
      {"xxed", "need"},               // as above
      {"xxxd", ""},                   // distance 3: past it
      {"revenue", ""},                // nothing near
      {"", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(NearestName(c.name, names), c.nearest) << c.name;
}

TEST(NearestNameTest, TakesTheNearestAndTheFirstOfEquals) {
  EXPECT_EQ(NearestName("grade", {"grades", "grade_", "grade"}), "grade");
  EXPECT_EQ(NearestName("grad", {"grade", "grads"}), "grade");
}

TEST(NearestNameTest, OneLetterNamesDoNotResembleEachOther) {
  EXPECT_EQ(NearestName("a", {"b", "c"}), "");
  EXPECT_EQ(NearestName("a", {"A"}), "A");
}

TEST(NearestNameTest, HugeNamesAreNotCompared) {
  const std::string huge(1 << 20, 'x');
  EXPECT_EQ(NearestName(huge, {huge}), "");
  EXPECT_EQ(NearestName("x", {huge}), "");
}

TEST(DidYouMeanTest, AsksOnlyWhenANameIsNear) {
  EXPECT_EQ(DidYouMean("bugdet", {"budget"}), "did you mean `budget`?");
  EXPECT_EQ(DidYouMean("revenue", {"budget"}), "");
}

TEST(DidYouMeanOrAllTest, NamesAllWhereNoneIsNearAndTheyAreFew) {
  EXPECT_EQ(DidYouMeanOrAll("visti", {"visit", "call"}), "did you mean `visit`?");
  EXPECT_EQ(DidYouMeanOrAll("signature", {"visit", "call"}), "known here: `visit`, `call`");
  EXPECT_EQ(DidYouMeanOrAll("signature", {}), "");
  EXPECT_EQ(DidYouMeanOrAll("signature", std::vector<std::string>(13, "visit")), "");
}

}  // namespace
}  // namespace leadgrade::base
