// UTF-8, a character at a time, and the room that characters take in a terminal.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace leadgrade::base {

inline constexpr uint32_t kMalformed = 0xFFFFFFFF;
// U+FFFD, what stands for what cannot be shown.
inline constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  uint32_t point;  // kMalformed, with one byte, for what is no UTF-8
  size_t bytes;
};

// The first character of `text`, which is not empty. Well-formed is what the Unicode Standard says
// (D92): no surrogates, nothing past U+10FFFF, no longer forms than needed.
Character FirstCharacter(absl::string_view text);

// The offset of the first byte that is not part of well-formed UTF-8; npos when all is well. Fast
// on ASCII.
size_t FirstInvalidUtf8(absl::string_view text);

// How many cells of a terminal a character takes: 0 for combining marks, joiners and variation
// selectors, 2 for East Asian wide and full-width ones and emoji, else 1.
int CellsOf(uint32_t point);

// C0, C1, and what embeds, overrides or isolates a writing direction, or ends a line: not to be
// shown in a terminal as it stands.
bool IsSteering(uint32_t point);

// Unicode's White_Space: not the zero-width space, nor the byte order mark.
bool IsWhiteSpace(uint32_t point);

}  // namespace leadgrade::base
