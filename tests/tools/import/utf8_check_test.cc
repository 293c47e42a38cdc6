#include "tools/import/utf8_check.h"

#include <gtest/gtest.h>

#include <string>

namespace leadgrade::tools {
namespace {

TEST(Utf8Check, TakesWellFormedText) {
  for (const char* text : {"", "plain", "plain text of more than eight bytes", "é", "云栖",
                           "12345678云", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
}

TEST(Utf8Check, RefusesWhatIsNot) {
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE4\xBA", "\xE4", "12345678\xFF", "\xC3("}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(Utf8Check, LooksAtEveryPlace) {
  for (size_t at = 0; at < 20; ++at) {
    std::string text(20, 'a');
    text[at] = '\xFF';
    EXPECT_FALSE(IsUtf8(text)) << at;
  }
}

}  // namespace
}  // namespace leadgrade::tools
