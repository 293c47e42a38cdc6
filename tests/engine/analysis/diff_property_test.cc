// Random bundles of few values, changed at random: what `Diff` says of the change, held against all
// leads there can be.
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/analysis/diff.h"
#include "engine/analysis/whole_row.h"
#include "tests/engine/analysis/all_leads.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::analysis {
namespace {

using cel::Value;
using rules::Bundle;
using testing::Random;

constexpr size_t kMaxLeads = 3000;

// The bundle with some of its conditions, derivations and outputs changed a little. May not load.
std::string Changed(Random& random, const std::string& text) {
  static const auto* const kChanges =
      new std::vector<std::pair<std::string, std::vector<std::string>>>{
          {" < ", {" <= ", " > "}},   {" <= ", {" < ", " >= "}},
          {" > ", {" >= ", " < "}},   {" >= ", {" > ", " == "}},
          {" == ", {" != ", " >= "}}, {" != ", {" == ", " < "}},
          {" && ", {" || "}},         {" || ", {" && "}},
          {"LOW", {"MID", "HIGH"}},   {"MID", {"LOW", "HIGH"}},
          {"HIGH", {"MID"}},          {"\"A\"", {"\"B\"", "\"D\""}},
          {"\"B\"", {"\"A\""}},       {"\"C\"", {"\"D\""}},
          {"true", {"false"}},        {" 1", {" 2", " 0"}},
          {" 2", {" 1", " 3"}},       {"\"3\"", {"\"2\""}},
          {"FIRST\n", {"UNIQUE\n"}},  {"hitPolicy: ANY", {"hitPolicy: FIRST"}}};
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::vector<std::pair<size_t, size_t>> places;  // line, change
  for (size_t i = 0; i < lines.size(); ++i) {
    if (absl::StrContains(lines[i], "types:") || absl::StrContains(lines[i], "nullable") ||
        absl::StrContains(lines[i], "range:") || absl::StrContains(lines[i], "  Grade:") ||
        absl::StrContains(lines[i], "  Level:")) {
      continue;
    }
    for (size_t k = 0; k < kChanges->size(); ++k) {
      if (absl::StrContains(lines[i] + "\n", (*kChanges)[k].first)) places.emplace_back(i, k);
    }
  }
  if (places.empty()) return text;
  for (int times = 1 + random.Below(2); times > 0; --times) {
    const auto& [line, change] = random.Of(places);
    const auto& [from, to] = (*kChanges)[change];
    std::string whole = lines[line] + "\n";
    const size_t at = whole.find(from);
    if (at == std::string::npos) continue;
    whole.replace(at, from.size(), random.Of(to));
    whole.pop_back();
    lines[line] = whole;
  }
  return absl::StrJoin(lines, "\n");
}

// One bundle, and what its names in conditions mean.
class Side {
 public:
  explicit Side(std::shared_ptr<const Bundle> bundle) : bundle_(std::move(bundle)) {}

  const Bundle& bundle() const { return *bundle_; }

  // Null where it is not of this side's names.
  const cel::Program* Compiled(const std::string& condition) {
    auto& program = programs_[condition];
    if (program == nullptr) {
      std::vector<cel::ExprIssue> issues;
      program = cel::Compile(condition, *bundle_->env, cel::Type(cel::TypeKind::kBool), &issues);
    }
    return program.get();
  }

  // What the output called `name` ("grade", "score") is, in words; nullopt: unknown.
  std::optional<std::string> Says(WholeRow& row, const std::string& name) const {
    const rules::OutputRef ref = name == "grade" ? bundle_->grade : bundle_->score;
    const Value& value = row.slot(bundle_->rule_sets[ref.rule_set].outputs[ref.output].slot);
    if (value.is_unknown()) return std::nullopt;
    return value.is_error() || value.is_null() ? "none" : cel::ToString(value);
  }

 private:
  const std::shared_ptr<const Bundle> bundle_;
  std::map<std::string, std::unique_ptr<const cel::Program>> programs_;
};

class Checker {
 public:
  Checker(const std::shared_ptr<const Bundle>& before, const std::shared_ptr<const Bundle>& after)
      : before_(before), after_(after) {}

