#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/document/document.h"
#include "tools/junit.h"

namespace leadgrade::tools {
namespace {

constexpr double kWidth = 720, kHeight = 240;
constexpr double kLeft = 56, kRight = 8, kTop = 24, kBottom = 40;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr int kTicks = 4;
// About so many labels have room beside each other.
constexpr size_t kMostLabels = 12;

// A round number that is not below `value`: 1, 2, 2.5 or 5 times a power of ten.
double RoundUp(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 2.5, 5.0}) {
    if (value <= step * power * (1 + 1e-9)) return step * power;
  }
  return 10 * power;
}

class Plot {
 public:
  explicit Plot(const Chart& chart) : chart_(chart) {
    double most = 0;
    for (const auto& series : chart.series) {
      for (const double value : series.values) {
        if (!std::isnan(value)) most = std::max(most, value);
      }
    }
    top_ = RoundUp(most);
    slot_ =
        chart.labels.empty() ? kPlotWidth : kPlotWidth / static_cast<double>(chart.labels.size());
  }

  std::string Draw() {
    out_ =
        absl::StrFormat("<svg viewBox=\"0 0 %g %g\" width=\"%g\" role=\"img\" aria-label=\"%s\">\n",
                        kWidth, kHeight, kWidth, XmlEscape(chart_.title));
    Axes();
    for (size_t i = 0; i < chart_.series.size(); ++i) {
      chart_.kind == Chart::Kind::kBars ? Bars(i) : Curve(i);
      Legend(i);
    }
    return std::move(out_) + "</svg>\n";
  }

 private:
  double Y(double value) const { return kTop + kPlotHeight * (1 - value / top_); }
  double Middle(size_t label) const { return kLeft + slot_ * (static_cast<double>(label) + 0.5); }

  void Text(double x, double y, const char* anchor, const std::string& text) {
    absl::StrAppend(
        &out_, absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y,
                               anchor, XmlEscape(text)));
  }

  void Axes() {
    for (int i = 0; i <= kTicks; ++i) {
      const double value = top_ * i / kTicks;
      absl::StrAppend(&out_, absl::StrFormat("<path class=\"axis\" d=\"M%g %.1fH%g\"/>\n", kLeft,
                                             Y(value), kWidth - kRight));
      Text(kLeft - 6, Y(value) + 4, "end", NumberText(value, chart_.percent));
    }
    const size_t every = (chart_.labels.size() + kMostLabels - 1) / kMostLabels;
    for (size_t i = 0; i < chart_.labels.size(); i += every) {
      Text(Middle(i), kHeight - kBottom + 16, "middle", chart_.labels[i]);
    }
    Text(kLeft + kPlotWidth / 2, kHeight - 6, "middle", chart_.label_title);
  }

  void Bars(size_t series) {
    const auto count = static_cast<double>(chart_.series.size());
    const double width = slot_ * 0.8 / count;
    for (size_t i = 0; i < chart_.labels.size(); ++i) {
      const double value = chart_.series[series].values[i];
      if (std::isnan(value) || value <= 0) continue;
      const double x = Middle(i) - slot_ * 0.4 + width * static_cast<double>(series);
      absl::StrAppend(&out_,
                      absl::StrFormat("<rect class=\"s%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                                      "height=\"%.1f\"><title>%s</title></rect>\n",
                                      series % 3, x, Y(value), std::max(width, 1.0),
                                      kTop + kPlotHeight - Y(value), Name(series, i)));
    }
  }

  void Curve(size_t series) {
    std::string path;
    bool gap = true;
    for (size_t i = 0; i < chart_.labels.size(); ++i) {
      const double value = chart_.series[series].values[i];
      if (std::isnan(value)) {
        gap = true;
        continue;
      }
      absl::StrAppend(&path, absl::StrFormat("%c%.1f %.1f", gap ? 'M' : 'L', Middle(i), Y(value)));
      gap = false;
      absl::StrAppend(&out_,
                      absl::StrFormat("<circle class=\"s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\">"
                                      "<title>%s</title></circle>\n",
                                      series % 3, Middle(i), Y(value), Name(series, i)));
    }
    absl::StrAppend(&out_,
                    absl::StrFormat("<path class=\"line l%d\" d=\"%s\"/>\n", series % 3, path));
  }

  std::string Name(size_t series, size_t label) const {
    return XmlEscape(absl::StrCat(chart_.labels[label], ", ", chart_.series[series].name, ": ",
                                  NumberText(chart_.series[series].values[label], chart_.percent)));
  }

  void Legend(size_t series) {
    const double x = kLeft + 160.0 * static_cast<double>(series);
    absl::StrAppend(&out_, absl::StrFormat("<rect class=\"s%d\" x=\"%g\" y=\"4\" width=\"10\" "
                                           "height=\"10\"/>\n",
                                           series % 3, x));
    Text(x + 16, 13, "start", chart_.series[series].name);
  }

  const Chart& chart_;
  double top_ = 1, slot_ = 0;
  std::string out_;
};

}  // namespace

std::string ChartSvg(const Chart& chart) { return Plot(chart).Draw(); }

}  // namespace leadgrade::tools
