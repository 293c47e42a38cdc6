#include "service/convert/json_text.h"

#include <gtest/gtest.h>

namespace leadgrade::convert {
namespace {

std::string Error(absl::string_view text) {
  const auto parsed = ParseJson(text, 1000, 3);
  EXPECT_EQ(parsed.status().code(),
            parsed.ok() ? absl::StatusCode::kOk : absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

TEST(JsonText, IsParsed) {
  const auto parsed =
      ParseJson(R"({"a": [1, -2, 0.5, "x"], "b": null, "c": {"a": true}})", 1000, 3);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->at("a")[1], -2);
  EXPECT_EQ(parsed->at("c")["a"], true);
}

TEST(JsonText, ErrorsHaveTheirPlace) {
  EXPECT_EQ(Error(""),
            "1:1: no JSON: while parsing value - unexpected end of input; expected '[', '{', or a "
            "literal");
  EXPECT_EQ(Error("{\n  \"a\": tru }"), "2:11: no JSON: while parsing value - invalid literal");
  EXPECT_EQ(Error("{\"a\": 1,}"),
            "1:9: no JSON: while parsing object key - unexpected '}'; expected string literal");
  EXPECT_EQ(Error("{} x"), "1:4: no JSON: while parsing value - invalid literal");
  EXPECT_EQ(Error("{}\n{}"),
            "2:1: no JSON: while parsing value - unexpected '{'; expected end of input");
}

TEST(JsonText, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(Error("[\"约定\" 1]"),
            "1:7: no JSON: while parsing array - unexpected number literal; expected ']'");
}

TEST(JsonText, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(Error("[\"\xff\"]"),
            "1:3: no JSON: while parsing value - invalid string: ill-formed UTF-8 byte");
}

TEST(JsonText, RefusesANumberPastADouble) {
  EXPECT_EQ(Error("[1e999]"), "1:6: no JSON: number overflow parsing '1e999'");
  EXPECT_LT(Error("[" + std::string(900, '9') + "]").size(), 300u);
}

TEST(JsonText, DoesNotShowALongTextInAnError) {
  EXPECT_EQ(Error("[\"" + std::string(900, 'x')),
            "1:903: no JSON: while parsing value - invalid string: missing closing quote");
}

TEST(JsonText, RefusesAKeyGivenTwice) {
  EXPECT_EQ(Error("{\"a\": 1,\n \"b\": 2, \"a\": 3}"), "2:10: the key `a` is given twice");
  EXPECT_EQ(Error(R"([{"a": {"b": 1}, "b": 2}])"), "");
}

TEST(JsonText, KnowsAKeyBehindItsEscapes) {
  EXPECT_EQ(Error(R"({"\"a\\": 1, "\u0022a\\" : 2})"), "1:14: the key `\"a\\` is given twice");
}

TEST(JsonText, BoundsTheDepth) {
  EXPECT_EQ(Error("[[[1]]]"), "");
  EXPECT_EQ(Error("[[\n [[1]]]]"), "2:3: nested deeper than 3 levels");
  EXPECT_EQ(Error(R"({"a":{"a":{"a":{}}}})"), "1:16: nested deeper than 3 levels");
  EXPECT_EQ(Error(std::string(1000, '[')), "1:4: nested deeper than 3 levels");
}

TEST(JsonText, BoundsTheSize) {
  EXPECT_EQ(Error("[" + std::string(998, ' ') + "]"), "");
  EXPECT_EQ(Error("[" + std::string(999, ' ') + "]"), "has 1001 bytes; at most 1000");
}

}  // namespace
}  // namespace leadgrade::convert
