#include "tools/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "absl/strings/str_cat.h"

extern char** environ;

namespace leadgrade::tools {
namespace {

int Wait(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

absl::StatusOr<ProgramResult> RunProgram(const std::vector<std::string>& argv, size_t most_bytes) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return absl::UnavailableError(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& each : argv) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe[1]);
  if (failed != 0) {
    close(pipe[0]);
    return absl::NotFoundError(absl::StrCat("can't run `", argv[0], "`: ", std::strerror(failed)));
  }
  ProgramResult result;
  std::array<char, 1 << 16> buffer;
  bool too_much = false;
  while (!too_much) {
    const ssize_t count = read(pipe[0], buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    result.out.append(buffer.data(), static_cast<size_t>(count));
    too_much = result.out.size() > most_bytes;
  }
  close(pipe[0]);
  if (too_much) kill(pid, SIGKILL);
  result.exit_code = Wait(pid);
  if (too_much) {
    return absl::ResourceExhaustedError(
        absl::StrCat("`", argv[0], "` wrote more than ", most_bytes, " bytes"));
  }
  return result;
}

}  // namespace leadgrade::tools
