#include "service/rpc/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace leadgrade::rpc {
namespace {

constexpr char kStore[] = "0123456789abcdef0123456789abcdef";
constexpr char kOtherStore[] = "0123456789abcdef0123456789abcdee";

// The token with one to three of its characters changed, taken out or put in.
std::string Damaged(const std::string& token, std::mt19937_64& random) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\x80";
  std::string damaged = token;
  const int changes = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < changes; ++i) {
    const size_t at = damaged.empty() ? 0 : random() % damaged.size();
    const char c = kAlphabet[random() % (sizeof(kAlphabet) - 1)];
    switch (damaged.empty() ? 2 : random() % 3) {
      case 0:
        damaged[at] = c;
        break;
      case 1:
        damaged.erase(at, 1);
        break;
      default:
        damaged.insert(at, 1, c);
    }
  }
  return damaged;
}

bool IsWebSafe(const std::string& token) {
  return std::all_of(token.begin(), token.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

TEST(PageToken, GivesBackThePosition) {
  for (const PagePosition& position :
       {PagePosition{0, "lead-1"}, PagePosition{3, ""}, PagePosition{1, std::string("a\0b", 3)}}) {
    const std::string token = MakePageToken(kStore, {"A", "B", "C", "D"}, position);
    EXPECT_TRUE(IsWebSafe(token)) << token;
    const auto read = ReadPageToken(kStore, {"A", "B", "C", "D"}, token);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->list, position.list);
    EXPECT_EQ(read->after, position.after);
  }
}

TEST(PageToken, HoldsTheLongestLeadId) {
  const PagePosition position{63, std::string(128, '~')};
  EXPECT_TRUE(ReadPageToken(kStore, {"A"}, MakePageToken(kStore, {"A"}, position)).has_value());
}

TEST(PageToken, OfAnotherStoreIsNone) {
  const std::string token = MakePageToken(kStore, {}, {0, "lead-1"});
  EXPECT_FALSE(ReadPageToken(kOtherStore, {}, token).has_value());
}

TEST(PageToken, OfAnotherListIsNone) {
  const std::string token = MakePageToken(kStore, {"A", "B"}, {0, "lead-1"});
  using Grades = std::vector<std::string>;
  for (const Grades& grades : {Grades{}, Grades{"A"}, Grades{"B", "A"}, Grades{"AB"},
                               Grades{"A", "B", "C"}, Grades{"A", "B", ""}}) {
    EXPECT_FALSE(ReadPageToken(kStore, grades, token).has_value());
  }
}

TEST(PageToken, EmptyOrMadeUpIsNone) {
  for (const char* token : {"", "A", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "not a token",
                            "=====", "bGVhZC0x", "\xff\xfe"}) {
    EXPECT_FALSE(ReadPageToken(kStore, {}, token).has_value()) << token;
  }
  EXPECT_FALSE(ReadPageToken(kStore, {}, std::string(1 << 20, 'A')).has_value());
}

TEST(PageToken, DamagedIsNone) {
  std::mt19937_64 random(20260301);
  const std::string token = MakePageToken(kStore, {"A", "B"}, {1, "lead-4711"});
  for (int i = 0; i < 20000; ++i) {
    const std::string damaged = Damaged(token, random);
    if (damaged == token) continue;
    EXPECT_FALSE(ReadPageToken(kStore, {"A", "B"}, damaged).has_value()) << damaged;
  }
}

TEST(PageToken, TruncatedAnywhereIsNone) {
  const std::string token = MakePageToken(kStore, {}, {0, "lead-4711"});
  for (size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(ReadPageToken(kStore, {}, token.substr(0, length)).has_value()) << length;
  }
}

TEST(ResumeToken, GivesBackTheSequence) {
  for (const uint64_t sequence :
       {uint64_t{0}, uint64_t{1}, uint64_t{1} << 40, std::numeric_limits<uint64_t>::max()}) {
    const std::string token = MakeResumeToken(kStore, sequence);
    EXPECT_TRUE(IsWebSafe(token)) << token;
    EXPECT_EQ(ReadResumeToken(kStore, token), sequence);
  }
}

TEST(ResumeToken, OfAnotherStoreIsNone) {
  EXPECT_FALSE(ReadResumeToken(kOtherStore, MakeResumeToken(kStore, 7)).has_value());
}

TEST(ResumeToken, IsNoPageTokenAndTheOtherWayRound) {
  EXPECT_FALSE(ReadPageToken(kStore, {}, MakeResumeToken(kStore, 7)).has_value());
  EXPECT_FALSE(ReadResumeToken(kStore, MakePageToken(kStore, {}, {7, ""})).has_value());
}

TEST(ResumeToken, DamagedIsNone) {
  std::mt19937_64 random(20260302);
  const std::string token = MakeResumeToken(kStore, 4711);
  for (int i = 0; i < 20000; ++i) {
    const std::string damaged = Damaged(token, random);
    if (damaged == token) continue;
    EXPECT_FALSE(ReadResumeToken(kStore, damaged).has_value()) << damaged;
  }
}

// With another number in it, the seal is another one.
TEST(ResumeToken, WithAnotherSequenceIsNone) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(MakeResumeToken(kStore, 4711), &bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string turned = bytes;
      turned[i] = static_cast<char>(turned[i] ^ (1 << bit));
      EXPECT_FALSE(ReadResumeToken(kStore, absl::WebSafeBase64Escape(turned)).has_value());
    }
  }
}

TEST(Etag, GivesBackTheRevision) {
  for (const uint64_t revision : {uint64_t{1}, uint64_t{255}, uint64_t{1} << 33}) {
    EXPECT_EQ(ReadEtag(MakeEtag(revision)), revision);
  }
}

TEST(Etag, ChangesWithTheRevision) { EXPECT_NE(MakeEtag(1), MakeEtag(2)); }

TEST(Etag, OfAnotherFormIsNone) {
  const std::string etag = MakeEtag(1);
  for (const std::string& text :
       {std::string(), std::string("1"), std::string("*"), etag + "=", etag + "A", " " + etag,
        etag.substr(1), std::string("\"1\""), std::string(1 << 20, 'A')}) {
    EXPECT_FALSE(ReadEtag(text).has_value()) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace leadgrade::rpc
