// What an author of test suites reads when one is wrong: broken_suites/NAME holds a suite for the
// bundle of tests/engine/rules/base, and in expected.txt what is said of it, word for word.
#include <gtest/gtest.h>

#include "engine/decision/test_suite.h"
#include "tests/testing/bundles.h"
#include "tests/testing/golden.h"

namespace leadgrade::decision {
namespace {

const std::string kBase = LEADGRADE_SOURCE_DIR "/tests/engine/rules/base";
const std::string kSuites = LEADGRADE_SOURCE_DIR "/tests/engine/decision/broken_suites";

class BrokenSuite : public ::testing::TestWithParam<std::string> {};

TEST_P(BrokenSuite, IsDiagnosed) {
  const std::string folder = kSuites + "/" + GetParam();
  const rules::BundleFiles files = testing::CaseFiles("shop", kBase, folder);
  base::IssueList issues;
  RunSuites(testing::Load(files), files, {}, &issues);
  testing::ExpectGolden(base::FormatIssues(issues), folder + "/expected.txt");
}

INSTANTIATE_TEST_SUITE_P(Cases, BrokenSuite, ::testing::ValuesIn(testing::FoldersIn(kSuites)),
                         testing::FolderName);

}  // namespace
}  // namespace leadgrade::decision