  // What is wrong with what was said of an output; empty if nothing is.
  std::string Check(const OutputDiff& diff, const AllLeads& leads) {
    if (diff.verdict == Verdict::kOpen) return absl::StrCat("not proved: ", diff.reason);
    for (const DiffKind& kind : diff.kinds) {
      for (const DiffRegion& region : kind.regions) {
        std::string was, is;
        if (!Differs(diff.name, kind, region.witness.lead, &was, &is))
          return "a witness is not one";
        if (was != region.before || is != region.after) return "a witness gets another output";
        if (!IsIn(region, region.witness.lead))
          return absl::StrCat("a witness is not in its region ",
                              absl::StrJoin(*region.conditions, ", "));
      }
    }
    for (size_t i = 0; i < leads.size(); ++i) {
      std::string wrong = CheckLead(diff, leads.at(i));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

 private:
  std::string CheckLead(const OutputDiff& diff, const facts::Lead& lead) {
    bool told = false;
    for (const DiffKind& kind : diff.kinds) {
      std::string was, is;
      const bool differs = Differs(diff.name, kind, lead, &was, &is);
      told = told || differs;
      bool in_words = kind.complete, in_some = false;
      const bool of_all = kind.regions.empty() || kind.regions[0].of_stated;
      for (const DiffRegion& region : kind.regions) {
        if (!region.conditions.has_value()) {
          in_words = false;
          continue;
        }
        if (!IsIn(region, lead)) continue;
        in_some = true;
        if (!differs) {
          return absl::StrCat("in the region ", absl::StrJoin(*region.conditions, ", "),
                              " but not ", kind.before, " -> ", kind.after);
        }
      }
      if (differs && in_words && !in_some && (of_all || !StatesDerived(lead))) {
        return absl::StrCat("in no region, but ", kind.before, " -> ", kind.after);
      }
    }
    DiffKind any;
    std::string was, is;
    if (!told && Differs(diff.name, any, lead, &was, &is)) {
      return absl::StrCat("not told of: ", was, " -> ", is);
    }
    return "";
  }

  // Of a kind with no names: in any way.
  bool Differs(const std::string& name, const DiffKind& kind, const facts::Lead& lead,
               std::string* was, std::string* is) const {
    WholeRow x(before_.bundle(), lead, absl::UnixEpoch());
    WholeRow y(after_.bundle(), lead, absl::UnixEpoch());
    const auto a = before_.Says(x, name), b = after_.Says(y, name);
    if (!a.has_value() || !b.has_value() || *a == *b) return false;
    *was = *a;
    *is = *b;
    const auto of = [](const std::string& said, const std::string& value) {
      return said.empty() || (said == "different" ? value != "none" : said == value);
    };
    return of(kind.before, *a) && of(kind.after, *b);
  }

  bool IsIn(const DiffRegion& region, const facts::Lead& lead) {
    if (!region.of_stated && StatesDerived(lead)) return false;
    if (!region.conditions.has_value()) return true;
    return std::all_of(region.conditions->begin(), region.conditions->end(),
                       [&](const std::string& words) { return Holds(words, lead); });
  }

  bool StatesDerived(const facts::Lead& lead) const {
    const auto& facts = before_.bundle().schema.facts;
    return std::any_of(facts.begin(), facts.end(), [&](const facts::Fact& fact) {
      return fact.derivation != nullptr && lead.facts.count(fact.name) > 0;
    });
  }

  bool Holds(absl::string_view words, const facts::Lead& lead) {
    absl::string_view fact = words;
    if (absl::ConsumeSuffix(&fact, " is stated")) return lead.facts.count(fact) > 0;
    if (absl::ConsumeSuffix(&fact, " is derived")) return lead.facts.count(fact) == 0;
    const bool before = absl::ConsumeSuffix(&words, " (before)");
    const bool after = absl::ConsumeSuffix(&words, " (after)");
    const std::string condition(words);
    Side* side = after ? &after_ : &before_;
    if (!before && !after && before_.Compiled(condition) == nullptr) side = &after_;
    const cel::Program* program = side->Compiled(condition);
    if (program == nullptr) {
      ADD_FAILURE() << "not CEL: " << condition;
      return false;
    }
    WholeRow row(side->bundle(), lead, absl::UnixEpoch());
    return row.Eval(*program).is_true();
  }

  Side before_, after_;
};

TEST(DiffProperty, AgreesWithTryingAllLeads) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(150));
  int tried = 0, alike = 0, regions = 0, wordless = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    Random random(seed);
    const std::string text = testing::RandomBundleText(random, /*steady=*/true);
    const std::string changed = Changed(random, text);
    const auto before = testing::LoadText(text);
    base::IssueList issues;
    const std::shared_ptr<const Bundle> after =
        rules::LoadBundle({{"test/bundle.yaml", changed}}, &issues);
    if (before == nullptr || after == nullptr) continue;
    const AllLeads leads(*before);
    if (leads.size() > kMaxLeads) continue;
    Checker checker(before, after);
    const BundleDiff diff = Diff(before, after, {});
    for (const OutputDiff& output : diff.outputs) {
      const std::string wrong = checker.Check(output, leads);
      ASSERT_EQ(wrong, "") << "LEADGRADE_PROPERTY_SEED=" << seed << " " << output.name << "\n"
                           << text << "\n=====\n"
                           << changed;
      if (output.verdict == Verdict::kNeverHolds) ++alike;
      for (const DiffKind& kind : output.kinds) {
        for (const DiffRegion& region : kind.regions) {
          ++regions;
          if (!region.conditions.has_value()) ++wordless;
        }
      }
    }
    ++tried;
  }
  RecordProperty("tried", tried);
  RecordProperty("regions", regions);
  RecordProperty("wordless", wordless);
  EXPECT_GT(3 * tried, static_cast<int>(count));
  EXPECT_GT(alike, 0);
  EXPECT_GT(regions, tried / 4);
  // Regions without words are rare.
  EXPECT_LT(10 * wordless, regions);
}

}  // namespace
}  // namespace leadgrade::analysis
