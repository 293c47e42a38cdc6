// What reading any kind of rule file needs: issues at a node's place, and maps whose keys are
// known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/base/text.h"
#include "engine/cel/ast.h"
#include "engine/rules/file_format.h"
#include "engine/rules/yaml.h"

namespace leadgrade::rules {

// A node and the file it stands in. Borrowed; lives as long as the file.
struct Located {
  const YamlFile* file = nullptr;
  const YamlNode* node = nullptr;

  const YamlNode* operator->() const { return node; }
  Located At(const YamlNode& other) const { return {file, &other}; }
  base::SourceSpan Span() const { return file->Span(*node); }
};

void AddIssue(base::IssueList* issues, const Located& at, std::string code, std::string message,
              std::string hint = "", base::Severity severity = base::Severity::kError);

// Issues of an expression that stands in the scalar `at`, at their places in the file.
void AddExprIssues(base::IssueList* issues, const Located& at,
                   const std::vector<cel::ExprIssue>& expr_issues);

// A map that may hold the keys of its format and no others. Construction reports a node that is no
// map, keys that are not among them (with a hint) and repeated ones.
class MapReader {
 public:
  // `format` lives as long as the program does.
  MapReader(base::IssueList* issues, const Located& at, const MapFormat& format);

  bool is_map() const { return at_.node->is_map(); }
  const Located& at() const { return at_; }
  // The value; nullopt where the key is missing or its value is empty.
  std::optional<Located> Find(absl::string_view key) const;
  // The same, and an issue where it is missing.
  std::optional<Located> Require(absl::string_view key) const;

  // Each reports a value of another kind and gives nullopt, as for a missing key.
  std::optional<std::string> Text(absl::string_view key) const;
  std::optional<bool> Bool(absl::string_view key) const;
  std::optional<double> Number(absl::string_view key) const;
  std::optional<base::LocalizedText> Localized(absl::string_view key) const;
  std::optional<std::vector<Located>> List(absl::string_view key) const;
  // A list of scalars.
  std::vector<Located> Texts(absl::string_view key) const;

 private:
  base::IssueList* issues_;
  Located at_;
  const MapFormat* format_;
  std::vector<std::string> meant_;  // known keys that unknown ones resemble
};

// Reports a document without `apiVersion`, and one of another version than this program's.
void CheckApiVersion(base::IssueList* issues, const MapReader& document);
// The code of a text that lacks a language, a warning.
inline constexpr char kMissingTranslation[] = "LG2010";
// {zh, en}; one that is missing, or is the other language's, is a warning.
base::LocalizedText ReadLocalizedText(base::IssueList* issues, const Located& at);
// The scalar's text; nullopt with an issue for anything else.
std::optional<std::string> ReadText(base::IssueList* issues, const Located& at);
// As ReadText, and a CEL identifier that is no reserved word.
std::optional<std::string> ReadIdentifier(base::IssueList* issues, const Located& at);
// A name of letters, digits and hyphens: rules, rule sets' metadata, bundles.
bool IsKebabName(absl::string_view name);

}  // namespace leadgrade::rules
