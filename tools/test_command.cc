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
#include "tools/exit_code.h"
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
  double min_coverage = 0;
  std::string filter;
};

TestedBundle Run(const std::string& directory, const std::string& filter) {
  TestedBundle tested;
  tested.input = LoadBundleInput(directory);
  if (tested.input.bundle == nullptr) return tested;
  base::IssueList issues;
  tested.results = decision::RunSuites(tested.input.bundle, tested.input.files, filter, &issues);
  AddIssues(issues, &tested.input);
  for (decision::CaseResult& result : tested.results.cases) {
    result.span.file = CallerPath(tested.input.path, result.span.file);
  }
  return tested;
}

std::string Report(const TestOptions& options, const std::vector<TestedBundle>& bundles) {
  if (options.format == "json") return TestJson(bundles);
  if (options.format == "junit") return TestJunit(bundles);
  return TestText(bundles, options.coverage);
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
    if (bundle.coverage() < options.min_coverage) {
      PrintError(absl::StrCat(
          bundle.input.path, ": ", bundle.rules_hit(), " of ", bundle.results.rules_total,
          " rules were hit; --min-coverage asks for ", options.min_coverage, "%"));
      enough = false;
    }
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
    bundles.push_back(Run(directory, options.filter));
    std::cerr << PrintableLines(FormatIssues(bundles.back().input.issues));
  }
  Output output;
  output.Print(Report(options, bundles));
  const auto all = [&](auto&& holds) { return std::all_of(bundles.begin(), bundles.end(), holds); };
  if (!all([](const TestedBundle& bundle) { return bundle.loaded(); })) {
    return output.Finish(kBadBundle);
  }
  const bool enough = RanEnough(options, bundles);
  const bool passed = all([](const TestedBundle& bundle) { return bundle.failed() == 0; });
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
  command->add_flag("--coverage", options->coverage, "List the rules that decided no case");
  command
      ->add_option("--min-coverage", options->min_coverage,
                   "Fail where fewer of a bundle's rules are hit, in percent")
      ->type_name("PCT")
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--filter", options->filter, "Run only the cases SUITE/CASE that match")
      ->type_name("GLOB");
  command->footer(
      "Exit code 4 where a case fails, none ran, or too few rules were hit; 3 where a bundle or a\n"
      "suite does not load.\n\n"
      "Example:\n  leadgrade test rules/sales --coverage --filter 'grading/*window*'");
  command->callback([options, exit_code] { *exit_code = Test(*options); });
}

}  // namespace leadgrade::tools
