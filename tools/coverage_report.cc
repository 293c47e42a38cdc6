#include "tools/coverage_report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/bundle_input.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using decision::ConditionCoverage;
using decision::Coverage;
using decision::OutcomeCoverage;
using decision::RuleCoverage;
using decision::Seen;

std::string NameOf(const RuleCoverage& rule) {
  return absl::StrCat(rule.rule_set->name, "/", rule.rule->id);
}

std::string PlaceOf(const BundleCoverage& bundle, const base::SourceSpan& span) {
  return absl::StrCat(CallerPath(bundle.path, span.file), ":", span.line);
}

// How a rule that decided nothing was tried.
std::string Tried(const Seen& seen) {
  if (seen.total() == 0) return "it was never tried";
  if (seen.truly == 0) return absl::StrCat("tried ", seen.total(), " times, never true");
  return absl::StrCat("true ", seen.truly, " times, but other rules went first");
}

std::string UncoveredRules(const BundleCoverage& bundle) {
  std::string text;
  for (const RuleCoverage& rule : bundle.coverage->rules()) {
    if (rule.won == 0) {
      absl::StrAppend(&text, PlaceOf(bundle, rule.rule->span), ": not hit: ", NameOf(rule), ": ",
                      Tried(rule.seen), "\n");
    }
    // Of a rule that was never tried there is no more to be said.
    for (const ConditionCoverage& condition : rule.conditions) {
      if (condition.covered() || rule.seen.total() == 0) continue;
      absl::StrAppend(&text, PlaceOf(bundle, condition.span), ": ", NameOf(rule), ": `",
                      Printable(condition.source), "`: ", MissingOf(condition), "\n");
    }
  }
  return text;
}

Json ShareJson(const Coverage::Share& share) {
  return {{"covered", share.covered}, {"total", share.total}, {"percent", share.percent()}};
}

Json SeenJson(const Seen& seen) {
  return {{"true", seen.truly}, {"false", seen.falsely}, {"unknown", seen.unknown}};
}

// One file's record.
struct LcovFile {
  std::map<int, int> lines;  // hits by line
  std::string functions, hits, branches;
  int functions_found = 0, functions_hit = 0, branches_found = 0, branches_hit = 0;

  void Line(int line, int count) {
    int& hits_there = lines[line];
    hits_there = std::max(hits_there, count);
  }

  void Add(const RuleCoverage& rule) {
    const int line = rule.rule->span.line;
    const std::string name = NameOf(rule);
    Line(line, rule.seen.total());
    absl::StrAppend(&functions, "FN:", line, ",", name, "\n");
    absl::StrAppend(&hits, "FNDA:", rule.won, ",", name, "\n");
    const int block = functions_found++;
    functions_hit += rule.won > 0;
    int branch = 0;
    for (const ConditionCoverage& condition : rule.conditions) {
      Line(condition.span.line, condition.seen.total());
      for (int count : {condition.seen.truly, condition.seen.falsely}) {
        absl::StrAppend(&branches, "BRDA:", condition.span.line, ",", block, ",", branch++, ",",
                        condition.seen.total() == 0 ? "-" : absl::StrCat(count), "\n");
        ++branches_found;
        branches_hit += count > 0;
      }
    }
  }

  std::string Text(const std::string& path) const {
    std::string text = absl::StrCat("TN:\nSF:", path, "\n", functions, hits,
                                    "FNF:", functions_found, "\nFNH:", functions_hit, "\n",
                                    branches, "BRF:", branches_found, "\nBRH:", branches_hit, "\n");
    int lines_hit = 0;
    for (const auto& [line, count] : lines) {
      absl::StrAppend(&text, "DA:", line, ",", count, "\n");
      lines_hit += count > 0;
    }
    return absl::StrCat(text, "LF:", lines.size(), "\nLH:", lines_hit, "\nend_of_record\n");
  }
};

}  // namespace

std::string ShareText(const Coverage::Share& share) {
  return absl::StrCat(share.covered, "/", share.total, " (",
                      static_cast<int>(std::floor(share.percent())), "%)");
}

