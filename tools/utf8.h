// UTF-8, a character at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

inline constexpr uint32_t kMalformed = 0xFFFFFFFF;
// U+FFFD, what stands for what cannot be shown.
inline constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  uint32_t point;  // kMalformed, with one byte, for what is no UTF-8
  size_t bytes;
};

// The first character of `text`, which is not empty.
Character FirstCharacter(absl::string_view text);

}  // namespace leadgrade::tools
