#include "tools/check_report.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "tools/junit.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;
using base::Issue;
using base::Severity;

// "sha256:" and as many digits as tell bundles apart.
constexpr size_t kShortDigest = 7 + 12;

// Names the program; it has no page of its own.
constexpr char kInformationUri[] = "urn:leadgrade:command-line";

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

const char* Name(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

std::string SummaryLine(const CheckedBundle& bundle) {
  std::vector<std::string> parts;
  const size_t errors = CountOf(bundle, Severity::kError);
  const size_t warnings = CountOf(bundle, Severity::kWarning);
  if (errors == 0) parts.push_back("ok");
  if (errors > 0) parts.push_back(Count(errors, "error"));
  if (warnings > 0) parts.push_back(Count(warnings, "warning"));
  if (bundle.settled.has_value()) parts.push_back(Count(*bundle.settled, "proof"));
  if (bundle.open.value_or(0) > 0) parts.push_back(absl::StrCat(*bundle.open, " not proved"));
  if (errors == 0) {
    parts.push_back(
        absl::StrCat(bundle.contents, " (", bundle.digest.substr(0, kShortDigest), ")"));
  }
  return absl::StrCat(bundle.path, ": ", absl::StrJoin(parts, ", "), "\n");
}

// A relative or absolute path as a URI reference.
std::string Uri(absl::string_view path) {
  std::string uri = absl::StartsWith(path, "/") ? "file://" : "";
  for (const char c : path) {
    const bool plain = absl::ascii_isalnum(c) || absl::StrContains("/-._~", c);
    absl::StrAppend(
        &uri, plain ? std::string(1, c)
                    : absl::StrCat("%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2)));
  }
  return uri;
}

std::string Words(const Issue& issue) {
  return issue.hint.empty() ? issue.message : absl::StrCat(issue.message, "; ", issue.hint);
}

Json SarifResult(const CheckedIssue& checked, const std::string& directory) {
  const Issue& issue = checked.issue;
  std::string text = Words(issue);
  if (checked.example.has_value()) {
    absl::StrAppend(&text, "\nfor example: ", ToCommand(*checked.example, directory));
  }
  return {{"ruleId", issue.code},
          {"level", Name(issue.severity)},
          {"message", {{"text", std::move(text)}}},
          {"locations",
           {{{"physicalLocation",
              {{"artifactLocation", {{"uri", Uri(issue.span.file)}}},
               {"region",
                {{"startLine", issue.span.line},
                 {"startColumn", issue.span.column},
                 {"endColumn", issue.span.column + issue.span.length}}}}}}}}};
}

std::string Diagnostic(const CheckedIssue& checked, const std::string& directory) {
  std::string text = base::FormatIssue(checked.issue);
  if (checked.example.has_value()) {
    absl::StrAppend(&text, "for example: ", ToCommand(*checked.example, directory));
  }
  return text;
}

Json ExampleJson(const Example& example) {
  Json values = Json::object();
  for (const auto& [fact, value] : example.values) values[fact] = value;
  return {{"now", example.now}, {"facts", Json::parse(example.facts)}, {"values", values}};
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
  const auto place = [](const CheckedIssue& checked) {
    const base::SourceSpan& span = checked.issue.span;
    return std::tie(span.file, span.line, span.column);
  };
  std::stable_sort(
      bundle.issues.begin(), bundle.issues.end(),
      [&](const CheckedIssue& a, const CheckedIssue& b) { return place(a) < place(b); });
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
    Json issues = Json::array();
    for (const CheckedIssue& checked : bundle.issues) {
      issues.push_back(IssueJson(checked.issue));
      if (checked.example.has_value()) issues.back()["example"] = ExampleJson(*checked.example);
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
                   {"issues", std::move(issues)}});
  }
  return Dump({{"bundles", std::move(all)}});
}

std::string CheckSarif(const std::vector<CheckedBundle>& bundles) {
  std::set<std::string> codes;
  Json results = Json::array();
  for (const CheckedBundle& bundle : bundles) {
    for (const CheckedIssue& checked : bundle.issues) {
      codes.insert(checked.issue.code);
      results.push_back(SarifResult(checked, bundle.path));
    }
  }
  Json rules = Json::array();
  for (const std::string& code : codes) rules.push_back({{"id", code}});
  const Json driver = {
      {"name", "leadgrade"}, {"informationUri", kInformationUri}, {"rules", std::move(rules)}};
  Json run = {{"tool", {{"driver", driver}}},
              {"columnKind", "unicodeCodePoints"},
              {"results", std::move(results)}};
  return Dump({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", Json::array({std::move(run)})}});
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
