#include "engine/base/zone_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace leadgrade::base {
namespace {

constexpr size_t kMaxZoneNameBytes = 64;

}  // namespace

bool IsZoneName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxZoneNameBytes || !absl::ascii_isalpha(name.front())) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '+' || c == '/';
  });
}

}  // namespace leadgrade::base
