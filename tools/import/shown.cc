#include "tools/import/shown.h"

#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

constexpr size_t kMaxBytes = 80;

}  // namespace

std::string Shown(const cel::Value& value) {
  std::string text = cel::ToString(value);
  if (text.size() <= kMaxBytes) return text;
  size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(absl::string_view(text).substr(0, end), "…");
}

}  // namespace leadgrade::tools
