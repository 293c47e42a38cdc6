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
  AddServe(app, &exit_code);
  AddCheck(app, &exit_code);
  AddTest(app, &exit_code);
  AddEval(app, &exit_code);
  AddImport(app, &exit_code);
  AddScore(app, &exit_code);
  AddLeads(app, &exit_code);
  AddWatch(app, &exit_code);
  AddExport(app, &exit_code);
  AddVerify(app, &exit_code);
  return RunProgram(app, argc, argv, &exit_code);
}
