#include "tools/line_reader.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>

namespace leadgrade::tools {
namespace {

// All lines, each in brackets.
std::string Lines(const std::string& input, size_t max_bytes = 100) {
  std::istringstream stream(input);
  const std::unique_ptr<LineReader> reader = MakeStreamReader(stream, max_bytes);
  EXPECT_FALSE(reader->interactive());
  std::string all;
  for (;;) {
    const InputLine line = reader->Read("> ");
    if (line.kind == InputLine::Kind::kEnd) return all;
    all += "[" + line.text + "]";
  }
}

TEST(StreamReader, GivesLineByLine) {
  EXPECT_EQ(Lines(""), "");
  EXPECT_EQ(Lines("a\nb"), "[a][b]");
  EXPECT_EQ(Lines("a\n\nb\n"), "[a][][b]");
  EXPECT_EQ(Lines("a\r\nb\r\n"), "[a][b]");
}

TEST(StreamReader, KeepsNoMoreThanItMay) { EXPECT_EQ(Lines("abcdefgh\nxyz\n", 4), "[abcde][xyz]"); }

TEST(StateFile, FollowsTheBaseDirectories) {
  setenv("HOME", "/home/me", 1);
  unsetenv("XDG_STATE_HOME");
  EXPECT_EQ(StateFile("x"), "/home/me/.local/state/leadgrade/x");
  setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(StateFile("x"), "/state/leadgrade/x");
  setenv("XDG_STATE_HOME", "relative", 1);
  EXPECT_EQ(StateFile("x"), "/home/me/.local/state/leadgrade/x");
  unsetenv("HOME");
  EXPECT_EQ(StateFile("x"), "");
}

}  // namespace
}  // namespace leadgrade::tools
