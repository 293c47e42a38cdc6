#include "tools/repl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

#include "tools/exit_code.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kDrop[] = "\x03";

// A person who types these lines, and what they are prompted with.
class Typist final : public LineReader {
 public:
  explicit Typist(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  InputLine Read(absl::string_view prompt) override {
    prompts += std::string(prompt);
    if (next_ == lines_.size()) return {};
    const std::string& line = lines_[next_++];
    if (line == kDrop) return {InputLine::Kind::kDropped, ""};
    return {InputLine::Kind::kText, line};
  }
  bool interactive() const override { return true; }

  std::string prompts;

 private:
  std::vector<std::string> lines_;
  size_t next_ = 0;
};

struct Dialogue {
  int exit_code;
  std::string out, err;
};

Dialogue Talk(LineReader& reader) {
  CelSettings settings;
  settings.zone = absl::UTCTimeZone();
  CelSession session(std::move(settings));
  std::ostringstream out, err;
  std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const old_err = std::cerr.rdbuf(err.rdbuf());
  const int exit_code = RunRepl(session, reader);
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {exit_code, out.str(), err.str()};
}

Dialogue Script(const std::string& input) {
  std::istringstream stream(input);
  return Talk(*MakeStreamReader(stream, 20000));
}

TEST(Repl, PrintsAValueForEachLine) {
  const Dialogue dialogue = Script("1 + 1\n\n// nothing\n'a'\n");
  EXPECT_EQ(dialogue.out, "2\n\"a\"\n");
  EXPECT_EQ(dialogue.err, "");
  EXPECT_EQ(dialogue.exit_code, kFine);
  EXPECT_EQ(Script("").exit_code, kFine);
}

TEST(Repl, GoesOnAfterAMistake) {
  const Dialogue dialogue = Script("1 / 0\n1 +\n2\n");
  EXPECT_EQ(dialogue.out, "2\n");
  EXPECT_EQ(dialogue.err,
            "error: division by zero\n"
            "<stdin>:2:3: error: the expression ends too early: expected a value [syntax]\n"
            "1 +\n"
            "  ^\n");
}

TEST(Repl, EndsWithTheCodeOfTheFirstFailure) {
  EXPECT_EQ(Script("1 / 0\n1 +\n").exit_code, kInternalError);
  EXPECT_EQ(Script("1 +\n1 / 0\n").exit_code, kBadBundle);
  EXPECT_EQ(Script(":explain 1 / 0\n").exit_code, kInternalError);
  EXPECT_EQ(Script(":nonsense\n").exit_code, kBadBundle);
}

TEST(Repl, KeepsVariables) {
  const Dialogue dialogue =
      Script(":let x = [1, 2]\n:let y=x[0] == 1\nx\ny\n:vars\n:let x\n:let x\nx\n");
  EXPECT_EQ(dialogue.out, "[1, 2]\ntrue\nx: list(int) = [1, 2]\ny: bool = true\n");
  EXPECT_THAT(dialogue.err, StartsWith("error: `x` was not given\n<stdin>:8:1: error: `x` is not"));
}

TEST(Repl, PlacesMistakesInTheWholeLine) {
  EXPECT_EQ(Script("  :let x =  1 + zz\n").err,
            "<stdin>:1:17: error: `zz` is not known here [unknown-name]\n"
            "  :let x =  1 + zz\n"
            "                ^~\n");
  EXPECT_THAT(Script(":let 1x = 1\n").err, StartsWith("<stdin>:1:1: error: `1x` can't be a name"));
}

TEST(Repl, LooksIntoAnExpression) {
  EXPECT_EQ(Script(":type [1]\n").out, "list(int)\n");
  EXPECT_EQ(Script(":cost 1 + 1\n").out, "0\n");
  EXPECT_THAT(Script(":dump 1 + 1\n").out, StartsWith("0: constant 2"));
  EXPECT_EQ(Script(":ast 1\n").out, "const 1 @0-1 : int\n");
  EXPECT_EQ(Script(":explain [1, 2].exists(x, x > 1)\n").out, "[1, 2].exists(x, x > 1) → true\n");
  for (const char* command : {":type", ":cost", ":dump", ":ast", ":explain"}) {
    EXPECT_THAT(Script(std::string(command) + " 1 +\n").err, HasSubstr("ends too early"))
        << command;
    EXPECT_THAT(Script(std::string(command) + "\n").err, HasSubstr("expected `")) << command;
  }
}

TEST(Repl, HelpsAndEnds) {
  EXPECT_THAT(Script(":help\n").out, HasSubstr(":let NAME = EXPR"));
  EXPECT_EQ(Script("1\n:quit\n2\n").out, "1\n");
  EXPECT_EQ(Script(":tpe 1\n").err, "error: there is no command `:tpe`; did you mean `:type`?\n");
  EXPECT_EQ(Script(":quit 1\n").err, "error: expected `:quit`\n");
}

TEST(Repl, RefusesALineThatIsTooLong) {
  const Dialogue dialogue = Script(std::string(100000, '1') + "\n2\n");
  EXPECT_EQ(dialogue.out, "2\n");
  EXPECT_THAT(dialogue.err, HasSubstr("longer than 16384 bytes [limit]"));
}

TEST(Repl, LetsAPersonGoOnInTheNextLine) {
  Typist typist({"[1,", "2]", "1 +", "", "(1 +", kDrop, ":let x = 1 +", "2", "x"});
  const Dialogue dialogue = Talk(typist);
  EXPECT_THAT(dialogue.out, ::testing::EndsWith("[1, 2]\n3\n"));
  EXPECT_THAT(dialogue.err, StartsWith("<input>:1:3: error: the expression ends too early"));
  EXPECT_EQ(typist.prompts, "> … > … > … > … > > ");
  EXPECT_EQ(dialogue.exit_code, kFine) << "a person saw it";
}

TEST(CompleteRepl, CompletesNamesAndCommands) {
  CelSettings settings;
  settings.zone = absl::UTCTimeZone();
  CelSession session(std::move(settings));
  ASSERT_TRUE(session.Assign("kp_level", "1").ok());
  Completion completion = CompleteRepl(session, "1 + kp_");
  EXPECT_EQ(completion.begin, 4u);
  EXPECT_THAT(completion.candidates, ElementsAre("kp_level"));
  completion = CompleteRepl(session, ":ex");
  EXPECT_EQ(completion.begin, 0u);
  EXPECT_THAT(completion.candidates, ElementsAre(":explain "));
  completion = CompleteRepl(session, "kp_level.startsW");
  EXPECT_EQ(completion.begin, 9u);
  EXPECT_THAT(completion.candidates, ElementsAre("startsWith"));
  EXPECT_THAT(CompleteRepl(session, ":zz").candidates, ElementsAre());
}

}  // namespace
}  // namespace leadgrade::tools
