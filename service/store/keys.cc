#include "service/store/keys.h"

#include "absl/strings/str_cat.h"

namespace leadgrade::store {
namespace {

constexpr char kSeparator = '\0';
constexpr int kSecondsSize = 8;
constexpr int kNanosSize = 4;
constexpr int kSequenceSize = 8;
constexpr int kBundleNumberSize = 4;
constexpr char kBundleTag = 'b';
constexpr char kDigestTag = 'd';
constexpr char kActivationTag = 'a';
constexpr uint64_t kSignBit = uint64_t{1} << 63;

std::string BigEndian(uint64_t number, int size) {
  std::string out(size, '\0');
  for (int i = size - 1; i >= 0; --i) {
    out[i] = static_cast<char>(number & 0xFF);
    number >>= 8;
  }
  return out;
}

uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string Join(absl::string_view a, absl::string_view b) {
  return absl::StrCat(a, absl::string_view(&kSeparator, 1), b);
}

std::optional<std::pair<absl::string_view, absl::string_view>> Split(absl::string_view key) {
  const size_t at = key.find(kSeparator);
  if (at == absl::string_view::npos) return std::nullopt;
  return std::pair(key.substr(0, at), key.substr(at + 1));
}

}  // namespace

std::string EventKey(absl::string_view lead_id, absl::string_view event_id) {
  return Join(lead_id, event_id);
}

std::string EventPrefix(absl::string_view lead_id) { return Join(lead_id, ""); }

std::string EventPrefixEnd(absl::string_view lead_id) { return absl::StrCat(lead_id, "\x01"); }

std::optional<std::pair<absl::string_view, absl::string_view>> ParseEventKey(
    absl::string_view key) {
  return Split(key);
}

std::string GradeKey(absl::string_view grade, absl::string_view lead_id) {
  return Join(grade, lead_id);
}

std::optional<std::pair<absl::string_view, absl::string_view>> ParseGradeKey(
    absl::string_view key) {
  return Split(key);
}

std::string DueKey(absl::Time time, absl::string_view lead_id) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const int64_t nanos = absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
  return absl::StrCat(BigEndian(static_cast<uint64_t>(seconds) ^ kSignBit, kSecondsSize),
                      BigEndian(static_cast<uint64_t>(nanos), kNanosSize), lead_id);
}

std::optional<std::pair<absl::Time, absl::string_view>> ParseDueKey(absl::string_view key) {
  if (key.size() < kSecondsSize + kNanosSize) return std::nullopt;
  const auto seconds = static_cast<int64_t>(FromBigEndian(key.substr(0, kSecondsSize)) ^ kSignBit);
  const uint64_t nanos = FromBigEndian(key.substr(kSecondsSize, kNanosSize));
  if (nanos >= 1'000'000'000) return std::nullopt;
  return std::pair(absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos),
                   key.substr(kSecondsSize + kNanosSize));
}

std::string JournalKey(absl::string_view lead_id, uint64_t number) {
  return Join(lead_id, BigEndian(number, kSequenceSize));
}

std::optional<std::pair<absl::string_view, uint64_t>> ParseJournalKey(absl::string_view key) {
  const auto parts = Split(key);
  if (!parts.has_value() || parts->second.size() != kSequenceSize) return std::nullopt;
  return std::pair(parts->first, FromBigEndian(parts->second));
}

std::string BundleKey(uint32_t number) { return kBundleTag + BigEndian(number, kBundleNumberSize); }

std::string BundleDigestKey(absl::string_view digest) {
  return absl::StrCat(absl::string_view(&kDigestTag, 1), digest);
}

std::string ActivationKey(uint64_t sequence) {
  return kActivationTag + BigEndian(sequence, kSequenceSize);
}

std::optional<uint32_t> ParseBundleKey(absl::string_view key) {
  if (key.size() != 1 + kBundleNumberSize || key[0] != kBundleTag) return std::nullopt;
  return static_cast<uint32_t>(FromBigEndian(key.substr(1)));
}

std::optional<uint64_t> ParseActivationKey(absl::string_view key) {
  if (key.size() != 1 + kSequenceSize || key[0] != kActivationTag) return std::nullopt;
  return FromBigEndian(key.substr(1));
}

std::string ChangeKey(uint64_t sequence) { return BigEndian(sequence, kSequenceSize); }

std::optional<uint64_t> ParseChangeKey(absl::string_view key) {
  if (key.size() != kSequenceSize) return std::nullopt;
  return FromBigEndian(key);
}

}  // namespace leadgrade::store
