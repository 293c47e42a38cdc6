// Well-typed expressions, put together as the bytes say, so that each is evaluated; with any of the
// variables unknown, and with the constants in it given by variables instead.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/check.h"
#include "tests/fuzz/outcome.h"
#include "tests/testing/random_expression.h"

namespace leadgrade::fuzz {
namespace {

using cel::Value;
using testing::Node;

constexpr int kConstants = 6;  // of each type; those after them stay in the expression

class Bench {
 public:
  Bench() : env_(testing::ExpressionEnv()) {
    const auto& variables = testing::ExpressionVariables();
    auto slot = static_cast<int32_t>(variables.size());
    for (const testing::ExpressionVariable& variable : variables) {
      if (variable.letter == '-' || variable.letter == 'x') continue;
      first_[variable.letter] = slot;
      for (int i = 0; i < kConstants; ++i) {
        const std::string name = absl::StrCat("k", std::string(1, variable.letter), i);
        Check(env_.AddVariable(name, variable.type, slot++).ok(), "the variable is declared");
      }
    }
    slots_ = static_cast<size_t>(slot);
    absl::LoadTimeZone("Europe/Berlin", &zone_);
  }

  void Run(testing::Choices& choices) const {
    cel::Arena arena;
    std::vector<Value> slots = testing::RandomInputs(choices, arena);
    const size_t variables = slots.size();
    slots.resize(slots_);
    const uint32_t unknown = choices.Below(0x10000);
    testing::ExpressionOptions options;
    options.depth = 5;
    options.own = true;
    Node node = testing::RandomExpression(choices, options);
    const std::string source = node.Text();

    const auto program = Compile(source, true);
    if (program == nullptr) return;
    const Outcome known = Evaluate(*program, slots, zone_);
    Check(!known.is_unknown, absl::StrCat("nothing is unknown where all is known: ", source));
    Check(Evaluate(*program, slots, zone_).text == known.text, "the same input");
    if (const auto unchecked = Compile(source, false); unchecked != nullptr) {
      CheckSame(known, Evaluate(*unchecked, slots, zone_),
                absl::StrCat("with types, and without: ", source));
    }

    std::vector<Value> partly = slots;
    for (size_t i = 0; i < variables; ++i) {
      const auto slot = static_cast<int32_t>(i);
      if (unknown >> i & 1) partly[i] = arena.MakeUnknown({slot});
    }
    CheckSound(known, Evaluate(*program, partly, zone_), source);

    std::map<char, int> used;
    std::vector<std::unique_ptr<const cel::Program>> literals;
    Replace(&node, &slots, &used, &literals, arena);
    const auto by_variables = Compile(node.Text(), true);
    if (by_variables == nullptr) return;
    CheckSame(known, Evaluate(*by_variables, slots, zone_),
              absl::StrCat("folded, and not: ", source, " / ", node.Text()));
  }

 private:
  // Null where it is more than the engine takes on, or has a constant that is no pattern.
  std::unique_ptr<const cel::Program> Compile(const std::string& source, bool checked) const {
    std::vector<cel::ExprIssue> issues;
    auto program = checked ? cel::Compile(source, env_, std::nullopt, &issues)
                           : cel::CompileUnchecked(source, env_, &issues);
    for (const cel::ExprIssue& issue : issues) {
      Check(issue.code == "limit" || issue.code == "bad-pattern",
            absl::StrCat("it is well typed: ", source, ": ", issue.code, ": ", issue.message));
    }
    return program;
  }

  // Constants become variables, while there are any of their type.
  void Replace(Node* node, std::vector<Value>* slots, std::map<char, int>* used,
               std::vector<std::unique_ptr<const cel::Program>>* literals,
               cel::Arena& arena) const {
    for (Node& operand : node->operands) Replace(&operand, slots, used, literals, arena);
    const auto first = first_.find(node->type);
    if (node->op != "literal" || first == first_.end() || (*used)[node->type] == kConstants) return;
    literals->push_back(Compile(node->Text(), true));
    Check(literals->back() != nullptr, "a constant is an expression");
    cel::EvalContext context{*slots, absl::UnixEpoch(), zone_, &arena};
    const Value value = literals->back()->Eval(context);
    Check(!value.is_error(), absl::StrCat("a constant has a value: ", node->Text()));
    const int i = (*used)[node->type]++;
    (*slots)[static_cast<size_t>(first->second + i)] = value;
    *node = {"variable", node->type, {absl::StrCat("k", std::string(1, node->type), i)}, {}, ""};
  }

  cel::Env env_;
  std::map<char, int32_t> first_;  // slot of the constants of a type
  size_t slots_ = 0;
  absl::TimeZone zone_;
};

}  // namespace
}  // namespace leadgrade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const bench = new leadgrade::fuzz::Bench();
  leadgrade::testing::ByteChoices choices(data, size);
  bench->Run(choices);
  return 0;
}
