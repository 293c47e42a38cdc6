#include "engine/base/text.h"

#include "absl/strings/match.h"

namespace leadgrade::base {

const std::string& LocalizedText::In(absl::string_view language) const {
  const absl::string_view subtag = language.substr(0, language.find_first_of("-_"));
  const bool chinese = absl::EqualsIgnoreCase(subtag, "zh");
  const std::string& wanted = chinese ? zh : en;
  if (!wanted.empty()) return wanted;
  return chinese ? en : zh;
}

size_t FirstInvalidUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xF0 && lead < 0xF5 ? 4
                                                        : 0;
    if (length == 0 || i + length > text.size()) return i;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return i;
    }
    const auto second = static_cast<unsigned char>(length > 1 ? text[i + 1] : 0);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return i;
    }
    i += length;
  }
  return absl::string_view::npos;
}

}  // namespace leadgrade::base
