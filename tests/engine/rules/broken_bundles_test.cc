// What an author of rules reads when a bundle is wrong: broken/NAME holds the files that replace
// those of base/, and in expected.txt what is said of them, word for word.
#include <gtest/gtest.h>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"
#include "tests/testing/golden.h"

namespace leadgrade::rules {
namespace {

const std::string kFolder = LEADGRADE_SOURCE_DIR "/tests/engine/rules/";

class BrokenBundle : public ::testing::TestWithParam<std::string> {};

TEST_P(BrokenBundle, IsDiagnosed) {
  const std::string folder = kFolder + "broken/" + GetParam();
  base::IssueList issues;
  const auto bundle = LoadBundle(testing::CaseFiles("shop", kFolder + "base", folder), &issues);
  EXPECT_EQ(bundle == nullptr, issues.has_errors());
  testing::ExpectGolden(base::FormatIssues(issues), folder + "/expected.txt");
}

INSTANTIATE_TEST_SUITE_P(Cases, BrokenBundle,
                         ::testing::ValuesIn(testing::FoldersIn(kFolder + "broken")),
                         testing::FolderName);

TEST(BaseBundle, HasNoIssues) {
  base::IssueList issues;
  const auto bundle =
      LoadBundle(testing::CaseFiles("shop", kFolder + "base", kFolder + "base"), &issues);
  EXPECT_NE(bundle, nullptr);
  EXPECT_EQ(base::FormatIssues(issues), "");
}

}  // namespace
}  // namespace leadgrade::rules
