#pragma once

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// Whether the whole text is well-formed UTF-8. Fast on ASCII.
bool IsUtf8(absl::string_view text);

}  // namespace leadgrade::tools
