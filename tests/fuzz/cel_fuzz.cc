// Any text as a CEL expression: parsed, checked, compiled and evaluated. The first byte says which
// variables are known.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/cel/env.h"
#include "engine/cel/program.h"
#include "tests/fuzz/check.h"

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
  std::string Eval(const cel::Program& program, unsigned unknown) {
    std::vector<Value> slots = values_;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (unknown >> (i / 2) & 1) slots[i] = unknown_[i];
    }
    cel::Arena arena;
    cel::EvalContext context{slots, absl::FromUnixSeconds(1774744200), zone_, &arena};
    const Value value = program.Eval(context);
    is_unknown_ = value.is_unknown();
    is_error_ = value.is_error();
    return cel::ToString(value);
  }
  // Of the last Eval.
  bool is_unknown() const { return is_unknown_; }
  bool is_error() const { return is_error_; }

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
  bool is_unknown_ = false, is_error_ = false;
};

void Run(uint8_t unknown, const std::string& source) {
  static auto* const bench = new Bench();
  std::vector<cel::ExprIssue> issues;
  const cel::ExprPtr parsed = cel::Parse(source, &issues);
  Check(issues.size() == (parsed == nullptr ? 1 : 0), "one issue where it does not parse");
  if (parsed != nullptr) cel::DumpAst(*parsed);
  issues.clear();
  const auto program = cel::Compile(source, bench->env(), std::nullopt, &issues);
  Check((program == nullptr) == !issues.empty(), "issues where it does not compile");
  for (const cel::ExprIssue& issue : issues) {
    const auto& [begin, end] = issue.range;
    Check(begin >= 0 && begin <= end && end <= static_cast<int>(source.size()),
          absl::StrCat("the place ", begin, "-", end, " is in the source"));
    Check(!issue.code.empty() && !issue.message.empty(), "the issue says something");
  }
  if (program == nullptr) return;
  program->Dump();
  const std::string known = bench->Eval(*program, 0);
  Check(!bench->is_unknown(), "nothing is unknown where all is known");
  Check(bench->Eval(*program, 0) == known, "the same input gives the same value");
  const bool known_fails = bench->is_error();
  const std::string partly = bench->Eval(*program, unknown);
  // What is said without knowing all stays true; known() asks for just that. Of two errors either
  // may be told, and one that knowing less makes may be told for want of memory.
  if (bench->is_unknown() || absl::StrContains(source, "known")) return;
  if (bench->is_error() && (known_fails || absl::StrContains(partly, "too m"))) return;
  if (known_fails && absl::StrContains(known, "too m")) return;
  Check(partly == known, absl::StrCat(partly, " with less known, and ", known));
}

}  // namespace
}  // namespace leadgrade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  leadgrade::fuzz::Run(data[0], std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  return 0;
}
