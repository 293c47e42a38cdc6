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

}  // namespace
}  // namespace leadgrade::base
