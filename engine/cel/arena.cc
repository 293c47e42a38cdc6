#include "engine/cel/arena.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "absl/container/inlined_vector.h"

namespace leadgrade::cel {
namespace {

constexpr size_t kBlockBytes = 8192;

Value OutOfMemory() {
  static constexpr ErrorRep kError{"evaluation needs too much memory", -1};
  return Value::Error(&kError);
}

}  // namespace

void* Arena::Allocate(size_t bytes) {
  bytes = (bytes + 15) & ~size_t{15};
  if (bytes > max_bytes_ - std::min(used_, max_bytes_)) return nullptr;
  if (bytes > left_) {
    const size_t size = std::max(bytes, kBlockBytes);
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    next_ = blocks_.back().bytes.get();
    left_ = size;
  }
  void* const result = next_;
  next_ += bytes;
  left_ -= bytes;
  used_ += bytes;
  return result;
}

Arena::Mark Arena::Here() const {
  const char* const begin = blocks_.empty() ? first_ : blocks_.back().bytes.get();
  return {blocks_.size(), static_cast<size_t>(next_ - begin), used_};
}

void Arena::Rewind(const Mark& mark) {
  blocks_.resize(mark.blocks);
  char* const begin = blocks_.empty() ? first_ : blocks_.back().bytes.get();
  const size_t size = blocks_.empty() ? sizeof(first_) : blocks_.back().size;
  next_ = begin + mark.block_used;
  left_ = size - mark.block_used;
  used_ = mark.used;
}

Value Arena::MakeString(absl::string_view text) {
  auto* copy = static_cast<char*>(Allocate(text.size() + 1));
  if (copy == nullptr) return OutOfMemory();
  std::copy(text.begin(), text.end(), copy);
  return Value::String({copy, text.size()});
}

Value Arena::MakeBytes(absl::string_view bytes) {
  const Value copy = MakeString(bytes);
  return copy.is_error() ? copy : Value::Bytes(copy.text());
}

Value Arena::MakeList(absl::Span<const Value> elements) {
  auto* copy = static_cast<Value*>(Allocate(elements.size() * sizeof(Value)));
  if (copy == nullptr) return OutOfMemory();
  std::uninitialized_copy(elements.begin(), elements.end(), copy);
  return Value::List({copy, elements.size()});
}

Value Arena::MakeMap(absl::Span<const Value> keys_and_values) {
  auto* map = static_cast<MapRep*>(Allocate(sizeof(MapRep)));
  auto* copy = static_cast<Value*>(Allocate(keys_and_values.size() * sizeof(Value)));
  if (map == nullptr || copy == nullptr) return OutOfMemory();
  std::uninitialized_copy(keys_and_values.begin(), keys_and_values.end(), copy);
  new (map) MapRep{copy, static_cast<uint32_t>(keys_and_values.size() / 2)};
  return Value::Map(map);
}

Value Arena::MakeError(absl::string_view message, int offset) {
  auto* error = static_cast<ErrorRep*>(Allocate(sizeof(ErrorRep)));
  const Value text = MakeString(message);
  if (error == nullptr || text.is_error()) return OutOfMemory();
  new (error) ErrorRep{text.text(), offset};
  return Value::Error(error);
}

Value Arena::MakeUnknown(absl::Span<const int32_t> slots) {
  auto* unknown = static_cast<UnknownRep*>(Allocate(sizeof(UnknownRep)));
  auto* copy = static_cast<int32_t*>(Allocate(slots.size() * sizeof(int32_t)));
  if (unknown == nullptr || copy == nullptr) return OutOfMemory();
  std::copy(slots.begin(), slots.end(), copy);
  new (unknown) UnknownRep{copy, static_cast<uint32_t>(slots.size())};
  return Value::Unknown(unknown);
}

Value Arena::MergeUnknown(const Value& a, const Value& b) {
  const auto x = a.unknown_slots(), y = b.unknown_slots();
  if (std::includes(x.begin(), x.end(), y.begin(), y.end())) return a;
  if (std::includes(y.begin(), y.end(), x.begin(), x.end())) return b;
  absl::InlinedVector<int32_t, 32> all;
  std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(all));
  return MakeUnknown(all);
}

}  // namespace leadgrade::cel
