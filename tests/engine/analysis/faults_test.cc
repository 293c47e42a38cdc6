// Faults planted in rule sets, and rule sets without any: faults/NAME and sound/NAME hold the files
// that replace those of base/. Of a fault expected.txt has what is said of it, and the lead that
// shows it is held against the evaluator.
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "engine/analysis/prove.h"
#include "engine/analysis/whole_row.h"
#include "engine/decision/decision.h"
#include "engine/decision/evaluation.h"
#include "tests/testing/bundles.h"
#include "tests/testing/golden.h"

namespace leadgrade::analysis {
namespace {

const std::string kFolder = LEADGRADE_SOURCE_DIR "/tests/engine/analysis/";

rules::BundleFiles FilesOf(const std::string& folder) {
  return testing::CaseFiles("shop", kFolder + "base", kFolder + folder);
}

// Whether deciding about the lead shows what the finding says.
bool IsShown(const std::shared_ptr<const rules::Bundle>& bundle, const Finding& finding) {
  const Witness& witness = *finding.witness;
  const decision::Decision decision = decision::Decide(bundle, witness.lead, witness.now);
  const auto has_issue = [&](const char* code) {
    for (const decision::DecisionIssue& issue : decision.issues) {
      if (issue.code == code && absl::StrContains(finding.issue.message, issue.rule_set)) {
        return true;
      }
    }
    return false;
  };
  if (finding.issue.code == kNoOutcome) return has_issue("no-outcome");
  if (finding.issue.code == kConflict) return has_issue("hit-policy-conflict");
  if (finding.issue.code != kCanFail) return false;
  if (has_issue("evaluation-error")) return true;
  for (const facts::Fact& fact : bundle->schema.facts) {
    const bool named = absl::StrContains(finding.issue.message, "`" + fact.name + "`");
    decision::Evaluation row(*bundle, witness.lead, witness.now);
    if (named && row.slots()[fact.slot].is_error()) return true;
  }
  return false;
}

// Whether the lead, alone, contradicts the property that the finding names.
bool Contradicts(const std::shared_ptr<const rules::Bundle>& bundle, const Finding& finding) {
  WholeRow row(*bundle, finding.witness->lead, finding.witness->now);
  for (const rules::Property& property : bundle->properties) {
    if (!absl::StrContains(finding.issue.message, "`" + property.id + "`")) continue;
    if (property.given != nullptr && !row.Eval(*property.given).is_true()) return false;
    if (property.claim == rules::Property::Claim::kMonotone) return true;  // takes two leads
    const bool left = row.Eval(*property.left).is_true();
    switch (property.claim) {
      case rules::Property::Claim::kAlways:
        return !left;
      case rules::Property::Claim::kNever:
        return left;
      case rules::Property::Claim::kImplies:
        return left && !row.Eval(*property.right).is_true();
      default:
        return left != row.Eval(*property.right).is_true();
    }
  }
  return false;
}

class Fault : public ::testing::TestWithParam<std::string> {};

TEST_P(Fault, IsFoundAndShown) {
  const std::string folder = "faults/" + GetParam();
  const rules::BundleFiles files = FilesOf(folder);
  const auto bundle = testing::Load(files);
  ASSERT_NE(bundle, nullptr);
  const ProofReport report = Prove(bundle, files, {});
  EXPECT_EQ(report.open, 0);
  std::string said;
  for (const Finding& finding : report.findings) {
    said += base::FormatIssue(finding.issue);
    const std::string& code = finding.issue.code;
    const bool needs_lead =
        code == kNoOutcome || code == kConflict || code == kCanFail || code == kPropertyFails;
    ASSERT_EQ(finding.witness.has_value(), needs_lead) << said;
    if (!needs_lead) continue;
    EXPECT_TRUE(code == kPropertyFails ? Contradicts(bundle, finding) : IsShown(bundle, finding))
        << base::FormatIssue(finding.issue);
  }
  EXPECT_NE(said, "");
  testing::ExpectGolden(said, kFolder + folder + "/expected.txt");
}

INSTANTIATE_TEST_SUITE_P(Cases, Fault, ::testing::ValuesIn(testing::FoldersIn(kFolder + "faults")),
                         testing::FolderName);

class Sound : public ::testing::TestWithParam<std::string> {};

TEST_P(Sound, RaisesNoAlarm) {
  const rules::BundleFiles files = FilesOf("sound/" + GetParam());
  const auto bundle = testing::Load(files);
  ASSERT_NE(bundle, nullptr);
  const ProofReport report = Prove(bundle, files, {});
  for (const Finding& finding : report.findings) {
    ADD_FAILURE() << base::FormatIssue(finding.issue);
  }
  EXPECT_GT(report.settled, 0);
}

INSTANTIATE_TEST_SUITE_P(Cases, Sound, ::testing::ValuesIn(testing::FoldersIn(kFolder + "sound")),
                         testing::FolderName);

}  // namespace
}  // namespace leadgrade::analysis
