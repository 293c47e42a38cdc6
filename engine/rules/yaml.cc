#include "engine/rules/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/unicode.h"
#include "engine/rules/yaml_errors.h"

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
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return (c >= 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
  });
  const size_t at = control == text.end() ? absl::string_view::npos : control - text.begin();
  return std::min(at, base::FirstInvalidUtf8(text));
}

// Thrown by the builder out of yaml-cpp's parser, and caught in YamlFile::Parse.
struct Refused {
  size_t offset;
  YamlError error;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Whether the quoted text that begins at `at` ends; yaml-cpp lets the end of the file end it.
bool IsClosed(absl::string_view source, size_t at) {
  const char quote = source[at++];
  for (; at < source.size(); ++at) {
    if (source[at] == quote) {
      if (quote == '"' || at + 1 == source.size() || source[at + 1] != quote) return true;
      ++at;
    } else if (source[at] == '\\' && quote == '"') {
      ++at;
    }
  }
  return false;
}

// A line of a file that is no text, fit to be shown.
std::string Printable(absl::string_view line) {
  std::string out;
  while (!line.empty()) {
    const size_t bad = FirstBadByte(line);
    absl::StrAppend(&out, line.substr(0, bad));
    if (bad == absl::string_view::npos) break;
    out.append("\uFFFD");
    line.remove_prefix(bad + 1);
  }
  return out;
}

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

  // Of some characters the parser makes one empty document after the other, without end.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (last_document_.has_value() && mark.pos <= *last_document_) {
      throw Refused{Offset(mark), ExplainYamlError(YAML::ErrorMsg::UNKNOWN_TOKEN, "")};
    }
    last_document_ = mark.pos;
  }
  void OnDocumentEnd() override {
    if (root_.has_value()) file_.documents_.push_back(*std::move(root_));
    root_.reset();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Refuse(mark, "", anchor);
    YamlNode node = Make(mark, YamlNode::Kind::kNull);
    const absl::string_view rest = absl::string_view(file_.text_).substr(node.offset);
    if (!absl::StartsWith(rest, "~") && !absl::StartsWithIgnoreCase(rest, "null")) {
      node.offset = PlaceOfNothing(node.offset);
    }
    Add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{Offset(mark), ExplainYamlError(YAML::ErrorMsg::UNKNOWN_ANCHOR, "")};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Refuse(mark, tag, anchor);
    YamlNode node = Make(mark, YamlNode::Kind::kScalar);
    node.text = value;
    node.plain = tag == "?";
    const char style = node.offset < file_.text_.size() ? file_.text_[node.offset] : ' ';
    if (!node.plain && (style == '"' || style == '\'') && !IsClosed(file_.text_, node.offset)) {
      throw Refused{node.offset, ExplainYamlError(YAML::ErrorMsg::EOF_IN_SCALAR, "")};
    }
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

  // Where the brackets begin that were open when the parser gave up; nullopt where none were.
  std::optional<size_t> OpenBracket() const {
    if (levels_.empty()) return std::nullopt;
    const size_t offset = levels_.back().node.offset;
    const bool flow =
        offset < file_.text_.size() && (file_.text_[offset] == '[' || file_.text_[offset] == '{');
    return flow ? std::optional(offset) : std::nullopt;
  }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlNode> key;  // of a map: waiting for its value
  };

  void Refuse(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{Offset(mark),
                    {"yaml-tag",
                     absl::StrCat("`", tag,
                                  "` is read as a tag, and tags are not "
                                  "supported"),
                     "a value that begins with `!` goes in quotes"}};
    }
    if (anchor != 0) {
      throw Refused{Offset(mark),
                    {"yaml-alias", "anchors are not supported; write the value out", ""}};
    }
  }

  YamlNode Make(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.offset = Offset(mark);
    return node;
  }
  // Where nothing is written the parser's mark is at what comes next, maybe lines below: gives the
  // place of the key, or of the dash, that has no value.
  size_t PlaceOfNothing(size_t next) const {
    if (levels_.empty()) return next;
    if (levels_.back().key.has_value()) return levels_.back().key->offset;
    const size_t dash = next == 0 ? std::string::npos : file_.text_.rfind('-', next - 1);
    return dash == std::string::npos ? next : dash;
  }
  size_t Offset(const YAML::Mark& mark) const { return file_.OffsetOf(mark.line, mark.column); }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    Refuse(mark, tag, anchor);
    if (levels_.size() >= base::kMaxYamlDepth) {
      throw Refused{
          Offset(mark),
          {"limit", absl::StrCat("nested deeper than ", base::kMaxYamlDepth, " levels"), ""}};
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
      if (node.plain && node.text == "<<") {
        throw Refused{node.offset,
                      {"yaml-alias", "merge keys are not supported; write the values out", ""}};
      }
      top.key = std::move(node);
    } else {
      top.node.entries.push_back({*std::move(top.key), std::move(node)});
      top.key.reset();
    }
  }

  YamlFile& file_;
  std::vector<Level> levels_;
  std::optional<YamlNode> root_;
  std::optional<int> last_document_;  // where the last one began
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
  const auto fail = [&](size_t offset, YamlError error) {
    base::Issue issue;
    issue.code = std::move(error.code);
    issue.span = file.SpanOfBytes(offset, offset + 1);
    issue.message = std::move(error.message);
    issue.hint = std::move(error.hint);
    issue.source_line = Printable(file.Line(issue.span.line));
    issues->Add(std::move(issue));
    return std::nullopt;
  };
  if (file.text_.size() > base::kMaxRuleFileBytes) {
    return fail(0, {"limit", absl::StrCat("larger than ", base::kMaxRuleFileBytes, " bytes"), ""});
  }
  if (const size_t bad = FirstBadByte(file.text_); bad != absl::string_view::npos) {
    if (static_cast<unsigned char>(file.text_[bad]) < 0x80) {
      return fail(bad, {"not-utf8", "a control character", "remove it; is the file UTF-8 text?"});
    }
    return fail(bad, {"not-utf8", "not UTF-8 text", "save the file as UTF-8"});
  }
  YamlTreeBuilder builder(file);
  try {
    std::istringstream stream(file.text_);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return fail(refused.offset, refused.error);
  } catch (const YAML::Exception& error) {
    const size_t offset = file.OffsetOf(error.mark.line, error.mark.column);
    const int line = file.SpanOfBytes(offset, offset + 1).line;
    if (const auto bracket = builder.OpenBracket()) {
      const bool same_line = file.SpanOfBytes(*bracket, *bracket + 1).line == line;
      return fail(same_line ? offset : *bracket,
                  ExplainOpenBracket(file.text_[*bracket], same_line));
    }
    return fail(offset, ExplainYamlError(error.msg, file.Line(line)));
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
  if (node.is_map() && !node.entries.empty()) return Span(node.entries.front().key);
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
