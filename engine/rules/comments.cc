// The parser throws comments away, so they are looked for in the text: at each `#` that no scalar
// covers. Only quoted texts and blocks can cover one; they are found by where the tree says that
// they begin, and end where YAML says that they do: at their closing mark, and before the first
// line that is indented less than the block's first.
#include "engine/rules/comments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace leadgrade::rules {
namespace {

using Extent = std::pair<size_t, size_t>;  // bytes [first, second)

size_t EndOfLine(absl::string_view text, size_t at) {
  return std::min(text.find('\n', at), text.size());
}

size_t EndOfQuoted(absl::string_view text, size_t at) {
  const char quote = text[at++];
  for (; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text[at] == quote) {
      const bool doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == quote;
      if (!doubled) return at + 1;
      ++at;
    }
  }
  return text.size();
}

bool IsBlank(absl::string_view line) { return absl::StripAsciiWhitespace(line).empty(); }

size_t IndentOf(absl::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// The lines below a block's header that are its text.
Extent ExtentOfBlock(absl::string_view text, size_t header) {
  const size_t begin = std::min(EndOfLine(text, header) + 1, text.size());
  size_t indent = 0;  // of the first line that is not blank
  size_t end = begin;
  while (end < text.size()) {
    const size_t line_end = EndOfLine(text, end);
    const absl::string_view line = text.substr(end, line_end - end);
    if (!IsBlank(line)) {
      if (indent == 0) indent = std::max<size_t>(IndentOf(line), 1);
      if (IndentOf(line) < indent) break;
    }
    end = std::min(line_end + 1, text.size());
  }
  return {begin, end};
}

void CollectExtents(absl::string_view text, const YamlNode& node, std::vector<Extent>* extents) {
  if (node.is_scalar() && !node.plain && node.offset < text.size()) {
    const char mark = text[node.offset];
    if (mark == '"' || mark == '\'') {
      extents->push_back({node.offset, EndOfQuoted(text, node.offset)});
    } else if (mark == '|' || mark == '>') {
      extents->push_back(ExtentOfBlock(text, node.offset));
    }
  }
  for (const YamlNode& item : node.items) CollectExtents(text, item, extents);
  for (const YamlEntry& entry : node.entries) {
    CollectExtents(text, entry.key, extents);
    CollectExtents(text, entry.value, extents);
  }
}

}  // namespace

std::vector<Comment> FindComments(absl::string_view text, const std::vector<YamlNode>& documents) {
  std::vector<Extent> extents;
  for (const YamlNode& root : documents) CollectExtents(text, root, &extents);
  std::sort(extents.begin(), extents.end());
  std::vector<Comment> comments;
  auto covering = extents.begin();
  for (size_t at = text.find('#'); at != absl::string_view::npos; at = text.find('#', at)) {
    while (covering != extents.end() && covering->second <= at) ++covering;
    const bool covered = covering != extents.end() && covering->first <= at;
    const bool apart = at == 0 || absl::ascii_isspace(static_cast<unsigned char>(text[at - 1]));
    if (covered || !apart) {
      ++at;
      continue;
    }
    const size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    comments.push_back({at, IsBlank(text.substr(line, at - line))});
    at = EndOfLine(text, at);
  }
  return comments;
}

}  // namespace leadgrade::rules
