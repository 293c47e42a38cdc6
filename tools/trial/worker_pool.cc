#include "tools/trial/worker_pool.h"

#include <algorithm>
#include <utility>

namespace leadgrade::tools {
namespace {

constexpr int kMostThreads = 64;
// Jobs that wait, for each thread.
constexpr size_t kRoom = 4;

}  // namespace

WorkerPool::WorkerPool()
    : size_(std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads)) {
  for (int i = 0; i < size_; ++i) threads_.emplace_back([this, i] { Work(i); });
}

WorkerPool::~WorkerPool() { Finish(); }

void WorkerPool::Add(Job job) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kRoom * static_cast<size_t>(size_); });
  waiting_.push_back(std::move(job));
  changed_.notify_all();
}

void WorkerPool::Finish() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Work(int worker) {
  while (true) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    job(worker);
  }
}

}  // namespace leadgrade::tools
