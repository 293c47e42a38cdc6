#include "tools/terminal_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/unicode.h"

namespace leadgrade::tools {

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const base::Character character = base::FirstCharacter(text);
    const uint32_t point = character.point;
    if (point == '\n' || point == '\t' || point == '\r') {
      // A line end of two bytes is one space.
      if (point != '\n' || out.empty() || text.data()[-1] != '\r') out.push_back(' ');
    } else if (point == base::kMalformed || base::IsSteering(point)) {
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

std::string ForStdout(absl::string_view text) {
  return isatty(STDOUT_FILENO) == 0 ? std::string(text) : PrintableLines(text);
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
