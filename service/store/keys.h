// The keys of the store, see FORMAT.md. All sort as bytes do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace leadgrade::store {

// The lead's id, a zero byte, the event's id. Lead ids have no zero byte.
std::string EventKey(absl::string_view lead_id, absl::string_view event_id);
// What all event keys of a lead start with, and the first key after them.
std::string EventPrefix(absl::string_view lead_id);
std::string EventPrefixEnd(absl::string_view lead_id);
// nullopt for bytes that are no such key; the parts point into `key`.
std::optional<std::pair<absl::string_view, absl::string_view>> ParseEventKey(absl::string_view key);

// The grade, a zero byte, the lead's id.
std::string GradeKey(absl::string_view grade, absl::string_view lead_id);
std::optional<std::pair<absl::string_view, absl::string_view>> ParseGradeKey(absl::string_view key);

// Eight bytes of seconds since the Unix epoch, most significant first and with the sign bit turned,
// and four of nanoseconds, so that they sort by time; then the lead's id. The time is finite.
std::string DueKey(absl::Time time, absl::string_view lead_id);
std::optional<std::pair<absl::Time, absl::string_view>> ParseDueKey(absl::string_view key);

// The lead's id, a zero byte, the entry's number in eight bytes, most significant first. Those of a
// lead are in the range of EventPrefix and EventPrefixEnd.
std::string JournalKey(absl::string_view lead_id, uint64_t number);
std::optional<std::pair<absl::string_view, uint64_t>> ParseJournalKey(absl::string_view key);

// `b` and four bytes of its number; `d` and its digest; `a` and eight bytes of the activation's
// sequence. Numbers most significant byte first.
std::string BundleKey(uint32_t number);
std::string BundleDigestKey(absl::string_view digest);
std::string ActivationKey(uint64_t sequence);
std::optional<uint32_t> ParseBundleKey(absl::string_view key);
std::optional<uint64_t> ParseActivationKey(absl::string_view key);

// Eight bytes, most significant first.
std::string ChangeKey(uint64_t sequence);
std::optional<uint64_t> ParseChangeKey(absl::string_view key);

}  // namespace leadgrade::store
