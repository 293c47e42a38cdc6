// Any text as a CEL expression: parsed, checked, compiled and evaluated. The first byte says which
// variables are known.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/outcome.h"

namespace leadgrade::fuzz {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;

class Bench {
 public:
  Bench() {
    auto level = std::make_shared<cel::EnumType>();
    level->name = "Level";
    level->values = {"LOW", "MID", "HIGH"};
    Check(env_.AddEnum(level).ok(), "the enumeration is declared");
    Add("b", Type(TypeKind::kBool), Value::Bool(true));
    Add("i", Type(TypeKind::kInt), Value::Int(3));
    Add("u", Type(TypeKind::kUint), Value::Uint(5));
    Add("d", Type(TypeKind::kDouble), Value::Double(2.5));
    Add("s", Type(TypeKind::kString), Value::String("北a b"));
    Add("t", Type(TypeKind::kTimestamp), Value::Timestamp(absl::FromUnixSeconds(1772330400)));
    Add("r", Type(TypeKind::kDuration), Value::Duration(absl::Minutes(90)));
    Add("e", Type::Enum(level), Value::Enum(level.get(), 1));
    Add("l", Type::List(Type(TypeKind::kInt)),
        arena_.MakeList({Value::Int(1), Value::Int(0), Value::Int(-7)}));
    Add("m", Type::Map(Type(TypeKind::kString), Type(TypeKind::kInt)),
        arena_.MakeMap({Value::String("a"), Value::Int(1), Value::String("b"), Value::Int(2)}));
    Add("x", Type(TypeKind::kDyn), Value::String("dyn"));
    Add("n", Type::Nullable(Type(TypeKind::kTimestamp)), Value::Null());
    absl::LoadTimeZone("Europe/Berlin", &zone_);
  }

  const cel::Env& env() const { return env_; }

  // Bit i of `unknown`: the i-th pair of variables is unknown.
  Outcome Eval(const cel::Program& program, unsigned unknown) const {
    std::vector<Value> slots = values_;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (unknown >> (i / 2) & 1) slots[i] = unknown_[i];
    }
    return Evaluate(program, slots, zone_);
  }

 private:
  void Add(const char* name, Type type, Value value) {
    const auto slot = static_cast<int32_t>(values_.size());
    Check(env_.AddVariable(name, std::move(type), slot).ok(), "the variable is declared");
    values_.push_back(value);
    unknown_.push_back(arena_.MakeUnknown({slot}));
  }

  cel::Env env_;
  cel::Arena arena_;
  std::vector<Value> values_, unknown_;
  absl::TimeZone zone_;
};

void CheckIssues(const std::vector<cel::ExprIssue>& issues, const std::string& source) {
  for (const cel::ExprIssue& issue : issues) {
    const auto& [begin, end] = issue.range;
    Check(begin >= 0 && begin <= end && end <= static_cast<int>(source.size()),
          absl::StrCat("the place ", begin, "-", end, " is in the source"));
    Check(!issue.code.empty() && !issue.message.empty(), "the issue says something");
  }
}

void Run(uint8_t unknown, const std::string& source) {
  static const auto* const bench = new Bench();
  std::vector<cel::ExprIssue> issues;
  const cel::ExprPtr parsed = cel::Parse(source, &issues);
  Check((parsed == nullptr) == !issues.empty(), "issues where it does not parse");
  Check(issues.size() <= 10, "not too many issues");
  CheckIssues(issues, source);
  if (parsed != nullptr) cel::DumpAst(*parsed);

  issues.clear();
  const auto unchecked = cel::CompileUnchecked(source, bench->env(), &issues);
  Check((unchecked == nullptr) == !issues.empty(), "issues where it can't be run unchecked");
  CheckIssues(issues, source);
  Outcome without_types;
  if (unchecked != nullptr) {
    unchecked->Dump();
    without_types = bench->Eval(*unchecked, 0);
    CheckSame(bench->Eval(*unchecked, 0), without_types, "the same input");
    if (!absl::StrContains(source, "known")) {
      CheckSound(without_types, bench->Eval(*unchecked, unknown), source);
    }
  }

  issues.clear();
  const auto program = cel::Compile(source, bench->env(), std::nullopt, &issues);
  Check((program == nullptr) == !issues.empty(), "issues where it does not compile");
  CheckIssues(issues, source);
  if (program == nullptr) return;
  program->Dump();
  const Outcome known = bench->Eval(*program, 0);
  Check(!known.is_unknown, "nothing is unknown where all is known");
  Check(bench->Eval(*program, 0).text == known.text, "the same input gives the same value");
  Check(unchecked != nullptr, "what the checker accepts can be run without it");
  // A bare enum name is one by its type.
  bool bare = false;
  for (const char* name : {"LOW", "MID", "HIGH"}) bare = bare || absl::StrContains(source, name);
  if (!bare) CheckSame(known, without_types, "with types, and without");
  // known() asks for just what the others must not depend on.
  if (!absl::StrContains(source, "known"))
    CheckSound(known, bench->Eval(*program, unknown), source);
}

}  // namespace
}  // namespace leadgrade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  leadgrade::fuzz::Run(data[0], std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  return 0;
}
