#include "engine/analysis/prove.h"

#include <gtest/gtest.h>

#include "tests/testing/bundles.h"

namespace leadgrade::analysis {
namespace {

TEST(Prove, FindsNothingWrongWithTheSalesBundle) {
  const auto files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  const auto bundle = testing::Load(files);
  ASSERT_NE(bundle, nullptr);
  const ProofReport report = Prove(bundle, files, {});
  for (const Finding& finding : report.findings) {
    ADD_FAILURE() << base::FormatIssue(finding.issue);
  }
  EXPECT_GT(report.settled, 100);
  EXPECT_EQ(report.open, 0);
}

}  // namespace
}  // namespace leadgrade::analysis
