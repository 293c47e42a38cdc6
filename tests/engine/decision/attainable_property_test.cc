// Random bundles and leads: what the decision says of a lead of which not all is known, held
// against the reference evaluator on every completion.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "engine/decision/decision.h"
#include "engine/facts/fact_row.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"
#include "tests/testing/reference.h"

namespace leadgrade::decision {
namespace {

using cel::Value;
using testing::Answers;
using testing::Random;
using testing::Reference;

constexpr size_t kMaxCompletions = 700;

struct Scenario {
  std::shared_ptr<const rules::Bundle> bundle;
  facts::Lead lead;
  Answers stated;
  std::vector<const facts::Fact*> open;  // neither stated nor derived
};

// Facts at random, and as many more as keep the completions few.
Scenario MakeScenario(const std::shared_ptr<const rules::Bundle>& bundle, Random& random) {
  Scenario scenario;
  scenario.bundle = bundle;
  size_t completions = 1;
  for (const facts::Fact& fact : bundle->schema.facts) {
    const auto domain = testing::DomainOf(fact);
    const bool derived = fact.derivation != nullptr;
    if (!derived && random.Percent(65) && completions * domain.size() <= kMaxCompletions) {
      completions *= domain.size();
      scenario.open.push_back(&fact);
    } else if (!derived || random.Percent(15)) {
      const Value value = random.Of(domain);
      scenario.stated[fact.name] = value;
      facts::StatedFact statement;
      statement.value = *facts::ToFactValue(value);
      scenario.lead.facts[fact.name] = {statement};
    }
  }
  return scenario;
}

std::string Show(const Scenario& scenario) {
  std::string out = "lead:";
  for (const auto& [name, value] : scenario.stated) {
    absl::StrAppend(&out, " ", name, "=", cel::ToString(value));
  }
  return out;
}

// The results of all completions; the last open fact's answer turns fastest.
std::vector<Reference::Result> Complete(const Scenario& scenario) {
  Reference reference(*scenario.bundle);
  std::vector<Reference::Result> results;
  std::vector<std::vector<Value>> domains;
  size_t count = 1;
  for (const facts::Fact* fact : scenario.open) {
    domains.push_back(testing::DomainOf(*fact));
    count *= domains.back().size();
  }
  for (size_t i = 0; i < count; ++i) {
    Answers answers = scenario.stated;
    size_t rest = i;
    for (size_t k = domains.size(); k-- > 0;) {
      answers[scenario.open[k]->name] = domains[k][rest % domains[k].size()];
      rest /= domains[k].size();
    }
    results.push_back(reference.Decide(answers));
  }
  return results;
}

uint64_t Mask(const Reference::Result& result) {
  return result.grade.has_value() ? uint64_t{1} << *result.grade : 0;
}

// For each answer to the open fact at `place`: the grades that it leaves.
std::vector<uint64_t> GradesByAnswer(const Scenario& scenario, size_t place,
                                     const std::vector<Reference::Result>& results) {
  size_t stride = 1;
  for (size_t k = place + 1; k < scenario.open.size(); ++k) {
    stride *= testing::DomainOf(*scenario.open[k]).size();
  }
  const size_t answers = testing::DomainOf(*scenario.open[place]).size();
  std::vector<uint64_t> grades(answers, 0);
  for (size_t i = 0; i < results.size(); ++i) grades[i / stride % answers] |= Mask(results[i]);
  return grades;
}

// Can the answer to the open fact at `place`, alone, change the grade?
bool CanChange(const Scenario& scenario, size_t place,
               const std::vector<Reference::Result>& results) {
  size_t stride = 1;
  for (size_t k = place + 1; k < scenario.open.size(); ++k) {
    stride *= testing::DomainOf(*scenario.open[k]).size();
  }
  const size_t answers = testing::DomainOf(*scenario.open[place]).size();
  for (size_t i = 0; i < results.size(); ++i) {
    const size_t first = i - i / stride % answers * stride;
    if (Mask(results[i]) != Mask(results[first])) return true;
  }
  return false;
}

void CheckMissing(const Scenario& scenario, const Decision& decision,
                  const std::vector<Reference::Result>& results) {
  std::map<std::string, double> remaining;
  double last = 0;
  for (const MissingFact& missing : decision.missing) {
    remaining[missing.fact->name] = missing.remaining_grades;
    if (decision.attainable_exact) {
      EXPECT_GE(missing.remaining_grades, last);
      last = missing.remaining_grades;
    }
  }
  for (size_t place = 0; place < scenario.open.size(); ++place) {
    const facts::Fact& fact = *scenario.open[place];
    const bool listed = remaining.contains(fact.name);
    const bool can_change = CanChange(scenario, place, results);
    EXPECT_TRUE(listed || !can_change) << fact.name << " can change the grade";
    if (!decision.attainable_exact) continue;
    EXPECT_TRUE(can_change || !listed) << fact.name << " can't change the grade";
    // Numbers and texts have more values here than the rules tell apart.
    const cel::TypeKind kind = fact.type.WithoutNull().kind();
    if (!listed || (kind != cel::TypeKind::kBool && kind != cel::TypeKind::kEnum)) continue;
    double sum = 0;
    const auto grades = GradesByAnswer(scenario, place, results);
    for (uint64_t mask : grades) sum += std::popcount(mask);
    EXPECT_NEAR(remaining[fact.name], sum / static_cast<double>(grades.size()), 1e-9) << fact.name;
    remaining.erase(fact.name);
  }
}

void CheckScore(const Decision& decision, const std::vector<Reference::Result>& results) {
  for (const Reference::Result& result : results) {
    if (!result.score.has_value() || !decision.score.has_value()) continue;
    EXPECT_LE(*decision.score, *result.score);
    EXPECT_GE(*decision.potential_score, *result.score);
    if (::testing::Test::HasFailure()) return;
  }
}

enum class Verdict { kConflict, kExact, kEstimate };

Verdict Check(const Scenario& scenario) {
  const Decision decision =
      Decide(scenario.bundle, scenario.lead, testing::At("2026-03-01T00:00:00Z"));
  const auto results = Complete(scenario);
  uint64_t attainable = 0;
  bool always = true;
  for (const Reference::Result& result : results) {
    // Which of two rules wins that should not both hold is not defined.
    if (result.conflict) return Verdict::kConflict;
    attainable |= Mask(result);
    always = always && result.grade.has_value();
  }
  uint64_t said = 0;
  for (int grade : decision.attainable) said |= uint64_t{1} << grade;
  EXPECT_EQ(said & attainable, attainable) << "a grade that can be reached is missing";
  CheckMissing(scenario, decision, results);
  CheckScore(decision, results);
  if (!decision.attainable_exact) return Verdict::kEstimate;
  EXPECT_TRUE(always || !decision.issues.empty()) << "some completions have no grade";
  EXPECT_EQ(said, attainable) << "a grade that can't be reached is said to be attainable";
  if (attainable == 0) {
    EXPECT_EQ(decision.grade, -1);
  } else {
    EXPECT_EQ(decision.grade, std::countr_zero(attainable));
    EXPECT_EQ(decision.potential_grade, 63 - std::countl_zero(attainable));
  }
  EXPECT_EQ(decision.provisional, std::popcount(attainable) != 1 || !decision.issues.empty());
  return Verdict::kExact;
}

// How many of the scenarios without conflicts had exact answers, in percent.
int TryAtRandom(bool steady, int count) {
  const uint32_t first = testing::PropertySeed();
  std::map<Verdict, int> verdicts;
  for (uint32_t seed = first; seed < first + static_cast<uint32_t>(count); ++seed) {
    Random random(seed);
    const std::string text = testing::RandomBundleText(random, steady);
    base::IssueList issues;
    const auto bundle = rules::LoadBundle({{"random/bundle.yaml", text}}, &issues);
    EXPECT_NE(bundle, nullptr) << "seed " << seed << "\n" << base::FormatIssues(issues) << text;
    for (int i = 0; bundle != nullptr && i < 4; ++i) {
      const Scenario scenario = MakeScenario(bundle, random);
      ++verdicts[Check(scenario)];
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n"
                      << Show(scenario) << "\n"
                      << text;
        return 100;
      }
    }
  }
  const int exact = verdicts[Verdict::kExact];
  return 100 * exact / std::max(1, exact + verdicts[Verdict::kEstimate]);
}

TEST(AttainableProperty, HoldsForRandomBundles) { TryAtRandom(false, testing::PropertyCount(300)); }

// Without arithmetic on facts every answer is followed.
TEST(AttainableProperty, IsExactWhereRulesOnlyCompare) {
  EXPECT_EQ(TryAtRandom(true, testing::PropertyCount(300)), 100);
}

}  // namespace
}  // namespace leadgrade::decision