std::string MissingOf(const ConditionCoverage& condition) {
  const auto& decided = condition.decided;
  const bool straight = decided[1][1] > 0 || decided[0][0] > 0;
  const bool truly = straight ? decided[1][1] > 0 : decided[1][0] > 0;
  const bool falsely = straight ? decided[0][0] > 0 : decided[0][1] > 0;
  if (!truly && !falsely) return "no case in which it alone decides";
  return absl::StrCat("no case in which it is ", truly ? "false" : "true", " and alone decides");
}

std::string CoverageText(const std::vector<BundleCoverage>& bundles) {
  std::string text;
  for (const BundleCoverage& bundle : bundles) {
    const Coverage& coverage = *bundle.coverage;
    absl::StrAppend(&text, UncoveredRules(bundle));
    for (const OutcomeCoverage& outcome : coverage.outcomes()) {
      if (outcome.given > 0) continue;
      absl::StrAppend(&text, "never given: ", outcome.of, " ", outcome.value, "\n");
    }
    absl::StrAppend(&text, "coverage of ", coverage.bundle().name, ": rules ",
                    ShareText(coverage.rules_won()), ", conditions (MC/DC) ",
                    ShareText(coverage.conditions_covered()), ", outcomes ",
                    ShareText(coverage.outcomes_given()), "\n");
  }
  return text;
}

Json CoverageJsonOf(const BundleCoverage& bundle) {
  const Coverage& coverage = *bundle.coverage;
  Json rules = Json::array();
  for (const RuleCoverage& rule : coverage.rules()) {
    Json conditions = Json::array();
    for (const ConditionCoverage& each : rule.conditions) {
      const auto& decided = each.decided;
      conditions.push_back(
          {{"source", each.source},
           {"file", CallerPath(bundle.path, each.span.file)},
           {"line", each.span.line},
           {"seen", SeenJson(each.seen)},
           {"decided",
            {{"true", decided[1][0] + decided[1][1]}, {"false", decided[0][0] + decided[0][1]}}},
           {"covered", each.covered()}});
    }
    rules.push_back({{"ruleSet", rule.rule_set->name},
                     {"id", rule.rule->id},
                     {"file", CallerPath(bundle.path, rule.rule->span.file)},
                     {"line", rule.rule->span.line},
                     {"seen", SeenJson(rule.seen)},
                     {"won", rule.won},
                     {"conditions", std::move(conditions)}});
  }
  Json outcomes = Json::array();
  for (const OutcomeCoverage& each : coverage.outcomes()) {
    outcomes.push_back({{"of", each.of}, {"value", each.value}, {"given", each.given}});
  }
  return {{"summary",
           {{"rules", ShareJson(coverage.rules_won())},
            {"conditions", ShareJson(coverage.conditions_covered())},
            {"outcomes", ShareJson(coverage.outcomes_given())}}},
          {"rules", std::move(rules)},
          {"outcomes", std::move(outcomes)}};
}

std::string CoverageJson(const std::vector<BundleCoverage>& bundles) {
  Json all = Json::array();
  for (const BundleCoverage& bundle : bundles) {
    const rules::Bundle& rules = bundle.coverage->bundle();
    Json out = {{"path", bundle.path}, {"name", rules.name}, {"digest", rules.digest}};
    out.update(CoverageJsonOf(bundle));
    all.push_back(std::move(out));
  }
  return Dump({{"bundles", std::move(all)}});
}

std::string CoverageLcov(const std::vector<BundleCoverage>& bundles) {
  std::string text;
  for (const BundleCoverage& bundle : bundles) {
    std::map<std::string, LcovFile> files;
    for (const RuleCoverage& rule : bundle.coverage->rules()) {
      files[CallerPath(bundle.path, rule.rule->span.file)].Add(rule);
    }
    for (const auto& [path, file] : files) text += file.Text(path);
  }
  return text;
}

}  // namespace leadgrade::tools
