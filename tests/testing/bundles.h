// Bundles for tests: from the tree's files, or from text in the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::testing {

inline rules::BundleFiles ReadFiles(const std::string& directory) {
  rules::BundleFiles files;
  const std::filesystem::path root(directory);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension();
    if (extension != ".yaml" && extension != ".yml") continue;
    std::ifstream stream(entry.path());
    std::ostringstream text;
    text << stream.rdbuf();
    files[(root.filename() / std::filesystem::relative(entry.path(), root)).string()] = text.str();
  }
  return files;
}

inline std::shared_ptr<const rules::Bundle> Load(const rules::BundleFiles& files) {
  base::IssueList issues;
  auto bundle = rules::LoadBundle(files, &issues);
  EXPECT_NE(bundle, nullptr) << base::FormatIssues(issues);
  return bundle;
}

// A bundle of one file, documents separated by `---`.
inline std::shared_ptr<const rules::Bundle> LoadText(const std::string& text) {
  return Load({{"test/bundle.yaml", text}});
}

// The bundle that ships in rules/sales.
inline std::shared_ptr<const rules::Bundle> SalesBundle() {
  static const auto* const bundle = new std::shared_ptr<const rules::Bundle>(
      Load(ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales")));
  return *bundle;
}

inline absl::Time At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) << error;
  return time;
}

}  // namespace leadgrade::testing
