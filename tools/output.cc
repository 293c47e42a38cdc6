#include "tools/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "tools/exit_code.h"

namespace leadgrade::tools {

Output::Output() { std::signal(SIGPIPE, SIG_IGN); }

void Output::Print(absl::string_view text) {
  if (failed_) return;
  errno = 0;
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  NoteFailure();
}

void Output::PrintNow(absl::string_view text) {
  Print(text);
  if (failed_) return;
  errno = 0;
  std::cout.flush();
  NoteFailure();
}

bool Output::IsAbandoned() const {
  pollfd out{STDOUT_FILENO, 0, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLNVAL)) != 0;
}

int Output::Finish(int exit_code) {
  PrintNow("");
  if (!failed_ || error_ == EPIPE) return exit_code;
  PrintError(absl::StrCat("cannot write to standard output: ",
                          error_ == 0 ? "unknown error" : std::strerror(error_)));
  return kInternalError;
}

void Output::NoteFailure() {
  if (std::cout.good()) return;
  failed_ = true;
  error_ = errno;
}

void PrintError(absl::string_view message) { std::cerr << "error: " << message << "\n"; }

}  // namespace leadgrade::tools
