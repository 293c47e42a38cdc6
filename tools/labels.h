// What the command line itself says in tables and sections, in the language of the rules' texts.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "engine/base/text.h"

namespace leadgrade::tools {

// Picks as base::LocalizedText::In does.
inline std::string Label(absl::string_view language, const char* zh, const char* en) {
  return base::LocalizedText{zh, en}.In(language);
}

}  // namespace leadgrade::tools
