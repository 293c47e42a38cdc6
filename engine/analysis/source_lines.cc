#include "engine/analysis/source_lines.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace leadgrade::analysis {
namespace {

bool BeginsCharacter(char byte) { return (byte & 0xC0) != 0x80; }

int Characters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

// The byte at which a column begins.
size_t ByteOf(absl::string_view line, int column) {
  size_t at = 0;
  for (; at < line.size(); ++at) {
    if (BeginsCharacter(line[at]) && --column == 0) break;
  }
  return at;
}

}  // namespace

const std::vector<absl::string_view>& SourceLines::Of(const std::string& file) {
  const auto [lines, added] = lines_.try_emplace(file);
  const auto text = files_.find(file);
  if (added && text != files_.end()) lines->second = absl::StrSplit(text->second, '\n');
  return lines->second;
}

std::string SourceLines::LineAt(const base::SourceSpan& span) {
  const std::vector<absl::string_view>& lines = Of(span.file);
  if (span.line < 1 || span.line > static_cast<int>(lines.size())) return "";
  return std::string(absl::StripSuffix(lines[span.line - 1], "\r"));
}

base::SourceSpan SourceLines::Find(const base::SourceSpan& from, int last_line,
                                   absl::string_view piece) {
  const std::vector<absl::string_view>& lines = Of(from.file);
  if (piece.empty()) return from;
  last_line = std::min(last_line, static_cast<int>(lines.size()));
  for (int line = std::max(from.line, 1); line <= last_line; ++line) {
    const absl::string_view text = lines[line - 1];
    const size_t at = text.find(piece, line == from.line ? ByteOf(text, from.column) : 0);
    if (at == absl::string_view::npos) continue;
    base::SourceSpan span = from;
    span.line = line;
    span.column = 1 + Characters(text.substr(0, at));
    span.length = Characters(piece);
    return span;
  }
  return from;
}

}  // namespace leadgrade::analysis
