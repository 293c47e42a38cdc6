// Aligned columns of text.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

struct Column {
  std::string title;
  int most_cells = 0;  // longer cells are cut; 0: never
  bool right = false;  // aligned to the right, for numbers
};

// Rows in, lines out. The widths settle on the first kSettledBy rows, so that a listing without end
// takes a bounded amount of memory; a longer cell after that pushes its row's rest to the right.
class Table {
 public:
  static constexpr size_t kSettledBy = 1000;

  // `line_cells`: the last column is cut so that lines are no longer; 0: it is not.
  Table(std::vector<Column> columns, int line_cells);

  // Takes a row, one text per column, made Printable here. Gives the lines that are ready, most
  // often none, each with its line end.
  std::string Add(std::vector<std::string> cells);
  // The title line and all rows not given yet. Nothing for a table without rows.
  std::string Rest();

 private:
  void Settle();
  std::string Line(const std::vector<std::string>& cells) const;

  const std::vector<Column> columns_;
  const int line_cells_;
  std::vector<std::vector<std::string>> waiting_;
  std::vector<int> widths_;  // empty until settled
};

}  // namespace leadgrade::tools
