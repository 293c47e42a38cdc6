#include "engine/base/text.h"

#include <gtest/gtest.h>

namespace leadgrade::base {
namespace {

TEST(LocalizedTextTest, PrimarySubtagChoosesTheLanguage) {
  const LocalizedText text{.zh = "甲", .en = "A"};
  for (const char* tag : {"zh", "ZH", "zh-CN", "zh-Hans-CN", "zh_TW"}) {
    EXPECT_EQ(text.In(tag), "甲") << tag;
  }
  for (const char* tag : {"en", "en-GB", "de", "zha", "z", ""}) {
    EXPECT_EQ(text.In(tag), "A") << tag;
  }
}

TEST(LocalizedTextTest, TheOtherLanguageStandsInForAMissingOne) {
  EXPECT_EQ((LocalizedText{.zh = "甲", .en = ""}.In("en")), "甲");
  EXPECT_EQ((LocalizedText{.zh = "", .en = "A"}.In("zh")), "A");
  EXPECT_EQ(LocalizedText{}.In("zh"), "");
}

TEST(LocalizedTextTest, EmptyOnlyWithoutAnyLanguage) {
  EXPECT_TRUE(LocalizedText{}.empty());
  EXPECT_FALSE((LocalizedText{.zh = "甲", .en = ""}.empty()));
  EXPECT_FALSE((LocalizedText{.zh = "", .en = "A"}.empty()));
}

TEST(FirstInvalidUtf8Test, FindsTheFirstByteThatIsNoText) {
  constexpr size_t kNone = absl::string_view::npos;
  EXPECT_EQ(FirstInvalidUtf8(""), kNone);
  EXPECT_EQ(FirstInvalidUtf8("a\x7F\xC2\x80\xDF\xBF"), kNone);
  EXPECT_EQ(FirstInvalidUtf8("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), kNone);
  EXPECT_EQ(FirstInvalidUtf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), kNone);
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2",
                          "\xC2"
                          "a",
                          "\xE0\x9F\xBF", "\xE5\x8C", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(FirstInvalidUtf8(std::string("ok") + bad), 2u);
  }
}

}  // namespace
}  // namespace leadgrade::base
