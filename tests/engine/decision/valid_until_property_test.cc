// Random bundles whose rules move with the clock: strictly before a decision's valid_until, at no
// instant that could matter, is there another answer.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "engine/decision/decision.h"
#include "engine/decision/valid_until.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"
#include "tests/testing/random_timed_lead.h"

namespace leadgrade::decision {
namespace {

using testing::Random;

// Instants at which something may turn, with their neighbours.
std::vector<absl::Time> Instants(const facts::Lead& lead, absl::Time now, absl::TimeZone zone,
                                 Random& random) {
  std::vector<absl::Time> turns;
  for (int day = -2; day < 45; ++day) {
    turns.push_back(absl::FromCivil(absl::ToCivilDay(now, zone) + day, zone));
  }
  std::vector<absl::Time> told;
  for (const auto& event : lead.timeline) told.push_back(event.time);
  for (const auto& change : lead.grade_history) told.push_back(change.time);
  for (const auto& [name, statements] : lead.facts) {
    for (const facts::StatedFact& fact : statements) {
      if (const auto* time = std::get_if<absl::Time>(&fact.value.value)) told.push_back(*time);
      if (fact.observed_time != absl::InfinitePast()) told.push_back(fact.observed_time);
      if (fact.expire_time != absl::InfiniteFuture()) told.push_back(fact.expire_time);
    }
  }
  for (absl::Time time : told) {
    for (const absl::Duration span : {absl::ZeroDuration(), absl::Hours(36), absl::Minutes(90),
                                      absl::Hours(24), absl::Seconds(0.5), absl::Hours(72.5),
                                      -absl::Hours(24), absl::Hours(72), absl::Hours(60)}) {
      turns.push_back(time + span);
    }
  }
  for (int i = 0; i < 10; ++i) turns.push_back(now + absl::Minutes(random.Below(60 * 24 * 40)));
  std::vector<absl::Time> instants;
  for (absl::Time turn : turns) {
    for (int step : {-1, 0, 1}) instants.push_back(turn + absl::Nanoseconds(step));
  }
  return instants;
}

std::string Show(const Decision& decision) {
  std::string out = absl::StrCat(
      GradeName(decision, decision.grade), "..", GradeName(decision, decision.potential_grade),
      " score ", decision.score.value_or(-99), "..", decision.potential_score.value_or(-99));
  for (const MatchedRule& reason : decision.reasons) absl::StrAppend(&out, " ", reason.rule->id);
  for (const auto& issue : decision.issues) absl::StrAppend(&out, " ", issue.message);
  return absl::StrCat(out, " at ", absl::FormatTime(decision.now, absl::UTCTimeZone()));
}

// What a decision found about the grades, where a later one may keep it, is what that finds itself.
// Gives how many of them kept something that had to be searched for.
int CheckKept(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
              const Decided& decided, const std::vector<absl::Time>& instants) {
  int kept = 0;
  for (absl::Time instant : instants) {
    if (instant <= decided.decision.now || instant >= decided.holds.grade) continue;
    const auto* open = &decided.decision.actions;
    const Decided with =
        DecideOnce(bundle, lead, instant, Scope::kAnswerAndHolds, false, open, &decided);
    const Decided without = DecideOnce(bundle, lead, instant, Scope::kAnswerAndHolds, false, open);
    const auto same_rank = [](const MissingFact& a, const MissingFact& b) {
      return a.fact == b.fact && a.remaining_grades == b.remaining_grades;
    };
    const auto &a = with.decision, &b = without.decision;
    EXPECT_TRUE(SameAnswer(a, b) && a.attainable_exact == b.attainable_exact &&
                std::equal(a.missing.begin(), a.missing.end(), b.missing.begin(), b.missing.end(),
                           same_rank) &&
                with.holds.answer == without.holds.answer &&
                with.holds.grade == without.holds.grade)
        << Show(a) << ", found anew " << Show(b) << "\n"
        << testing::Show(lead);
    kept += a.attainable.size() > 1;
  }
  return kept;
}

enum class Verdict {
  kBeyondAnalysis,
  kNever,  // no later answer
  kTurns,  // another answer at valid_until
  kEarly,  // the same one
};

Verdict Check(const std::shared_ptr<const rules::Bundle>& bundle, const facts::Lead& lead,
              absl::Time now, Random& random) {
  const Decision decision = Decide(bundle, lead, now);
  if (decision.valid_until <= now) return Verdict::kBeyondAnalysis;
  std::vector<absl::Time> instants = Instants(lead, now, bundle->time_zone, random);
  if (decision.valid_until < absl::InfiniteFuture()) {
    instants.push_back(decision.valid_until - absl::Nanoseconds(1));
  }
  for (absl::Time instant : instants) {
    if (instant <= now || instant >= decision.valid_until) continue;
    const Decision later =
        DecideOnce(bundle, lead, instant, Scope::kAnswer, false, &decision.actions).decision;
    if (SameAnswer(decision, later)) continue;
    ADD_FAILURE() << Show(decision) << ", valid until "
                  << absl::FormatTime(decision.valid_until, absl::UTCTimeZone()) << ", but "
                  << Show(later) << "\n"
                  << testing::Show(lead);
    break;
  }
  if (decision.valid_until == absl::InfiniteFuture()) return Verdict::kNever;
  const Decision next =
      DecideOnce(bundle, lead, decision.valid_until, Scope::kAnswer, false, &decision.actions)
          .decision;
  return SameAnswer(decision, next) ? Verdict::kEarly : Verdict::kTurns;
}

TEST(ValidUntilProperty, GradesAreKeptAsTheyWouldBeFoundAnew) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(250));
  int kept = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    Random random(seed);
    const std::string text = testing::RandomTimedBundleText(random, testing::ZoneFor(seed), false);
    base::IssueList issues;
    const auto bundle = rules::LoadBundle({{"timed/bundle.yaml", text}}, &issues);
    ASSERT_NE(bundle, nullptr) << "seed " << seed << "\n" << base::FormatIssues(issues) << text;
    const facts::Lead lead = testing::RandomTimedLead(random);
    const absl::Time now = testing::RandomTime(random);
    const Decided decided = DecideOnce(bundle, lead, now, Scope::kAnswerAndHolds);
    EXPECT_GE(decided.holds.grade, decided.holds.answer);
    kept += CheckKept(bundle, lead, decided, Instants(lead, now, bundle->time_zone, random));
    if (HasFailure()) FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << text;
  }
  EXPECT_GT(kept, static_cast<int>(count));
}

TEST(ValidUntilProperty, HoldsForRandomBundles) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(250));
  std::map<Verdict, int> verdicts;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    Random random(seed);
    const std::string text = testing::RandomTimedBundleText(random, testing::ZoneFor(seed), false);
    base::IssueList issues;
    const auto bundle = rules::LoadBundle({{"timed/bundle.yaml", text}}, &issues);
    ASSERT_NE(bundle, nullptr) << "seed " << seed << "\n" << base::FormatIssues(issues) << text;
    for (int i = 0; i < 4; ++i) {
      ++verdicts[Check(bundle, testing::RandomTimedLead(random), testing::RandomTime(random),
                       random)];
      if (HasFailure()) {
        FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << text;
      }
    }
  }
  // Most decisions are within analysis, and most ends are real ones.
  EXPECT_LT(verdicts[Verdict::kBeyondAnalysis], verdicts[Verdict::kTurns]);
  EXPECT_LT(verdicts[Verdict::kEarly], verdicts[Verdict::kTurns] / 4);
  EXPECT_GT(verdicts[Verdict::kNever], 0);
}

}  // namespace
}  // namespace leadgrade::decision
