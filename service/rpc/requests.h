// What a request's plain fields must look like. Each check adds a violation where it does not.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

using convert::CheckLength;

inline constexpr size_t kMaxBatch = 1000;
inline constexpr size_t kMaxEventIdBytes = 128;
inline constexpr size_t kMaxNoteBytes = 4096;
inline constexpr size_t kMaxDisplayNameBytes = 256;
inline constexpr size_t kMaxOwnerBytes = 128;
inline constexpr size_t kMaxLanguageBytes = 64;

// 1 to 128 bytes of letters, digits, `-`, `_`, `.`, `~`, `:`.
void CheckLeadId(absl::string_view id, absl::string_view field, Violations* violations);
// The id of `leads/{id}`, a part of `name`; "" on a violation.
absl::string_view ReadLeadName(absl::string_view name, absl::string_view field,
                               Violations* violations);
void CheckLanguage(absl::string_view language_code, Violations* violations);

// OK for 1 to kMaxBatch elements.
absl::Status CheckBatch(absl::string_view field, int size);
absl::Status ToStatus(const Violations& violations);

}  // namespace leadgrade::rpc
