#include "tools/check_report.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/rules/silences.h"
#include "nlohmann/json.hpp"
#include "tools/annotations.h"
#include "tools/junit.h"
#include "tools/report.h"
#include "tools/sarif.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using base::Issue;
using base::Severity;

// "sha256:" and as many digits as tell bundles apart.
constexpr size_t kShortDigest = 7 + 12;

std::string Contents(const rules::Bundle& bundle) {
  size_t rules = 0;
  for (const rules::RuleSet& set : bundle.rule_sets) rules += set.rules.size();
  return absl::StrCat(Count(bundle.schema.facts.size(), "fact"), ", ",
                      Count(bundle.rule_sets.size(), "rule set"), ", ", Count(rules, "rule"), ", ",
                      Count(bundle.actions.size(), "action"));
}

size_t CountOf(const CheckedBundle& bundle, Severity severity) {
  return std::count_if(
      bundle.issues.begin(), bundle.issues.end(),
      [severity](const CheckedIssue& checked) { return checked.issue.severity == severity; });
}

std::string SummaryLine(const CheckedBundle& bundle) {
  std::vector<std::string> parts;
  const size_t errors = CountOf(bundle, Severity::kError);
  const size_t warnings = CountOf(bundle, Severity::kWarning);
  if (errors == 0) parts.push_back("ok");
  if (errors > 0) parts.push_back(Count(errors, "error"));
  if (warnings > 0) parts.push_back(Count(warnings, "warning"));
  if (bundle.settled.has_value()) parts.push_back(Count(*bundle.settled, "proof"));
  if (bundle.open.value_or(0) > 0) parts.push_back(absl::StrCat(*bundle.open, " not proved"));
  if (!bundle.silenced.empty()) parts.push_back(absl::StrCat(bundle.silenced.size(), " silenced"));
  if (errors == 0) {
    parts.push_back(
        absl::StrCat(bundle.contents, " (", bundle.digest.substr(0, kShortDigest), ")"));
  }
  return absl::StrCat(bundle.path, ": ", absl::StrJoin(parts, ", "), "\n");
}

// A command that shows the finding's example; "" where there is none.
std::string ExampleText(const CheckedIssue& checked, const std::string& directory) {
  return checked.example.has_value()
             ? absl::StrCat("for example: ", ToCommand(*checked.example, directory))
             : "";
}

std::string Diagnostic(const CheckedIssue& checked, const std::string& directory) {
  return absl::StrCat(base::FormatIssue(checked.issue), ExampleText(checked, directory));
}

Json ExampleJson(const Example& example) {
  Json values = Json::object();
  for (const auto& [fact, value] : example.values) values[fact] = value;
  return {{"now", example.now}, {"facts", Json::parse(example.facts)}, {"values", values}};
}

Json CheckedJson(const CheckedIssue& checked) {
  Json json = IssueJson(checked.issue);
  if (checked.example.has_value()) json["example"] = ExampleJson(*checked.example);
  return json;
}

void SortByPlace(std::vector<CheckedIssue>* issues) {
  const auto place = [](const CheckedIssue& checked) {
    const base::SourceSpan& span = checked.issue.span;
    return std::tie(span.file, span.line, span.column, checked.issue.code);
  };
  std::stable_sort(
      issues->begin(), issues->end(),
      [&](const CheckedIssue& a, const CheckedIssue& b) { return place(a) < place(b); });
}

// Takes out of the issues those that are silenced where they are, and adds what is wrong with
// silences.
void Silence(const BundleInput& input, bool proved, CheckedBundle* bundle) {
  rules::BundleFiles files;  // by the names that issues have
  for (const auto& [file, text] : input.files) files[CallerPath(input.path, file)] = text;
  base::IssueList wrong;
  rules::Silences silences = rules::Silences::Parse(files, &wrong);
  std::vector<CheckedIssue> kept;
  SortByPlace(&bundle->issues);
  for (CheckedIssue& checked : bundle->issues) {
    const std::string* reason = silences.ReasonFor(checked.issue);
    if (reason == nullptr) {
      kept.push_back(std::move(checked));
    } else {
      bundle->silenced.push_back({std::move(checked), *reason});
    }
  }
  std::vector<std::string> looked_for = {"LG2"};
  if (proved) looked_for.push_back("LG3");
  silences.ReportUnneeded(looked_for, &wrong);
  for (const Issue& issue : wrong.Sorted()) kept.push_back({issue, std::nullopt});
  bundle->issues = std::move(kept);
}

