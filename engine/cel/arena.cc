#include "engine/cel/arena.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "absl/container/inlined_vector.h"

namespace leadgrade::cel {
namespace {

constexpr size_t kBlockBytes = 8192;

// Up to here a map is looked through faster than hashed.
constexpr uint32_t kMaxScannedPairs = 8;

constexpr size_t RoundedUp(size_t bytes) { return (bytes + 15) & ~size_t{15}; }

}  // namespace

Value OutOfMemory() {
  static constexpr ErrorRep kError{"evaluation needs too much memory", -1};
  return Value::Error(&kError);
}

const Object* Arena::Own(std::unique_ptr<const Object> object, size_t bytes) {
  if (bytes > max_bytes_ - std::min(used_, max_bytes_)) return nullptr;
  used_ += bytes;
  owned_.push_back(std::move(object));
  return owned_.back().get();
}

void* Arena::Allocate(size_t bytes) {
  bytes = RoundedUp(bytes);
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
  return {blocks_.size(), static_cast<size_t>(next_ - begin), used_, owned_.size()};
}

void Arena::Rewind(const Mark& mark) {
  blocks_.resize(mark.blocks);
  if (owned_.size() != mark.owned) owned_.resize(mark.owned);
  char* const begin = blocks_.empty() ? first_ : blocks_.back().bytes.get();
  const size_t size = blocks_.empty() ? sizeof(first_) : blocks_.back().size;
  next_ = begin + mark.block_used;
  left_ = size - mark.block_used;
  used_ = mark.used;
  last_text_end_ = nullptr;
}

Value Arena::MakeString(absl::string_view text) {
  auto* copy = static_cast<char*>(Allocate(text.size() + 1));
  if (copy == nullptr) return OutOfMemory();
  last_text_end_ = std::copy(text.begin(), text.end(), copy);
  return Value::String({copy, text.size()});
}

Value Arena::Concatenate(Kind kind, absl::string_view a, absl::string_view b) {
  const char* text = a.data();
  // Not where something was written behind it before: that is part of another text.
  const bool last = last_text_end_ != nullptr && a.data() + a.size() == last_text_end_;
  const size_t room = RoundedUp(a.size() + 1);
  const size_t more = last ? RoundedUp(a.size() + b.size() + 1) - room : 0;
  if (last && a.data() + room == next_ && more <= left_ &&
      more <= max_bytes_ - std::min(used_, max_bytes_)) {
    next_ += more;
    left_ -= more;
    used_ += more;
    std::copy(b.begin(), b.end(), last_text_end_);
  } else {
    auto* copy = static_cast<char*>(Allocate(a.size() + b.size() + 1));
    if (copy == nullptr) return OutOfMemory();
    std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), copy));
    text = copy;
  }
  const absl::string_view both(text, a.size() + b.size());
  last_text_end_ = const_cast<char*>(text) + both.size();
  return kind == Kind::kString ? Value::String(both) : Value::Bytes(both);
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
  if (map->size > kMaxScannedPairs) {
    const uint32_t cells = std::bit_ceil(2 * map->size);
    auto* table = static_cast<uint32_t*>(Allocate(cells * sizeof(uint32_t)));
    if (table == nullptr) return OutOfMemory();
    std::fill_n(table, cells, 0);
    map->mask = cells - 1;
    map->cells = table;
    for (uint32_t i = 0; i < map->size; ++i) map->Place(i);
  }
  return Value::Map(map);
}

Value Arena::MakeOptional(const Value& content) {
  auto* copy = static_cast<Value*>(Allocate(sizeof(Value)));
  if (copy == nullptr) return OutOfMemory();
  *copy = content;
  return Value::Optional(copy);
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
