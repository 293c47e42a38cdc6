// YAML text to a tree in which every node knows its place.
#include "engine/rules/yaml.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"

namespace leadgrade::rules {
namespace {

// The tree in one line: scalars bare where plain, else in quotes; a map's keys in file order.
std::string Show(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kScalar:
      return node.plain ? node.text : absl::StrCat("\"", node.text, "\"");
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) {
        absl::StrAppend(&out, out.empty() ? "" : ", ", Show(item));
      }
      return absl::StrCat("[", out, "]");
    case YamlNode::Kind::kMap:
      for (const auto& [key, value] : node.entries) {
        absl::StrAppend(&out, out.empty() ? "" : ", ", Show(key), ": ", Show(value));
      }
      return absl::StrCat("{", out, "}");
  }
  return "";
}

std::string Parsed(const std::string& text) {
  base::IssueList issues;
  const auto file = YamlFile::Parse("f.yaml", text, &issues);
  EXPECT_EQ(file.has_value(), issues.empty());
  if (!file.has_value()) {
    const base::Issue& issue = issues.Sorted()[0];
    return absl::StrCat(issue.span.line, ":", issue.span.column, " ", issue.message);
  }
  std::string out;
  for (const YamlNode& document : file->documents()) {
    absl::StrAppend(&out, out.empty() ? "" : " --- ", Show(document));
  }
  return out;
}

// "line:column+length" of the first scalar value whose text holds `word`: of the whole, then of the
// word in it.
std::string Place(const std::string& text, const std::string& word) {
  base::IssueList issues;
  const auto file = YamlFile::Parse("f.yaml", text, &issues);
  if (!file.has_value()) return base::FormatIssues(issues);
  const YamlNode* node = file->documents()[0].Find("k");
  if (node == nullptr || !node->is_scalar()) return "no scalar";
  const size_t at = node->text.find(word);
  if (at == std::string::npos) return absl::StrCat("not in \"", node->text, "\"");
  const base::SourceSpan whole = file->Span(*node);
  const base::SourceSpan part = file->SpanIn(*node, at, at + word.size());
  return absl::StrCat(whole.line, ":", whole.column, "+", whole.length, " ", part.line, ":",
                      part.column, "+", part.length);
}

TEST(Yaml, ReadsScalarsListsAndMaps) {
  EXPECT_EQ(Parsed("a: 1\nb: [x, 'y', \"z\"]\nc:\n  - {}\n  - d: |\n      text\n"),
            "{a: 1, b: [x, \"y\", \"z\"], c: [{}, {d: \"text\n\"}]}");
  EXPECT_EQ(Parsed("a: ~\nb:\nc: null\nd: Null\ne: 'null'\nf: []\n"),
            "{a: null, b: null, c: null, d: null, e: \"null\", f: []}");
  EXPECT_EQ(Parsed("a: 1\n---\nb: 2\n---\n"), "{a: 1} --- {b: 2} --- null");
  EXPECT_EQ(Parsed(""), "");
  EXPECT_EQ(Parsed("# nothing\n"), "");
  EXPECT_EQ(Parsed("\xEF\xBB\xBF"
                   "a: 1\r\nb: 2\r\n"),
            "{a: 1, b: 2}");
  // Repeated keys are kept: whoever reads the map says so.
  EXPECT_EQ(Parsed("a: 1\na: 2\n"), "{a: 1, a: 2}");
}

TEST(Yaml, FindsPlacesInEveryStyle) {
  EXPECT_EQ(Place("k: one two", "two"), "1:4+7 1:8+3");
  EXPECT_EQ(Place("k: 'one two'", "two"), "1:4+9 1:9+3");
  EXPECT_EQ(Place("k: 'it''s two'", "two"), "1:4+11 1:11+3");
  EXPECT_EQ(Place("k: \"one\\ttwo\"", "two"), "1:4+10 1:10+3");
  EXPECT_EQ(Place("k: \"\\u5317\\x41 two\"", "two"), "1:4+16 1:16+3");
  EXPECT_EQ(Place("k: \"a\\\"b\\\\ two\"", "two"), "1:4+12 1:12+3");
  EXPECT_EQ(Place("k: 北京 two", "two"), "1:4+6 1:7+3");
  EXPECT_EQ(Place("k: '北京 two'", "two"), "1:4+8 1:8+3");
  EXPECT_EQ(Place("k: one\n   two", "two"), "1:4+3 2:4+3");
  EXPECT_EQ(Place("k: 'one\n   two'", "two"), "1:4+1 2:4+3");
  EXPECT_EQ(Place("k: \"one \\\n   two\"", "two"), "1:4+1 2:4+3");
  EXPECT_EQ(Place("k: |\n  one\n  two\n", "two"), "1:4+1 3:3+3");
  EXPECT_EQ(Place("k: >-\n  one\n\n  two\n", "two"), "1:4+1 4:3+3");
  EXPECT_EQ(Place("k: |2\n    one\n   two\n", "two"), "1:4+1 3:4+3");
  EXPECT_EQ(Place("k: > # why\n  one two\n", "two"), "1:4+1 2:7+3");
  // A place that goes on over a line's end is cut there.
  EXPECT_EQ(Place("k: |\n  one two\n  three\n", "two\nthree"), "1:4+1 2:7+3");
}

