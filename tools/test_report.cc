#include "tools/test_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "tools/junit.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using decision::CaseFailure;
using decision::CaseResult;
using decision::FailureTrace;
using decision::TermTrace;
using decision::Truth;

std::string FullName(const CaseResult& result) {
  return absl::StrCat(result.suite, "/", result.name);
}

const char* TruthName(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "true";
    case Truth::kFalse:
      return "false";
    case Truth::kUnknown:
      return "unknown";
    case Truth::kError:
      return "error";
  }
  return "";
}

// The rule's place, then a line for each part of its condition.
std::string TraceText(const FailureTrace& trace) {
  std::string text = absl::StrCat(trace.title, ", ", trace.span.file, ":", trace.span.line, "\n");
  for (const TermTrace& term : trace.terms) {
    const std::string truth = TruthName(term.truth);
    absl::StrAppend(&text, "  ", truth, std::string(8 - truth.size(), ' '), term.source);
    if (!term.facts.empty()) absl::StrAppend(&text, "   (", absl::StrJoin(term.facts, ", "), ")");
    text.push_back('\n');
  }
  return text;
}

// The message, and below it how it came to be.
std::string FailureText(const CaseFailure& failure) {
  std::string text = failure.message;
  for (const FailureTrace& trace : failure.traces) {
    std::string lines = TraceText(trace);
    lines.pop_back();
    absl::StrAppend(&text, "\n  ", absl::StrReplaceAll(lines, {{"\n", "\n  "}}));
  }
  return text;
}

std::string SummaryLine(const TestedBundle& bundle) {
  if (!bundle.loaded()) return "does not load\n";
  return absl::StrCat(bundle.passed(), " passed, ", bundle.failed(), " failed; rules hit ",
                      ShareText(bundle.rules_hit()), "\n");
}

Json FailureJson(const CaseFailure& failure) {
  Json traces = Json::array();
  for (const FailureTrace& trace : failure.traces) {
    Json terms = Json::array();
    for (const TermTrace& term : trace.terms) {
      terms.push_back(
          {{"source", term.source}, {"truth", TruthName(term.truth)}, {"facts", term.facts}});
    }
    traces.push_back({{"title", trace.title},
                      {"file", trace.span.file},
                      {"line", trace.span.line},
                      {"terms", std::move(terms)}});
  }
  return {{"what", failure.what},
          {"expected", failure.expected},
          {"got", failure.got},
          {"message", failure.message},
          {"traces", std::move(traces)}};
}

Json CaseJson(const CaseResult& result) {
  Json failures = Json::array(), details = Json::array();
  for (const CaseFailure& failure : result.failures) {
    failures.push_back(failure.message);
    details.push_back(FailureJson(failure));
  }
  return {{"suite", result.suite},           {"name", result.name},
          {"file", result.span.file},        {"line", result.span.line},
          {"column", result.span.column},    {"passed", result.passed},
          {"failures", std::move(failures)}, {"details", std::move(details)}};
}

Json RulesNotHit(const TestedBundle& bundle) {
  Json names = Json::array();
  if (bundle.results.coverage == nullptr) return names;
  for (const decision::RuleCoverage& rule : bundle.results.coverage->rules()) {
    if (rule.won == 0) names.push_back(absl::StrCat(rule.rule_set->name, "/", rule.rule->id));
  }
  return names;
}

JunitSuite Unloaded(const TestedBundle& bundle) {
  JunitCase load{bundle.input.path, "load", "", 0, FormatIssues(bundle.input.issues), ""};
  return {bundle.input.path, {std::move(load)}};
}

}  // namespace

size_t TestedBundle::passed() const {
  return std::count_if(results.cases.begin(), results.cases.end(),
                       [](const CaseResult& result) { return result.passed; });
}

decision::Coverage::Share TestedBundle::rules_hit() const {
  return results.coverage == nullptr ? decision::Coverage::Share() : results.coverage->rules_won();
}

