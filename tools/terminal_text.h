// Texts of strangers on a terminal: what they may not do, and how much room they take.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// The text on one line that cannot steer a terminal: line ends and tabs become a space; other
// control characters, those that turn the writing direction, and bytes that are no UTF-8 become
// U+FFFD. Everything else stays.
std::string Printable(absl::string_view text);

// The same of each line; the line ends stay.
std::string PrintableLines(absl::string_view text);

// What is printed to stdout: each line printable where it is a terminal, and as it is for a script.
std::string ForStdout(absl::string_view text);

// How many cells a terminal gives to a printable text: two to a wide (CJK, emoji) character, none
// to a combining one.
int Cells(absl::string_view text);

// The longest beginning that fits into `cells`, with `…` as its last cell where something was left
// out. `cells` is at least 1.
std::string CutToCells(absl::string_view text, int cells);

// The width of the terminal behind stdout; 0 where it is none.
int TerminalCells();

}  // namespace leadgrade::tools
