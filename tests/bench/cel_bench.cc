// The expression engine, stage by stage and against the same work written by hand in C++.
//
// Each case is evaluated over rows that differ, so that no branch is learnt by heart, by both sides
// in one run. The hand-written side knows no unknowns and no errors: a floor, not a peer.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cel/program.h"
#include "re2/re2.h"

namespace {

std::atomic<int64_t> allocations{0};

}  // namespace

void* operator new(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(bytes)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace leadgrade {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;

constexpr int kRows = 2048;
constexpr int kLists = 64;  // lists that rows share
constexpr int kElements = 100;

enum Slot { kKpLevel, kNeed, kBudget, kDays, kNumbers, kName, kCity, kSince, kAmount, kSlots };

struct Row {
  int kp_level;
  bool need, budget;
  int64_t days;
  const std::vector<int64_t>* numbers;
  std::string name, city;
  absl::Time since;
  int64_t amount;
};

class Bench {
 public:
  static const Bench& Get() {
    static const auto* const bench = new Bench();
    return *bench;
  }

  const cel::Env& env() const { return env_; }
  const Row& row(int i) const { return rows_[static_cast<size_t>(i)]; }
  absl::Span<const Value> slots(int i) const {
    return absl::MakeConstSpan(values_).subspan(static_cast<size_t>(i) * kSlots, kSlots);
  }

 private:
  Bench() {
    auto level = std::make_shared<cel::EnumType>();
    level->name = "KpLevel";
    level->values = {"NONE", "THIRD", "SECOND", "FIRST"};
    Require(env_.AddEnum(level));
    const Type integer(TypeKind::kInt), boolean(TypeKind::kBool), text(TypeKind::kString);
    const auto add = [&](const char* name, Type type, int slot) {
      Require(env_.AddVariable(name, std::move(type), slot));
    };
    add("kp_level", Type::Enum(level), kKpLevel);
    add("need", boolean, kNeed);
    add("budget", boolean, kBudget);
    add("days_in_grade", integer, kDays);
    add("numbers", Type::List(integer), kNumbers);
    add("name", text, kName);
    add("city", text, kCity);
    add("since", Type(TypeKind::kTimestamp), kSince);
    add("amount", integer, kAmount);

    uint32_t random = 12345;
    const auto below = [&random](uint32_t bound) {
      random = random * 1664525 + 1013904223;
      return static_cast<int>((random >> 8) % bound);
    };
    lists_.resize(kLists);
    std::vector<Value> list_values;
    for (std::vector<int64_t>& list : lists_) {
      std::vector<Value> numbers;
      for (int i = 0; i < kElements; ++i) {
        list.push_back(below(1000));
        numbers.push_back(Value::Int(list.back()));
      }
      list_values.push_back(arena_.MakeList(numbers));
    }
    rows_.resize(kRows);
    for (Row& row : rows_) {
      // Most leads are at the first level and want it; what is rare is a cheap "no".
      row.kp_level = below(8) == 0 ? below(3) : 3;
      row.need = below(8) != 0;
      row.budget = below(8) != 0;
      row.days = below(14);
      row.numbers = &lists_[static_cast<size_t>(below(kLists))];
      row.name = absl::StrCat("Acme ", below(1000), below(2) == 0 ? " GmbH" : " Ltd");
      row.city = below(2) == 0 ? "Hamburg" : "北京";
      row.since = absl::FromUnixSeconds(1772000000 + below(1000000));
      row.amount = below(100000);
    }
    for (const Row& row : rows_) {
      values_.push_back(Value::Enum(level.get(), row.kp_level));
      values_.push_back(Value::Bool(row.need));
      values_.push_back(Value::Bool(row.budget));
      values_.push_back(Value::Int(row.days));
      values_.push_back(list_values[static_cast<size_t>(row.numbers - lists_.data())]);
      values_.push_back(Value::String(row.name));
      values_.push_back(Value::String(row.city));
      values_.push_back(Value::Timestamp(row.since));
      values_.push_back(Value::Int(row.amount));
    }
  }

  static void Require(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }

  cel::Env env_;
  cel::Arena arena_{size_t{64} << 20};
  std::vector<std::vector<int64_t>> lists_;
  std::vector<Row> rows_;
  std::vector<Value> values_;
};

struct Case {
  const char* name;
  const char* source;
  void (*by_hand)(const Row& row);
};

const Case kCases[] = {
    {"condition", "kp_level == FIRST && need && budget && days_in_grade <= 10",
     [](const Row& row) {
       benchmark::DoNotOptimize(row.kp_level == 3 && row.need && row.budget && row.days <= 10);
     }},
    {"exists", "numbers.exists(n, n > 998)",
     [](const Row& row) {
       bool found = false;
       for (const int64_t number : *row.numbers) {
         found = number > 998;
         if (found) break;
       }
       benchmark::DoNotOptimize(found);
     }},
    {"regex", "name.matches('^Acme [0-9]+ (GmbH|AG)$')",
     [](const Row& row) {
       static const auto* const regex = new RE2("^Acme [0-9]+ (GmbH|AG)$");
       benchmark::DoNotOptimize(RE2::PartialMatch(row.name, *regex));
     }},
    {"timestamp",
     "since + duration('240h') > timestamp('2026-03-05T00:00:00Z') && since.getHours() < 12",
     [](const Row& row) {
       static const absl::Time limit = absl::FromUnixSeconds(1772668800);
       const bool late = row.since + absl::Hours(240) > limit;
       benchmark::DoNotOptimize(late &&
                                absl::ToCivilHour(row.since, absl::UTCTimeZone()).hour() < 12);
     }},
    {"text", "name + ' / ' + city + ': ' + string(amount)",
     [](const Row& row) {
       benchmark::DoNotOptimize(absl::StrCat(row.name, " / ", row.city, ": ", row.amount));
     }},
};

// Runs `step` over the rows, with the allocations of one step beside its time.
template <typename Step>
void Measure(benchmark::State& state, Step step) {
  int i = 0;
  const int64_t before = allocations.load(std::memory_order_relaxed);
  for (auto _ : state) {
    step(i);
    i = (i + 1) % kRows;
  }
  const int64_t made = allocations.load(std::memory_order_relaxed) - before;
  state.counters["allocations"] =
      static_cast<double>(made) / static_cast<double>(state.iterations());
}

std::unique_ptr<const cel::Program> Compiled(const Case& test) {
  std::vector<cel::ExprIssue> issues;
  auto program = cel::Compile(test.source, Bench::Get().env(), std::nullopt, &issues);
  if (program == nullptr) {
    std::fprintf(stderr, "%s: %s\n", test.name, issues[0].message.c_str());
    std::exit(1);
  }
  return program;
}

void ByHand(benchmark::State& state, const Case& test) {
  Measure(state, [&](int i) { test.by_hand(Bench::Get().row(i)); });
}

void Evaluate(benchmark::State& state, const Case& test) {
  const auto program = Compiled(test);
  cel::Arena arena;
  cel::EvalContext context{{}, absl::FromUnixSeconds(1772500000), absl::UTCTimeZone(), &arena};
  Measure(state, [&](int i) {
    context.slots = Bench::Get().slots(i);
    benchmark::DoNotOptimize(program->Eval(context));
    arena.Reset();
  });
}

void Parse(benchmark::State& state, const Case& test) {
  Measure(state, [&](int) {
    std::vector<cel::ExprIssue> issues;
    benchmark::DoNotOptimize(cel::Parse(test.source, &issues));
  });
}

void Check(benchmark::State& state, const Case& test) {
  Measure(state, [&](int) {
    std::vector<cel::ExprIssue> issues;
    const cel::ExprPtr expr = cel::Parse(test.source, &issues);
    benchmark::DoNotOptimize(cel::Check(*expr, Bench::Get().env(), std::nullopt, &issues));
  });
}

void Compile(benchmark::State& state, const Case& test) {
  Measure(state, [&](int) { benchmark::DoNotOptimize(Compiled(test)); });
}

}  // namespace
}  // namespace leadgrade

int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  for (const leadgrade::Case& test : leadgrade::kCases) {
    const auto add = [&](const char* stage,
                         void (*run)(benchmark::State&, const leadgrade::Case&)) {
      RegisterBenchmark(absl::StrCat(test.name, "/", stage).c_str(),
                        [run, &test](benchmark::State& state) { run(state, test); });
    };
    add("by_hand", leadgrade::ByHand);
    add("evaluate", leadgrade::Evaluate);
    add("parse", leadgrade::Parse);
    add("parse_check", leadgrade::Check);
    add("parse_check_compile", leadgrade::Compile);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
