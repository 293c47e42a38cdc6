#include "engine/base/unicode.h"

#include <gtest/gtest.h>

#include <string>

namespace leadgrade::base {
namespace {

TEST(FirstInvalidUtf8, FindsTheFirstByteThatIsNoText) {
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

TEST(FirstInvalidUtf8, LooksAtEveryPlace) {
  for (size_t at = 0; at < 20; ++at) {
    std::string text(20, 'a');
    text[at] = '\xFF';
    EXPECT_EQ(FirstInvalidUtf8(text), at);
  }
  EXPECT_EQ(FirstInvalidUtf8("12345678\xE4\xBA"), 8u);
}

TEST(FirstCharacter, DecodesOneAndLeavesTheRest) {
  const std::string text = "云x";
  EXPECT_EQ(FirstCharacter(text).point, 0x4E91u);
  EXPECT_EQ(FirstCharacter(text).bytes, 3u);
  EXPECT_EQ(FirstCharacter("\xE4\xBA").point, kMalformed);
  EXPECT_EQ(FirstCharacter("\xE4\xBA").bytes, 1u);
}

TEST(IsSteering, IsWhatATerminalWouldActOn) {
  for (const uint32_t point : {0x00u, 0x1Bu, 0x7Fu, 0x9Fu, 0x2028u, 0x202Eu, 0x2069u, 0xFFFBu}) {
    EXPECT_TRUE(IsSteering(point)) << point;
  }
  for (const uint32_t point : {0x20u, 0x7Eu, 0xA0u, 0x2027u, 0x202Fu, 0x4E91u, kMalformed}) {
    EXPECT_FALSE(IsSteering(point)) << point;
  }
}

TEST(IsWhiteSpace, IsWhatUnicodeSays) {
  for (const uint32_t point : {0x09u, 0x0Du, 0x20u, 0x85u, 0xA0u, 0x1680u, 0x2000u, 0x200Au,
                               0x2028u, 0x2029u, 0x202Fu, 0x205Fu, 0x3000u}) {
    EXPECT_TRUE(IsWhiteSpace(point)) << point;
  }
  for (const uint32_t point :
       {0x08u, 0x0Eu, 0x21u, 0x180Eu, 0x200Bu, 0x2060u, 0xFEFFu, kMalformed}) {
    EXPECT_FALSE(IsWhiteSpace(point)) << point;
  }
}

TEST(CellsOf, IsTwoForWideAndNoneForCombining) {
  EXPECT_EQ(CellsOf('a'), 1);
  EXPECT_EQ(CellsOf(0xE9), 1);
  EXPECT_EQ(CellsOf(0x4E91), 2);
  EXPECT_EQ(CellsOf(0x1F600), 2);
  EXPECT_EQ(CellsOf(0x0301), 0);
  EXPECT_EQ(CellsOf(0xFE0F), 0);
}

}  // namespace
}  // namespace leadgrade::base
