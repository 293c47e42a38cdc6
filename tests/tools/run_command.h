// Runs a subcommand in this process, as the program would.
#pragma once

#include <string>
#include <vector>

namespace leadgrade::tools {

struct CommandResult {
  int exit_code = -1;
  std::string out;  // stdout
  std::string err;  // stderr
};

// `arguments` without the program's name. `input` is stdin.
CommandResult RunCommand(std::vector<std::string> arguments, const std::string& input = "");

// A directory of the test's own, gone with it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // Writes a file below it, folders included; gives its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// A bundle of two facts and three rules that loads, as the directory `small` in `parent`; gives its
// path.
std::string WriteSmallBundle(const TempDir& parent);

}  // namespace leadgrade::tools
