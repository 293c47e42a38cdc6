// What all subcommands share: the program's name, version and help, and how its errors end.
#pragma once

#include "CLI/App.hpp"

namespace leadgrade::tools {

// Names the program, and says in its help what the exit codes mean. Subcommands are added after.
void DeclareProgram(CLI::App& app);

// Parses the arguments and runs the subcommand they name. Gives the exit code: `*exit_code` as the
// subcommand set it; kFine for --help and --version; kUsage, with a line on stderr of what is wrong
// and one of where to look, for arguments that are not understood; kInternalError, with a line, for
// an exception.
int RunProgram(CLI::App& app, int argc, const char* const* argv, const int* exit_code);

}  // namespace leadgrade::tools
