#include "tools/command_line.h"

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "service/server/version.h"
#include "tools/exit_code.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

constexpr char kFooter[] =
    "Example:\n"
    "  leadgrade serve --rules rules/sales --data ./leadgrade-data\n\n"
    "Exit codes:\n"
    "  0  fine\n"
    "  1  internal error, or what was asked for could not be done\n"
    "  2  usage: arguments or a config file that are not understood\n"
    "  3  the bundle of rules, or an expression, does not load, type check or prove\n"
    "  4  tests failed, or coverage is below what was asked for\n"
    "  5  the server, or the data directory, could not be reached\n\n"
    "`leadgrade COMMAND --help` has more on each command.";

// The subcommand that the arguments name, as far as they were understood.
const CLI::App& CommandNamed(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

// "leadgrade leads list".
std::string FullName(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name()
                           : absl::StrCat(FullName(*parent), " ", command.get_name());
}

// "there is no WHAT `GIVEN`", and the nearest of the names where one is near.
std::string Unknown(absl::string_view what, absl::string_view given,
                    const std::vector<std::string>& names) {
  const std::string hint = base::DidYouMean(given, names);
  return absl::StrCat("there is no ", what, " `", given, "`", hint.empty() ? "" : "; ", hint);
}

// An argument that the command does not know.
std::string UnknownArgument(const CLI::App& command, const std::string& given) {
  std::vector<std::string> names;
  if (absl::StartsWith(given, "-")) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return Unknown("option", given.substr(0, given.find('=')), names);
  }
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names.empty() ? absl::StrCat("unexpected argument `", given, "`")
                       : Unknown("command", given, names);
}

int UsageError(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = CommandNamed(app);
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  PrintError(unknown.empty() ? error.what() : UnknownArgument(command, unknown.front()));
  std::cerr << "run `" << FullName(command) << " --help`\n";
  return kUsage;
}

int Run(CLI::App& app, int argc, const char* const* argv, const int* exit_code) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version end the parsing by an exception too.
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      return app.exit(error);
    }
    return UsageError(app, error);
  }
  return *exit_code;
}

}  // namespace

void DeclareProgram(CLI::App& app) {
  app.name("leadgrade");
  app.description("Grades sales leads by rules.");
  app.footer(kFooter);
  app.set_version_flag("--version", absl::StrCat("leadgrade ", server::kVersion));
  app.require_subcommand(1);
  // As with other programs the last one counts, so that a script can put its own before "$@".
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

int RunProgram(CLI::App& app, int argc, const char* const* argv, const int* exit_code) {
  try {
    return Run(app, argc, argv, exit_code);
  } catch (const std::exception& error) {
    PrintError(absl::StrCat("internal: ", error.what()));
  } catch (...) {
    PrintError("internal: an unknown exception");
  }
  return kInternalError;
}

}  // namespace leadgrade::tools
