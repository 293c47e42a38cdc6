#include "tools/bundle_input.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/analysis/lint.h"
#include "engine/decision/snapshot.h"
#include "engine/decision/suite_loader.h"
#include "engine/rules/yaml.h"
#include "service/bundles/bundle_registry.h"
#include "tools/import/mapping.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

std::string WithoutSlashes(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

base::Issue Unreadable(const std::string& path, const absl::Status& status) {
  base::Issue issue;
  issue.code = absl::IsInvalidArgument(status) ? "limit" : "unreadable";
  issue.span.file = path;
  issue.message = std::string(status.message());
  return issue;
}

bool IsMapping(const std::string& file, const std::string& text) {
  base::IssueList reported_already;
  const auto yaml = rules::YamlFile::Parse(file, text, &reported_already);
  if (!yaml.has_value() || yaml->documents().empty()) return false;
  const rules::YamlNode* kind = yaml->documents().front().Find("kind");
  return kind != nullptr && kind->text == "Mapping";
}

void CheckMapping(const rules::Bundle& bundle, const std::string& file, const std::string& text,
                  base::IssueList* issues) {
  const std::optional<Mapping> mapping = LoadMapping(file, text, issues);
  if (!mapping.has_value()) return;
  std::vector<std::string> names;
  for (const facts::Fact& fact : bundle.schema.facts) names.push_back(fact.name);
  CheckFactNames(*mapping, bundle.name, names, issues);
}

}  // namespace

bool BundleInput::is_directory() const {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

BundleInput LoadBundleInput(absl::string_view path) {
  absl::StatusOr<rules::BundleFiles> files = bundles::ReadBundleFiles(WithoutSlashes(path));
  if (files.ok()) return CompileBundleInput(path, *std::move(files));
  BundleInput input;
  input.path = WithoutSlashes(path);
  input.issues.Add(Unreadable(input.path, files.status()));
  return input;
}

BundleInput CompileBundleInput(absl::string_view path, rules::BundleFiles files) {
  BundleInput input;
  input.path = WithoutSlashes(path);
  input.files = std::move(files);
  base::IssueList issues;
  input.bundle = rules::LoadBundle(input.files, &issues);
  AddIssues(issues, &input);
  return input;
}

void CheckCompanions(BundleInput* input) {
  base::IssueList issues;
  decision::LoadSuites(*input->bundle, input->files, &issues);
  decision::LoadSnapshots(input->files, &issues);
  for (const auto& [file, text] : input->files) {
    if (IsMapping(file, text)) CheckMapping(*input->bundle, file, text, &issues);
  }
  AddIssues(issues, input);
}

void LintInput(BundleInput* input) {
  base::IssueList issues;
  for (base::Issue& issue : analysis::Lint(*input->bundle, input->files)) {
    issues.Add(std::move(issue));
  }
  AddIssues(issues, input);
}

void AddIssues(const base::IssueList& issues, BundleInput* input) {
  for (base::Issue issue : issues.Sorted()) {
    issue.span.file = CallerPath(input->path, issue.span.file);
    input->issues.Add(std::move(issue));
  }
}

std::string CallerPath(absl::string_view directory, absl::string_view file) {
  const size_t slash = file.find('/');
  if (slash == absl::string_view::npos) return std::string(directory);
  if (directory == ".") return std::string(file.substr(slash + 1));
  return absl::StrCat(absl::StripSuffix(directory, "/"), file.substr(slash));
}

bool AreDirectories(const std::vector<std::string>& paths) {
  bool all = true;
  for (const std::string& path : paths) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) continue;
    PrintError(std::filesystem::exists(path, error)
                   ? absl::StrCat("`", path, "` is no directory: a bundle is one")
                   : absl::StrCat("there is no directory `", path, "`"));
    all = false;
  }
  return all;
}

}  // namespace leadgrade::tools
