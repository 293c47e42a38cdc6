// Which changes `leadgrade watch` asks for, and when.
#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "leadgrade/v1/watch_service.pb.h"

namespace leadgrade::tools {

// As given on the command line; what is empty was not.
struct WatchConditions {
  std::vector<std::string> entered, left, owners;
  std::string filter;
  std::string settle;
  std::string quiet;
  std::string quiet_zone;
};

// Declares the options. What is wrong in form is a usage error; the rest is the server's to say.
void AddWatchConditions(CLI::App* command, WatchConditions* conditions);

// The request without its place in the log. The conditions are such as the options take.
v1::WatchGradeChangesRequest RequestOf(const WatchConditions& conditions);

}  // namespace leadgrade::tools
