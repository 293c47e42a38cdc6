#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "engine/decision/test_suite.h"
#include "tools/bundle_input.h"
#include "tools/commands.h"
#include "tools/coverage_report.h"
#include "tools/exit_code.h"
#include "tools/file_output.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"
#include "tools/test_report.h"

namespace leadgrade::tools {
namespace {

struct TestOptions {
  std::vector<std::string> directories;
  std::string format;
  bool coverage = false;
  std::string coverage_format = "text";
  std::string coverage_out;
  double min_coverage = 0;
  double min_mcdc = 0;
  bool update = false;
  std::string filter;
};

// Files of the engine's results as the caller can open them.
void GiveCallersPaths(const std::string& directory, decision::SuiteResults* results) {
  for (decision::CaseResult& result : results->cases) {
    result.span.file = CallerPath(directory, result.span.file);
    for (decision::CaseFailure& failure : result.failures) {
      for (decision::FailureTrace& trace : failure.traces) {
        trace.span.file = CallerPath(directory, trace.span.file);
      }
    }
  }
  for (std::string& stale : results->stale_snapshots) stale = CallerPath(directory, stale);
}

TestedBundle Run(const std::string& directory, const TestOptions& options) {
  TestedBundle tested;
  tested.input = LoadBundleInput(directory);
  if (tested.input.bundle == nullptr) return tested;
  base::IssueList issues;
  tested.results = decision::RunSuites(tested.input.bundle, tested.input.files,
                                       {options.filter, options.update}, &issues);
  AddIssues(issues, &tested.input);
  GiveCallersPaths(tested.input.path, &tested.results);
  return tested;
}

std::string Report(const TestOptions& options, const std::vector<TestedBundle>& bundles) {
  if (options.format == "json") return TestJson(bundles, options.coverage);
  if (options.format == "junit") return TestJunit(bundles);
  return TestText(bundles, options.coverage);
}

std::string CoverageReport(const std::string& format, const std::vector<BundleCoverage>& bundles) {
  if (format == "json") return CoverageJson(bundles);
  if (format == "lcov") return CoverageLcov(bundles);
  if (format == "html") return CoverageHtml(bundles);
  return CoverageText(bundles);
}

// Writes what the run leaves behind; false, said on stderr, where something could not be.
bool WriteFiles(const TestOptions& options, const std::vector<TestedBundle>& bundles) {
  absl::Status status;
  for (const TestedBundle& bundle : bundles) {
    for (const auto& [file, text] : bundle.results.snapshot_files) {
      const std::string path = CallerPath(bundle.input.path, file);
      status.Update(text.has_value() ? WriteFile(path, *text) : RemoveFile(path));
    }
  }
  if (!options.coverage_out.empty()) {
    status.Update(WriteFile(options.coverage_out,
                            CoverageReport(options.coverage_format, CoverageOf(bundles))));
  }
  if (!status.ok()) PrintError(status.message());
  return status.ok();
}

// Whether a share is what was asked for; said on stderr where it is less.
bool IsCovered(const TestedBundle& bundle, const decision::Coverage::Share& share,
               absl::string_view what, absl::string_view option, double asked) {
  if (share.percent() >= asked) return true;
  PrintError(absl::StrCat(bundle.input.path, ": ", share.covered, " of ", share.total, " ", what,
                          "; ", option, " asks for ", asked, "%"));
  return false;
}

// What else than a failing case makes the run a failure, said on stderr.
bool RanEnough(const TestOptions& options, const std::vector<TestedBundle>& bundles) {
  bool enough = true;
  bool any_ran = false;
  for (const TestedBundle& bundle : bundles) {
    any_ran |= !bundle.results.cases.empty();
    if (bundle.results.cases.empty() && options.filter.empty()) {
      PrintError(absl::StrCat(bundle.input.path, ": no test case ran: it has none in a file named",
                              " *_test.yaml"));
      enough = false;
    }
    enough &= IsCovered(bundle, bundle.rules_hit(), "rules were hit", "--min-coverage",
                        options.min_coverage);
    enough &= IsCovered(bundle, bundle.conditions_covered(), "conditions were shown to matter",
                        "--min-mcdc", options.min_mcdc);
  }
  if (any_ran || options.filter.empty()) return enough;
  PrintError(absl::StrCat("no test case ran: none matches --filter `", options.filter,
                          "`, a glob over SUITE/CASE"));
  return false;
}

int Test(const TestOptions& options) {
  if (!AreDirectories(options.directories)) return kUsage;
  std::vector<TestedBundle> bundles;
  for (const std::string& directory : options.directories) {
    bundles.push_back(Run(directory, options));
    std::cerr << PrintableLines(FormatIssues(bundles.back().input.issues));
  }
  Output output;
  output.Print(Report(options, bundles));
  const auto all = [&](auto&& holds) { return std::all_of(bundles.begin(), bundles.end(), holds); };
  if (!all([](const TestedBundle& bundle) { return bundle.loaded(); })) {
    return output.Finish(kBadBundle);
  }
  const bool written = WriteFiles(options, bundles);
  const bool enough = RanEnough(options, bundles);
  const bool passed = all([](const TestedBundle& bundle) { return bundle.failed() == 0; });
  if (!written) return output.Finish(kInternalError);
  return output.Finish(enough && passed ? kFine : kTestsFailed);
}

}  // namespace

void AddTest(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("test", "Run the test suites of bundles");
  auto options = std::make_shared<TestOptions>();
  command->add_option("directories", options->directories, "Bundle directories")
      ->type_name("DIR")
      ->required();
  AddFormat(command, &options->format, {"text", "json", "junit"});
  command->add_flag("--coverage", options->coverage, "Name what no case has shown of the rules");
  CLI::Option* out =
      command
          ->add_option("--coverage-out", options->coverage_out, "Write the coverage to a file too")
          ->type_name("FILE");
  command->add_option("--coverage-format", options->coverage_format, "What that file is")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json", "lcov", "html"}))
      ->needs(out);
  command
      ->add_option("--min-coverage", options->min_coverage,
                   "Fail where fewer of a bundle's rules are hit, in percent")
      ->type_name("PCT")
      ->check(CLI::Range(0.0, 100.0));
  command
      ->add_option("--min-mcdc", options->min_mcdc,
                   "Fail where fewer of its conditions are shown to matter, in percent")
      ->type_name("PCT")
      ->check(CLI::Range(0.0, 100.0));
  command->add_flag("--update", options->update,
                    "Take the decisions of cases with `snapshot: true` for what they should be");
  command->add_option("--filter", options->filter, "Run only the cases SUITE/CASE that match")
      ->type_name("GLOB");
  command->footer(
      "Exit code 4 where a case fails, none ran, or too little was covered; 3 where a bundle or a\n"
      "suite does not load.\n\n"
      "Examples:\n  leadgrade test rules/sales --coverage --filter 'grading/*window*'\n"
      "  leadgrade test rules/sales --coverage-format html --coverage-out coverage.html");
  command->callback([options, exit_code] { *exit_code = Test(*options); });
}

}  // namespace leadgrade::tools
