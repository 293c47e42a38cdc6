// `leadgrade diff`.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/bundle_revision.h"
#include "tools/clock_option.h"
#include "tools/commands.h"
#include "tools/diff/diff_report.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/report.h"
#include "tools/terminal_text.h"
#include "tools/trial/lead_feed.h"

namespace leadgrade::tools {
namespace {

struct DiffCommandOptions {
  std::string before, after;
  LeadSource leads;
  std::string now;
  int days = 30;
  bool no_proofs = false;
  double proof_timeout = 5;
  int regions = 5;
  std::string format;
};

class DiffCommand {
 public:
  explicit DiffCommand(const DiffCommandOptions& options) : options_(options) {}

  int Run() {
    int code = LoadBundles();
    if (code == kFine) code = ReadClock();
    if (code != kFine) return code;
    if (!options_.no_proofs) {
      analysis::DiffOptions proofs;
      proofs.limit = absl::Seconds(options_.proof_timeout);
      proofs.max_regions = options_.regions;
      report_.proved = analysis::Diff(report_.before.bundle, report_.after.bundle, proofs);
    }
    if (options_.leads.any()) code = CompareLeads();
    if (code != kFine) return code;
    Output output;
    output.Print(Written());
    return output.Finish(kFine);
  }

 private:
  int LoadBundles() {
    auto pair = LoadBundlePair(options_.before, options_.after);
    if (!pair.ok()) {
      PrintError(pair.status().message());
      return absl::IsUnavailable(pair.status()) ? kInternalError : kUsage;
    }
    report_.before = std::move(pair->first);
    report_.after = std::move(pair->second);
    bool fine = true;
    for (const BundleInput* input : {&report_.before, &report_.after}) {
      if (input->bundle != nullptr) continue;
      std::cerr << PrintableLines(FormatIssues(input->issues));
      fine = false;
    }
    return fine ? kFine : kBadBundle;
  }

  int ReadClock() {
    if (options_.now.empty()) return kFine;
    const auto now = ParseClock(options_.now, report_.after.bundle->time_zone);
    if (!now.ok()) {
      PrintError(absl::StrCat("--now: ", now.status().message()));
      return kUsage;
    }
    now_ = *now;
    return kFine;
  }

  int CompareLeads() {
    std::vector<trial::Comparison> comparisons;
    LeadFeed feed;
    feed.bundles = {report_.before.bundle, report_.after.bundle};
    feed.now = now_;
    DiffReport::Leads leads;
    leads.source = options_.leads.name();
    feed.begin = [&](absl::Time now, int workers) {
      leads.now = now;
      trial::ComparisonOptions options;
      options.now = now;
      options.days = options_.days;
      for (int i = 0; i < workers; ++i) {
        comparisons.emplace_back(report_.before.bundle, report_.after.bundle, options);
      }
    };
    feed.take = [&comparisons](int worker, const std::string& id, const std::string& owner,
                               const facts::Lead& lead) {
      comparisons[static_cast<size_t>(worker)].Add(id, owner, lead);
    };
    if (const int code = FeedLeads(options_.leads, feed); code != kFine) return code;
    for (size_t i = 1; i < comparisons.size(); ++i) comparisons[0].Merge(comparisons[i]);
    if (!comparisons.empty()) leads.result = comparisons[0].result();
    report_.leads = std::move(leads);
    return kFine;
  }

  std::string Written() const {
    if (options_.format == "json") return Dump(ToJson(report_));
    const Document document = ToDocument(report_);
    if (options_.format == "markdown") return ToMarkdown(document);
    if (options_.format == "html") return ToHtml(document);
    return ToText(document);
  }

  const DiffCommandOptions& options_;
  std::optional<absl::Time> now_;
  DiffReport report_;
};

}  // namespace

void AddDiff(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("diff", "Tell what a change of rules does");
  auto options = std::make_shared<DiffCommandOptions>();
  command
      ->add_option("old", options->before,
                   "The rules before: a directory, or a git revision (REV:PATH; REV: of the "
                   "directory that the other one is)")
      ->type_name("OLD")
      ->required();
  command->add_option("new", options->after, "The rules after, likewise")
      ->type_name("NEW")
      ->required();
  AddLeadSource(command, &options->leads);
  command
      ->add_option("--now", options->now,
                   "The clock for the leads [default: the server's, or this machine's]")
      ->type_name("TIME");
  command
      ->add_option("--days", options->days, "How far the actions are looked ahead; 0: not at all")
      ->check(CLI::Range(0, trial::kMaxComparedDays))
      ->capture_default_str();
  command->add_flag("--no-proofs", options->no_proofs, "Leave out what takes a proof");
  command
      ->add_option("--proof-timeout", options->proof_timeout,
                   "For each question of a proof; what takes longer is said to be not proved")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--regions", options->regions,
                   "How many kinds of leads are told apart, at most, for each change")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  AddFormat(command, &options->format, {"text", "json", "markdown", "html"});
  command->footer(
      "Not a comparison of texts: it proves which outputs are the same for every lead there can\n"
      "be, and where one is not, says for which leads, in the rules' own conditions, with a lead\n"
      "that shows it. With leads it also counts them: by the grade they leave and enter, by the\n"
      "actions that begin and end, by owner, and day by day with no further news. Neither a store\n"
      "nor a server is changed.\n"
      "That there are differences is no error: exit code 0.\n\n"
      "Examples:\n"
      "  leadgrade diff main rules/sales\n"
      "  leadgrade diff main rules/sales --server 127.0.0.1:7600 --format markdown");
  command->callback([options, exit_code] { *exit_code = DiffCommand(*options).Run(); });
}

}  // namespace leadgrade::tools
