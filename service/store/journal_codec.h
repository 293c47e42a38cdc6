// Journal entries, bundles and activations to the bytes the store keeps, and back.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/store/lead_store.h"

namespace leadgrade::store {

std::string EncodeEntry(const JournalEntry& entry);
// kDataLoss for bytes that are no such entry.
absl::StatusOr<JournalEntry> DecodeEntry(absl::string_view lead_id, uint64_t number,
                                         absl::string_view bytes);

// JournalEntry::now alone, at a fraction of the cost.
absl::StatusOr<absl::Time> DecodeEntryTime(absl::string_view lead_id, uint64_t number,
                                           absl::string_view bytes);

std::string EncodeBundle(absl::string_view digest, absl::string_view name,
                         const std::map<std::string, std::string>& files);
absl::StatusOr<KeptBundle> DecodeBundle(uint32_t number, absl::string_view bytes);

struct Activation {
  absl::Time time;
  uint32_t bundle = 0;
};

std::string EncodeActivation(const Activation& activation);
absl::StatusOr<Activation> DecodeActivation(absl::string_view bytes);

}  // namespace leadgrade::store
