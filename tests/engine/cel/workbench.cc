#include "tests/engine/cel/workbench.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

std::shared_ptr<const EnumType> MakeEnum(std::string name, std::vector<std::string> values) {
  auto type = std::make_shared<EnumType>();
  type->name = std::move(name);
  type->values = std::move(values);
  return type;
}

}  // namespace

std::string Describe(const std::vector<ExprIssue>& issues) {
  std::string out;
  for (const ExprIssue& issue : issues) {
    absl::StrAppend(&out, out.empty() ? "" : "\n", issue.code, " ", issue.range.begin, "-",
                    issue.range.end, ": ", issue.message, issue.hint.empty() ? "" : "; ",
                    issue.hint);
  }
  return out;
}

Workbench::Workbench()
    : level_(MakeEnum("Level", {"LOW", "MID", "HIGH"})), side_(MakeEnum("Side", {"LEFT", "MID"})) {
  using enum TypeKind;
  const auto add = [this](const char* name, Type type) {
    const auto slot = static_cast<int32_t>(unknown_.size());
    EXPECT_TRUE(env_.AddVariable(name, std::move(type), slot).ok()) << name;
    unknown_.push_back(slot_arena_.MakeUnknown({slot}));
  };
  for (const char* name : {"b", "c"}) add(name, Type(kBool));
  for (const char* name : {"i", "j"}) add(name, Type(kInt));
  add("u", Type(kUint));
  add("d", Type(kDouble));
  add("s", Type(kString));
  add("y", Type(kBytes));
  add("t", Type(kTimestamp));
  add("r", Type(kDuration));
  add("e", Type::Enum(level_));
  add("l", Type::List(Type(kInt)));
  add("m", Type::Map(Type(kString), Type(kInt)));
  add("x", Type(kDyn));
  add("n", Type::Nullable(Type(kInt)));
  add("q", Type::Nullable(Type(kTimestamp)));
  add("k", Type::Nullable(Type::Enum(level_)));
  add("z.z", Type(kInt));
  slots_ = unknown_;
  EXPECT_TRUE(env_.AddConstant("ten", Type(kInt), Value::Int(10)).ok());
  EXPECT_TRUE(env_.AddEnum(level_).ok());
  EXPECT_TRUE(env_.AddEnum(side_).ok());
}

std::unique_ptr<const Program> Workbench::Compile(const std::string& source) const {
  std::vector<ExprIssue> issues;
  auto program = cel::Compile(source, env_, std::nullopt, &issues);
  EXPECT_EQ(program == nullptr, !issues.empty()) << source;
  return program;
}

void Workbench::Set(const std::string& name, const std::string& value) {
  std::vector<ExprIssue> issues;
  // With an enum expected, bare names are values of Level.
  auto program = cel::Compile(value, env_, env_.FindVariable(name)->type, &issues);
  ASSERT_NE(program, nullptr) << name << " = " << value << ": " << Describe(issues);
  EvalContext context{slots_, now, absl::UTCTimeZone(), &slot_arena_};
  slots_[static_cast<size_t>(Slot(name))] = program->Eval(context);
  kept_.push_back(std::move(program));
}

void Workbench::Forget(const std::string& name) {
  slots_[static_cast<size_t>(Slot(name))] = unknown_[static_cast<size_t>(Slot(name))];
}

void Workbench::Put(const std::string& name, Value value) {
  slots_[static_cast<size_t>(Slot(name))] = value;
}

void Workbench::SetAll() {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"b", "true"},
           {"c", "false"},
           {"i", "3"},
           {"j", "-2"},
           {"u", "5u"},
           {"d", "2.5"},
           {"s", "'abc'"},
           {"y", "b'xy'"},
           {"t", "timestamp('2026-03-01T09:30:00+08:00')"},
           {"r", "duration('90m')"},
           {"e", "MID"},
           {"l", "[1, 2, 3]"},
           {"m", "{'one': 1, 'two': 2}"},
           {"x", "dyn(7)"},
           {"n", "null"},
           {"q", "null"},
           {"k", "null"},
           {"z.z", "4"}}) {
    Set(name, value);
  }
}

void Workbench::AddAlias(const std::string& function, const std::string& alias) {
  const auto found = env_.FindFunction(function);
  EXPECT_FALSE(found.empty()) << function;
  for (Overload overload : std::vector<Overload>(found.begin(), found.end())) {
    overload.name = alias;
    EXPECT_TRUE(env_.AddFunction(std::move(overload)).ok()) << alias;
  }
}

Value Workbench::EvalValue(const Program& program) {
  absl::TimeZone loaded;
  EXPECT_TRUE(absl::LoadTimeZone(zone, &loaded)) << zone;
  arena_.Reset();
  EvalContext context{slots_, now, loaded, &arena_};
  return program.Eval(context);
}

std::string Workbench::Eval(const std::string& source) {
  std::vector<ExprIssue> issues;
  const auto program = cel::Compile(source, env_, std::nullopt, &issues);
  return program == nullptr ? Describe(issues) : ToString(EvalValue(*program));
}

std::string Workbench::TypeOf(const std::string& source) const {
  std::vector<ExprIssue> issues;
  const auto program = cel::Compile(source, env_, std::nullopt, &issues);
  return program == nullptr ? Describe(issues) : program->type().ToString();
}

}  // namespace leadgrade::cel
