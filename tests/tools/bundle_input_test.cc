#include "tools/bundle_input.h"

#include <gtest/gtest.h>

#include "tests/tools/run_command.h"

namespace leadgrade::tools {
namespace {

TEST(CallerPath, IsBelowTheDirectoryAsItWasGiven) {
  EXPECT_EQ(CallerPath("rules/sales", "sales/bundle.yaml"), "rules/sales/bundle.yaml");
  EXPECT_EQ(CallerPath("/srv/rules/sales", "sales/a/b.yaml"), "/srv/rules/sales/a/b.yaml");
  EXPECT_EQ(CallerPath(".", "sales/bundle.yaml"), "bundle.yaml");
  EXPECT_EQ(CallerPath("..", "rules/bundle.yaml"), "../bundle.yaml");
  EXPECT_EQ(CallerPath("/", "/bundle.yaml"), "/bundle.yaml");
}

TEST(CallerPath, IsTheDirectoryWhereThereIsNoFile) {
  EXPECT_EQ(CallerPath("rules/sales", "."), "rules/sales");
}

TEST(BundleInput, LoadsADirectoryWithASlashAtItsEnd) {
  const TempDir dir;
  const std::string bundle = WriteSmallBundle(dir);
  const BundleInput input = LoadBundleInput(bundle + "//");
  ASSERT_NE(input.bundle, nullptr) << FormatIssues(input.issues);
  EXPECT_EQ(input.path, bundle);
}

TEST(BundleInput, NamesTheFileOfAnIssueAsTheCallerCanOpenIt) {
  const TempDir dir;
  const std::string bundle = WriteSmallBundle(dir);
  const std::string file = dir.Write("small/bundle.yaml", "kind: [");
  const BundleInput input = LoadBundleInput(bundle);
  EXPECT_EQ(input.bundle, nullptr);
  ASSERT_FALSE(input.issues.empty());
  EXPECT_EQ(input.issues.Sorted().front().span.file, file);
}

TEST(BundleInput, ReportsADirectoryThatIsTooLargeAsAnIssue) {
  const TempDir dir;
  const std::string bundle = WriteSmallBundle(dir);
  dir.Write("small/big.yaml", std::string((1 << 20) + 1, '#'));
  const BundleInput input = LoadBundleInput(bundle);
  EXPECT_EQ(input.bundle, nullptr);
  ASSERT_EQ(input.issues.Sorted().size(), 1u);
  const base::Issue& issue = input.issues.Sorted().front();
  EXPECT_EQ(issue.span.file, bundle);
  EXPECT_EQ(issue.code, "limit");
  EXPECT_NE(issue.message.find("big.yaml"), std::string::npos) << issue.message;
}

TEST(Companions, SuitesAndMappingsAreChecked) {
  const TempDir dir;
  const std::string bundle = WriteSmallBundle(dir);
  dir.Write("small/more_test.yaml",
            "apiVersion: leadgrade/v1\nkind: TestSuite\nmetadata: { name: more }\n"
            "now: 2026-03-12T10:00:00+08:00\n"
            "cases: [{ name: x, facts: { nead: true }, expect: { grade: A } }]\n");
  dir.Write("small/mapping.yaml",
            "apiVersion: leadgrade/v1\nkind: Mapping\nmetadata: { name: m }\n"
            "lead: { id: row.id }\nfacts: { seets: int(row.seats) }\n");
  BundleInput input = LoadBundleInput(bundle);
  ASSERT_NE(input.bundle, nullptr) << FormatIssues(input.issues);
  CheckCompanions(&input);
  const std::string issues = FormatIssues(input.issues);
  EXPECT_NE(issues.find(bundle + "/more_test.yaml:5:"), std::string::npos) << issues;
  EXPECT_NE(issues.find(bundle + "/mapping.yaml:5:"), std::string::npos) << issues;
}

}  // namespace
}  // namespace leadgrade::tools
