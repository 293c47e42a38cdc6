#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/document/document.h"
#include "tools/table.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

class TextWriter {
 public:
  std::string Write(const Document& document) {
    Blocks(document.blocks, 0);
    return std::move(out_);
  }

 private:
  static std::string Plain(const Line& line) {
    std::string text;
    for (const Span& span : line) absl::StrAppend(&text, span.text);
    return Printable(text);
  }

  void Blocks(const std::vector<Block>& blocks, int indent) {
    for (const Block& block : blocks) {
      std::visit([&](const auto& each) { Add(each, indent); }, block);
    }
  }

  void Put(int indent, absl::string_view text) {
    absl::StrAppend(&out_, std::string(static_cast<size_t>(indent), ' '), text, "\n");
  }

  void Add(const Heading& heading, int indent) {
    if (!out_.empty()) out_ += "\n";
    Put(indent, Printable(heading.text));
  }
  void Add(const Paragraph& paragraph, int indent) { Put(indent, Plain(paragraph.line)); }
  void Add(const Bullets& bullets, int indent) {
    for (const Line& line : bullets.lines) Put(indent + 2, Plain(line));
  }
  void Add(const DocumentTable& table, int indent) {
    std::vector<Column> columns;
    for (const auto& column : table.columns) columns.push_back({column.title, 0, column.right});
    Table lines(std::move(columns), 0);
    std::string text;
    for (const auto& row : table.rows) {
      std::vector<std::string> cells;
      for (const DocumentCell& cell : row) cells.push_back(Plain(cell.line));
      text += lines.Add(std::move(cells));
    }
    PutLines(text + lines.Rest(), indent + 2);
  }
  void Add(const Listing& listing, int indent) {
    PutLines(PrintableLines(listing.text), indent + 2);
  }
  void Add(const Chart& chart, int indent) {
    Put(indent, Printable(chart.title));
    Add(TableOf(chart), indent);
  }
  void Add(const Details& details, int indent) {
    Put(indent + 2, Plain(details.summary));
    Blocks(details.blocks, indent + 4);
  }

  void PutLines(absl::string_view text, int indent) {
    for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      Put(indent, line);
    }
  }

  std::string out_;
};

}  // namespace

std::string ToText(const Document& document) { return TextWriter().Write(document); }

}  // namespace leadgrade::tools
