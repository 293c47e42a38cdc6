#include "engine/rules/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"

namespace leadgrade::rules {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int CodePoints(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

// The offset of the first byte that is not part of well-formed UTF-8 text or is a control character
// YAML does not allow; npos when all is well.
size_t FirstBadByte(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = text[i];
    const int length = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (control || c == 0x7F || (c >= 0x80 && c < 0xC2) || c > 0xF4 || i + length > text.size()) {
      return i;
    }
    for (int k = 1; k < length; ++k) {
      if (!IsContinuation(text[i + k])) return i;
    }
    i += length;
  }
  return absl::string_view::npos;
}

// Thrown by the builder out of yaml-cpp's parser, and caught in YamlFile::Parse.
struct Refused {
  YAML::Mark mark;
  std::string code;
  std::string message;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// How many bytes of source text at `at`, inside double quotes, make the escape there.
size_t EscapeLength(absl::string_view source, size_t at) {
  if (at + 1 >= source.size()) return 1;
  switch (source[at + 1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

}  // namespace

const YamlNode* YamlNode::Find(absl::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.is_scalar() && name.text == key) return &value;
  }
  return nullptr;
}

class YamlTreeBuilder : public YAML::EventHandler {
 public:
  explicit YamlTreeBuilder(YamlFile& file) : file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {
    if (root_.has_value()) file_.documents_.push_back(*std::move(root_));
    root_.reset();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Refuse(mark, "", anchor);
    Add(Make(mark, YamlNode::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{mark, "yaml-alias", "aliases are not supported; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Refuse(mark, tag, anchor);
    YamlNode node = Make(mark, YamlNode::Kind::kScalar);
    node.text = value;
    node.plain = tag == "?";
    if (node.plain && (value == "~" || value == "null")) node.kind = YamlNode::Kind::kNull;
    Add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlNode> key;  // of a map: waiting for its value
  };

  void Refuse(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) {
      throw Refused{mark, "yaml-alias", "anchors are not supported; write the value out"};
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{mark, "yaml-tag", absl::StrCat("the tag `", tag, "` is not supported")};
    }
  }

  YamlNode Make(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.offset = file_.OffsetOf(mark.line, mark.column);
    return node;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    Refuse(mark, tag, anchor);
    if (levels_.size() >= base::kMaxYamlDepth) {
      throw Refused{mark, "limit",
                    absl::StrCat("nested deeper than ", base::kMaxYamlDepth, " levels")};
    }
    levels_.push_back({Make(mark, kind), std::nullopt});
  }

  void Close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Add(std::move(node));
  }

  void Add(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& top = levels_.back();
    if (top.node.is_sequence()) {
      top.node.items.push_back(std::move(node));
    } else if (!top.key.has_value()) {
      top.key = std::move(node);
    } else {
      top.node.entries.emplace_back(*std::move(top.key), std::move(node));
      top.key.reset();
    }
  }

  YamlFile& file_;
  std::vector<Level> levels_;
  std::optional<YamlNode> root_;
};

YamlFile::YamlFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

std::optional<YamlFile> YamlFile::Parse(std::string path, std::string text,
                                        base::IssueList* issues) {
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.erase(0, 3);
  YamlFile file(std::move(path), std::move(text));
  const auto fail = [&](size_t offset, std::string code, std::string message) {
    base::Issue issue;
    issue.code = std::move(code);
    issue.span = file.SpanOfBytes(offset, offset + 1);
    issue.message = std::move(message);
    issue.source_line = file.Line(issue.span.line);
    issues->Add(std::move(issue));
    return std::nullopt;
  };
  if (file.text_.size() > base::kMaxRuleFileBytes) {
    return fail(0, "limit", absl::StrCat("larger than ", base::kMaxRuleFileBytes, " bytes"));
  }
  if (const size_t bad = FirstBadByte(file.text_); bad != absl::string_view::npos) {
    return fail(bad, "not-utf8", "not valid UTF-8 text, or a control character");
  }
  try {
    std::istringstream stream(file.text_);
    YAML::Parser parser(stream);
    YamlTreeBuilder builder(file);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return fail(file.OffsetOf(refused.mark.line, refused.mark.column), refused.code,
                refused.message);
  } catch (const YAML::Exception& error) {
    return fail(file.OffsetOf(error.mark.line, error.mark.column), "yaml-syntax", error.msg);
  }
  return file;
}

size_t YamlFile::OffsetOf(int line, int column) const {
  if (line < 0) return 0;
  const size_t index = std::min<size_t>(line, line_starts_.size() - 1);
  return std::min(line_starts_[index] + std::max(column, 0), text_.size());
}

std::string YamlFile::Line(int line) const {
  const size_t begin = line_starts_[line - 1];
  size_t end = static_cast<size_t>(line) < line_starts_.size() ? line_starts_[line] : text_.size();
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return text_.substr(begin, end - begin);
}

base::SourceSpan YamlFile::SpanOfBytes(size_t begin, size_t end) const {
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), begin);
  base::SourceSpan span;
  span.file = path_;
  span.line = static_cast<int>(next - line_starts_.begin());
  const size_t line_begin = *(next - 1);
  const std::string line = Line(span.line);
  const size_t from = std::min(begin - line_begin, line.size());
  const size_t to = std::clamp(end - line_begin, from, line.size());
  span.column = CodePoints(absl::string_view(line).substr(0, from)) + 1;
  span.length = std::max(1, CodePoints(absl::string_view(line).substr(from, to - from)));
  return span;
}

base::SourceSpan YamlFile::Span(const YamlNode& node) const {
  if (node.is_scalar()) {
    if (node.plain) return SpanOfBytes(node.offset, node.offset + node.text.size());
    const base::SourceSpan last =
        SpanIn(node, node.text.empty() ? 0 : node.text.size() - 1, node.text.size());
    base::SourceSpan span = SpanOfBytes(node.offset, node.offset + 1);
    // The closing quote belongs to it; a text over several lines is cut at the first one's end.
    if (last.line == span.line) {
      span.length = std::max(1, last.column + last.length + 1 - span.column);
    }
    return span;
  }
  if (node.is_map() && !node.entries.empty()) return Span(node.entries.front().first);
  return SpanOfBytes(node.offset, node.offset + 1);
}

base::SourceSpan YamlFile::SpanIn(const YamlNode& scalar, size_t begin, size_t end) const {
  const absl::string_view source = text_;
  size_t at = scalar.offset;
  const char style = at < source.size() && !scalar.plain ? source[at] : ' ';
  if (style == '"' || style == '\'') {
    ++at;
  } else if (style == '|' || style == '>') {
    while (at < source.size() && source[at] != '\n') ++at;
  }
  // Walks the decoded text and the source side by side; what differs is white space that YAML folds
  // and escapes.
  size_t first = std::string::npos;
  size_t last = at;
  for (size_t i = 0; i < std::min(end, scalar.text.size()); ++i) {
    const char c = scalar.text[i];
    size_t width = 1;
    if (style == '"' && at < source.size() && source[at] == '\\' &&
        !(at + 1 < source.size() && source[at + 1] == '\n')) {
      width = EscapeLength(source, at);
    } else if (IsSpace(c)) {
      if (at >= source.size() || !IsSpace(source[at])) width = 0;
    } else {
      while (at < source.size() && source[at] != c && (IsSpace(source[at]) || source[at] == '\\')) {
        ++at;
      }
      if (style == '\'' && c == '\'') width = 2;
    }
    if (i >= begin && first == std::string::npos) first = at;
    at = std::min(at + width, source.size());
    last = at;
    // An escape may stand for several bytes of UTF-8.
    if (width > 2) {
      while (i + 1 < scalar.text.size() && IsContinuation(scalar.text[i + 1])) ++i;
    }
  }
  if (first == std::string::npos) first = last;
  return SpanOfBytes(first, std::max(last, first + 1));
}

}  // namespace leadgrade::rules
