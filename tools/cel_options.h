// What `leadgrade cel` and `leadgrade repl` are told alike: where to evaluate.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "tools/cel_session.h"

namespace leadgrade::tools {

struct CelOptions {
  std::string rules;
  std::string now;
  std::string zone;
  std::string container;
  std::vector<std::string> variables;  // "NAME=EXPR"
  bool unchecked = false;
};

void AddCelOptions(CLI::App* command, CelOptions* options);

// The session they ask for. Null where that cannot be had, with lines on stderr and `*exit_code`
// set: kUsage, kBadBundle for what does not load or compile, kInternalError for a variable whose
// evaluation fails.
std::unique_ptr<CelSession> OpenCelSession(const CelOptions& options, int* exit_code);

}  // namespace leadgrade::tools
