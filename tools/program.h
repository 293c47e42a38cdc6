// Other programs that a command asks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace leadgrade::tools {

struct ProgramResult {
  int exit_code = 0;  // 128 and the signal's number where one ended it
  std::string out;    // stdout
};

// Runs the program that PATH names by argv[0], without a shell, with nothing on stdin and our
// stderr, to its end. kNotFound where there is none; kResourceExhausted where it writes more than
// `most_bytes`, and it is ended then.
absl::StatusOr<ProgramResult> RunProgram(const std::vector<std::string>& argv, size_t most_bytes);

}  // namespace leadgrade::tools
