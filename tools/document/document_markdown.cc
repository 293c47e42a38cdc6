#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/document/document.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

// A text in which no character means anything.
std::string Escaped(absl::string_view text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (absl::string_view("\\`*_[]#!|~$").find(c) != absl::string_view::npos) {
      out += '\\';
      out += c;
    } else if (c == '@') {
      out += "&#64;";  // nobody is called
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

size_t LongestRun(absl::string_view text, char of) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// `in_table`: where a bar ends the cell even in code.
std::string CodeSpan(absl::string_view text, bool in_table) {
  std::string inside = Printable(text);
  const std::string fence(LongestRun(inside, '`') + 1, '`');
  if (in_table) inside = absl::StrReplaceAll(inside, {{"|", "\\|"}});
  const bool spaced = !inside.empty() && (inside.front() == '`' || inside.back() == '`');
  return absl::StrCat(fence, spaced ? " " : "", inside, spaced ? " " : "", fence);
}

std::string Written(const Line& line, bool in_table) {
  std::string out;
  for (const Span& span : line) {
    if (span.text.empty()) continue;
    out += span.code ? CodeSpan(span.text, in_table) : Escaped(span.text);
  }
  return out;
}

class MarkdownWriter {
 public:
  std::string Write(const Document& document) {
    Blocks(document.blocks);
    return std::move(out_);
  }

 private:
  void Blocks(const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
      std::visit([&](const auto& each) { Add(each); }, block);
    }
  }

  void Put(absl::string_view text) { absl::StrAppend(&out_, text, "\n\n"); }

  void Add(const Heading& heading) {
    Put(absl::StrCat(std::string(static_cast<size_t>(heading.level + 1), '#'), " ",
                     Escaped(heading.text)));
  }
  void Add(const Paragraph& paragraph) { Put(Written(paragraph.line, false)); }
  void Add(const Bullets& bullets) {
    for (const Line& line : bullets.lines) {
      absl::StrAppend(&out_, "- ", Written(line, false), "\n");
    }
    out_ += "\n";
  }
  void Add(const DocumentTable& table) {
    std::string titles = "|", rule = "|";
    for (const auto& column : table.columns) {
      absl::StrAppend(&titles, " ", Escaped(column.title), " |");
      absl::StrAppend(&rule, column.right ? " ---: |" : " --- |");
    }
    absl::StrAppend(&out_, titles, "\n", rule, "\n");
    for (const auto& row : table.rows) {
      out_ += "|";
      for (const DocumentCell& cell : row) {
        absl::StrAppend(&out_, " ", Written(cell.line, true), " |");
      }
      out_ += "\n";
    }
    out_ += "\n";
  }
  void Add(const Listing& listing) {
    const std::string fence(std::max<size_t>(3, LongestRun(listing.text, '`') + 1), '`');
    Put(absl::StrCat(fence, "\n", PrintableLines(listing.text), fence));
  }
  void Add(const Chart& chart) {
    Put(absl::StrCat("**", Escaped(chart.title), "**"));
    Add(TableOf(chart));
  }
  void Add(const Details& details) {
    Put(absl::StrCat("<details><summary>", SummaryHtml(details.summary), "</summary>"));
    Blocks(details.blocks);
    Put("</details>");
  }

  // Inside a tag of HTML there is no Markdown.
  static std::string SummaryHtml(const Line& line) {
    std::string out;
    for (const Span& span : line) {
      const std::string text =
          absl::StrReplaceAll(Printable(span.text), {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
      absl::StrAppend(&out, span.code ? "<code>" : "", text, span.code ? "</code>" : "");
    }
    return out;
  }

  std::string out_;
};

}  // namespace

std::string ToMarkdown(const Document& document) { return MarkdownWriter().Write(document); }

}  // namespace leadgrade::tools
