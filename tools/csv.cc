#include "tools/csv.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace leadgrade::tools {

std::string SpreadsheetText(absl::string_view text) {
  const bool formula =
      !text.empty() && absl::string_view("=+-@\t\r").find(text[0]) != absl::string_view::npos;
  return absl::StrCat(formula ? "'" : "", text);
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.push_back(',');
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line.append(cells[i]);
    } else {
      absl::StrAppend(&line, "\"", absl::StrReplaceAll(cells[i], {{"\"", "\"\""}}), "\"");
    }
  }
  if (cells.size() == 1 && line.empty()) line = "\"\"";
  return line + "\n";
}

}  // namespace leadgrade::tools
