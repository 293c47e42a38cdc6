#include "service/server/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace leadgrade::server {

absl::StatusOr<std::unique_ptr<Signals>> Signals::Take() {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&taken, signal);
  auto signals = std::unique_ptr<Signals>(new Signals());
  signals->signals_ = signalfd(-1, &taken, SFD_CLOEXEC);
  signals->wakes_ = eventfd(0, EFD_CLOEXEC);
  pthread_sigmask(SIG_BLOCK, &taken, &signals->former_mask_);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &signals->former_pipe_);
  if (signals->signals_ < 0 || signals->wakes_ < 0) {
    return absl::InternalError(absl::StrCat("can't wait for signals: ", std::strerror(errno)));
  }
  return signals;
}

Signals::~Signals() {
  if (signals_ >= 0) close(signals_);
  if (wakes_ >= 0) close(wakes_);
  sigaction(SIGPIPE, &former_pipe_, nullptr);
  pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
}

Signals::Kind Signals::Next() {
  while (true) {
    pollfd ready[] = {{signals_, POLLIN, 0}, {wakes_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    uint64_t count = 0;
    if (ready[1].revents != 0 && read(wakes_, &count, sizeof(count)) == sizeof(count)) {
      return Kind::kWoken;
    }
    signalfd_siginfo info = {};
    if (ready[0].revents != 0 && read(signals_, &info, sizeof(info)) == sizeof(info)) {
      return info.ssi_signo == SIGHUP ? Kind::kReload : Kind::kStop;
    }
  }
}

void Signals::Wake() {
  const uint64_t one = 1;
  // An eventfd takes it unless 2^64 - 1 wait already.
  [[maybe_unused]] const ssize_t written = write(wakes_, &one, sizeof(one));
}

}  // namespace leadgrade::server