decision::Coverage::Share TestedBundle::conditions_covered() const {
  return results.coverage == nullptr ? decision::Coverage::Share()
                                     : results.coverage->conditions_covered();
}

std::vector<BundleCoverage> CoverageOf(const std::vector<TestedBundle>& bundles) {
  std::vector<BundleCoverage> all;
  for (const TestedBundle& bundle : bundles) {
    if (bundle.loaded() && bundle.results.coverage != nullptr) {
      all.push_back({bundle.input.path, bundle.results.coverage});
    }
  }
  return all;
}

std::string TestText(const std::vector<TestedBundle>& bundles, bool coverage) {
  std::string text;
  for (const TestedBundle& bundle : bundles) {
    for (const CaseResult& result : bundle.results.cases) {
      if (result.passed) continue;
      absl::StrAppend(&text, result.span.file, ":", result.span.line,
                      ": failed: ", Printable(FullName(result)), "\n");
      for (const CaseFailure& failure : result.failures) {
        const std::string lines =
            absl::StrReplaceAll(PrintableLines(FailureText(failure)), {{"\n", "\n  "}});
        absl::StrAppend(&text, "  ", lines, "\n");
      }
    }
    for (const std::string& stale : bundle.results.stale_snapshots) {
      absl::StrAppend(&text, "stale snapshot, `--update` removes it: ", Printable(stale), "\n");
    }
    if (bundles.size() > 1) absl::StrAppend(&text, bundle.input.path, ": ");
    text += SummaryLine(bundle);
  }
  return coverage ? text + CoverageText(CoverageOf(bundles)) : text;
}

std::string TestJson(const std::vector<TestedBundle>& bundles, bool coverage) {
  Json all = Json::array();
  for (const TestedBundle& bundle : bundles) {
    const rules::Bundle* rules = bundle.input.bundle.get();
    Json cases = Json::array();
    for (const CaseResult& result : bundle.results.cases) cases.push_back(CaseJson(result));
    Json out = {{"path", bundle.input.path},
                {"name", rules == nullptr ? Json() : Json(rules->name)},
                {"digest", rules == nullptr ? Json() : Json(rules->digest)},
                {"passed", bundle.passed()},
                {"failed", bundle.failed()},
                {"rulesTotal", bundle.rules_hit().total},
                {"rulesHit", bundle.rules_hit().covered},
                {"coverage", bundle.rules_hit().percent()},
                {"rulesNotHit", RulesNotHit(bundle)},
                {"conditionsTotal", bundle.conditions_covered().total},
                {"conditionsCovered", bundle.conditions_covered().covered},
                {"mcdc", bundle.conditions_covered().percent()},
                {"cases", std::move(cases)},
                {"staleSnapshots", bundle.results.stale_snapshots},
                {"issues", IssuesJson(bundle.input.issues.Sorted())}};
    if (coverage && bundle.loaded() && bundle.results.coverage != nullptr) {
      out["coverageReport"] = CoverageJsonOf({bundle.input.path, bundle.results.coverage});
    }
    all.push_back(std::move(out));
  }
  return Dump({{"bundles", std::move(all)}});
}

std::string TestJunit(const std::vector<TestedBundle>& bundles) {
  std::vector<JunitSuite> suites;
  for (const TestedBundle& bundle : bundles) {
    if (!bundle.loaded()) suites.push_back(Unloaded(bundle));
    const size_t first = suites.size();
    for (const CaseResult& result : bundle.results.cases) {
      // Cases come suite by suite.
      if (suites.size() == first || suites.back().name != result.suite) {
        suites.push_back({result.suite, {}});
      }
      std::vector<std::string> failures;
      for (const CaseFailure& failure : result.failures) failures.push_back(FailureText(failure));
      suites.back().cases.push_back(JunitCase{absl::StrCat(bundle.input.path, "/", result.suite),
                                              result.name, result.span.file, result.span.line,
                                              absl::StrJoin(failures, "\n"), ""});
    }
  }
  return ToJunit(suites);
}

}  // namespace leadgrade::tools
