// The subcommands of `leadgrade`. Each Add… declares one on `app`, with its options, help and an
// example, and sets `*exit_code` (exit_code.h) when it ran. Data goes to stdout, diagnostics to
// stderr.
#pragma once

#include "CLI/App.hpp"

namespace leadgrade::tools {

// All of them, in the order of the program's help.
void AddCommands(CLI::App& app, int* exit_code);

void AddServe(CLI::App& app, int* exit_code);        // serve_command.cc
void AddCheck(CLI::App& app, int* exit_code);        // check_command.cc
void AddTest(CLI::App& app, int* exit_code);         // test_command.cc
void AddDiff(CLI::App& app, int* exit_code);         // diff/diff_command.cc
void AddExplainCode(CLI::App& app, int* exit_code);  // explain_code_command.cc
void AddEval(CLI::App& app, int* exit_code);         // eval_command.cc
void AddCel(CLI::App& app, int* exit_code);          // cel_command.cc
void AddRepl(CLI::App& app, int* exit_code);         // repl_command.cc
void AddScore(CLI::App& app, int* exit_code);        // score_command.cc: score, explain
void AddLeads(CLI::App& app, int* exit_code);        // leads_command.cc: leads list, leads get
void AddOverride(CLI::App& app, int* exit_code);     // override_command.cc
void AddWatch(CLI::App& app, int* exit_code);        // watch_command.cc
void AddExport(CLI::App& app, int* exit_code);       // export_command.cc
void AddImport(CLI::App& app, int* exit_code);       // import/import_command.cc
void AddVerify(CLI::App& app, int* exit_code);       // verify_command.cc
void AddSchema(CLI::App& app, int* exit_code);       // schema_command.cc

}  // namespace leadgrade::tools
