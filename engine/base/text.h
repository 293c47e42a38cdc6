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

}  // namespace leadgrade::base
