// Random bundles of few values: what is proved of them, held against all leads there can be.
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/analysis/prove.h"
#include "engine/decision/evaluation.h"
#include "tests/engine/analysis/all_leads.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::analysis {
namespace {

using cel::Value;
using decision::Evaluation;
using rules::HitPolicy;
using testing::Random;

constexpr size_t kMaxLeads = 3000;

// What can be of a bundle's leads, by trying all.
class BruteForce {
 public:
  explicit BruteForce(const rules::Bundle& bundle) : bundle_(bundle), leads_(bundle) {}

  size_t leads() const { return leads_.size(); }

  // Whether the condition is ever true, or false.
  void Watch(const std::string& condition) {
    std::vector<cel::ExprIssue> issues;
    watched_.push_back({condition, cel::Compile(condition, *bundle_.env,
                                                cel::Type(cel::TypeKind::kBool), &issues)});
  }
  bool Saw(const std::string& condition, bool value) const {
    return seen_.contains(absl::StrCat(condition, value ? " is true" : " is false"));
  }

  // "CODE rule-set rule", "CODE rule-set" or "CODE grade" of all that is to be found.
  std::set<std::string> Run() {
    for (size_t i = 0; i < leads_.size(); ++i) Look(leads_.at(i));
    std::set<std::string> found;
    for (const rules::RuleSet& set : bundle_.rule_sets) {
      const HitPolicy policy = set.hit_policy;
      for (const rules::Rule& rule : set.rules) {
        const std::string name = absl::StrCat(set.name, " ", rule.id);
        if (!matched_.contains(name)) {
          found.insert(absl::StrCat(kNeverMatches, " ", name));
        } else if ((policy == HitPolicy::kFirst || policy == HitPolicy::kPriority) &&
                   !won_.contains(name)) {
          found.insert(absl::StrCat(kMasked, " ", name));
        }
      }
    }
    for (const std::string& seen : seen_) {
      if (absl::StartsWith(seen, "LG")) found.insert(seen);
    }
    for (const std::string& grade : bundle_.grade_enum->values) {
      if (!grades_.contains(grade)) found.insert(absl::StrCat(kNeverGiven, " ", grade));
    }
    return found;
  }

 private:
  void Look(const facts::Lead& lead) {
    Evaluation evaluation(bundle_, lead, absl::UnixEpoch());
    bool sound = true;
    for (const int index : bundle_.schema.derivation_order) {
      const facts::Fact& fact = bundle_.schema.facts[static_cast<size_t>(index)];
      const bool fails = evaluation.slots()[fact.slot].is_error();
      if (fails && sound) seen_.insert(absl::StrCat(kCanFail, " ", fact.name));
      sound = sound && !fails;
    }
    for (const int index : bundle_.evaluation_order) {
      const rules::RuleSet& set = bundle_.rule_sets[index];
      std::vector<int> matched;
      for (size_t i = 0; i < set.rules.size(); ++i) {
        const auto& when = set.rules[i].when;
        const Value value = when == nullptr ? Value::Bool(true) : when->Eval(evaluation.context());
        const std::string name = absl::StrCat(set.name, " ", set.rules[i].id);
        if (value.is_true()) matched_.insert(name);
        if (value.is_false()) seen_.insert(name + " is false");
        if (value.is_true()) matched.push_back(static_cast<int>(i));
        if (value.is_error() && sound) seen_.insert(absl::StrCat(kCanFail, " ", name));
        if (!value.is_true() || !sound) continue;
        const auto given = evaluation.OutputOf(set, static_cast<int>(i), 0);
        if (given.has_value() && given->is_error()) {
          seen_.insert(absl::StrCat(kCanFail, " ", name));
        }
      }
      Conflicts(evaluation, set, matched);
      const auto outcome = evaluation.Run(index, nullptr);
      for (const int rule : outcome.matched) {
        won_.insert(absl::StrCat(set.name, " ", set.rules[static_cast<size_t>(rule)].id));
      }
      const bool collects =
          set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder;
      const bool needs_outcome = !collects || set.aggregation == rules::Aggregation::kMin ||
                                 set.aggregation == rules::Aggregation::kMax;
      if (needs_outcome && matched.empty() &&
          (set.defaults.empty() || set.defaults[0] == nullptr)) {
        seen_.insert(absl::StrCat(kNoOutcome, " ", set.name));
      }
      sound = sound && !evaluation.slots()[set.outputs[0].slot].is_error();
    }
    for (const auto& [condition, program] : watched_) {
      const Value value = program->Eval(evaluation.context());
      if (value.is_true()) seen_.insert(condition + " is true");
      if (value.is_false()) seen_.insert(condition + " is false");
    }
    const auto& set = bundle_.rule_sets[bundle_.grade.rule_set];
    const Value& grade = evaluation.slots()[set.outputs[bundle_.grade.output].slot];
    if (grade.kind() == cel::Kind::kEnum) grades_.insert(cel::ToString(grade));
  }

