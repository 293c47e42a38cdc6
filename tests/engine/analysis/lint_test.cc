// What the lint says of bundles: lint/NAME holds the files that replace those of lint_base/, and in
// expected.txt what is said of them, word for word; of lint/good-NAME nothing is.
#include "engine/analysis/lint.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "engine/rules/silences.h"
#include "tests/testing/bundles.h"
#include "tests/testing/golden.h"

namespace leadgrade::analysis {
namespace {

const std::string kFolder = LEADGRADE_SOURCE_DIR "/tests/engine/analysis/";

// Of a bundle that loads: the loader's warnings, the lint's, and what is wrong with silences.
std::string Findings(const rules::BundleFiles& files) {
  base::IssueList found, kept;
  const auto bundle = rules::LoadBundle(files, &found);
  if (bundle == nullptr) return "does not load:\n" + base::FormatIssues(found);
  for (const base::Issue& issue : Lint(*bundle, files)) found.Add(issue);
  rules::Silences silences = rules::Silences::Parse(files, &kept);
  for (const base::Issue& issue : found.Sorted()) {
    if (silences.ReasonFor(issue) == nullptr) kept.Add(issue);
  }
  silences.ReportUnneeded({"LG2"}, &kept);
  return base::FormatIssues(kept);
}

class LintCase : public ::testing::TestWithParam<std::string> {};

TEST_P(LintCase, IsTold) {
  const std::string folder = kFolder + "lint/" + GetParam();
  const std::string said = Findings(testing::CaseFiles("shop", kFolder + "lint_base", folder));
  if (absl::StartsWith(GetParam(), "good-")) {
    EXPECT_EQ(said, "");
  } else {
    testing::ExpectGolden(said, folder + "/expected.txt");
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, LintCase, ::testing::ValuesIn(testing::FoldersIn(kFolder + "lint")),
                         testing::FolderName);

TEST(LintBase, IsClean) {
  EXPECT_EQ(Findings(testing::CaseFiles("shop", kFolder + "lint_base", kFolder + "lint_base")), "");
}

TEST(LintSales, IsClean) {
  EXPECT_EQ(Findings(testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales")), "");
}

}  // namespace
}  // namespace leadgrade::analysis
