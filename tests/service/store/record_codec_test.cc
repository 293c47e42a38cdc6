#include "service/store/record_codec.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/service/store/random_lead.h"

namespace leadgrade::store {
namespace {

using testing::Below;
using testing::Random;
using testing::ToText;

StoredLead WithTimeline(Random& random, StoredLead lead) {
  for (uint64_t i = Below(random, 8); i > 0; --i) {
    const StoredEvent event = testing::RandomEvent(random, "");
    lead.lead.timeline.push_back({event.time, event.type, event.amount, event.due});
  }
  if (Below(random, 4) == 0) {
    for (auto& event : lead.lead.timeline) event.amount.reset();
  }
  if (Below(random, 4) == 0) {
    for (auto& event : lead.lead.timeline) event.due.reset();
  }
  std::stable_sort(lead.lead.timeline.begin(), lead.lead.timeline.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return lead;
}

TEST(RecordCodec, LeadsComeBack) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const StoredLead lead = WithTimeline(random, testing::RandomLead(random, "lead"));
    const auto back = DecodeLead("lead", EncodeLead(lead));
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(ToText(*back), ToText(lead));
  }
}

TEST(RecordCodec, ABlankLeadComesBack) {
  const auto back = DecodeLead("x", EncodeLead(testing::BlankLead("x")));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToText(*back), ToText(testing::BlankLead("x")));
}

TEST(RecordCodec, InfiniteTimesComeBackEverywhere) {
  for (const absl::Time time : {absl::InfinitePast(), absl::InfiniteFuture()}) {
    StoredLead lead = testing::BlankLead("x");
    lead.create_time = lead.update_time = lead.lead.decided_time = lead.lead.valid_until = time;
    lead.lead.facts["f"] = {
        facts::StatedFact{{time - absl::UnixEpoch()}, facts::FactStatus::kClaimed, "", time}};
    lead.lead.timeline = {{absl::InfinitePast(), "a", {}}, {time, "b", {}, absl::UnixEpoch()}};
    const auto back = DecodeLead("x", EncodeLead(lead));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(ToText(*back), ToText(lead));
  }
}

TEST(RecordCodec, EventsAndChangesComeBack) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const StoredEvent event = testing::RandomEvent(random, testing::RandomText(random));
    const auto event_back = DecodeEvent(event.event_id, EncodeEvent(event));
    ASSERT_TRUE(event_back.ok()) << event_back.status();
    ASSERT_EQ(ToText(*event_back), ToText(event));
    const LoggedChange change{random(), testing::RandomText(random),
                              testing::RandomChange(random, "A"), testing::RandomTime(random),
                              testing::RandomText(random)};
    const auto change_back = DecodeChange(change.sequence, EncodeChange(change));
    ASSERT_TRUE(change_back.ok()) << change_back.status();
    ASSERT_EQ(ToText(*change_back), ToText(change));
  }
}

// Whatever the bytes are: an answer, and no crash.
TEST(RecordCodec, DamagedBytesAreAnAnswer) {
  int refused = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    std::string bytes = EncodeLead(WithTimeline(random, testing::RandomLead(random, "lead")));
    if (Below(random, 2) == 0) {
      bytes.resize(Below(random, bytes.size()));
    } else {
      bytes[Below(random, bytes.size())] = static_cast<char>(random());
    }
    const auto lead = DecodeLead("lead", bytes);
    if (lead.ok()) continue;
    ++refused;
    ASSERT_EQ(lead.status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_GT(refused, 1000);
  EXPECT_EQ(DecodeLead("x", "").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeEvent("x", "\xff").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeChange(1, "\xff").status().code(), absl::StatusCode::kDataLoss);
}

// Millions of leads are kept: what one takes is a promise too.
TEST(RecordCodec, ATypicalLeadIsSmall) {
  const absl::Time now = absl::FromUnixMillis(1764000000123);
  const std::string digest = "sha256:" + std::string(64, 'a');
  StoredLead lead = testing::BlankLead("lead");
  lead.display_name = "云帆科技有限公司";
  lead.owner = "wang.min";
  for (const char* name : {"kp_level", "has_need", "value_recognised", "budget_confirmed"}) {
    lead.lead.facts[name] = {facts::StatedFact{{true}, facts::FactStatus::kClaimed, "crm", now}};
  }
  for (int i = 0; i < 3; ++i) {
    lead.lead.timeline.push_back({now + absl::Hours(30 * i), i % 2 == 0 ? "visit" : "call", {}});
  }
  lead.lead.grade_history = {{now, "B", "A", "three_labels", facts::Cause::kFact, digest}};
  lead.lead.bundle_digest = digest;
  lead.lead.decided_time = lead.create_time = lead.update_time = now;
  lead.lead.valid_until = absl::FromUnixSeconds(1764950400);
  lead.lead.open_actions = {{"agree_next_step", now}};
  lead.grade = "A";
  const size_t size = EncodeLead(lead).size();
  EXPECT_LT(size, 450u);
  // One more event takes little.
  lead.lead.timeline.push_back({now + absl::Hours(100), "visit", {}});
  EXPECT_LE(EncodeLead(lead).size(), size + 10);
}

}  // namespace
}  // namespace leadgrade::store
