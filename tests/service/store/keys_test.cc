#include "service/store/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "tests/service/store/random_lead.h"

namespace leadgrade::store {
namespace {

using ::testing::Eq;
using ::testing::Optional;
using ::testing::Pair;

// Ids whose order and borders are easy to get wrong: prefixes of each other, and the smallest and
// largest bytes that an id may hold.
const std::vector<std::string>& Ids() {
  static const auto* const ids =
      new std::vector<std::string>{"-", "a", "a-", "a.b", "a0", "aa", "aaa", "b", "~", "~~"};
  return *ids;
}

TEST(Keys, EventKeysSortByLeadThenEvent) {
  std::vector<std::string> keys;
  for (const std::string& lead : Ids()) {
    for (const std::string& event : Ids()) {
      keys.push_back(EventKey(lead, event));
      EXPECT_THAT(ParseEventKey(keys.back()), Optional(Pair(Eq(lead), Eq(event))));
    }
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(Keys, EventsOfALeadAreOneRange) {
  for (const std::string& lead : Ids()) {
    for (const std::string& other : Ids()) {
      for (const std::string event : {"", "e", "\x01", "\xff\xff"}) {
        const std::string key = EventKey(other, event);
        EXPECT_EQ(key >= EventPrefix(lead) && key < EventPrefixEnd(lead), lead == other)
            << lead << " " << other;
      }
    }
  }
}

TEST(Keys, EventIdsMayHoldAnything) {
  const std::string event("\0x\0", 3);
  const std::string key = EventKey("a", event);
  EXPECT_THAT(ParseEventKey(key), Optional(Pair(Eq("a"), Eq(event))));
  EXPECT_FALSE(ParseEventKey("no separator").has_value());
}

TEST(Keys, GradeKeysSortByGradeThenLead) {
  std::vector<std::string> keys;
  for (const char* grade : {"A", "AA", "B"}) {
    for (const std::string& lead : Ids()) {
      keys.push_back(GradeKey(grade, lead));
      EXPECT_THAT(ParseGradeKey(keys.back()), Optional(Pair(Eq(grade), Eq(lead))));
    }
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(Keys, DueKeysSortByTimeThenLead) {
  testing::Random random(7);
  std::vector<std::tuple<absl::Time, std::string>> due;
  for (int i = 0; i < 2000; ++i) {
    absl::Time time = testing::RandomTime(random);
    due.emplace_back(time, Ids()[testing::Below(random, Ids().size())]);
    due.emplace_back(time + absl::Nanoseconds(1), "");
  }
  due.emplace_back(absl::UnixEpoch(), "a");
  due.emplace_back(absl::UnixEpoch() - absl::Nanoseconds(1), "a");
  std::sort(due.begin(), due.end());
  std::vector<std::string> keys;
  for (const auto& [time, lead] : due) {
    keys.push_back(DueKey(time, lead));
    EXPECT_THAT(ParseDueKey(keys.back()), Optional(Pair(time, Eq(lead))));
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(Keys, DamagedDueKeysAreSeen) {
  EXPECT_FALSE(ParseDueKey("short").has_value());
  EXPECT_FALSE(ParseDueKey(std::string(8, '\0') + "\xff\xff\xff\xff" + "a").has_value());
}

TEST(Keys, ChangeKeysSortByNumber) {
  std::vector<std::string> keys;
  for (uint64_t sequence :
       {uint64_t{0}, uint64_t{1}, uint64_t{255}, uint64_t{256}, uint64_t{1} << 40, ~uint64_t{0}}) {
    keys.push_back(ChangeKey(sequence));
    EXPECT_THAT(ParseChangeKey(keys.back()), Optional(sequence));
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_FALSE(ParseChangeKey("1234567").has_value());
  EXPECT_FALSE(ParseChangeKey("123456789").has_value());
}

}  // namespace
}  // namespace leadgrade::store
