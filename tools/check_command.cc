#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "tools/bundle_input.h"
#include "tools/check_report.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/proofs.h"

namespace leadgrade::tools {
namespace {

struct CheckOptions {
  std::vector<std::string> directories;
  std::string format;
  bool no_proofs = false;
  double proof_timeout = 5;
  bool strict = false;
};

std::string Report(const CheckOptions& options, const std::vector<CheckedBundle>& bundles) {
  if (options.format == "json") return CheckJson(bundles);
  if (options.format == "sarif") return CheckSarif(bundles);
  if (options.format == "junit") return CheckJunit(bundles);
  if (options.format == "github") return CheckGithub(bundles);
  return CheckText(bundles);
}

int Check(const CheckOptions& options) {
  if (!AreDirectories(options.directories)) return kUsage;
  std::vector<CheckedBundle> bundles;
  bool ok = true;
  for (const std::string& directory : options.directories) {
    BundleInput input = LoadBundleInput(directory);
    std::optional<Proofs> proofs;
    if (input.bundle != nullptr) {
      CheckCompanions(&input);
      LintInput(&input);
      if (!options.no_proofs) proofs = ProveInput(input, absl::Seconds(options.proof_timeout));
    }
    bundles.push_back(Summarise(input, proofs, options.strict));
    ok &= bundles.back().ok();
  }
  Output output;
  output.Print(Report(options, bundles));
  return output.Finish(ok ? kFine : kBadBundle);
}

}  // namespace

void AddCheck(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("check", "Load, type check, prove and lint bundles of rules");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("directories", options->directories, "Bundle directories")
      ->type_name("DIR")
      ->required();
  AddFormat(command, &options->format, {"text", "json", "sarif", "junit", "github"});
  command->add_flag("--no-proofs", options->no_proofs, "Leave out what takes a proof");
  command
      ->add_option("--proof-timeout", options->proof_timeout,
                   "For each proof; what takes longer is said to be not proved")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command->add_flag("--strict", options->strict, "Warnings count as errors");
  command->footer(
      "Proofs are about all leads there can be: each has an outcome, no rule is out of reach, "
      "none\n"
      "fails, no two are in conflict, and the bundle's own properties hold. Where one does not, a\n"
      "lead shows it. The lint warns of what is likely a mistake: what nothing reads, rules told\n"
      "twice, gaps between bounds, texts that are missing, numbers without a name. Test suites,\n"
      "their fixtures and snapshots, and mappings in the directory are checked as well. Suites "
      "are\n"
      "not run: that is `leadgrade test`.\n"
      "`leadgrade explain-code CODE` says what a code means. What is meant to be as it is says "
      "so:\n"
      "  visits: { … }  # leadgrade: allow LG2002 because the export shows it\n"
      "Exit code 3 where a bundle has an error; with --strict also where it has a warning.\n\n"
      "Examples:\n  leadgrade check rules/sales --strict\n"
      "  leadgrade check rules/sales --format sarif > check.sarif");
  command->callback([options, exit_code] { *exit_code = Check(*options); });
}

}  // namespace leadgrade::tools
