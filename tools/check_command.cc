#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "tools/bundle_input.h"
#include "tools/check_report.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

struct CheckOptions {
  std::vector<std::string> directories;
  std::string format;
  bool no_proofs = false;
  bool strict = false;
};

std::string Report(const CheckOptions& options, const std::vector<CheckedBundle>& bundles) {
  if (options.format == "json") return CheckJson(bundles);
  if (options.format == "sarif") return CheckSarif(bundles);
  if (options.format == "junit") return CheckJunit(bundles);
  return CheckText(bundles);
}

int Check(const CheckOptions& options) {
  if (!AreDirectories(options.directories)) return kUsage;
  std::vector<CheckedBundle> bundles;
  bool ok = true;
  for (const std::string& directory : options.directories) {
    BundleInput input = LoadBundleInput(directory);
    if (input.bundle != nullptr) CheckCompanions(&input);
    bundles.push_back(Summarise(input, options.strict));
    ok &= bundles.back().ok();
  }
  Output output;
  output.Print(Report(options, bundles));
  return output.Finish(ok ? kFine : kBadBundle);
}

}  // namespace

void AddCheck(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("check", "Load and type check bundles of rules");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("directories", options->directories, "Bundle directories")
      ->type_name("DIR")
      ->required();
  AddFormat(command, &options->format, {"text", "json", "sarif", "junit"});
  command->add_flag("--no-proofs", options->no_proofs,
                    "Load and type check only. Nothing more is done without it yet");
  command->add_flag("--strict", options->strict, "Warnings count as errors");
  command->footer(
      "Test suites, their fixtures and snapshots, and mappings in the directory are checked as "
      "well.\n"
      "Suites are not run: that is `leadgrade test`.\n"
      "Exit code 3 where a bundle has an error.\n\n"
      "Example:\n  leadgrade check rules/sales --format sarif > check.sarif");
  command->callback([options, exit_code] { *exit_code = Check(*options); });
}

}  // namespace leadgrade::tools
