#include <gtest/gtest.h>

#include "engine/cel/program.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

Value One(EvalContext&, absl::Span<const Value>) { return Value::Int(1); }

// Variables x, a.x, a.b.x and a.b, by slots of their own; functions f and a.f.
class Names {
 public:
  explicit Names(const std::string& container) {
    env_.SetContainer(container);
    for (const char* name : {"x", "a.x", "a.b.x", "a.b", "m.n"}) {
      const auto slot = static_cast<int32_t>(slots_.size());
      Type type(TypeKind::kInt);
      if (std::string(name) == "m.n") type = Type::Map(Type(TypeKind::kString), type);
      EXPECT_TRUE(env_.AddVariable(name, type, slot).ok());
      slots_.push_back(Value::Int(slot));
    }
    slots_.back() = arena_.MakeMap({Value::String("x"), Value::Int(40)});
    EXPECT_TRUE(env_.AddFunction({"a.f", false, {}, Type(TypeKind::kInt), One}).ok());
  }

  std::string Eval(const std::string& source) {
    std::vector<ExprIssue> issues;
    const auto program = Compile(source, env_, std::nullopt, &issues);
    if (program == nullptr) return Describe(issues);
    EvalContext context{slots_, absl::UnixEpoch(), absl::UTCTimeZone(), &arena_};
    return ToString(program->Eval(context));
  }

 private:
  Env env_;
  Arena arena_;
  std::vector<Value> slots_;
};

TEST(Namespace, TriesTheInnermostContainerFirst) {
  EXPECT_EQ(Names("").Eval("x"), "0");
  EXPECT_EQ(Names("a").Eval("x"), "1");
  EXPECT_EQ(Names("a.b").Eval("x"), "2");
  EXPECT_EQ(Names("a.c").Eval("x"), "1");
  EXPECT_EQ(Names("c").Eval("x"), "0");
  EXPECT_EQ(Names("a.b").Eval(".x"), "0");
  EXPECT_EQ(Names("a").Eval("b.x"), "2");
  EXPECT_EQ(Names("a.b").Eval(".a.x"), "1");
}

TEST(Namespace, TakesTheLongestNameThatThereIs) {
  EXPECT_EQ(Names("").Eval("a.b.x"), "2");
  EXPECT_EQ(Names("").Eval("a.b"), "3");
  EXPECT_EQ(Names("").Eval("m.n.x"), "40");
}

TEST(Namespace, HoldsFunctionsToo) {
  EXPECT_EQ(Names("").Eval("a.f()"), "1");
  EXPECT_EQ(Names("a").Eval("f()"), "1");
  EXPECT_EQ(Names("a.b").Eval("f() + .a.f() + .math.abs(-1)"), "3");
  EXPECT_EQ(Names("").Eval("f()"), "unknown-function 0-1: there is no function `f`");
}

TEST(Namespace, IsHiddenByTheVariablesOfALoop) {
  EXPECT_EQ(Names("a").Eval("[7].all(x, x == 7)"), "true");
  EXPECT_EQ(Names("").Eval("[{'b': 7}].all(a, a.b == 7)"), "true");
  EXPECT_EQ(Names("").Eval("[{'b': 7}].all(a, .a.b == 3)"), "true");
  EXPECT_EQ(Names("").Eval("[5].map(x, x + .x)"), "[5]");
}

}  // namespace
}  // namespace leadgrade::cel
