// The program `leadgrade`.
#include "CLI/CLI.hpp"
#include "tools/command_line.h"
#include "tools/commands.h"
#include "tools/exit_code.h"

int main(int argc, char** argv) {
  using namespace leadgrade::tools;
  CLI::App app;
  int exit_code = kFine;
  DeclareProgram(app);
  AddCommands(app, &exit_code);
  return RunProgram(app, argc, argv, &exit_code);
}
