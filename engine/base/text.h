// Text that a salesperson reads: always in Chinese and in English.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace leadgrade::base {

enum class Language : uint8_t { kEnglish, kChinese };

// Of a BCP 47 tag, by its primary subtag: "zh", "zh-CN", "zh-Hans-CN" are Chinese, all else
// English.
Language LanguageOf(absl::string_view tag);

struct LocalizedText {
  std::string zh;
  std::string en;

  // Where the one asked for is empty the other is given.
  const std::string& In(Language language) const;
  const std::string& In(absl::string_view tag) const { return In(LanguageOf(tag)); }
  bool empty() const { return zh.empty() && en.empty(); }
};

}  // namespace leadgrade::base
