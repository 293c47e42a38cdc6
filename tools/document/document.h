// A report as its parts, and the forms that it can be written in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace leadgrade::tools {

// A piece of a line. Code is what was written by an author or is to be typed: a condition, an id.
struct Span {
  std::string text;
  bool code = false;
};
using Line = std::vector<Span>;

inline Span Code(std::string text) { return {std::move(text), true}; }

struct Heading {
  int level = 1;  // 1 to 3
  std::string text;
};

struct Paragraph {
  Line line;
};

// One line each.
struct Bullets {
  std::vector<Line> lines;
};

struct DocumentCell {
  Line line;
  // How much a page colours it, 0 to 1.
  double weight = 0;
};

struct DocumentTable {
  struct Head {
    std::string title;
    bool right = false;  // of numbers
  };
  std::vector<Head> columns;
  std::vector<std::vector<DocumentCell>> rows;
};

// To be copied as it is. A text shows it as well.
struct Listing {
  std::string text;  // ends with a line end
};

// A page shows it as a picture, the others as a table.
struct Chart {
  enum class Kind { kBars, kLines } kind = Kind::kBars;
  struct Series {
    std::string name;
    std::vector<double> values;  // one for each label; NaN: none
  };
  std::string title;
  std::string label_title;  // what the labels are
  std::vector<std::string> labels;
  std::vector<Series> series;
  bool percent = false;  // values are shares: 0.5 is written 50%
};

struct Details;
using Block = std::variant<Heading, Paragraph, Bullets, DocumentTable, Listing, Chart, Details>;

// A page and Markdown show the blocks once the reader opens them; a text shows them always.
struct Details {
  Line summary;
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::vector<Block> blocks;
};

// For a terminal: no line can steer it (terminal_text.h).
std::string ToText(const Document& document);
// GitHub's Markdown, for a comment on a pull request: nothing in a text is taken for a sign of it.
std::string ToMarkdown(const Document& document);
// One page that needs nothing else: no script, no font, no address.
std::string ToHtml(const Document& document);

// The chart's data. Shares are written in percent.
DocumentTable TableOf(const Chart& chart);
// As a chart's axis and tables show it: "1,204", "12.5%".
std::string NumberText(double value, bool percent);
// "1,204".
std::string NumberText(int64_t value);

// An <svg> of the chart; document_html.cc has its style.
std::string ChartSvg(const Chart& chart);

}  // namespace leadgrade::tools
