#include "tests/simulation/journal.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace leadgrade::simulation {
namespace {

// Kills are few, and so are inputs that are sent again.
size_t RoomFor(size_t scheduled) { return scheduled + scheduled / 4 + 10000; }

size_t BytesFor(size_t scheduled) {
  return RoomFor(scheduled) * sizeof(Applied) + scheduled * (sizeof(Probed) + 1) + 4096;
}

}  // namespace

Journal::Journal(size_t scheduled) : size_(BytesFor(scheduled)), room_(RoomFor(scheduled)) {
  void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("mmap");
    std::abort();
  }
  memory_ = static_cast<char*>(memory);
  head_ = new (Take<Head>(1)) Head();
  applied_ = Take<Applied>(room_);
  probed_ = Take<Probed>(scheduled);
  done_ = Take<uint8_t>(scheduled);
}

Journal::~Journal() { munmap(memory_, size_); }

template <typename T>
T* Journal::Take(size_t count) {
  taken_ = (taken_ + alignof(T) - 1) / alignof(T) * alignof(T);
  T* const taken = reinterpret_cast<T*>(memory_ + taken_);
  taken_ += count * sizeof(T);
  return taken;
}

void Journal::Append(const Applied& applied) {
  const int64_t at = head_->applied;
  if (static_cast<size_t>(at) >= room_) std::abort();
  applied_[at] = applied;
  head_->applied = at + 1;
}

void Journal::Append(const Probed& probed) {
  const int64_t at = head_->probed;
  probed_[at] = probed;
  head_->probed = at + 1;
}

}  // namespace leadgrade::simulation
