// The coverage page: one file, for a CI system to keep and a person to open.
#include "absl/strings/str_cat.h"
#include "tools/bundle_input.h"
#include "tools/coverage_report.h"
#include "tools/junit.h"

namespace leadgrade::tools {
namespace {

using decision::ConditionCoverage;
using decision::Coverage;
using decision::OutcomeCoverage;
using decision::RuleCoverage;

constexpr char kHead[] = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>leadgrade: coverage of the rules</title>
<style>
body { font: 15px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c1c1c; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; width: 4.5rem }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere }
.place { color: #666; font-size: .85rem }
tr.rule td { font-weight: 600; background: #f5f5f5 }
tr.open td:first-child { border-left: 4px solid #b3261e }
tr.done td:first-child { border-left: 4px solid #2e7d32 }
tr.condition td:first-child { padding-left: 1.6rem }
ul.outcomes { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem }
ul.outcomes li { border: 1px solid #2e7d32; border-radius: .3rem; padding: .1rem .5rem }
ul.outcomes li.open { border-color: #b3261e }
.sums { display: flex; flex-wrap: wrap; gap: 2rem } .sums b { display: block; font-size: 1.3rem }
</style>
</head>
<body>
<h1>Coverage of the rules</h1>
<p>A condition counts as covered once two cases show it alone turning its rule's outcome (MC/DC).</p>
)";

std::string Cell(absl::string_view text) { return absl::StrCat("<td class=\"n\">", text, "</td>"); }

std::string Counts(const decision::Seen& seen) {
  return absl::StrCat(Cell(absl::StrCat(seen.truly)), Cell(absl::StrCat(seen.falsely)),
                      Cell(absl::StrCat(seen.unknown)));
}

std::string ConditionRow(const ConditionCoverage& condition) {
  return absl::StrCat("<tr class=\"condition ", condition.covered() ? "done" : "open",
                      "\"><td><code>", XmlEscape(condition.source), "</code> ",
                      "<span class=\"place\">line ", condition.span.line, "</span></td>",
                      Counts(condition.seen), "<td>",
                      condition.covered() ? "covered" : MissingOf(condition), "</td></tr>\n");
}

std::string RuleRows(const RuleCoverage& rule) {
  std::string html = absl::StrCat(
      "<tr class=\"rule ", rule.won > 0 ? "done" : "open", "\"><td>", XmlEscape(rule.rule->id),
      " <span class=\"place\">line ", rule.rule->span.line, "</span><br><span class=\"place\">",
      XmlEscape(rule.rule->reason.en), "</span></td>", Counts(rule.seen), "<td>",
      rule.won > 0 ? absl::StrCat("decided ", rule.won, " times") : "decided nothing",
      "</td></tr>\n");
  for (const ConditionCoverage& condition : rule.conditions) html += ConditionRow(condition);
  return html;
}

std::string Outcomes(const Coverage& coverage) {
  std::string html = "<h3>Outcomes</h3>\n<ul class=\"outcomes\">\n";
  for (const OutcomeCoverage& outcome : coverage.outcomes()) {
    absl::StrAppend(&html, "<li class=\"", outcome.given > 0 ? "done" : "open", "\">",
                    XmlEscape(outcome.of), " <code>", XmlEscape(outcome.value),
                    "</code>: ", outcome.given > 0 ? absl::StrCat(outcome.given) : "never given",
                    "</li>\n");
  }
  return html + "</ul>\n";
}

std::string BundleHtml(const BundleCoverage& bundle) {
  const Coverage& coverage = *bundle.coverage;
  std::string html = absl::StrCat(
      "<h2>", XmlEscape(coverage.bundle().name), "</h2>\n<p class=\"place\">",
      XmlEscape(bundle.path), ", ", XmlEscape(coverage.bundle().digest),
      "</p>\n<div class=\"sums\"><div>rules<b>", ShareText(coverage.rules_won()),
      "</b></div><div>conditions<b>", ShareText(coverage.conditions_covered()),
      "</b></div><div>outcomes<b>", ShareText(coverage.outcomes_given()), "</b></div></div>\n");
  for (const rules::RuleSet& set : coverage.bundle().rule_sets) {
    absl::StrAppend(&html, "<h3>", XmlEscape(set.name), " <span class=\"place\">",
                    XmlEscape(CallerPath(bundle.path, set.span.file)),
                    "</span></h3>\n<table>\n<tr><th>rule, conditions</th><th class=\"n\">true</th>",
                    "<th class=\"n\">false</th><th class=\"n\">unknown</th><th></th></tr>\n");
    for (const RuleCoverage& rule : coverage.rules()) {
      if (rule.rule_set == &set) html += RuleRows(rule);
    }
    html += "</table>\n";
  }
  return html + Outcomes(coverage);
}

}  // namespace

std::string CoverageHtml(const std::vector<BundleCoverage>& bundles) {
  std::string html = kHead;
  for (const BundleCoverage& bundle : bundles) html += BundleHtml(bundle);
  return html + "</body>\n</html>\n";
}

}  // namespace leadgrade::tools
