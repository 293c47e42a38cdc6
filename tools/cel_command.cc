#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "nlohmann/json.hpp"
#include "tools/cel_options.h"
#include "tools/cel_session.h"
#include "tools/cel_text.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;

struct CelCommandOptions {
  CelOptions session;
  std::string expression;
  std::string format;
  bool type = false;
  bool explain = false;
};

// One byte more than an expression may have, so that what is too long shows.
std::string ReadStdin() {
  std::string text(base::kMaxExpressionBytes + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::cin.gcount()));
  return text;
}

class CelCommand {
 public:
  CelCommand(const CelCommandOptions& options, const CelSession& session)
      : options_(options),
        session_(session),
        json_(options.format == "json"),
        file_(options.expression == "-" ? "<stdin>" : "<expression>"),
        source_(options.expression == "-" ? ReadStdin() : options.expression) {}

  int Run() {
    if (options_.type) return PrintType();
    if (options_.explain) return PrintExplanation();
    const CelSession::Outcome outcome = session_.Evaluate(file_, source_);
    if (outcome.program == nullptr) return Refuse(outcome.issues);
    if (json_) {
      Json json = OutcomeJson(session_, outcome.value);
      if (json.contains("value")) json["type"] = outcome.program->type().ToString();
      output_.Print(Dump(json));
    } else if (HasValue(outcome.value)) {
      output_.Print(absl::StrCat(ForStdout(cel::ToString(outcome.value)), "\n"));
    } else {
      std::cerr << Printable(session_.ToText(outcome.value)) << "\n";
    }
    return Finish(outcome.value);
  }

 private:
  static bool HasValue(const cel::Value& value) { return !value.is_error() && !value.is_unknown(); }

  int Finish(const cel::Value& value) {
    return output_.Finish(HasValue(value) ? kFine : kInternalError);
  }

  int Refuse(const base::IssueList& issues) {
    std::cerr << PrintableLines(FormatIssues(issues));
    return output_.Finish(kBadBundle);
  }

  int PrintType() {
    const CelSession::Outcome outcome = session_.Compile(file_, source_);
    if (outcome.program == nullptr) return Refuse(outcome.issues);
    const std::string type = outcome.program->type().ToString();
    output_.Print(json_ ? Dump({{"type", type}}) : absl::StrCat(ForStdout(type), "\n"));
    return output_.Finish(kFine);
  }

  int PrintExplanation() {
    base::IssueList issues;
    const auto explanation = session_.Explain(file_, source_, &issues);
    if (!explanation.has_value()) return Refuse(issues);
    output_.Print(json_ ? Dump(ExplanationJson(session_, source_, *explanation))
                        : ExplanationText(session_, source_, *explanation));
    return Finish(explanation->whole.value);
  }

  const CelCommandOptions& options_;
  const CelSession& session_;
  const bool json_;
  const std::string file_;
  const std::string source_;
  Output output_;
};

int Cel(const CelCommandOptions& options) {
  int exit_code = kFine;
  const std::unique_ptr<CelSession> session = OpenCelSession(options.session, &exit_code);
  return session == nullptr ? exit_code : CelCommand(options, *session).Run();
}

}  // namespace

void AddCel(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("cel", "Evaluate one CEL expression");
  auto options = std::make_shared<CelCommandOptions>();
  command
      ->add_option("expression", options->expression,
                   "The expression; `-`: standard input. One that begins with `-` goes behind `--`")
      ->type_name("EXPR")
      ->required();
  AddCelOptions(command, &options->session);
  CLI::Option* type = command->add_flag("--type", options->type, "Print its type, and no value");
  command
      ->add_flag("--explain", options->explain,
                 "Print the value of each part, and which were not needed")
      ->excludes(type);
  AddFormat(command, &options->format, {"text", "json"});
  command->footer(
      "The value is printed as a CEL literal. With --rules nothing is stated of the lead: a fact "
      "is\n"
      "unknown until a --var gives it, and derived facts follow from those given.\n\n"
      "Exit codes: 0 a value; 1 its evaluation fails (`error: …` on stderr) or lacks facts\n"
      "(`unknown: NAME, …` on stderr); 2 usage; 3 it does not parse or type check.\n\n"
      "Example:\n"
      "  leadgrade cel 'seats * price > 1000.0' --var seats=double(12) --var price=99.5\n"
      "  leadgrade cel 'approval_layers' --rules rules/sales --var kp_level=SECOND");
  command->callback([options, exit_code] { *exit_code = Cel(*options); });
}

}  // namespace leadgrade::tools
