#include "tools/commands.h"

namespace leadgrade::tools {

void AddCommands(CLI::App& app, int* exit_code) {
  AddServe(app, exit_code);
  AddCheck(app, exit_code);
  AddTest(app, exit_code);
  AddDiff(app, exit_code);
  AddExplainCode(app, exit_code);
  AddEval(app, exit_code);
  AddCel(app, exit_code);
  AddRepl(app, exit_code);
  AddImport(app, exit_code);
  AddScore(app, exit_code);
  AddLeads(app, exit_code);
  AddOverride(app, exit_code);
  AddWatch(app, exit_code);
  AddExport(app, exit_code);
  AddVerify(app, exit_code);
  AddSchema(app, exit_code);
}

}  // namespace leadgrade::tools
