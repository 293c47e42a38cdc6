// One decision in process, against hand-written C++ for the same rules.
//
// The hand-written side grades from a plain struct, with the same day count in the organisation's
// zone, and knows neither unknowns nor reasons nor actions: a floor, not a peer.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"
#include "engine/rules/bundle.h"
#include "service/bundles/bundle_registry.h"

namespace leadgrade {
namespace {

enum class KpLevel { kNone, kThird, kSecond, kFirst };
enum class Grade { kD, kC, kB, kA };

struct PlainLead {
  KpLevel kp_level;
  bool need, value_recognised, budget, lapsed, is_signed;
  int approval_layers;
  bool has_grade;
  Grade current_grade;
  absl::Time grade_entered;
};

Grade GradeByHand(const PlainLead& lead, absl::Time now, absl::TimeZone zone) {
  if (lead.lapsed && !lead.is_signed) return Grade::kD;
  if (lead.has_grade && lead.current_grade != Grade::kD && !lead.is_signed) {
    const int64_t days = absl::ToCivilDay(now, zone) - absl::ToCivilDay(lead.grade_entered, zone);
    const int window = lead.current_grade == Grade::kA   ? 10
                       : lead.current_grade == Grade::kB ? 20
                                                         : 30;
    if (days > window) return Grade::kD;
  }
  if (!lead.need || !lead.value_recognised || !lead.budget) return Grade::kD;
  if (lead.kp_level == KpLevel::kFirst && lead.approval_layers == 0) return Grade::kA;
  if (lead.kp_level >= KpLevel::kThird && lead.approval_layers <= 1) return Grade::kB;
  if (lead.kp_level >= KpLevel::kThird && lead.approval_layers == 2) return Grade::kC;
  return Grade::kD;
}

absl::Time Now() { return absl::FromUnixSeconds(1772500000); }

std::shared_ptr<const rules::Bundle> SalesBundle() {
  static const auto* const bundle = [] {
    auto files = bundles::ReadBundleFiles(LEADGRADE_SALES_RULES);
    base::IssueList issues;
    auto loaded = files.ok() ? rules::LoadBundle(*files, &issues) : nullptr;
    if (loaded == nullptr) {
      std::fprintf(stderr, "%s%s\n", files.status().ToString().c_str(),
                   base::FormatIssues(issues).c_str());
      std::exit(3);
    }
    return new std::shared_ptr<const rules::Bundle>(std::move(loaded));
  }();
  return *bundle;
}

facts::StatedFact Stated(facts::FactValue value) {
  facts::StatedFact fact;
  fact.value = std::move(value);
  fact.observed_time = Now() - absl::Hours(100);
  return fact;
}

facts::Lead KnownLead() {
  facts::Lead lead;
  lead.facts["kp_level"] = {Stated({std::string("FIRST")})};
  lead.facts["need"] = {Stated({true})};
  lead.facts["budget"] = {Stated({true})};
  lead.timeline.push_back({Now() - absl::Hours(100), "visit", std::nullopt});
  lead.timeline.push_back({Now() - absl::Hours(50), "call", std::nullopt});
  lead.grade_history.push_back(
      {Now() - absl::Hours(100), "", "A", "all-three-labels", facts::Cause::kEvent, ""});
  return lead;
}

void BM_HandWritten(benchmark::State& state) {
  const absl::TimeZone zone = SalesBundle()->time_zone;
  PlainLead lead{KpLevel::kFirst, true, true, true,      false,
                 false,           0,    true, Grade::kA, Now() - absl::Hours(100)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(lead);
    benchmark::DoNotOptimize(GradeByHand(lead, Now(), zone));
  }
}
BENCHMARK(BM_HandWritten);

// The conditions of the grading rules alone: the row is there, and nothing is written.
bool GradingConditionsByHand(const PlainLead& lead, int64_t days, int64_t window, int* rule) {
  const bool conditions[] = {
      lead.lapsed && !lead.is_signed,
      lead.has_grade && lead.current_grade != Grade::kD && days > window && !lead.is_signed,
      !lead.need,
      !lead.value_recognised,
      !lead.budget,
      lead.kp_level == KpLevel::kFirst && lead.approval_layers == 0,
  };
  for (const bool condition : conditions) {
    if (condition) return true;
    ++*rule;
  }
  return false;
}

void BM_GradingConditionsByHand(benchmark::State& state) {
  PlainLead lead{KpLevel::kFirst, true, true, true,      false,
                 false,           0,    true, Grade::kA, Now() - absl::Hours(100)};
  int64_t days = 4, window = 10;
  for (auto _ : state) {
    benchmark::DoNotOptimize(lead);
    benchmark::DoNotOptimize(days);
    benchmark::DoNotOptimize(window);
    int rule = 0;
    benchmark::DoNotOptimize(GradingConditionsByHand(lead, days, window, &rule));
    benchmark::DoNotOptimize(rule);
  }
}
BENCHMARK(BM_GradingConditionsByHand);

void BM_GradingConditions(benchmark::State& state) {
  const auto bundle = SalesBundle();
  const facts::Lead lead = KnownLead();
  decision::Evaluation evaluation(*bundle, lead, Now());
  const auto set = std::find_if(bundle->rule_sets.begin(), bundle->rule_sets.end(),
                                [](const rules::RuleSet& s) { return s.name == "grading"; });
  for (auto _ : state) {
    size_t rule = 0;
    while (rule < set->rules.size() &&
           !set->rules[rule].when->Eval(evaluation.context()).is_true()) {
      ++rule;
    }
    benchmark::DoNotOptimize(rule);
  }
}
BENCHMARK(BM_GradingConditions);

void Decide(benchmark::State& state, const facts::Lead& lead, bool valid_until) {
  const auto bundle = SalesBundle();
  decision::DecideOptions options;
  options.valid_until = valid_until;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decision::Decide(bundle, lead, Now(), options));
  }
}

void BM_DecideKnown(benchmark::State& state) { Decide(state, KnownLead(), false); }
BENCHMARK(BM_DecideKnown);

void BM_DecideKnownWithValidUntil(benchmark::State& state) { Decide(state, KnownLead(), true); }
BENCHMARK(BM_DecideKnownWithValidUntil);

void BM_DecideNothingKnown(benchmark::State& state) { Decide(state, facts::Lead(), false); }
BENCHMARK(BM_DecideNothingKnown);

}  // namespace
}  // namespace leadgrade

BENCHMARK_MAIN();
