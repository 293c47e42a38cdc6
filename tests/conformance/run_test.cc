#include "tests/conformance/run_test.h"

#include <memory>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/cel/program.h"
#include "tests/conformance/debug_string.h"
#include "tests/conformance/values.h"

namespace leadgrade::cel {
namespace {

using nlohmann::json;

std::string Describe(const std::vector<ExprIssue>& issues) {
  std::string out = "refused";
  for (const ExprIssue& issue : issues) {
    absl::StrAppend(&out, ": ", issue.code, " at ", issue.range.begin, ": ", issue.message);
  }
  return out;
}

void Require(const absl::Status& status) {
  if (!status.ok()) throw std::invalid_argument(std::string(status.message()));
}

Value NotImplemented(EvalContext& context, absl::Span<const Value> arguments) {
  return context.arena->MakeError("the function has no implementation");
}

// The names that a test declares, and the values it gives them.
class Bench {
 public:
  Bench(const json& test, const MessageTypes& types) : types_(types) {
    env_.SetTypes(&types);
    env_.SetContainer(test.value("container", ""));
    const json bindings = test.value("bindings", json::object());
    for (const json& declaration : test.value("typeEnv", json::array())) Declare(declaration);
    for (const auto& [name, value] : bindings.items()) {
      // What is only bound has no type; with type checking it could not be used.
      if (env_.FindVariable(name) == nullptr && test.value("disableCheck", false)) {
        AddVariable(name, Type(TypeKind::kDyn));
      }
    }
    context_.slots = slots_;
    for (const auto& [name, value] : bindings.items()) {
      if (const Variable* variable = env_.FindVariable(name); variable != nullptr) {
        slots_[static_cast<size_t>(variable->slot)] = ValueFrom(value, types_, context_);
      }
    }
  }

  const Env& env() const { return env_; }
  EvalContext& context() { return context_; }
  Type TypeOf(const json& type) const { return TypeFrom(type, types_); }
  Value ValueOf(const json& value) { return ValueFrom(value, types_, context_); }

 private:
  void AddVariable(const std::string& name, Type type) {
    // The suite declares `true` to see that nobody can get at it.
    if (name == "true" || name == "false" || name == "null") return;
    Require(env_.AddVariable(name, std::move(type), static_cast<int32_t>(slots_.size())));
    slots_.push_back(arena_.MakeError("no such attribute"));
  }

  void Declare(const json& declaration) {
    const std::string name = declaration["name"];
    if (declaration.contains("variable")) {
      // A variable's type has no call that could decide its parameters.
      AddVariable(name, Decided(TypeFrom(declaration["variable"], types_)));
      return;
    }
    for (const json& json : declaration["overloads"]) {
      Overload overload;
      overload.name = name;
      overload.member = json["member"];
      for (const auto& parameter : json["parameters"]) {
        overload.parameters.push_back(TypeFrom(parameter, types_));
      }
      overload.result = TypeFrom(json["result"], types_);
      overload.implementation = NotImplemented;
      Require(env_.AddFunction(std::move(overload)));
    }
  }

  const MessageTypes& types_;
  // Not the engine's own bound: what is expected must fit in as well.
  Arena arena_{size_t{64} << 20};
  Env env_;
  std::vector<Value> slots_;
  EvalContext context_{{}, absl::UnixEpoch(), absl::UTCTimeZone(), &arena_};
};

// What the parser alone decides.
std::optional<Failure> CheckTree(const json& test, bool* done) {
  *done = true;
  const bool fails = test.value("parse", "") == "fails";
  std::vector<ExprIssue> issues;
  const ExprPtr expr = Parse(test["expr"].get<std::string>(), &issues);
  if (fails) {
    if (expr == nullptr) return std::nullopt;
    return Failure{"a syntax error", DebugString(*expr)};
  }
  const std::string tree = test.value("ast", "");
  if (expr == nullptr) return Failure{tree.empty() ? "to parse" : tree, Describe(issues)};
  const std::string got = DebugString(*expr);
  if (!tree.empty() && got != tree) return Failure{tree, got};
  *done = test.value("parseOnly", false);
  return std::nullopt;
}

}  // namespace

std::optional<Failure> RunTest(const json& test, const MessageTypes& types) {
  if (test.contains("parse") || test.contains("parseOnly") || test.contains("ast")) {
    bool done = false;
    auto failure = CheckTree(test, &done);
    if (failure.has_value() || done) return failure;
  }
  Bench bench(test, types);
  const std::string source = test["expr"];
  const bool error_expected = test.contains("error");
  std::vector<ExprIssue> issues;
  const auto program = test.value("disableCheck", false)
                           ? CompileUnchecked(source, bench.env(), &issues)
                           : Compile(source, bench.env(), std::nullopt, &issues);
  std::string expected;
  if (error_expected) {
    expected = "an error";
  } else if (test.contains("value")) {
    expected = ToString(bench.ValueOf(test["value"]));
  } else if (test.contains("deducedType")) {
    expected = bench.TypeOf(test["deducedType"]).ToString();
  }
  if (program == nullptr) {
    if (error_expected) return std::nullopt;
    return Failure{expected, Describe(issues)};
  }
  if (test.contains("deducedType")) {
    const Type type = Decided(bench.TypeOf(test["deducedType"]));
    const Type got = Decided(program->type());
    if (got != type) {
      return Failure{absl::StrCat("type ", type.ToString()), absl::StrCat("type ", got.ToString())};
    }
  }
  if (test.value("checkOnly", false)) {
    if (!error_expected) return std::nullopt;
    return Failure{"to be refused", absl::StrCat("type ", program->type().ToString())};
  }
  const Value got = program->Eval(bench.context());
  const bool passes = error_expected ? got.is_error() : Same(got, bench.ValueOf(test["value"]));
  if (passes) return std::nullopt;
  return Failure{expected, ToString(got)};
}

}  // namespace leadgrade::cel
