#include "service/bundles/directory_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

namespace leadgrade::bundles {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kChanges = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                              IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
constexpr int kQuietMs = 200;
constexpr int kLongestMs = 2000;
// As deep as a bundle is read.
constexpr int kMaxDepth = 16;

}  // namespace

DirectoryWatch::DirectoryWatch(std::string directory, std::function<void()> changed)
    : directory_(std::move(directory)),
      changed_(std::move(changed)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // From before the constructor returns, so that no change after it is missed.
  WatchAll();
  thread_ = std::thread([this] { Run(); });
}

DirectoryWatch::~DirectoryWatch() {
  const uint64_t one = 1;
  // An eventfd that was just made takes a one.
  (void)!write(stop_, &one, sizeof(one));
  thread_.join();
  close(stop_);
  if (inotify_ >= 0) close(inotify_);
}

void DirectoryWatch::Run() {
  while (true) {
    if (Wait(-1) == Seen::kStop) return;
    Seen seen = Seen::kChange;
    for (int waited = 0; seen == Seen::kChange && waited < kLongestMs; waited += kQuietMs) {
      seen = Wait(kQuietMs);
    }
    if (seen == Seen::kStop) return;
    // Before looking: what changes from here on calls again.
    WatchAll();
    changed_();
  }
}

void DirectoryWatch::WatchAll() {
  // A new one forgets watches of what is gone.
  const int fresh = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fresh < 0) return;
  if (inotify_ >= 0) close(inotify_);
  inotify_ = fresh;
  WatchWay();
  WatchBelow(directory_, 0);
}

void DirectoryWatch::WatchBelow(const std::string& directory, int depth) {
  inotify_add_watch(inotify_, directory.c_str(), kChanges);
  if (depth >= kMaxDepth) return;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; it != end; it.increment(error)) {
    if (error) return;
    std::error_code gone;
    if (it->is_directory(gone)) WatchBelow(it->path().string(), depth + 1);
  }
}

// The parents of the directory, as named and as resolved: where a rename or a new link would show.
void DirectoryWatch::WatchWay() {
  std::error_code error;
  for (fs::path path : {fs::absolute(directory_, error), fs::weakly_canonical(directory_, error)}) {
    // `rules/` names what `rules` does.
    if (!path.has_filename()) path = path.parent_path();
    inotify_add_watch(inotify_, path.parent_path().c_str(),
                      IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE);
  }
}

DirectoryWatch::Seen DirectoryWatch::Wait(int timeout_ms) {
  pollfd fds[] = {{stop_, POLLIN, 0}, {inotify_, POLLIN, 0}};
  const int ready = poll(fds, 2, timeout_ms);
  if (fds[0].revents != 0) return Seen::kStop;
  if (ready <= 0) return Seen::kNothing;
  alignas(inotify_event) char buffer[4096];
  while (read(inotify_, buffer, sizeof(buffer)) > 0) {
  }
  return Seen::kChange;
}

}  // namespace leadgrade::bundles
