// Holds the engine against another implementation of CEL: the same random expressions with the same
// inputs must have the same values, or fail on both sides.
//
//   differential_test COUNT SEED -- PEER…
//
// PEER answers as evaluate.mjs does. Where the two differ, the smallest part that does is looked
// for, down to one operation on operands that both agree on. That must be one of the known
// differences; everything else fails the run. See run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/cel/program.h"
#include "google/protobuf/descriptor.h"
#include "tests/conformance/values.h"
#include "tests/differential/known_differences.h"
#include "tests/differential/peer.h"
#include "tests/testing/random_expression.h"

namespace leadgrade::differential {
namespace {

using cel::Value;
using nlohmann::json;
using testing::Node;

// With the same inputs; also what is held in memory at once.
constexpr int kBlock = 250;
constexpr size_t kMostShown = 30;

using Bindings = std::map<std::string, Value>;

struct Outcome {
  std::unique_ptr<const cel::Program> program;  // the value may point into it
  Value value;
  bool refused = false;  // by the type checker
};

bool Agree(const Value& a, const Value& b) {
  return a.is_error() || b.is_error() ? a.is_error() && b.is_error() : cel::Same(a, b);
}

class Test {
 public:
  Test(uint32_t seed, const std::vector<std::string>& peer)
      : peer_(peer), choices_(seed), env_(testing::ExpressionEnv()) {}

  void RunBlock(int count) {
    parts_.clear();
    kept_.clear();
    arena_ = std::make_unique<cel::Arena>(size_t{64} << 20);
    inputs_ = testing::RandomInputs(choices_, *arena_);
    json inputs;
    const auto& variables = testing::ExpressionVariables();
    for (size_t i = 0; i < variables.size(); ++i) {
      inputs[variables[i].name] = cel::JsonOf(inputs_[i]);
    }
    std::vector<Node> nodes;
    std::vector<json> questions;
    for (int i = 0; i < count; ++i) {
      testing::ExpressionOptions options;
      // Those with a mistake in them mostly fail as a whole, and say little about the rest.
      options.ill_typed = choices_.OneIn(4);
      nodes.push_back(testing::RandomExpression(choices_, options));
      questions.push_back({{"expr", nodes.back().Text()}});
    }
    const auto answers = peer_.Ask({{{"inputs", inputs}}}, questions);
    for (int i = 0; i < count; ++i) {
      const Node& node = nodes[static_cast<size_t>(i)];
      const Outcome ours = Ours(node.Text(), {});
      const Value theirs = Theirs(answers[static_cast<size_t>(i)]);
      ++evaluated_;
      refused_ += ours.refused;
      failing_ += ours.value.is_error();
      if (!Agree(ours.value, theirs)) Explain(node, ours.value, theirs);
    }
  }

  int Report() const {
    size_t known = 0;
    for (const KnownDifference& difference : KnownDifferences()) {
      const auto found = counts_.find(&difference);
      const int count = found == counts_.end() ? 0 : found->second;
      known += static_cast<size_t>(count);
      std::printf("%7d  %s: %s (%s)\n", count, difference.name.c_str(), difference.reason.c_str(),
                  difference.section.c_str());
    }
    std::printf(
        "%d expressions (%d fail, %d refused by the checker): %zu known differences, %zu "
        "others\n",
        evaluated_, failing_, refused_, known, others_);
    return others_ == 0 ? 0 : 1;
  }

 private:
  Value Eval(const cel::Program& program, const Bindings& bind) {
    std::vector<Value>* const slots = new std::vector<Value>(inputs_);
    kept_.emplace_back(slots);
    for (const auto& [name, value] : bind) {
      (*slots)[static_cast<size_t>(env_.FindVariable(name)->slot)] = value;
    }
    cel::EvalContext context{*slots, absl::UnixEpoch(), absl::UTCTimeZone(), arena_.get()};
    return program.Eval(context);
  }

  Outcome Ours(const std::string& text, const Bindings& bind) {
    Outcome outcome;
    std::vector<cel::ExprIssue> issues;
    auto unchecked = cel::CompileUnchecked(text, env_, &issues);
    if (unchecked == nullptr) {
      outcome.value = arena_->MakeError(issues[0].message);
      return outcome;
    }
    outcome.program = cel::Compile(text, env_, std::nullopt, &issues);
    outcome.refused = outcome.program == nullptr;
    if (outcome.refused) {
      outcome.program = std::move(unchecked);
      outcome.value = Eval(*outcome.program, bind);
      return outcome;
    }
    outcome.value = Eval(*outcome.program, bind);
    // What the checker knows may make it faster, and nothing else.
    const Value other = Eval(*unchecked, bind);
    if (!Agree(outcome.value, other)) {
      Other(text, bind, outcome.value, other, "differs without the type checker");
    }
    return outcome;
  }

  Value Theirs(const json& answer) {
    cel::EvalContext context{inputs_, absl::UnixEpoch(), absl::UTCTimeZone(), arena_.get()};
    if (answer.contains("error")) return arena_->MakeError(answer["error"].get<std::string>());
    try {
      return cel::ValueFrom(answer["value"], types_, context);
    } catch (const std::invalid_argument& error) {
      return arena_->MakeError(absl::StrCat("no value of the language: ", error.what()));
    }
  }

