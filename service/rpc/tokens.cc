#include "service/rpc/tokens.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::rpc {
namespace {

// Longer than any token that is made here.
constexpr size_t kMaxTokenBytes = 1024;
constexpr size_t kSealBytes = 8;
constexpr size_t kNumberBytes = 8;

void AppendNumber(uint64_t number, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t NumberAt(absl::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

void AppendText(absl::string_view text, std::string* out) {
  AppendNumber(text.size(), out);
  absl::StrAppend(out, text);
}

std::string Seal(absl::string_view purpose, absl::string_view payload) {
  std::string sealed;
  AppendText(purpose, &sealed);
  AppendText(payload, &sealed);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), kSealBytes);
}

std::string MakeToken(absl::string_view purpose, absl::string_view payload) {
  return absl::WebSafeBase64Escape(absl::StrCat(Seal(purpose, payload), payload));
}

// The bytes that were escaped to exactly this text.
std::optional<std::string> Unescape(absl::string_view text) {
  std::string bytes;
  if (text.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(text, &bytes) ||
      absl::WebSafeBase64Escape(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<std::string> ReadToken(absl::string_view purpose, absl::string_view token) {
  std::optional<std::string> bytes = Unescape(token);
  if (!bytes.has_value() || bytes->size() < kSealBytes) return std::nullopt;
  std::string payload = bytes->substr(kSealBytes);
  if (Seal(purpose, payload) != bytes->substr(0, kSealBytes)) return std::nullopt;
  return payload;
}

// The number before each kind's text tells the tokens' form; another form gets another one.
std::string PagePurpose(absl::string_view store_id, const std::vector<std::string>& list) {
  std::string purpose = "page 1";
  AppendText(store_id, &purpose);
  for (const std::string& name : list) AppendText(name, &purpose);
  return purpose;
}

std::string ResumePurpose(absl::string_view store_id) {
  std::string purpose = "resume 1";
  AppendText(store_id, &purpose);
  return purpose;
}

}  // namespace

std::string MakePageToken(absl::string_view store_id, const std::vector<std::string>& list,
                          const PagePosition& position) {
  std::string payload;
  AppendNumber(position.list, &payload);
  absl::StrAppend(&payload, position.after);
  return MakeToken(PagePurpose(store_id, list), payload);
}

std::optional<PagePosition> ReadPageToken(absl::string_view store_id,
                                          const std::vector<std::string>& list,
                                          absl::string_view token) {
  const std::optional<std::string> payload = ReadToken(PagePurpose(store_id, list), token);
  if (!payload.has_value() || payload->size() < kNumberBytes) return std::nullopt;
  return PagePosition{NumberAt(*payload), payload->substr(kNumberBytes)};
}

std::string MakeResumeToken(absl::string_view store_id, uint64_t sequence) {
  std::string payload;
  AppendNumber(sequence, &payload);
  return MakeToken(ResumePurpose(store_id), payload);
}

std::optional<uint64_t> ReadResumeToken(absl::string_view store_id, absl::string_view token) {
  const std::optional<std::string> payload = ReadToken(ResumePurpose(store_id), token);
  if (!payload.has_value() || payload->size() != kNumberBytes) return std::nullopt;
  return NumberAt(*payload);
}

std::string MakeEtag(uint64_t revision) {
  std::string bytes;
  AppendNumber(revision, &bytes);
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<uint64_t> ReadEtag(absl::string_view etag) {
  const std::optional<std::string> bytes = Unescape(etag);
  if (!bytes.has_value() || bytes->size() != kNumberBytes) return std::nullopt;
  return NumberAt(*bytes);
}

}  // namespace leadgrade::rpc
