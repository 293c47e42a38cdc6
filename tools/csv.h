// CSV with the quoting of RFC 4180, for scripts and for people who open it in a spreadsheet.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// A text of a stranger as a cell's content: where a spreadsheet would take it for a formula (it
// begins with `=`, `+`, `-`, `@`, a tab or a carriage return) a `'` stands in front. Not for
// numbers.
std::string SpreadsheetText(absl::string_view text);

// The cells, quoted where they need it, with a line end (LF). A line of one empty cell is quoted,
// for an empty line is none.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace leadgrade::tools
