#include "tools/proofs.h"

#include "absl/strings/str_cat.h"
#include "engine/analysis/prove.h"
#include "engine/decision/decision.h"
#include "service/convert/lead_json.h"

namespace leadgrade::tools {
namespace {

// For a shell, as one word.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) absl::StrAppend(&out, c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
}

}  // namespace

Example ToExample(const std::shared_ptr<const rules::Bundle>& bundle,
                  const analysis::Witness& witness) {
  Example example;
  example.now = absl::FormatTime("%Y-%m-%dT%H:%M:%E*S%Ez", witness.now, bundle->time_zone);
  example.facts = convert::WriteFactsJson(witness.lead, witness.now, bundle->time_zone);
  decision::DecideOptions options;
  options.valid_until = false;
  options.fact_values = true;
  example.values = decision::Decide(bundle, witness.lead, witness.now, options).fact_values;
  return example;
}

Proofs ProveInput(const BundleInput& input, absl::Duration limit) {
  analysis::ProveOptions options;
  options.limit = limit;
  analysis::ProofReport report = analysis::Prove(input.bundle, input.files, options);
  Proofs proofs;
  proofs.settled = report.settled;
  proofs.open = report.open;
  for (analysis::Finding& finding : report.findings) {
    CheckedIssue& checked = proofs.issues.emplace_back();
    checked.issue = std::move(finding.issue);
    checked.issue.span.file = CallerPath(input.path, checked.issue.span.file);
    if (finding.witness.has_value()) checked.example = ToExample(input.bundle, *finding.witness);
  }
  return proofs;
}

std::string ToCommand(const Example& example, const std::string& directory) {
  return absl::StrCat("printf %s ", Quoted(example.facts), " | leadgrade eval --rules ",
                      Quoted(directory), " --now ", example.now, " --format text\n");
}

}  // namespace leadgrade::tools
