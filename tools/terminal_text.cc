#include "tools/terminal_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/unicode.h"

namespace leadgrade::tools {
namespace {

struct Range {
  uint32_t first, last;
};

// C0, C1, and what embeds, overrides or isolates a writing direction, or ends a line.
constexpr Range kSteering[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
    {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFFF9, 0xFFFB},
};

template <size_t N>
bool IsIn(const Range (&ranges)[N], uint32_t point) {
  const Range* after =
      std::upper_bound(std::begin(ranges), std::end(ranges), point,
                       [](uint32_t value, const Range& range) { return value < range.first; });
  return after != std::begin(ranges) && point <= std::prev(after)->last;
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const base::Character character = base::FirstCharacter(text);
    const uint32_t point = character.point;
    if (point == '\n' || point == '\t' || point == '\r') {
      // A line end of two bytes is one space.
      if (point != '\n' || out.empty() || text.data()[-1] != '\r') out.push_back(' ');
    } else if (point == base::kMalformed || IsIn(kSteering, point)) {
      absl::StrAppend(&out, base::kReplacement);
    } else {
      absl::StrAppend(&out, text.substr(0, character.bytes));
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::string PrintableLines(absl::string_view text) {
  std::string out;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, line.data() == text.data() ? "" : "\n", Printable(line));
  }
  return out;
}

int Cells(absl::string_view text) {
  int cells = 0;
  while (!text.empty()) {
    const base::Character character = base::FirstCharacter(text);
    cells += base::CellsOf(character.point);
    text.remove_prefix(character.bytes);
  }
  return cells;
}

std::string CutToCells(absl::string_view text, int cells) {
  if (Cells(text) <= cells) return std::string(text);
  int used = 0;
  size_t end = 0;
  while (end < text.size()) {
    const base::Character character = base::FirstCharacter(text.substr(end));
    used += base::CellsOf(character.point);
    if (used > cells - 1) break;
    end += character.bytes;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

int TerminalCells() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace leadgrade::tools
