// The lists extension. Tested by tests/engine/cel/extension_lists_test.cc.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/extensions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

Value TooManyIterations(EvalContext& context) {
  return context.arena->MakeError("too many iterations");
}

// A list of `size` elements, each made by `element(i)`.
template <typename Element>
Value Generate(EvalContext& context, size_t size, Element element) {
  auto* elements = static_cast<Value*>(context.arena->Allocate(size * sizeof(Value)));
  if (elements == nullptr) return OutOfMemory();
  for (size_t i = 0; i < size; ++i) new (elements + i) Value(element(i));
  return Value::List({elements, size});
}

Value Slice(EvalContext& context, Arguments a) {
  const absl::Span<const Value> list = a[0].elements();
  const int64_t start = a[1].int_value(), end = a[2].int_value();
  const auto fail = [&](absl::string_view why) {
    return context.arena->MakeError(absl::StrCat("cannot slice(", start, ", ", end, "), ", why));
  };
  if (start < 0 || end < 0) return fail("positions start at 0");
  if (start > end) return fail("the start is after the end");
  if (static_cast<uint64_t>(end) > list.size()) {
    return fail(absl::StrCat("the list has ", list.size(), " elements"));
  }
  return Value::List(list.subspan(static_cast<size_t>(start), static_cast<size_t>(end - start)));
}

// False where too many elements are met: empty lists take no memory, but time.
bool FlattenInto(std::vector<Value>& out, absl::Span<const Value> list, int64_t depth,
                 int64_t& met) {
  for (const Value& element : list) {
    if (++met > base::kMaxIterations) return false;
    if (depth == 0 || element.kind() != Kind::kList) {
      out.push_back(element);
    } else if (!FlattenInto(out, element.elements(), depth - 1, met)) {
      return false;
    }
  }
  return true;
}

Value Flatten(EvalContext& context, Arguments a) {
  const int64_t depth = a.size() == 2 ? a[1].int_value() : 1;
  if (depth < 0) return context.arena->MakeError("the depth must not be negative");
  std::vector<Value> out;
  int64_t met = 0;
  if (!FlattenInto(out, a[0].elements(), depth, met)) return TooManyIterations(context);
  return context.arena->MakeList(out);
}

// Equal values have equal hashes; of the kinds that keys of maps don't have as well.
uint64_t HashOfAny(const Value& value) {
  switch (value.kind()) {
    case Kind::kBytes:
    case Kind::kType:
      return absl::HashOf(value.text());
    case Kind::kTimestamp:
      return absl::HashOf(value.timestamp());
    case Kind::kDuration:
      return absl::HashOf(value.duration());
    case Kind::kList: {
      uint64_t hash = value.elements().size();
      for (const Value& element : value.elements()) hash = absl::HashOf(hash, HashOfAny(element));
      return hash;
    }
    case Kind::kMap: {
      // The same in any order of the pairs.
      uint64_t hash = value.map().size;
      for (uint32_t i = 0; i < value.map().size; ++i) {
        hash += absl::HashOf(HashOfAny(value.map().entries[2 * i]),
                             HashOfAny(value.map().entries[2 * i + 1]));
      }
      return hash;
    }
    default:
      return HashOf(value);
  }
}

bool IsNan(const Value& value) {
  return value.kind() == Kind::kDouble && std::isnan(value.double_value());
}

Value Distinct(EvalContext& context, Arguments a) {
  struct Cell {
    uint64_t hash = 0;
    uint32_t number = 0;  // of the element in `kept`, plus one; 0 where the cell is free
  };
  const absl::Span<const Value> list = a[0].elements();
  std::vector<Value> kept;
  std::vector<Cell> cells(std::bit_ceil(2 * list.size() + 1));
  const size_t mask = cells.size() - 1;
  // Only kinds without a hash of their own come near the bound.
  int64_t comparisons = 0;
  for (const Value& element : list) {
    if (IsNan(element)) {  // equal to nothing, so that all of them would share a hash in vain
      kept.push_back(element);
      continue;
    }
    const uint64_t hash = HashOfAny(element);
    size_t at = hash & mask;
    bool found = false;
    for (; cells[at].number != 0 && !found; at = (at + 1) & mask) {
      if (cells[at].hash != hash) continue;
      if (++comparisons > base::kMaxIterations) return TooManyIterations(context);
      found = Equal(kept[cells[at].number - 1], element);
    }
    if (found) continue;
    kept.push_back(element);
    cells[at] = {hash, static_cast<uint32_t>(kept.size())};
  }
  return context.arena->MakeList(kept);
}

Value Reverse(EvalContext& context, Arguments a) {
  const absl::Span<const Value> list = a[0].elements();
  return Generate(context, list.size(), [list](size_t i) { return list[list.size() - 1 - i]; });
}

Value SortBy(EvalContext& context, Arguments a) {
  const absl::Span<const Value> list = a[0].elements(), keys = a.back().elements();
  if (list.size() != keys.size()) {
    return context.arena->MakeError(absl::StrCat(
        "a list of ", list.size(), " elements can't be sorted by ", keys.size(), " keys"));
  }
  for (const Value& key : keys) {
    if (key.kind() != keys[0].kind()) {
      return context.arena->MakeError("list elements must have the same type");
    }
    // What is in no order to itself or the first is in an order to none.
    if (Compare(key, key) == 2 || Compare(key, keys[0]) == 2) {
      return context.arena->MakeError("list elements must be comparable");
    }
  }
  std::vector<uint32_t> order(list.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [keys](uint32_t x, uint32_t y) { return Compare(keys[x], keys[y]) < 0; });
  return Generate(context, list.size(), [&](size_t i) { return list[order[i]]; });
}

Value Range(EvalContext& context, Arguments a) {
  const int64_t size = std::max<int64_t>(0, a[0].int_value());
  if (size > base::kMaxIterations) {
    return context.arena->MakeError(
        absl::StrCat("a range has at most ", base::kMaxIterations, " elements"));
  }
  return Generate(context, static_cast<size_t>(size),
                  [](size_t i) { return Value::Int(static_cast<int64_t>(i)); });
}

Value First(EvalContext&, Arguments a) {
  const absl::Span<const Value> list = a[0].elements();
  return Value::Optional(list.empty() ? nullptr : &list.front());
}
Value Last(EvalContext&, Arguments a) {
  const absl::Span<const Value> list = a[0].elements();
  return Value::Optional(list.empty() ? nullptr : &list.back());
}

}  // namespace

void AddListExtension(Env* env) {
  const Type integer(TypeKind::kInt), a = Type::Param("A"), k = Type::Param("K");
  const Type list = Type::List(a), anything = Type::List(Type());
  const auto add = [env](std::string name, std::vector<Type> parameters, const Type& result,
                         HostFunction function) {
    (void)env->AddFunction({std::move(name), true, std::move(parameters), result, function});
  };
  add("slice", {list, integer, integer}, list, Slice);
  add("flatten", {Type::List(list)}, list, Flatten);
  add("flatten", {anything, integer}, anything, Flatten);
  add("distinct", {list}, list, Distinct);
  add("reverse", {list}, list, Reverse);
  add("sort", {list}, list, SortBy);
  add("@sortByAssociatedKeys", {list, Type::List(k)}, list, SortBy);
  add("first", {list}, Type::Optional(a), First);
  add("last", {list}, Type::Optional(a), Last);
  (void)env->AddFunction({"lists.range", false, {integer}, Type::List(integer), Range});
}

}  // namespace leadgrade::cel