JunitCase FileCase(const CheckedBundle& bundle, const std::string& file) {
  JunitCase test{bundle.path, file, file, 0, "", ""};
  for (const CheckedIssue& checked : bundle.issues) {
    const Issue& issue = checked.issue;
    if (issue.span.file != file) continue;
    if (test.line == 0) test.line = issue.span.line;
    const bool error = issue.severity == Severity::kError;
    absl::StrAppend(error ? &test.failure : &test.output, Diagnostic(checked, bundle.path));
  }
  return test;
}

}  // namespace

bool CheckedBundle::ok() const { return CountOf(*this, Severity::kError) == 0; }

CheckedBundle Summarise(const BundleInput& input, const std::optional<Proofs>& proofs,
                        bool strict) {
  CheckedBundle bundle;
  bundle.path = input.path;
  if (input.bundle != nullptr) {
    bundle.name = input.bundle->name;
    bundle.digest = input.bundle->digest;
    bundle.contents = Contents(*input.bundle);
  }
  for (const Issue& issue : input.issues.Sorted()) bundle.issues.push_back({issue, std::nullopt});
  if (proofs.has_value()) {
    bundle.issues.insert(bundle.issues.end(), proofs->issues.begin(), proofs->issues.end());
    bundle.settled = proofs->settled;
    bundle.open = proofs->open;
  }
  if (input.bundle != nullptr) Silence(input, proofs.has_value(), &bundle);
  SortByPlace(&bundle.issues);
  std::set<std::string> files;
  for (const auto& [file, text] : input.files) files.insert(CallerPath(input.path, file));
  for (CheckedIssue& checked : bundle.issues) {
    if (strict) checked.issue.severity = Severity::kError;
    files.insert(checked.issue.span.file);
  }
  bundle.files.assign(files.begin(), files.end());
  return bundle;
}

std::string CheckText(const std::vector<CheckedBundle>& bundles) {
  std::string text;
  for (const CheckedBundle& bundle : bundles) {
    for (const CheckedIssue& checked : bundle.issues) {
      text += PrintableLines(Diagnostic(checked, bundle.path));
    }
    text += SummaryLine(bundle);
  }
  return text;
}

std::string CheckJson(const std::vector<CheckedBundle>& bundles) {
  Json all = Json::array();
  for (const CheckedBundle& bundle : bundles) {
    const bool loaded = !bundle.digest.empty();
    Json issues = Json::array(), silenced = Json::array();
    for (const CheckedIssue& checked : bundle.issues) issues.push_back(CheckedJson(checked));
    for (const SilencedIssue& each : bundle.silenced) {
      silenced.push_back(CheckedJson(each.checked));
      silenced.back()["reason"] = each.reason;
    }
    Json proofs;
    if (bundle.settled.has_value()) {
      proofs = {{"settled", *bundle.settled}, {"open", *bundle.open}};
    }
    all.push_back({{"path", bundle.path},
                   {"name", loaded ? Json(bundle.name) : Json()},
                   {"digest", loaded ? Json(bundle.digest) : Json()},
                   {"ok", bundle.ok()},
                   {"proofs", std::move(proofs)},
                   {"issues", std::move(issues)},
                   {"silenced", std::move(silenced)}});
  }
  return Dump({{"bundles", std::move(all)}});
}

std::string CheckSarif(const std::vector<CheckedBundle>& bundles) {
  std::vector<SarifResult> results;
  for (const CheckedBundle& bundle : bundles) {
    for (const CheckedIssue& checked : bundle.issues) {
      results.push_back({checked.issue, ExampleText(checked, bundle.path), ""});
    }
    for (const SilencedIssue& each : bundle.silenced) {
      results.push_back({each.checked.issue, ExampleText(each.checked, bundle.path), each.reason});
    }
  }
  return ToSarif(results);
}

std::string CheckGithub(const std::vector<CheckedBundle>& bundles) {
  std::string text;
  for (const CheckedBundle& bundle : bundles) {
    for (const CheckedIssue& checked : bundle.issues) {
      text += IssueAnnotation(checked.issue, ExampleText(checked, bundle.path));
    }
    text += SummaryLine(bundle);
  }
  return text;
}

std::string CheckJunit(const std::vector<CheckedBundle>& bundles) {
  std::vector<JunitSuite> suites;
  for (const CheckedBundle& bundle : bundles) {
    JunitSuite suite{bundle.path, {}};
    for (const std::string& file : bundle.files) suite.cases.push_back(FileCase(bundle, file));
    suites.push_back(std::move(suite));
  }
  return ToJunit(suites);
}

}  // namespace leadgrade::tools
