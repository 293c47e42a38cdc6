#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "service/convert/decision_proto.h"
#include "service/convert/fact_input.h"
#include "tools/bundle_input.h"
#include "tools/clock_option.h"
#include "tools/commands.h"
#include "tools/decision_text.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

struct EvalOptions {
  std::string rules = "rules/sales";
  std::string now;
  std::string input = "-";
  std::string language;
  std::string format;
};

// The whole input, or nothing with a line on stderr.
std::optional<std::string> ReadInput(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      PrintError(absl::StrCat("cannot read `", path, "`: ", std::strerror(errno)));
      return std::nullopt;
    }
  }
  std::istream& stream = path == "-" ? std::cin : file;
  // One more than is taken, so that what is too long shows.
  std::string text(convert::kMaxFactsJsonBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (stream.bad()) {
    PrintError(absl::StrCat("cannot read `", path, "`"));
    return std::nullopt;
  }
  return text;
}

// The lead as the input states it; nothing, with lines on stderr, where it is wrong.
std::optional<facts::Lead> ReadLead(const rules::Bundle& bundle, const EvalOptions& options,
                                    absl::Time now) {
  const std::optional<std::string> text = ReadInput(options.input);
  if (!text.has_value()) return std::nullopt;
  const std::string name = options.input == "-" ? "<stdin>" : options.input;
  absl::StatusOr<convert::JsonInput> input = convert::ReadFactsJson(bundle, *text, now);
  if (!input.ok()) {
    std::cerr << name << ":" << Printable(input.status().message()) << "\n";
    return std::nullopt;
  }
  for (const convert::FieldViolation& violation : input->violations) {
    std::cerr << name << ": " << Printable(violation.field) << ": "
              << Printable(violation.description) << "\n";
  }
  if (!input->violations.empty()) return std::nullopt;
  return std::move(input->lead);
}

int Eval(const EvalOptions& options) {
  if (!AreDirectories({options.rules})) return kUsage;
  const BundleInput rules = LoadBundleInput(options.rules);
  std::cerr << PrintableLines(FormatIssues(rules.issues));
  if (rules.bundle == nullptr) return kBadBundle;
  const absl::TimeZone zone = rules.bundle->time_zone;
  const absl::StatusOr<absl::Time> now =
      options.now.empty() ? absl::Now() : ParseClock(options.now, zone);
  if (!now.ok()) {
    PrintError(absl::StrCat("--now: ", now.status().message()));
    return kUsage;
  }
  const std::optional<facts::Lead> lead = ReadLead(*rules.bundle, options, *now);
  if (!lead.has_value()) return kUsage;
  v1::Decision decision;
  convert::ToProto(decision::Decide(rules.bundle, *lead, *now), "", options.language, &decision);
  Output output;
  output.Print(options.format == "text" ? DecisionText(decision, {options.language, zone})
                                        : convert::ToJson(decision, true));
  return output.Finish(kFine);
}

}  // namespace

void AddEval(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("eval", "Decide on facts from a file, without a server");
  auto options = std::make_shared<EvalOptions>();
  command->add_option("--rules", options->rules, "Bundle directory")
      ->type_name("DIR")
      ->capture_default_str();
  command
      ->add_option("--now", options->now,
                   "The clock: RFC 3339, or a date for its first instant in the bundle's time "
                   "zone [default: the system's clock]")
      ->type_name("T");
  command->add_option("facts", options->input, "The facts, JSON; `-`: standard input")
      ->type_name("FACTS.json")
      ->capture_default_str();
  AddLanguage(command, &options->language);
  AddFormat(command, &options->format, {"json", "text"});
  command->footer(
      "FACTS.json is one object: fact name to value, or to {\"value\", \"status\", \"source\",\n"
      "\"observedTime\"}; optionally \"events\": [{\"type\", \"time\", \"amount\", \"due\"}] and\n"
      "\"gradeHistory\": [{\"grade\", \"time\", \"from\", \"rule\"}].\n\n"
      "Example:\n"
      "  echo '{\"kp_level\": \"FIRST\", \"need\": true}' | leadgrade eval --rules rules/sales "
      "--now 2026-03-01");
  command->callback([options, exit_code] { *exit_code = Eval(*options); });
}

}  // namespace leadgrade::tools
