#include "engine/rules/load_context.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/unicode.h"
#include "engine/cel/env.h"

namespace leadgrade::rules {
namespace {

absl::string_view KindName(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "";
}

// Whether Chinese characters are in it.
bool HasHan(absl::string_view text) {
  while (!text.empty()) {
    const base::Character character = base::FirstCharacter(text);
    if (character.point >= 0x4E00 && character.point <= 0x9FFF) return true;
    text.remove_prefix(character.bytes);
  }
  return false;
}

void Expected(base::IssueList* issues, const Located& at, absl::string_view what,
              std::string hint = "") {
  AddIssue(issues, at, "wrong-shape", absl::StrCat("expected ", what, ", got ", KindName(*at.node)),
           std::move(hint));
}

}  // namespace

void AddIssue(base::IssueList* issues, const Located& at, std::string code, std::string message,
              std::string hint, base::Severity severity) {
  base::Issue issue;
  issue.severity = severity;
  issue.code = std::move(code);
  issue.span = at.Span();
  issue.message = std::move(message);
  issue.hint = std::move(hint);
  issue.source_line = at.file->Line(issue.span.line);
  issues->Add(std::move(issue));
}

void AddExprIssues(base::IssueList* issues, const Located& at,
                   const std::vector<cel::ExprIssue>& expr_issues) {
  for (const cel::ExprIssue& expr_issue : expr_issues) {
    base::Issue issue;
    issue.code = expr_issue.code;
    issue.span = at.file->SpanIn(*at.node, expr_issue.range.begin, expr_issue.range.end);
    issue.message = expr_issue.message;
    issue.hint = expr_issue.hint;
    issue.source_line = at.file->Line(issue.span.line);
    issues->Add(std::move(issue));
  }
}

MapReader::MapReader(base::IssueList* issues, const Located& at, const MapFormat& format)
    : issues_(issues), at_(at), format_(&format) {
  std::vector<std::string> known;
  for (const KeyFormat& key : format.keys) known.emplace_back(key.name);
  if (!at.node->is_map()) {
    Expected(issues, at, format.what,
             absl::StrCat("a map of `", absl::StrJoin(known, "`, `"), "`"));
    return;
  }
  std::vector<absl::string_view> seen;
  for (const auto& entry : at.node->entries) {
    const Located key = at.At(entry.key);
    if (!key->is_scalar()) {
      Expected(issues, key, "a key");
      continue;
    }
    const std::string& name = key->text;
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      AddIssue(issues, key, "duplicate-key", absl::StrCat("`", name, "` is given twice"));
    } else if (std::find(known.begin(), known.end(), name) == known.end()) {
      AddIssue(issues, key, "unknown-key",
               absl::StrCat("unknown key `", name, "` in ", format.what),
               base::DidYouMeanOrAll(name, known));
      meant_.push_back(base::NearestName(name, known));
    }
    seen.push_back(name);
  }
}

std::optional<Located> MapReader::Find(absl::string_view key) const {
  const YamlNode* value = at_.node->Find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return at_.At(*value);
}

std::optional<Located> MapReader::Require(absl::string_view key) const {
  std::optional<Located> value = Find(key);
  if (value.has_value() || !at_.node->is_map()) return value;
  // Written, but misspelt: said already.
  if (std::find(meant_.begin(), meant_.end(), key) != meant_.end()) return value;
  const YamlNode* empty = at_.node->Find(key);
  AddIssue(issues_, empty == nullptr ? at_ : at_.At(*empty), "missing-key",
           absl::StrCat(format_->what, " needs `", key, "`"));
  return value;
}

std::optional<std::string> MapReader::Text(absl::string_view key) const {
  const std::optional<Located> value = Find(key);
  return value.has_value() ? ReadText(issues_, *value) : std::nullopt;
}

std::optional<bool> MapReader::Bool(absl::string_view key) const {
  const std::optional<Located> value = Find(key);
  if (!value.has_value()) return std::nullopt;
  if ((*value)->is_scalar() && (*value)->plain) {
    if ((*value)->text == "true") return true;
    if ((*value)->text == "false") return false;
  }
  AddIssue(issues_, *value, "bad-value", absl::StrCat("`", key, "` is `true` or `false`"));
  return std::nullopt;
}

