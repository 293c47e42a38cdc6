#include "tools/cel_options.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "engine/cel/env.h"
#include "tools/bundle_input.h"
#include "tools/clock_option.h"
#include "tools/exit_code.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using NamedSource = std::pair<std::string, std::string>;

std::nullptr_t Refuse(absl::string_view message, int* exit_code) {
  PrintError(Printable(message));
  *exit_code = kUsage;
  return nullptr;
}

// Whether each part of a dotted name can be one.
bool IsName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
  return std::all_of(parts.begin(), parts.end(), cel::IsIdentifier);
}

// The variables in their order; what is wrong with them in `*wrong`.
std::vector<NamedSource> SplitVariables(const std::vector<std::string>& given, std::string* wrong) {
  std::vector<NamedSource> variables;
  for (const std::string& text : given) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos || !IsName(name)) {
      *wrong = absl::StrCat("--var: expected NAME=EXPR, such as `x=5`; got `", text, "`");
    } else if (std::any_of(variables.begin(), variables.end(),
                           [&](const NamedSource& other) { return other.first == name; })) {
      *wrong = absl::StrCat("--var: `", name, "` is given twice");
    } else {
      variables.emplace_back(name, text.substr(equals + 1));
    }
    if (!wrong->empty()) return {};
  }
  return variables;
}

// False with lines on stderr.
bool LoadRules(const std::string& directory, CelSettings* settings, int* exit_code) {
  *exit_code = kUsage;
  if (!AreDirectories({directory})) return false;
  const BundleInput rules = LoadBundleInput(directory);
  std::cerr << PrintableLines(FormatIssues(rules.issues));
  *exit_code = kBadBundle;
  if (rules.bundle == nullptr) return false;
  settings->bundle = rules.bundle;
  settings->zone = rules.bundle->time_zone;
  return true;
}

bool Assign(CelSession* session, const NamedSource& variable, int* exit_code) {
  const CelSession::AssignOutcome outcome = session->Assign(variable.first, variable.second);
  if (outcome.ok()) return true;
  if (!outcome.issues.empty()) {
    std::cerr << PrintableLines(FormatIssues(outcome.issues));
    *exit_code = kBadBundle;
  } else {
    PrintError(Printable(absl::StrCat(variable.first, ": ", outcome.error)));
    *exit_code = kInternalError;
  }
  return false;
}

}  // namespace

void AddCelOptions(CLI::App* command, CelOptions* options) {
  command
      ->add_option("--rules", options->rules,
                   "Bundle directory: its facts, types, parameters and outputs are in scope")
      ->type_name("DIR");
  command
      ->add_option("--var", options->variables,
                   "A variable, or a name of the bundle's, and its value, a CEL expression; may be "
                   "given more than once, and later ones may use earlier ones")
      ->type_name("NAME=EXPR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option(
          "--now", options->now,
          "The clock: RFC 3339, or a date for its first instant in the time zone [default: "
          "the system's clock]")
      ->type_name("T");
  command
      ->add_option("--zone", options->zone,
                   "Time zone by its IANA name [default: the bundle's, or UTC]")
      ->type_name("ZONE");
  command
      ->add_option("--container", options->container,
                   "Where names are looked for first: of `a.b`, `x` is a.b.x, a.x or x")
      ->type_name("NAME");
  command->add_flag("--no-check", options->unchecked,
                    "Evaluate without type checking: every type is dyn");
}

std::unique_ptr<CelSession> OpenCelSession(const CelOptions& options, int* exit_code) {
  std::string wrong;
  const std::vector<NamedSource> variables = SplitVariables(options.variables, &wrong);
  if (!wrong.empty()) return Refuse(wrong, exit_code);
  if (!options.container.empty() && !IsName(options.container)) {
    return Refuse(absl::StrCat("--container: `", options.container, "` can't be a name"),
                  exit_code);
  }
  CelSettings settings;
  settings.zone = absl::UTCTimeZone();
  settings.container = options.container;
  settings.checked = !options.unchecked;
  if (!options.rules.empty() && !LoadRules(options.rules, &settings, exit_code)) return nullptr;
  if (!options.zone.empty() && !absl::LoadTimeZone(options.zone, &settings.zone)) {
    return Refuse(absl::StrCat("--zone: expected an IANA name such as Asia/Shanghai; got `",
                               options.zone, "`"),
                  exit_code);
  }
  const absl::StatusOr<absl::Time> now =
      options.now.empty() ? absl::Now() : ParseClock(options.now, settings.zone);
  if (!now.ok()) return Refuse(absl::StrCat("--now: ", now.status().message()), exit_code);
  settings.now = *now;
  auto session = std::make_unique<CelSession>(std::move(settings));
  for (const NamedSource& variable : variables) {
    if (!Assign(session.get(), variable, exit_code)) return nullptr;
  }
  return session;
}

}  // namespace leadgrade::tools
