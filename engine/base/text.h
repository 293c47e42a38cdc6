// Text that a salesperson reads: always in Chinese and in English.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace leadgrade::base {

struct LocalizedText {
  std::string zh;
  std::string en;

  // `language` is a BCP 47 tag; its primary subtag decides: "zh", "zh-CN", "zh-Hans-CN" give `zh`,
  // everything else `en`. Where the chosen one is empty the other is given.
  const std::string& In(absl::string_view language) const;
  bool empty() const { return zh.empty() && en.empty(); }
};

// The offset of the first byte that is not part of well-formed UTF-8 (no surrogates, nothing past
// U+10FFFF, no longer forms than needed); npos when all is well.
size_t FirstInvalidUtf8(absl::string_view text);

}  // namespace leadgrade::base
