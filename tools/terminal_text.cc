#include "tools/terminal_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/utf8.h"

namespace leadgrade::tools {
namespace {

struct Range {
  uint32_t first, last;
};

// East Asian wide and full-width ranges, and emoji.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
    {0x2705, 0x2705},   {0x2728, 0x2728},   {0x274C, 0x274C},   {0x2753, 0x2757},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};
// Combining marks, variation selectors, joiners.
constexpr Range kNoCell[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
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

int CellsOf(uint32_t point) { return IsIn(kNoCell, point) ? 0 : IsIn(kWide, point) ? 2 : 1; }

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const uint32_t point = character.point;
    if (point == '\n' || point == '\t' || point == '\r') {
      // A line end of two bytes is one space.
      if (point != '\n' || out.empty() || text.data()[-1] != '\r') out.push_back(' ');
    } else if (point == kMalformed || IsIn(kSteering, point)) {
      absl::StrAppend(&out, kReplacement);
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
    const Character character = FirstCharacter(text);
    cells += CellsOf(character.point);
    text.remove_prefix(character.bytes);
  }
  return cells;
}

std::string CutToCells(absl::string_view text, int cells) {
  if (Cells(text) <= cells) return std::string(text);
  int used = 0;
  size_t end = 0;
  while (end < text.size()) {
    const Character character = FirstCharacter(text.substr(end));
    used += CellsOf(character.point);
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
