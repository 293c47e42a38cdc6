#include "tools/test_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "tools/junit.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using decision::CaseResult;

std::string FullName(const CaseResult& result) {
  return absl::StrCat(result.suite, "/", result.name);
}

// Rounded down, so that 100% is all of them.
int WholePercent(double percent) { return static_cast<int>(std::floor(percent)); }

std::string SummaryLine(const TestedBundle& bundle) {
  if (!bundle.loaded()) return "does not load\n";
  return absl::StrCat(bundle.passed(), " passed, ", bundle.failed(), " failed; rules hit ",
                      bundle.rules_hit(), "/", bundle.results.rules_total, " (",
                      WholePercent(bundle.coverage()), "%)\n");
}

Json CaseJson(const CaseResult& result) {
  return {{"suite", result.suite},
          {"name", result.name},
          {"file", result.span.file},
          {"line", result.span.line},
          {"column", result.span.column},
          {"passed", result.passed},
          {"failures", Json(result.failures)}};
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

int TestedBundle::rules_hit() const {
  return results.rules_total - static_cast<int>(results.rules_not_hit.size());
}

double TestedBundle::coverage() const {
  return results.rules_total == 0 ? 100 : 100.0 * rules_hit() / results.rules_total;
}

std::string TestText(const std::vector<TestedBundle>& bundles, bool coverage) {
  std::string text;
  for (const TestedBundle& bundle : bundles) {
    for (const CaseResult& result : bundle.results.cases) {
      if (result.passed) continue;
      absl::StrAppend(&text, result.span.file, ":", result.span.line,
                      ": failed: ", Printable(FullName(result)), "\n");
      for (const std::string& failure : result.failures) {
        absl::StrAppend(&text, "  ", Printable(failure), "\n");
      }
    }
    if (coverage && bundle.loaded()) {
      for (const std::string& rule : bundle.results.rules_not_hit) {
        absl::StrAppend(&text, "not hit: ", rule, "\n");
      }
    }
    if (bundles.size() > 1) absl::StrAppend(&text, bundle.input.path, ": ");
    text += SummaryLine(bundle);
  }
  return text;
}

std::string TestJson(const std::vector<TestedBundle>& bundles) {
  Json all = Json::array();
  for (const TestedBundle& bundle : bundles) {
    const rules::Bundle* rules = bundle.input.bundle.get();
    Json cases = Json::array();
    for (const CaseResult& result : bundle.results.cases) cases.push_back(CaseJson(result));
    all.push_back({{"path", bundle.input.path},
                   {"name", rules == nullptr ? Json() : Json(rules->name)},
                   {"digest", rules == nullptr ? Json() : Json(rules->digest)},
                   {"passed", bundle.passed()},
                   {"failed", bundle.failed()},
                   {"rulesTotal", bundle.results.rules_total},
                   {"rulesHit", bundle.rules_hit()},
                   {"coverage", bundle.coverage()},
                   {"rulesNotHit", Json(bundle.results.rules_not_hit)},
                   {"cases", std::move(cases)},
                   {"issues", IssuesJson(bundle.input.issues.Sorted())}});
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
      suites.back().cases.push_back(JunitCase{absl::StrCat(bundle.input.path, "/", result.suite),
                                              result.name, result.span.file, result.span.line,
                                              absl::StrJoin(result.failures, "\n"), ""});
    }
  }
  return ToJunit(suites);
}

}  // namespace leadgrade::tools
