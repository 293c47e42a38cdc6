// Another program that answers lines of JSON with lines of JSON.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace leadgrade::differential {

class Peer {
 public:
  // Runs `command`, looked for in PATH. Throws std::runtime_error.
  explicit Peer(const std::vector<std::string>& command);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // The answers to a line each; `statements` are sent before, and have none.
  std::vector<nlohmann::json> Ask(const std::vector<nlohmann::json>& statements,
                                  const std::vector<nlohmann::json>& questions);

 private:
  pid_t child_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
};

}  // namespace leadgrade::differential