std::optional<double> MapReader::Number(absl::string_view key) const {
  const std::optional<Located> value = Find(key);
  if (!value.has_value()) return std::nullopt;
  double number = 0;
  if ((*value)->is_scalar() && (*value)->plain && absl::SimpleAtod((*value)->text, &number)) {
    return number;
  }
  AddIssue(issues_, *value, "bad-value", absl::StrCat("`", key, "` is a number"));
  return std::nullopt;
}

std::optional<base::LocalizedText> MapReader::Localized(absl::string_view key) const {
  const std::optional<Located> value = Find(key);
  if (!value.has_value()) return std::nullopt;
  return ReadLocalizedText(issues_, *value);
}

std::optional<std::vector<Located>> MapReader::List(absl::string_view key) const {
  const std::optional<Located> value = Find(key);
  if (!value.has_value()) return std::nullopt;
  if (!(*value)->is_sequence()) {
    Expected(issues_, *value, absl::StrCat("a list for `", key, "`"));
    return std::nullopt;
  }
  std::vector<Located> items;
  for (const YamlNode& item : (*value)->items) items.push_back(value->At(item));
  return items;
}

std::vector<Located> MapReader::Texts(absl::string_view key) const {
  std::vector<Located> texts;
  for (const Located& item : List(key).value_or(std::vector<Located>())) {
    if (ReadText(issues_, item).has_value()) texts.push_back(item);
  }
  return texts;
}

void CheckApiVersion(base::IssueList* issues, const MapReader& document) {
  const auto version = document.Require("apiVersion");
  const auto text = version.has_value() ? ReadText(issues, *version) : std::nullopt;
  if (!text.has_value() || *text == kApiVersion) return;
  AddIssue(issues, *version, "unsupported-api-version",
           absl::StrCat("unsupported apiVersion `", *text, "`"),
           absl::StrCat("this program reads `", kApiVersion, "`"));
}

base::LocalizedText ReadLocalizedText(base::IssueList* issues, const Located& at) {
  base::LocalizedText text;
  const MapReader reader(issues, at, kLocalizedFormat);
  if (!reader.is_map()) return text;
  text.zh = reader.Text("zh").value_or("");
  text.en = reader.Text("en").value_or("");
  for (const auto& [language, words] : {std::pair("zh", &text.zh), std::pair("en", &text.en)}) {
    const std::optional<Located> given = reader.Find(language);
    // One that is no text is reported already.
    if (words->empty() && (!given.has_value() || (*given)->is_scalar())) {
      AddIssue(issues, at, kMissingTranslation, absl::StrCat("the text has no `", language, "`"),
               "", base::Severity::kWarning);
    }
  }
  if (HasHan(text.en)) {
    AddIssue(issues, *reader.Find("en"), kMissingTranslation, "the `en` text is Chinese", "",
             base::Severity::kWarning);
  } else if (text.zh == text.en && absl::StrContains(text.zh, ' ')) {
    AddIssue(issues, *reader.Find("zh"), kMissingTranslation, "the `zh` text is the `en` text", "",
             base::Severity::kWarning);
  }
  return text;
}

std::optional<std::string> ReadText(base::IssueList* issues, const Located& at) {
  if (at->is_scalar()) return at->text;
  Expected(issues, at, "a single value");
  return std::nullopt;
}

std::optional<std::string> ReadIdentifier(base::IssueList* issues, const Located& at) {
  std::optional<std::string> text = ReadText(issues, at);
  if (!text.has_value()) return std::nullopt;
  if (!cel::IsIdentifier(*text)) {
    AddIssue(issues, at, "invalid-name", absl::StrCat("`", *text, "` can't be a name here"),
             "names are Latin letters, digits and `_`, do not begin with a digit and are no word "
             "of CEL");
    return std::nullopt;
  }
  return text;
}

bool IsKebabName(absl::string_view name) {
  return !name.empty() && name.size() <= 100 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace leadgrade::rules