TEST(Yaml, PlacesWhatIsEmptyWhereItWouldStand) {
  base::IssueList issues;
  const auto file = YamlFile::Parse("f.yaml", "a:\nb:\n  -\n  - ~\nc: {d: }\n", &issues);
  ASSERT_TRUE(file.has_value());
  const YamlNode& root = file->documents()[0];
  const auto place = [&](const YamlNode& node) {
    const base::SourceSpan span = file->Span(node);
    return absl::StrCat(span.line, ":", span.column);
  };
  EXPECT_EQ(place(*root.Find("a")), "1:1");
  EXPECT_EQ(place(root.Find("b")->items[0]), "3:3");
  EXPECT_EQ(place(root.Find("b")->items[1]), "4:5");
  EXPECT_EQ(place(*root.Find("c")->Find("d")), "5:5");
}

TEST(Yaml, BoundsDepthAndSize) {
  const auto nested = [](int levels) {
    return absl::StrCat("a: ", std::string(static_cast<size_t>(levels - 1), '['),
                        std::string(static_cast<size_t>(levels - 1), ']'), "\n");
  };
  EXPECT_EQ(Parsed(nested(base::kMaxYamlDepth)).substr(0, 4), "{a: ");
  EXPECT_EQ(Parsed(nested(base::kMaxYamlDepth + 1)), "1:35 nested deeper than 32 levels");
  EXPECT_EQ(Parsed(nested(100000)), "1:35 nested deeper than 32 levels");
  std::string large = "a: '" + std::string(base::kMaxRuleFileBytes - 6, 'x') + "'\n";
  EXPECT_EQ(Parsed(large).substr(0, 3), "{a:");
  large.insert(4, "x");
  EXPECT_EQ(Parsed(large), "1:1 larger than 1048576 bytes");
}

TEST(Yaml, RefusesWhatIsNoText) {
  EXPECT_EQ(Parsed("a: \xFF\n"), "1:4 not UTF-8 text");
  EXPECT_EQ(Parsed("a: \xC0\x80\n"), "1:4 not UTF-8 text");
  EXPECT_EQ(Parsed("a: \xE5\x8C\n"), "1:4 not UTF-8 text");
  EXPECT_EQ(Parsed("a: \xED\xA0\x80\n"), "1:4 not UTF-8 text");
  EXPECT_EQ(Parsed("a: \xF4\x90\x80\x80\n"), "1:4 not UTF-8 text");
  EXPECT_EQ(Parsed("a: \x01\n"), "1:4 a control character");
  EXPECT_EQ(Parsed(std::string("a: \0\n", 5)), "1:4 a control character");
  EXPECT_EQ(Parsed("a: \x7F\n"), "1:4 a control character");
  EXPECT_EQ(Parsed("北: \x01\n"), "1:4 a control character");
  EXPECT_EQ(Parsed("a: 😀\n"), "{a: 😀}");
}

TEST(Yaml, RefusesWhatHidesWhatAFileSays) {
  EXPECT_EQ(Parsed("a: &x 1\n"), "1:4 anchors are not supported; write the value out");
  EXPECT_EQ(Parsed("a: *x\n"), "1:4 aliases are not supported; write the value out");
  EXPECT_EQ(Parsed("a: &x 1\nb: *x\n"), "1:4 anchors are not supported; write the value out");
  EXPECT_EQ(Parsed("<<: { a: 1 }\n"), "1:1 merge keys are not supported; write the values out");
  EXPECT_EQ(Parsed("a: !!str 1\n"),
            "1:4 `tag:yaml.org,2002:str` is read as a tag, and tags are not supported");
  EXPECT_EQ(Parsed("a: !b\n"), "1:4 `!b` is read as a tag, and tags are not supported");
  EXPECT_EQ(Parsed("a: ! b\n"), "{a: \"b\"}");
}

// Inputs of which yaml-cpp alone never comes to an end.
TEST(Yaml, RefusesWhatTheParserDoesNotGetPast) {
  EXPECT_EQ(Parsed(",: parameters:`undle]\n"), "1:1 no value begins with this character");
  EXPECT_EQ(Parsed("a: 1\n---\n, b\n"), "3:1 no value begins with this character");
}

TEST(Yaml, RefusesQuotesThatAreNotClosed) {
  EXPECT_EQ(Parsed("a: \"b\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(Parsed("a: 'b\nc: d\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(Parsed("a: 'it''\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(Parsed("a: \"b\\\"\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(Parsed("a: \"b"), "1:6 a quoted text is not closed");
  EXPECT_EQ(Parsed("a: 'it''s'\n"), "{a: \"it's\"}");
}

}  // namespace
}  // namespace leadgrade::rules
