// Tells when something in a directory changed.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace leadgrade::bundles {

// Watches a directory and those below it, and the way that leads there, so that a directory that is
// replaced as a whole (renamed over, or a symbolic link turned) is seen too. What changed is not
// told: whoever is called looks for himself. Calls come from a thread of its own, after things were
// quiet for a fifth of a second, so that an editor's several writes are one call; a directory that
// never comes to rest is called for every two seconds.
class DirectoryWatch {
 public:
  DirectoryWatch(std::string directory, std::function<void()> changed);
  // No call goes on when it returns.
  ~DirectoryWatch();

 private:
  void Run();
  // Watches what there is now.
  void WatchAll();
  void WatchBelow(const std::string& directory, int depth);
  void WatchWay();
  // Waits for a change, at most so many milliseconds (-1: for ever).
  enum class Seen { kNothing, kChange, kStop };
  Seen Wait(int timeout_ms);

  const std::string directory_;
  const std::function<void()> changed_;
  int inotify_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

}  // namespace leadgrade::bundles