  void Conflicts(Evaluation& evaluation, const rules::RuleSet& set,
                 const std::vector<int>& matched) {
    if (set.hit_policy != HitPolicy::kUnique && set.hit_policy != HitPolicy::kAny) return;
    for (size_t i = 0; i < matched.size(); ++i) {
      for (size_t j = i + 1; j < matched.size(); ++j) {
        if (set.hit_policy == HitPolicy::kAny) {
          const auto a = evaluation.OutputOf(set, matched[i], 0);
          const auto b = evaluation.OutputOf(set, matched[j], 0);
          if (a.has_value() && b.has_value() && a->kind() == b->kind() && cel::Equal(*a, *b)) {
            continue;
          }
        }
        seen_.insert(absl::StrCat(kConflict, " ", set.name, " ",
                                  set.rules[static_cast<size_t>(matched[i])].id, " ",
                                  set.rules[static_cast<size_t>(matched[j])].id));
      }
    }
  }

  const rules::Bundle& bundle_;
  const AllLeads leads_;
  std::vector<std::pair<std::string, std::unique_ptr<const cel::Program>>> watched_;
  std::set<std::string> matched_, won_, seen_, grades_;
};

// The names in backticks, the rule set's before the rules'.
std::string KeyOf(const base::Issue& issue) {
  std::vector<std::string> names = absl::StrSplit(issue.message, '`');
  std::vector<std::string> quoted;
  for (size_t i = 1; i < names.size(); i += 2) quoted.push_back(names[i]);
  if (issue.code == kNoOutcome || issue.code == kNeverGiven) quoted.resize(1);
  if (issue.code == kCanFail && absl::StartsWith(issue.message, "the output")) {
    quoted.erase(quoted.begin());
  }
  if (issue.code == kConflict) {
    quoted = {quoted[2], quoted[0], quoted[1]};
  } else if (quoted.size() > 1) {
    quoted = {quoted[1], quoted[0]};
  }
  return absl::StrCat(issue.code, " ", absl::StrJoin(quoted, " "));
}

TEST(ProveProperty, FindsWhatTryingAllLeadsFinds) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  int tried = 0, findings = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    Random random(seed);
    const std::string text = testing::RandomBundleText(random, /*steady=*/true);
    const rules::BundleFiles files = {{"test/bundle.yaml", text}};
    const auto bundle = testing::Load(files);
    ASSERT_NE(bundle, nullptr) << text;
    BruteForce brute(*bundle);
    if (brute.leads() > kMaxLeads) continue;
    const ProofReport report = Prove(bundle, files, {});
    ASSERT_EQ(report.open, 0) << text << base::FormatIssue(report.findings.front().issue);
    std::set<std::string> found;
    std::vector<std::pair<std::string, bool>> never;  // conditions, and what they never are
    for (const Finding& finding : report.findings) {
      const std::string& code = finding.issue.code;
      if (code != kAlwaysTrue && code != kAlwaysFalse) {
        found.insert(KeyOf(finding.issue));
        continue;
      }
      const std::vector<std::string> parts = absl::StrSplit(finding.issue.message, '`');
      if (absl::StartsWith(finding.issue.message, "the condition of")) {
        never.emplace_back(absl::StrCat(parts[3], " ", parts[1]), false);
        continue;
      }
      never.emplace_back(parts[1], code == kAlwaysFalse);
      brute.Watch(parts[1]);
    }
    const bool dead_leaf = !never.empty();
    const std::set<std::string> expected = brute.Run();
    std::string differ;
    for (const auto& [condition, value] : never) {
      if (brute.Saw(condition, value)) {
        absl::StrAppend(&differ, "false alarm: ", condition, " is never ", value, "\n");
      }
    }
    for (const std::string& key : expected) {
      // A rule with a part that never holds is told of by that part.
      const bool told = dead_leaf && absl::StartsWith(key, kNeverMatches);
      if (!found.contains(key) && !told) absl::StrAppend(&differ, "not found: ", key, "\n");
    }
    for (const std::string& key : found) {
      if (!expected.contains(key)) absl::StrAppend(&differ, "false alarm: ", key, "\n");
    }
    ASSERT_EQ(differ, "") << "LEADGRADE_PROPERTY_SEED=" << seed << "\n" << text;
    ++tried;
    findings += static_cast<int>(found.size());
  }
  RecordProperty("tried", tried);
  // Most bundles are small enough, and most are wrong somewhere.
  EXPECT_GT(2 * tried, static_cast<int>(count));
  EXPECT_GT(findings, tried);
}

}  // namespace
}  // namespace leadgrade::analysis
