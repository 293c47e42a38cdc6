// Random leads carried through time: how often one looks does not matter, what was said is not
// rewritten, and looking again changes nothing.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/decision/advance.h"
#include "engine/decision/valid_until.h"
#include "tests/testing/bundles.h"
#include "tests/testing/leads.h"
#include "tests/testing/random_bundle.h"
#include "tests/testing/random_timed_lead.h"

namespace leadgrade::decision {
namespace {

using testing::Random;

struct Story {
  uint32_t seed = 0;
  std::shared_ptr<const rules::Bundle> bundle;
  std::string text;
  std::vector<Change> changes;  // in time order
  absl::Time end;
};

Story MakeStory(uint32_t seed) {
  Random random(seed);
  Story story;
  story.seed = seed;
  story.text = testing::RandomTimedBundleText(random, testing::ZoneFor(seed), true);
  story.bundle = testing::LoadText(story.text);
  for (int i = random.Below(8); i >= 0; --i) {
    story.changes.push_back(testing::RandomChange(random, testing::RandomTime(random)));
  }
  std::stable_sort(story.changes.begin(), story.changes.end(),
                   [](const Change& a, const Change& b) { return a.time < b.time; });
  story.end = story.changes.back().time + absl::Hours(random.Below(24 * 30));
  return story;
}

std::string Actions(const facts::Lead& lead) {
  std::string out;
  for (const facts::OpenAction& action : lead.open_actions) {
    absl::StrAppend(&out, action.code, " since ", testing::ToText(action.proposed_time), "\n");
  }
  return out;
}

void ExpectOrdered(const facts::Lead& lead) {
  const auto& history = lead.grade_history;
  for (size_t i = 1; i < history.size(); ++i) {
    EXPECT_LE(history[i - 1].time, history[i].time);
    EXPECT_EQ(history[i].from, history[i - 1].to);
    EXPECT_NE(history[i].from, history[i].to);
  }
}

// Whether no decision right after something became known is beyond analysis.
bool IsFollowed(const Story& story) {
  facts::Lead lead;
  for (const Change& change : story.changes) {
    Advance(story.bundle, lead, {change}, change.time);
    if (lead.valid_until <= lead.decided_time) return false;
  }
  return true;
}

// Looks at the lead every so often, telling what became known since. False where a decision on the
// way is beyond analysis: then what is found depends on when one looks.
bool Walk(const Story& story, absl::Duration step, facts::Lead& lead, Decision* last) {
  size_t told = 0;
  for (absl::Time now = story.changes.front().time;; now = std::min(now + step, story.end)) {
    std::vector<Change> changes;
    while (told < story.changes.size() && story.changes[told].time <= now) {
      changes.push_back(story.changes[told++]);
    }
    *last = Advance(story.bundle, lead, changes, now).decision;
    if (lead.valid_until <= lead.decided_time) return false;
    if (now == story.end) return true;
  }
}

TEST(AdvanceProperty, OneJumpIsManySmallSteps) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  int compared = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    const Story story = MakeStory(seed);
    ASSERT_NE(story.bundle, nullptr) << story.text;
    facts::Lead walked;
    Decision small;
    if (!IsFollowed(story) || !Walk(story, absl::Hours(5), walked, &small)) continue;
    facts::Lead jumped;
    const Advanced big = Advance(story.bundle, jumped, story.changes, story.end);
    ExpectOrdered(jumped);
    EXPECT_EQ(testing::History(jumped), testing::History(walked));
    EXPECT_EQ(Actions(jumped), Actions(walked));
    EXPECT_TRUE(SameAnswer(big.decision, small));
    EXPECT_EQ(big.changes.size(), jumped.grade_history.size());
    ++compared;
    if (HasFailure()) {
      FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << testing::Show(jumped) << story.text;
    }
  }
  EXPECT_GT(compared, static_cast<int>(count / 4));
}

