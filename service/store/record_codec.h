// Leads, events and changes to the bytes the store keeps, and back. Times and durations are kept to
// the nanosecond, the infinite ones included; text byte for byte.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/store/lead_store.h"

namespace leadgrade::store {

std::string EncodeLead(const StoredLead& lead);
// kDataLoss for bytes that are no such record.
absl::StatusOr<StoredLead> DecodeLead(absl::string_view lead_id, absl::string_view bytes);

std::string EncodeEvent(const StoredEvent& event);
absl::StatusOr<StoredEvent> DecodeEvent(absl::string_view event_id, absl::string_view bytes);

std::string EncodeChange(const LoggedChange& change);
absl::StatusOr<LoggedChange> DecodeChange(uint64_t sequence, absl::string_view bytes);

}  // namespace leadgrade::store
