// YAML text to a tree in which every node knows its place. Anchors, aliases and explicit tags are
// refused: rule files say what they mean where they mean it, and a small file stays small.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"

namespace leadgrade::rules {

struct YamlEntry;

struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMap } kind = Kind::kNull;
  size_t offset = 0;               // of the node's first byte in the file
  std::string text;                // kScalar: decoded
  bool plain = true;               // kScalar: written without quotes, and not as a block
  std::vector<YamlNode> items;     // kSequence
  std::vector<YamlEntry> entries;  // kMap, in file order, duplicates included

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }
  // The first value under `key`, or null.
  const YamlNode* Find(absl::string_view key) const;
};

struct YamlEntry {
  YamlNode key, value;
};

class YamlFile {
 public:
  // nullopt with one issue added where the text is no UTF-8, no YAML, too deep or too large.
  static std::optional<YamlFile> Parse(std::string path, std::string text, base::IssueList* issues);

  const std::string& path() const { return path_; }
  const std::vector<YamlNode>& documents() const { return documents_; }

  // The node's place: a scalar whole, a map or sequence by its first line's part.
  base::SourceSpan Span(const YamlNode& node) const;
  // The place of the bytes [begin, end) of a scalar's decoded text, through quotes, escapes and
  // folded lines.
  base::SourceSpan SpanIn(const YamlNode& scalar, size_t begin, size_t end) const;
  // The text of a line, counted from 1.
  std::string Line(int line) const;
  int line_count() const { return static_cast<int>(line_starts_.size()); }
  // All of it, which offsets count in: without a byte order mark.
  absl::string_view text() const { return text_; }
  // Span of the bytes [begin, end) of the text, cut at the end of its first line.
  base::SourceSpan SpanOfBytes(size_t begin, size_t end) const;

 private:
  YamlFile(std::string path, std::string text);
  size_t OffsetOf(int line, int column) const;  // both from 0, in bytes; within the text

  std::string path_;
  std::string text_;
  std::vector<size_t> line_starts_;
  std::vector<YamlNode> documents_;

  friend class YamlTreeBuilder;
};

}  // namespace leadgrade::rules
