#include "tools/table.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

constexpr char kGap[] = "  ";
// The last column keeps this much, however narrow the terminal is.
constexpr int kLeastCells = 10;

}  // namespace

Table::Table(std::vector<Column> columns, int line_cells)
    : columns_(std::move(columns)), line_cells_(line_cells) {}

std::string Table::Add(std::vector<std::string> cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Printable(cells[i]);
    if (columns_[i].most_cells > 0) cells[i] = CutToCells(cells[i], columns_[i].most_cells);
  }
  if (!widths_.empty()) return Line(cells);
  waiting_.push_back(std::move(cells));
  return waiting_.size() < kSettledBy ? "" : Rest();
}

std::string Table::Rest() {
  if (waiting_.empty()) return "";
  std::string lines;
  if (widths_.empty()) {
    Settle();
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    lines = Line(titles);
  }
  for (const auto& cells : waiting_) absl::StrAppend(&lines, Line(cells));
  waiting_.clear();
  return lines;
}

void Table::Settle() {
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = Cells(columns_[i].title);
    for (const auto& cells : waiting_) width = std::max(width, Cells(cells[i]));
    widths_.push_back(width);
  }
  if (line_cells_ <= 0) return;
  const int others = std::accumulate(widths_.begin(), widths_.end() - 1, 0) +
                     static_cast<int>((std::size(kGap) - 1) * (widths_.size() - 1));
  widths_.back() = std::min(widths_.back(), std::max(line_cells_ - others, kLeastCells));
}

std::string Table::Line(const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const std::string cell = last && line_cells_ > 0 ? CutToCells(cells[i], widths_[i]) : cells[i];
    const std::string padding(std::max(0, widths_[i] - Cells(cell)), ' ');
    if (i > 0) line.append(kGap);
    columns_[i].right ? absl::StrAppend(&line, padding, cell)
                      : absl::StrAppend(&line, cell, padding);
  }
  absl::StripTrailingAsciiWhitespace(&line);
  return line + "\n";
}

}  // namespace leadgrade::tools
