// Work on as many threads as there are cores.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace leadgrade::tools {

// One thread gives the work. What waits is bounded.
class WorkerPool {
 public:
  // The number of the thread that does it, from 0.
  using Job = std::function<void(int worker)>;

  WorkerPool();
  // Does what waits, and ends.
  ~WorkerPool();

  int size() const { return size_; }
  // Waits while there is no room.
  void Add(Job job);
  // Waits for all that was added. Nothing is added after it.
  void Finish();

 private:
  void Work(int worker);

  const int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace leadgrade::tools
