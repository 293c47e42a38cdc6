// The bundles that ship load, and what their own suites say of them holds.
#include <gtest/gtest.h>

#include "engine/decision/test_suite.h"
#include "tests/testing/bundles.h"

namespace leadgrade::decision {
namespace {

TEST(ShippedBundles, SalesPassesItsSuites) {
  const auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  base::IssueList issues;
  const auto bundle = rules::LoadBundle(files, &issues);
  ASSERT_NE(bundle, nullptr) << base::FormatIssues(issues);
  const SuiteResults results = RunSuites(bundle, files, {}, &issues);
  EXPECT_TRUE(issues.empty()) << base::FormatIssues(issues);
  EXPECT_GE(results.cases.size(), 30u);
  for (const CaseResult& result : results.cases) {
    std::string messages;
    for (const CaseFailure& failure : result.failures) messages += "\n  " + failure.message;
    EXPECT_TRUE(result.passed) << result.name << messages;
  }
  EXPECT_EQ(results.coverage->rules_won().percent(), 100);
}

}  // namespace
}  // namespace leadgrade::decision
