// Memory for the strings, lists and unknown sets that one evaluation makes.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/base/limits.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// The error "evaluation needs too much memory".
Value OutOfMemory();

// Hands out memory from blocks and frees all of it at once. The first 2 KiB are inside the object,
// so that a scalar expression allocates nothing. Not thread safe; one per evaluating thread.
class Arena {
 public:
  explicit Arena(size_t max_bytes = base::kMaxEvaluationBytes) : max_bytes_(max_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Suitably aligned for any Value; nullptr once `max_bytes` would be passed.
  void* Allocate(size_t bytes);
  // Keeps `object` alive for as long as what is handed out now. Its memory counts as `bytes`; null
  // once `max_bytes` would be passed (see OutOfMemory).
  const Object* Own(std::unique_ptr<const Object> object, size_t bytes);
  // Forgets everything handed out; keeps the first block.
  void Reset() {
    if (used_ != 0) Rewind(Mark());
  }
  // A point in what was handed out, and back to it: what came after it is forgotten.
  struct Mark {
    size_t blocks = 0;
    size_t block_used = 0;  // of the last block
    size_t used = 0;
    size_t owned = 0;
  };
  Mark Here() const;
  void Rewind(const Mark& mark);
  size_t used() const { return used_; }

  // Copies into the arena. Where the memory bound is reached each gives the error value
  // "evaluation needs too much memory".
  Value MakeString(absl::string_view text);
  Value MakeBytes(absl::string_view bytes);
  // `a` and `b`, two texts of `kind`, one after the other. Where `a` is what was made last it is
  // not copied, so that a chain of these takes time by its length.
  Value Concatenate(Kind kind, absl::string_view a, absl::string_view b);
  Value MakeList(absl::Span<const Value> elements);
  Value MakeMap(absl::Span<const Value> keys_and_values);
  Value MakeOptional(const Value& content);
  Value MakeError(absl::string_view message, int offset = -1);
  Value MakeUnknown(absl::Span<const int32_t> slots);  // sorted, unique
  // The union of two unknown values.
  Value MergeUnknown(const Value& a, const Value& b);

 private:
  alignas(16) char first_[2048];
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  std::vector<Block> blocks_;
  std::vector<std::unique_ptr<const Object>> owned_;
  char* next_ = first_;
  char* last_text_end_ = nullptr;  // null where it isn't known
  size_t left_ = sizeof(first_);
  size_t used_ = 0;
  size_t max_bytes_;
};

}  // namespace leadgrade::cel