  // An operand, with what is known when it is evaluated.
  struct Part {
    const Node* node;
    Bindings bind;
  };

  std::vector<Part> PartsOf(const Node& node, const Bindings& bind) {
    std::vector<Part> parts;
    for (const Node& operand : node.operands) {
      if (&operand == node.operands.data() || node.iterator.empty()) {
        parts.push_back({&operand, bind});
        continue;
      }
      for (const Value& element : ElementsOf(*parts[0].node, bind)) {
        parts.push_back({&operand, bind});
        parts.back().bind[node.iterator] = element;
      }
    }
    return parts;
  }

  std::vector<Value> ElementsOf(const Node& range, const Bindings& bind) {
    std::vector<Value> elements;
    parts_.push_back(Ours(range.Text(), bind));
    const Value& value = parts_.back().value;
    if (value.kind() == cel::Kind::kList) {
      elements.assign(value.elements().begin(), value.elements().end());
    } else if (value.kind() == cel::Kind::kMap) {
      for (uint32_t i = 0; i < value.map().size; ++i) {
        elements.push_back(value.map().entries[2 * i]);
      }
    }
    return elements;
  }

  void Find(const Node& node, const Bindings& bind, const Value& ours, const Value& theirs,
            std::vector<std::pair<Difference, Bindings>>* found) {
    const std::vector<Part> parts = PartsOf(node, bind);
    std::vector<json> questions;
    for (const Part& part : parts) {
      json bound = json::object();
      for (const auto& [name, value] : part.bind) bound[name] = cel::JsonOf(value);
      questions.push_back({{"expr", part.node->Text()}, {"bind", bound}});
    }
    const auto answers = peer_.Ask({}, questions);
    Difference difference{&node, node.Text(), {}, ours, theirs};
    bool deeper = false;
    for (size_t i = 0; i < parts.size(); ++i) {
      parts_.push_back(Ours(parts[i].node->Text(), parts[i].bind));
      const Value value = parts_.back().value;
      const Value other = Theirs(answers[i]);
      difference.operands.push_back(value);
      if (Agree(value, other)) continue;
      deeper = true;
      Find(*parts[i].node, parts[i].bind, value, other, found);
    }
    if (!deeper) found->emplace_back(std::move(difference), bind);
  }

  void Explain(const Node& node, const Value& ours, const Value& theirs) {
    std::vector<std::pair<Difference, Bindings>> found;
    Find(node, {}, ours, theirs, &found);
    const KnownDifference* known = nullptr;
    for (const auto& [difference, bind] : found) {
      const KnownDifference* covering = nullptr;
      for (const KnownDifference& each : KnownDifferences()) {
        if (covering == nullptr && each.covers(difference)) covering = &each;
      }
      if (covering == nullptr) {
        std::string operands;
        for (const Value& operand : difference.operands) {
          absl::StrAppend(&operands, operands.empty() ? "" : ", ", cel::ToString(operand));
        }
        Other(difference.text, bind, difference.ours, difference.theirs,
              absl::StrCat(difference.node->op, "(", operands, ") in ", node.Text()));
        return;
      }
      known = covering;
    }
    ++counts_[known];
  }

  void Other(const std::string& text, const Bindings& bind, const Value& ours, const Value& theirs,
             const std::string& where) {
    if (++others_ > kMostShown) return;
    std::printf("DIFFERS %s\n  %s\n  ours   %s\n  theirs %s\n", text.c_str(), where.c_str(),
                cel::ToString(ours).c_str(), cel::ToString(theirs).c_str());
    const auto& variables = testing::ExpressionVariables();
    for (size_t i = 0; i < variables.size(); ++i) {
      const std::string& name = variables[i].name;
      if (!absl::StrContains(text, name)) continue;
      const auto bound = bind.find(name);
      const Value& value = bound == bind.end() ? inputs_[i] : bound->second;
      std::printf("  %s = %s\n", name.c_str(), cel::ToString(value).c_str());
    }
  }

  Peer peer_;
  testing::SeededChoices choices_;
  const cel::Env env_;
  google::protobuf::DescriptorPool pool_;
  const cel::MessageTypes types_{&pool_};
  // Of one block.
  std::unique_ptr<cel::Arena> arena_;
  std::vector<Value> inputs_;
  std::vector<std::unique_ptr<std::vector<Value>>> kept_;
  std::vector<Outcome> parts_;
  // Of all.
  std::map<const KnownDifference*, int> counts_;
  size_t others_ = 0;
  int evaluated_ = 0, failing_ = 0, refused_ = 0;
};

}  // namespace
}  // namespace leadgrade::differential

int main(int argc, char** argv) {
  int count = 0;
  uint32_t seed = 0;
  std::vector<std::string> peer;
  CLI::App app("Holds the engine against another implementation of CEL");
  app.add_option("COUNT", count, "How many expressions")->required();
  app.add_option("SEED", seed, "The same gives the same expressions")->required();
  app.add_option("PEER", peer, "The other implementation's command")->required();
  CLI11_PARSE(app, argc, argv);
  using leadgrade::differential::kBlock;
  try {
    leadgrade::differential::Test test(seed, peer);
    for (int done = 0; done < count; done += kBlock) test.RunBlock(std::min(kBlock, count - done));
    return test.Report();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "differential_test: %s\n", error.what());
    return 2;
  }
}
