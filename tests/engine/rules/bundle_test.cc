// What a bundle is once it is loaded: its digest, what does not belong to it, and the order of what
// depends on each other.
#include "engine/rules/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/rules/digest.h"
#include "engine/rules/expressions.h"
#include "tests/testing/bundles.h"
#include "tests/testing/golden.h"

namespace leadgrade::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kBase = LEADGRADE_SOURCE_DIR "/tests/engine/rules/base";

BundleFiles Base() { return testing::CaseFiles("shop", kBase, kBase); }

TEST(Bundle, IsNamedByTheFilesThatDecide) {
  const auto bundle = testing::Load(Base());
  EXPECT_EQ(bundle->digest.substr(0, 7), "sha256:");
  EXPECT_EQ(bundle->digest.size(), 7u + 64);
  // Where it stands, and what is not of it, does not matter.
  BundleFiles elsewhere;
  for (const auto& [path, text] : Base()) elsewhere["other/" + path.substr(5)] = text;
  elsewhere["other/grades_test.yaml"] = "kind: TestSuite\n";
  elsewhere["other/README.md"] = "what it is about";
  elsewhere["other/mapping.yaml"] =
      "apiVersion: leadgrade/v1\nkind: Mapping\nmetadata: { name: csv }\n";
  EXPECT_EQ(testing::Load(elsewhere)->digest, bundle->digest);
  // Every byte of what decides does.
  BundleFiles changed = Base();
  changed.at("shop/grading.yaml") += "# a comment\n";
  EXPECT_NE(testing::Load(changed)->digest, bundle->digest);
  BundleFiles renamed = Base();
  renamed["shop/renamed.yaml"] = renamed.at("shop/grading.yaml");
  renamed.erase("shop/grading.yaml");
  EXPECT_NE(testing::Load(renamed)->digest, bundle->digest);
}

TEST(Bundle, ADigestKeepsNamesAndContentsApart) {
  EXPECT_NE(DigestFiles({{"a", "bc"}}), DigestFiles({{"ab", "c"}}));
  EXPECT_NE(DigestFiles({{"a", ""}, {"b", ""}}), DigestFiles({{"a", "b"}}));
  EXPECT_EQ(DigestFiles({}).size(), 71u);
}

TEST(Bundle, EvaluatesRuleSetsAfterThoseTheyRead) {
  BundleFiles files = Base();
  std::string& text = files.at("shop/grading.yaml");
  text.replace(text.find("need &&"), 7, "points.total > 5 &&");
  const auto bundle = testing::Load(files);
  std::vector<std::string> order;
  for (int set : bundle->evaluation_order) order.push_back(bundle->rule_sets[set].name);
  EXPECT_THAT(order, ElementsAre("points", "grading", "next_steps"));
  EXPECT_EQ(bundle->grade_rule_sets.size(), 2u);
}

TEST(DependencyOrder, PutsWhatIsReadFirstAndKeepsTheOrderOtherwise) {
  std::vector<int> cycle;
  EXPECT_THAT(DependencyOrder({{}, {}, {}}, &cycle), ElementsAre(0, 1, 2));
  EXPECT_THAT(DependencyOrder({{2}, {}, {1}}, &cycle), ElementsAre(1, 2, 0));
  EXPECT_THAT(DependencyOrder({{1, 2}, {3}, {3}, {}}, &cycle), ElementsAre(3, 1, 2, 0));
  EXPECT_THAT(cycle, IsEmpty());
}

TEST(DependencyOrder, NamesTheNodesOfACycle) {
  const auto cycle_of = [](const std::vector<std::vector<int>>& depends_on) {
    std::vector<int> cycle;
    DependencyOrder(depends_on, &cycle);
    return cycle;
  };
  EXPECT_THAT(cycle_of({{0}}), ElementsAre(0, 0));
  EXPECT_THAT(cycle_of({{1}, {2}, {1}}), ElementsAre(1, 2, 1));
  EXPECT_THAT(cycle_of({{}, {2}, {3}, {1}}), ElementsAre(1, 2, 3, 1));
}

}  // namespace
}  // namespace leadgrade::rules
