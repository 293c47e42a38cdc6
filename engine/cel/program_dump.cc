#include <array>

#include "absl/strings/str_cat.h"
#include "engine/cel/compiled_program.h"

namespace leadgrade::cel {
namespace {

constexpr auto kNames = std::to_array<const char*>({"constant",
                                                    "slot",
                                                    "local",
                                                    "known",
                                                    "compare_slot",
                                                    "compare_local",
                                                    "compare",
                                                    "arithmetic",
                                                    "negate",
                                                    "not",
                                                    "in",
                                                    "in_set",
                                                    "index",
                                                    "optional_index",
                                                    "select",
                                                    "has",
                                                    "optional_select",
                                                    "call",
                                                    "call_one",
                                                    "matches",
                                                    "list",
                                                    "map",
                                                    "struct",
                                                    "and",
                                                    "and_tests",
                                                    "or",
                                                    "or_tests",
                                                    "jump_if_false",
                                                    "jump_if_true",
                                                    "branch",
                                                    "jump",
                                                    "loop_begin",
                                                    "loop_next",
                                                    "store_local",
                                                    "loop_while",
                                                    "loop_and",
                                                    "loop_or",
                                                    "append",
                                                    "map_insert",
                                                    "loop_test",
                                                    "return"});
static_assert(kNames.size() == static_cast<size_t>(Op::kReturn) + 1);
constexpr std::array<const char*, 6> kComparisons = {"==", "!=", "<", "<=", ">", ">="};

}  // namespace

void CompiledProgram::AppendTest(int i, std::string* out) const {
  const SlotTest& test = tests_[static_cast<size_t>(i)];
  absl::StrAppend(out, " (", test.slot);
  if (test.constant >= 0) {
    absl::StrAppend(out, " ", test.membership ? "in" : kComparisons[static_cast<size_t>(test.op)],
                    " ", ToString(constants_[static_cast<size_t>(test.constant)]));
  }
  absl::StrAppend(out, ")");
}

std::string CompiledProgram::Dump() const {
  std::string out;
  for (size_t i = 0; i < code_.size(); ++i) {
    const Instruction& in = code_[i];
    absl::StrAppend(&out, i, ": ", kNames[static_cast<size_t>(in.op)]);
    switch (in.op) {
      case Op::kCompareSlot:
      case Op::kCompareLocal:
        absl::StrAppend(&out, " ", in.a, " ", kComparisons[in.sub], " ",
                        ToString(constants_[static_cast<size_t>(in.b)]));
        break;
      case Op::kConstant:
      case Op::kSelect:
      case Op::kHas:
      case Op::kOptionalSelect:
        absl::StrAppend(&out, " ", ToString(constants_[static_cast<size_t>(in.a)]));
        break;
      case Op::kAndTests:
      case Op::kOrTests:
        for (int32_t test = in.a; test < in.a + in.b; ++test) AppendTest(test, &out);
        break;
      case Op::kLoopTest:
        absl::StrAppend(&out, in.sub ? " some" : " all");
        AppendTest(in.a, &out);
        break;
      case Op::kReturn:
        break;
      case Op::kCompare:
        absl::StrAppend(&out, " ", kComparisons[in.sub]);
        break;
      default:
        absl::StrAppend(&out, " ", in.a, " ", in.b);
    }
    if (in.c > 0) absl::StrAppend(&out, " -> ", in.c);
    out.push_back('\n');
  }
  return out;
}

}  // namespace leadgrade::cel