TEST(AdvanceProperty, LookingAgainChangesNothing) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  for (uint32_t seed = first; seed < first + count; ++seed) {
    const Story story = MakeStory(seed);
    facts::Lead lead;
    const Advanced once = Advance(story.bundle, lead, story.changes, story.end);
    const facts::Lead before = lead;
    // Again, and with a clock that was set back.
    for (absl::Time now : {story.end, story.end - absl::Hours(30)}) {
      const Advanced again = Advance(story.bundle, lead, {}, now);
      EXPECT_TRUE(again.changes.empty());
      EXPECT_TRUE(SameAnswer(once.decision, again.decision));
      EXPECT_EQ(again.decision.now, std::max(now, before.decided_time));
      EXPECT_EQ(again.decision.valid_until, once.decision.valid_until);
      EXPECT_EQ(testing::Show(lead), testing::Show(before));
      EXPECT_EQ(Actions(lead), Actions(before));
      EXPECT_EQ(lead.decided_time, before.decided_time);
      EXPECT_EQ(lead.valid_until, before.valid_until);
    }
    if (HasFailure()) FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << story.text;
  }
}

// Until grade_valid_until the grade stays when nothing more becomes known. Sums of days, which
// these bundles are full of, turn each midnight and are looked past so often only.
TEST(AdvanceProperty, TheGradeStaysAsLongAsItSays) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  int changes = 0;
  int past_the_decision = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    const Story story = MakeStory(seed);
    Random random(seed + 55555);
    facts::Lead lead;
    Advance(story.bundle, lead, story.changes, story.end);
    ASSERT_GE(lead.grade_valid_until, lead.valid_until);
    if (lead.valid_until <= lead.decided_time || testing::IsRestless(lead)) continue;
    const auto grade_changes = [&](absl::Time now) {
      facts::Lead later = lead;
      return !Advance(story.bundle, later, {}, now).changes.empty();
    };
    std::vector<absl::Time> instants;
    for (int i = 0; i < 10; ++i) instants.push_back(story.end + absl::Hours(random.Below(24 * 60)));
    if (lead.grade_valid_until < absl::InfiniteFuture()) {
      past_the_decision += lead.grade_valid_until > lead.valid_until;
      instants.push_back(lead.grade_valid_until - absl::Nanoseconds(1));
      changes += grade_changes(lead.grade_valid_until);
    }
    for (const absl::Time instant : instants) {
      if (instant < lead.grade_valid_until) {
        EXPECT_FALSE(grade_changes(instant)) << testing::ToText(instant);
      }
    }
    if (HasFailure()) {
      FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << testing::Show(lead) << story.text;
    }
  }
  EXPECT_GT(changes, 0);
  EXPECT_GT(past_the_decision, 0);
}

// What becomes known in any order: no change of grade that was recorded is touched, and none is
// added before the last decision.
TEST(AdvanceProperty, DoesNotRewriteWhatWasSaid) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  for (uint32_t seed = first; seed < first + count; ++seed) {
    const Story story = MakeStory(seed);
    Random random(seed + 77777);
    facts::Lead lead;
    absl::Time now = story.changes.front().time;
    for (int i = 0; i < 6; ++i) {
      const facts::Lead before = lead;
      std::vector<Change> changes;
      for (int k = random.Below(3); k >= 0; --k) {
        changes.push_back(testing::RandomChange(random, testing::RandomTime(random)));
      }
      Advance(story.bundle, lead, changes, now);
      ASSERT_GE(lead.grade_history.size(), before.grade_history.size());
      for (size_t h = 0; h < lead.grade_history.size(); ++h) {
        const facts::GradeChange& change = lead.grade_history[h];
        if (h < before.grade_history.size()) {
          EXPECT_EQ(change.time, before.grade_history[h].time);
          EXPECT_EQ(change.to, before.grade_history[h].to);
        } else {
          EXPECT_GE(change.time, before.decided_time);
          EXPECT_LE(change.time, now);
        }
      }
      ExpectOrdered(lead);
      EXPECT_LE(lead.decided_time, now);
      now += absl::Hours(random.Below(24 * 5));
    }
    if (HasFailure()) {
      FAIL() << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << testing::Show(lead) << story.text;
    }
  }
}

}  // namespace
}  // namespace leadgrade::decision
