#include "service/rpc/requests.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"

namespace leadgrade::rpc {
namespace {

constexpr char kIdRule[] = "1 to 128 bytes of letters, digits, `-`, `_`, `.`, `~`, `:`";

bool IsLeadId(absl::string_view id) {
  return !id.empty() && id.size() <= base::kMaxLeadIdBytes &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~' ||
                  c == ':';
         });
}

}  // namespace

void CheckLeadId(absl::string_view id, absl::string_view field, Violations* violations) {
  if (IsLeadId(id)) return;
  violations->push_back(
      {std::string(field),
       id.empty() ? absl::StrCat("is required: ", kIdRule)
                  : absl::StrCat(convert::Shown(id), " is no lead id: expected ", kIdRule)});
}

absl::string_view ReadLeadName(absl::string_view name, absl::string_view field,
                               Violations* violations) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, "leads/") && IsLeadId(id)) return id;
  violations->push_back(
      {std::string(field),
       name.empty() ? "is required: `leads/` and the lead's id"
                    : absl::StrCat(convert::Shown(name),
                                   " is no lead's name: expected `leads/` and an id, ", kIdRule)});
  return "";
}

void CheckLanguage(absl::string_view language_code, Violations* violations) {
  CheckLength(language_code, kMaxLanguageBytes, "language_code", violations);
}

absl::Status CheckBatch(absl::string_view field, int size) {
  const size_t given = static_cast<size_t>(size);
  if (given == 0) {
    return InvalidFields({{std::string(field), absl::StrCat("is required: 1 to ", kMaxBatch)}});
  }
  if (given > kMaxBatch) return BatchTooLarge(field, kMaxBatch, given);
  return absl::OkStatus();
}

absl::Status ToStatus(const Violations& violations) {
  return violations.empty() ? absl::OkStatus() : InvalidFields(violations);
}

}  // namespace leadgrade::rpc
