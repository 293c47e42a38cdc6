// The exit codes of the command line: a contract with scripts and CI.
#pragma once

namespace leadgrade::tools {

enum ExitCode : int {
  kFine = 0,
  kInternalError =
      1,  // also a call that the server refused for a reason that has no code of its own
  kUsage = 2,
  kBadBundle = 3,    // the bundle does not load, type check or prove
  kTestsFailed = 4,  // or coverage below the asked
  kUnreachable = 5,  // the server, or the data directory
};

}  // namespace leadgrade::tools
