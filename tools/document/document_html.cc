#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/document/document.h"
#include "tools/junit.h"

namespace leadgrade::tools {
namespace {

constexpr char kStyle[] = R"(<style>
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #ddd; --dim: #666; --wash: #f5f5f5; --mark: 38 92 166; --s0: #8a8f98; --s1: #265ca6; --s2: #b3541e }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #17191c; --line: #3a3d42; --dim: #a0a4aa; --wash: #22252a; --mark: 96 156 236; --s0: #8a8f98; --s1: #609cec; --s2: #e08a4f } }
body { font: 15px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem; margin-bottom: .3rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; min-width: 40% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code, pre { font: 13px ui-monospace, monospace; overflow-wrap: anywhere }
pre { background: var(--wash); padding: .6rem; border-radius: .3rem; white-space: pre-wrap }
details { margin: .3rem 0 } summary { cursor: pointer } details > *:not(summary) { margin-left: 1.2rem }
figure { margin: 1rem 0 } figcaption { font-weight: 600 }
svg { max-width: 100%; height: auto } svg text { font: 11px system-ui, sans-serif; fill: var(--dim) }
svg .axis { stroke: var(--line); fill: none } svg .s0 { fill: var(--s0) } svg .s1 { fill: var(--s1) } svg .s2 { fill: var(--s2) }
svg .l0 { stroke: var(--s0) } svg .l1 { stroke: var(--s1) } svg .l2 { stroke: var(--s2) } svg .line { fill: none; stroke-width: 2 }
</style>
)";

class HtmlWriter {
 public:
  std::string Write(const Document& document) {
    out_ = absl::StrCat(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        XmlEscape(document.title), "</title>\n", kStyle, "</head>\n<body>\n<h1>",
        XmlEscape(document.title), "</h1>\n");
    Blocks(document.blocks);
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  static std::string Written(const Line& line) {
    std::string out;
    for (const Span& span : line) {
      absl::StrAppend(&out, span.code ? "<code>" : "", XmlEscape(span.text),
                      span.code ? "</code>" : "");
    }
    return out;
  }

  void Blocks(const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
      std::visit([&](const auto& each) { Add(each); }, block);
    }
  }

  void Add(const Heading& heading) {
    // The document's title is the page's first heading.
    const int level = heading.level + 1;
    absl::StrAppend(&out_, "<h", level, ">", XmlEscape(heading.text), "</h", level, ">\n");
  }
  void Add(const Paragraph& paragraph) {
    absl::StrAppend(&out_, "<p>", Written(paragraph.line), "</p>\n");
  }
  void Add(const Bullets& bullets) {
    out_ += "<ul>\n";
    for (const Line& line : bullets.lines) absl::StrAppend(&out_, "<li>", Written(line), "</li>\n");
    out_ += "</ul>\n";
  }
  void Add(const DocumentTable& table) {
    out_ += "<div class=\"wide\"><table>\n<tr>";
    for (const auto& column : table.columns) {
      absl::StrAppend(&out_, column.right ? "<th class=\"n\">" : "<th>", XmlEscape(column.title),
                      "</th>");
    }
    out_ += "</tr>\n";
    for (const auto& row : table.rows) {
      out_ += "<tr>";
      for (size_t i = 0; i < row.size(); ++i) {
        const DocumentCell& cell = row[i];
        absl::StrAppend(&out_, "<td", table.columns[i].right ? " class=\"n\"" : "");
        if (cell.weight > 0) {
          // Text stays readable on the strongest one.
          absl::StrAppend(&out_, absl::StrFormat(" style=\"background:rgb(var(--mark) / %.2f)\"",
                                                 0.08 + 0.42 * cell.weight));
        }
        absl::StrAppend(&out_, ">", Written(cell.line), "</td>");
      }
      out_ += "</tr>\n";
    }
    out_ += "</table></div>\n";
  }
  void Add(const Listing& listing) {
    absl::StrAppend(&out_, "<pre>", XmlEscape(listing.text), "</pre>\n");
  }
  void Add(const Chart& chart) {
    absl::StrAppend(&out_, "<figure><figcaption>", XmlEscape(chart.title), "</figcaption>\n",
                    ChartSvg(chart), "<details><summary>As numbers</summary>\n");
    Add(TableOf(chart));
    out_ += "</details></figure>\n";
  }
  void Add(const Details& details) {
    absl::StrAppend(&out_, "<details><summary>", Written(details.summary), "</summary>\n");
    Blocks(details.blocks);
    out_ += "</details>\n";
  }

  std::string out_;
};

}  // namespace

std::string ToHtml(const Document& document) { return HtmlWriter().Write(document); }

}  // namespace leadgrade::tools
