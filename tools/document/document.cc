#include "tools/document/document.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace leadgrade::tools {
namespace {

std::string WithCommas(std::string digits) {
  const size_t first = !digits.empty() && digits[0] == '-' ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

}  // namespace

std::string NumberText(int64_t value) { return WithCommas(absl::StrCat(value)); }

std::string NumberText(double value, bool percent) {
  if (std::isnan(value)) return "";
  if (percent) return absl::StrFormat("%.1f%%", value * 100);
  if (value == std::floor(value) && std::abs(value) < 1e15) {
    return NumberText(static_cast<int64_t>(value));
  }
  return absl::StrFormat(std::abs(value) < 10 ? "%.2f" : "%.1f", value);
}

DocumentTable TableOf(const Chart& chart) {
  DocumentTable table;
  table.columns.push_back({chart.label_title, false});
  for (const Chart::Series& series : chart.series) table.columns.push_back({series.name, true});
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    auto& row = table.rows.emplace_back();
    row.push_back({{{chart.labels[i]}}});
    for (const Chart::Series& series : chart.series) {
      row.push_back({{{NumberText(series.values[i], chart.percent)}}});
    }
  }
  return table;
}

}  // namespace leadgrade::tools
