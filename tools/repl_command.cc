#include <iostream>
#include <memory>

#include "CLI/CLI.hpp"
#include "engine/base/limits.h"
#include "tools/cel_options.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/line_reader.h"
#include "tools/repl.h"

namespace leadgrade::tools {
namespace {

// Beside an expression a line may have a command.
constexpr size_t kMaxLineBytes = base::kMaxExpressionBytes + 1024;

int ReadEvaluatePrint(const CelOptions& options) {
  int exit_code = kFine;
  const std::unique_ptr<CelSession> session = OpenCelSession(options, &exit_code);
  if (session == nullptr) return exit_code;
  std::unique_ptr<LineReader> reader = MakeTerminalReader(
      [&session](absl::string_view line) { return CompleteRepl(*session, line); },
      StateFile("repl_history"));
  if (reader == nullptr) reader = MakeStreamReader(std::cin, kMaxLineBytes);
  return RunRepl(*session, *reader);
}

}  // namespace

void AddRepl(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("repl", "Try CEL expressions, line by line");
  auto options = std::make_shared<CelOptions>();
  AddCelOptions(command, options.get());
  command->footer(
      "Prints the value of each line; `:help` lists the commands. In a terminal TAB completes "
      "names,\n"
      "an expression that is not finished goes on in the next line, and Ctrl-C drops the line. "
      "The\n"
      "history is kept in ~/.local/state/leadgrade/repl_history (or below $XDG_STATE_HOME).\n\n"
      "Exit codes where stdin is no terminal: that of the first line that failed; 1 its "
      "evaluation,\n"
      "3 it does not parse or type check. The other lines are evaluated all the same.\n\n"
      "Example:\n"
      "  leadgrade repl --rules rules/sales\n"
      "  echo '1 + 1' | leadgrade repl");
  command->callback([options, exit_code] { *exit_code = ReadEvaluatePrint(*options); });
}

}  // namespace leadgrade::tools
