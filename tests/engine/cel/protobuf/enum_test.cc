// The two ways to see an enum: as ints, and as a type of its own. t.Color has RED = 0 and BLUE = 5.
#include <gtest/gtest.h>

#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(MessageTypes::Enums enums, const std::vector<Case>& cases) {
  ProtoWorkbench bench(enums);
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(Enums, AreInts) {
  Check(MessageTypes::Enums::kInts, {
                                        {"t.Color.BLUE", "5"},
                                        {"t.Color.BLUE + 1", "6"},
                                        {"type(t.Color.BLUE) == int", "true"},
                                        {"p.All{level: p.All.Level.MID}.level", "1"},
                                        {"p.All{level: 99}.level", "99"},
                                        {"t.Color(5)", "`t` is not known here"},
                                    });
}

TEST(Enums, AreOfTheirOwnTypeWhereThatIsAskedFor) {
  Check(MessageTypes::Enums::kTyped,
        {
            {"t.Color.BLUE", "BLUE"},
            {"type(t.Color.BLUE) == t.Color", "true"},
            {"t.Color.BLUE > t.Color.RED", "true"},
            {"t.Color.BLUE == p.All.Level.MID", "`==` cannot compare `t.Color` with `p.All.Level`"},
            {"t.Color.BLUE + 1", "`+` does not take `t.Color` and `int`"},
            {"int(t.Color.BLUE)", "5"},
            {"t.Color(5)", "BLUE"},
            {"t.Color('RED')", "RED"},
            {"t.Color('GREEN')", "error: cannot read \"GREEN\" as a value of t.Color"},
            // Protobuf's enums are open: a number without a name is a value too.
            {"t.Color(-7)", "t.Color(-7)"},
            {"int(t.Color(-7))", "-7"},
            {"t.Color(5000000000)", "error: range error"},
            {"p.All{level: p.All.Level.MID}.level == p.All.Level(1)", "true"},
            {"p.All{levels: [p.All.Level(99)]}.levels", "[p.All.Level(99)]"},
            {"p.All{level: t.Color.RED}",
             "expected `p.All.Level` for `level`, but this is `t.Color`"},
            {"{t.Color.RED: 1}[t.Color(0)]", "1"},
        });
}

}  // namespace
}  // namespace leadgrade::cel
