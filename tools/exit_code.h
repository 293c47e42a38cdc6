// The exit codes of the command line: a contract with scripts and CI.
#pragma once

namespace leadgrade::tools {

enum ExitCode : int {
  kFine = 0,
  kInternalError =
      1,  // also what has no code of its own: a call that the server refused, an evaluation
  kUsage = 2,
  kBadBundle = 3,    // the bundle, or an expression, does not load, type check or prove
  kTestsFailed = 4,  // or coverage below the asked
  kUnreachable = 5,  // the server, or the data directory
};

}  // namespace leadgrade::tools
