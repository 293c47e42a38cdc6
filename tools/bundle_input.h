// Bundle directories as a person names them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::tools {

struct BundleInput {
  std::string path;  // as given, without slashes at its end
  rules::BundleFiles files;
  std::shared_ptr<const rules::Bundle> bundle;  // null: `issues` has errors
  base::IssueList issues;                       // their files as the caller can open them

  // Whether the path is one that commands can be given.
  bool is_directory() const;
};

// Reads and compiles. What keeps the directory from being read is an issue too.
BundleInput LoadBundleInput(absl::string_view path);

// Compiles files that were read elsewhere; `path` is how the caller calls the directory they are
// of, by whose own name the files begin.
BundleInput CompileBundleInput(absl::string_view path, rules::BundleFiles files);

// Parses what stands beside the rules of a bundle that loaded, its test suites with their
// fixtures and snapshots, and its mappings, and adds their issues.
void CheckCompanions(BundleInput* input);

// Adds what the lint (engine/analysis/lint.h) finds in a bundle that loaded.
void LintInput(BundleInput* input);

// Adds issues whose files are relative to the directory's parent, as the engine has them.
void AddIssues(const base::IssueList& issues, BundleInput* input);

// An engine's file name as the caller can open it: below the directory they gave.
std::string CallerPath(absl::string_view directory, absl::string_view file);

// Whether each is a directory; those that are not are named on stderr.
bool AreDirectories(const std::vector<std::string>& paths);

}  // namespace leadgrade::tools
